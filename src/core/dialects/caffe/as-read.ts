/**
 * A layer's fields as the reader of a framework takes them, where that is not what the file says: fields that it does not read, of
 * which it reads some by themselves alone, whose lists it counts otherwise, or for which it has values of its own. Each
 * backend names the source of its facts.
 */
import type { Attribute } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import { layerFacts } from './vocabulary.ts';

/** What a reader does that BVLC's does not. */
export interface ReaderFacts {
  /** Fields that its schema has and its layers do not read, or those of one type: `Deconvolution:convolution_param.dilation`. */
  readonly ignores?: readonly string[];
  /** Whether it reads fields for height and width only where both are there. */
  readonly readsPairs?: true;
  /** Messages in which the field for both sides counts before such a pair; elsewhere the pair does. */
  readonly jointFirst?: readonly string[];
  /** What a list of two sizes of a convolution's windows is to it, where not height and width: its first, for both; or width and height. */
  readonly lists?: 'one size' | 'width first';
  /** What windows have by their fields where nothing is said, whatever its schema says. */
  readonly unsaid?: Readonly<Record<string, number>>;
  /** Layer types that mean another thing there than where networks were made: of dialects that fit alike another one is taken. */
  readonly seldom?: readonly string[];
  /** Whether an input of the network that no layer reads is no output of it. */
  readonly unusedInputs?: 'ignored';
}

type Attributes = ReadonlyMap<string, Attribute>;

/** Whether layers of a type leave a field unread that their schema has. */
export function isIgnored({ ignores = [] }: ReaderFacts, type: string, path: string): boolean {
  return ignores.includes(path) || ignores.includes(`${type}:${path}`);
}

/** The attributes of a layer that count, with the meaning that BVLC gives to such attributes. */
export function asRead({ op, attributes }: Pick<Node, 'op' | 'attributes'>, reader: ReaderFacts): Attributes {
  const read = new Map([...attributes].filter(([path]) => !isIgnored(reader, op, path)));
  const holder = layerFacts({ own: {} }, op)?.parameters;
  if (holder === undefined || !WINDOWS.has(holder)) return read;
  if (reader.readsPairs) pair(read, holder, reader);
  if (reader.lists !== undefined && holder === CONVOLUTION) count(read, reader.lists);
  for (const [path, value] of Object.entries(reader.unsaid ?? {}))
    if (isUnsaid(read, holder, path)) read.set(path, { type: 'int', value: BigInt(value) });
  return read;
}

/** Whether a layer with parameters in `holder` has windows of which `path`, and all that stands for it, says nothing. */
export function isUnsaid(attributes: Attributes, holder: string | undefined, path: string): boolean {
  if (path.split('.')[0] !== holder || attributes.get(`${holder}.global_pooling`)?.value === true) return false;
  return ![path, `${path}_h`, `${path}_w`].some((each) => attributes.has(each));
}

const CONVOLUTION = 'convolution_param';
const WINDOWS: ReadonlySet<string> = new Set([CONVOLUTION, 'pooling_param']);

/** What is said for both sides, and the beginning of what is said for each. */
const SIZES = [
  ['kernel_size', 'kernel'],
  ['stride', 'stride'],
  ['pad', 'pad'],
] as const;

function pair(read: Map<string, Attribute>, holder: string, { jointFirst = [] }: ReaderFacts): void {
  for (const [joint, single] of SIZES) {
    const both = `${holder}.${joint}`;
    const sides = [`${holder}.${single}_h`, `${holder}.${single}_w`];
    const counts = sides.every((side) => read.has(side)) && !(jointFirst.includes(holder) && read.has(both));
    for (const path of counts ? [both] : sides) read.delete(path);
  }
}

/** Lists as BVLC counts them. */
function count(read: Map<string, Attribute>, lists: NonNullable<ReaderFacts['lists']>): void {
  for (const name of [...SIZES.map(([joint]) => joint), 'dilation']) {
    const path = `${CONVOLUTION}.${name}`;
    const given = read.get(path);
    if (given?.type !== 'ints' || new Set(given.value).size < 2) continue;
    const [first = 0n, second = first] = given.value;
    if (lists === 'one size') read.set(path, { type: 'int', value: first });
    else if (given.value.length === 2) read.set(path, { type: 'ints', value: [second, first] });
  }
}
