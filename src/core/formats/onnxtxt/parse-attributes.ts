/** Attributes of ONNX text: `axis = 1`, `pads: ints = []`, `value = float[2] {1, 2}`, `alpha: float = @alpha` (onnx docs/Syntax.md). */
import type { Attribute, AttributeType } from '../../ir/attribute.ts';
import { isDataType } from '../../ir/dtype.ts';
import type { Dialect } from '../../ir/model.ts';
import type { ExternalFiles } from '../onnx/external.ts';
import type { GraphLinker } from '../onnx/link.ts';
import { attributeTypeOf } from './names.ts';
import { atType, parseTensorData, parseType, refuseUnwritten } from './parse-types.ts';
import { numberOf, type Scanner, type Token } from './scanner.ts';

/** What parsing within one text shares. */
export interface Parsing {
  readonly scanner: Scanner;
  readonly files: ExternalFiles;
  readonly dialect: Dialect;
}

/** An attribute with the graphs that it holds, whose names are still open. */
export interface ParsedAttribute {
  readonly attribute: Attribute;
  readonly linkers: readonly GraphLinker[];
}

/** Reads a subgraph: given by the parser of graphs. */
export type ParseSubgraph = (parsing: Parsing) => GraphLinker;

const LIST_OF = {
  float: 'floats',
  int: 'ints',
  string: 'strings',
  tensor: 'tensors',
  graph: 'graphs',
  'value-type': 'value-types',
  bool: 'bools',
} as const satisfies Partial<Record<Attribute['type'], Attribute['type']>>;

type SingleType = keyof typeof LIST_OF;
type ListType = (typeof LIST_OF)[SingleType];

const SINGLE_OF = new Map<string, SingleType>(
  (Object.keys(LIST_OF) as SingleType[]).map((single) => [LIST_OF[single], single]),
);

/** What stands behind the name of an attribute: `: type = value` or `= value`. */
export function parseAttributeValue(parsing: Parsing, subgraph: ParseSubgraph): ParsedAttribute {
  const { scanner } = parsing;
  const at = scanner.peek();
  const declared = scanner.take(':') ? parseDeclared(parsing) : undefined;
  scanner.expect('=');
  if (declared === 'none') {
    if (scanner.word(`'none'`) !== 'none') throw scanner.errorAt(`an attribute of type none is written 'none'`, at);
    return { attribute: { type: 'none', value: undefined }, linkers: [] };
  }
  if (declared === 'dtype') return { attribute: parseDataTypeValue(scanner), linkers: [] };
  if (scanner.take('@')) {
    const value = scanner.name('the name of an attribute');
    if (!declared || declared === 'bool' || declared === 'bools') {
      throw scanner.errorAt('a reference needs its type: write `name: int = @other`', at);
    }
    return { attribute: { type: 'reference', value, of: declared }, linkers: [] };
  }
  return scanner.at('[') ? parseList(parsing, subgraph, declared, at) : parseSingle(parsing, subgraph, declared, at);
}

type Declared = AttributeType | 'bool' | 'bools' | 'dtype' | 'none';

/** The types that only PyTorch has are words of their own, for graphs of that dialect. */
function parseDeclared({ scanner, dialect }: Parsing): Declared {
  const token = scanner.peek();
  const word = scanner.word('an attribute type');
  const type = attributeTypeOf(word);
  if (type) return type;
  if (dialect !== 'onnx' && (word === 'bool' || word === 'bools' || word === 'dtype' || word === 'none')) return word;
  throw scanner.error('expected an attribute type', token);
}

function parseDataTypeValue(scanner: Scanner): Attribute {
  const token = scanner.peek();
  const word = scanner.word('an element type');
  if (!isDataType(word)) throw scanner.error('expected an element type such as float32', token);
  return { type: 'dtype', value: word };
}

function parseSingle(
  parsing: Parsing,
  subgraph: ParseSubgraph,
  declared: Declared | undefined,
  at: Token,
): ParsedAttribute {
  if (declared && SINGLE_OF.has(declared)) throw parsing.scanner.error(`expected '[' of a list of ${declared}`);
  const item = parseItem(parsing, subgraph, declared as SingleType | undefined);
  if (declared && declared !== item.type) {
    throw parsing.scanner.errorAt(`this attribute is said to be ${declared}, but its value is ${item.type}`, at);
  }
  const attribute = { type: item.type, value: item.value } as Attribute;
  return { attribute, linkers: item.linker ? [item.linker] : [] };
}

function parseList(
  parsing: Parsing,
  subgraph: ParseSubgraph,
  declared: Declared | undefined,
  at: Token,
): ParsedAttribute {
  const { scanner } = parsing;
  let single = declared && SINGLE_OF.get(declared);
  if (declared && !single) throw scanner.error(`expected one value of type ${declared}`);
  const items: Item[] = [];
  scanner.list('[', ']', () => {
    const token = scanner.peek();
    const item = parseItem(parsing, subgraph, single);
    single ??= item.type;
    if (item.type !== single) throw scanner.error(`expected another ${single}`, token);
    items.push(item);
  });
  if (!single) throw scanner.errorAt('an empty list needs its type: write `name: ints = []`', at);
  const type: ListType = LIST_OF[single];
  const attribute = { type, value: items.map((item) => item.value) } as Attribute;
  return { attribute, linkers: items.flatMap((item) => item.linker ?? []) };
}

/** One value and its type, as it stands alone or in a list. */
interface Item {
  readonly type: SingleType;
  readonly value: unknown;
  readonly linker?: GraphLinker;
}

function parseItem(parsing: Parsing, subgraph: ParseSubgraph, wanted: SingleType | undefined): Item {
  const { scanner } = parsing;
  const token = scanner.peek();
  switch (token.kind) {
    case 'integer':
      return wanted === 'float' ? floatItem(parsing) : intItem(scanner);
    case 'float':
      return floatItem(parsing);
    case 'string':
      if (wanted !== 'graph') return { type: 'string', value: scanner.next().text };
      break;
    case 'word':
      if (parsing.dialect !== 'onnx' && (token.text === 'true' || token.text === 'false')) {
        return { type: 'bool', value: scanner.next().text === 'true' };
      }
      if (atType(scanner)) return typeItem(parsing);
      break;
    default:
      refuseUnwritten(scanner);
      throw scanner.error('expected a value');
  }
  const linker = scanner.nested(() => subgraph(parsing));
  return { type: 'graph', value: linker.graph, linker };
}

function intItem(scanner: Scanner): Item {
  const token = scanner.peek();
  const value = scanner.integer('an integer');
  if (BigInt.asIntN(64, value) !== value) throw scanner.error('expected an integer of at most 64 bits', token);
  return { type: 'int', value };
}

/** Files hold float attributes in 32 bits, so that is what the text means; PyTorch's are of 64. */
function floatItem({ scanner, dialect }: Parsing): Item {
  const value = numberOf(scanner.next());
  return { type: 'float', value: dialect === 'onnx' ? Math.fround(value) : value };
}

/** A type, or a tensor where its values follow. */
function typeItem({ scanner, files }: Parsing): Item {
  const at = scanner.peek();
  const type = parseType(scanner);
  const next = scanner.peek();
  const isTensor = next.kind === 'string' || next.kind === 'word' || scanner.at('{') || scanner.at('=');
  if (!isTensor) return { type: 'value-type', value: type };
  const name = next.kind === 'sign' ? '' : scanner.name('a name');
  scanner.take('=');
  return { type: 'tensor', value: parseTensorData(scanner, type, name === '' ? {} : { name }, files, at) };
}
