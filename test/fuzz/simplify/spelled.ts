/**
 * Expressions as text, added to a growing model node by node: `Mul (x, Tanh (Softplus (x)))`. Numbers are constants of one
 * element; `{axes: [-1]}` before the inputs are attributes, or inputs where the opset has them so.
 */
import { Tensor } from '../../../src/core/ir/tensor.ts';
import type { AttributeGiven, Grow, Setting } from './grow.ts';
import type { Known } from './program.ts';

/** What the names of an expression stand for: values, or numbers of attributes. */
export type Names = Readonly<Record<string, Known | readonly number[]>>;

/** What is added in one of several spellings, and what the names in them stand for; undefined where nothing at hand fits. */
export interface Composite {
  readonly texts: readonly string[];
  readonly names: (grow: Grow) => Names | undefined;
}

type Term =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | {
      readonly kind: 'node';
      readonly op: string;
      readonly options: readonly Option[];
      readonly inputs: readonly Term[];
    };

interface Option {
  readonly name: string;
  /** Numbers, or what stands for them. */
  readonly value: string | number | readonly number[];
}

/** One number that is an input at some opsets, of the type of the first. */
const BOUNDS = new Set(['min', 'max']);
const TOKEN = /\s*([A-Za-z_]\w*|-?\d+(?:\.\d+)?(?:e-?\d+)?|.)/gy;

/** The nodes of `text`, of which the last value is given; undefined where one of them does not work at this opset. */
export async function spelled(grow: Grow, text: string, names: Names): Promise<Known | undefined> {
  return added(grow, parsed(text), names, new Map());
}

function parsed(text: string): Term {
  const tokens = [...text.trim().matchAll(TOKEN)].map((match) => match[1] ?? '');
  let at = 0;
  const next = () => tokens[at++] ?? '';
  const taken = (token: string) => tokens[at] === token && at++ >= 0;
  const expect = (token: string) => {
    if (!taken(token)) throw new Error(`'${token}' is missing before '${tokens[at]}' in ${text}`);
  };
  const number = (token: string): number => {
    if (Number.isNaN(Number(token))) throw new Error(`'${token}' is no number in ${text}`);
    return Number(token);
  };
  const option = (): Option => {
    const name = next();
    expect(':');
    if (!taken('[')) {
      const value = next();
      return { name, value: Number.isNaN(Number(value)) ? value : Number(value) };
    }
    const value: number[] = [];
    while (!taken(']')) {
      value.push(number(next()));
      taken(',');
    }
    return { name, value };
  };
  const term = (): Term => {
    const token = next();
    if (!/^[A-Z]/.test(token))
      return /^[a-z]/.test(token) ? { kind: 'name', name: token } : { kind: 'number', value: number(token) };
    const options: Option[] = [];
    if (taken('{'))
      while (!taken('}')) {
        options.push(option());
        taken(',');
      }
    const inputs: Term[] = [];
    expect('(');
    while (!taken(')')) {
      inputs.push(term());
      taken(',');
    }
    return { kind: 'node', op: token, options, inputs };
  };
  const whole = term();
  if (at < tokens.length) throw new Error(`'${tokens[at]}' is too much in ${text}`);
  return whole;
}

/** The same part of an expression is one value, most often. */
async function added(
  grow: Grow,
  term: Term,
  names: Names,
  known: Map<string, Known>,
  neighbour?: Known,
): Promise<Known | undefined> {
  if (term.kind === 'name') return valueNamed(names, term.name);
  if (term.kind === 'number') return grow.constant(numberBeside(grow, term.value, neighbour));
  const key = JSON.stringify(term);
  const before = known.get(key);
  if (before && grow.chance.flip(0.9)) return before;
  const inputs: Known[] = [];
  // Numbers take their type from what they stand beside, which a condition is not.
  const beside = term.op === 'Where' ? term.inputs.slice(1) : term.inputs;
  const first = [...beside, ...term.inputs].find((each) => each.kind !== 'number');
  const partner = first && (await added(grow, first, names, known));
  for (const each of term.inputs) {
    const input = each === first ? partner : await added(grow, each, names, known, partner);
    if (!input) return undefined;
    inputs.push(input);
  }
  const [made] = (await grow.add(term.op, turned(grow, term.op, inputs), options(term, names, partner))) ?? [];
  if (made) known.set(key, made);
  // Somebody else may read what a rule would take away.
  if (made && grow.chance.flip(0.02)) await grow.add('Neg', [made]);
  return made;
}

function options({ options: given }: Term & { readonly kind: 'node' }, names: Names, partner: Known | undefined) {
  const attributes: Record<string, AttributeGiven> = {};
  const settings: Record<string, Setting> = {};
  for (const { name, value } of given) {
    const numbers = typeof value === 'string' ? names[value] : value;
    if (numbers === undefined || (typeof numbers === 'object' && 'tensor' in numbers))
      throw new Error(`no numbers are named ${value}`);
    if (typeof numbers === 'object') settings[name] = { values: numbers };
    else if (!BOUNDS.has(name)) attributes[name] = numbers;
    else settings[name] = { values: [numbers], scalar: true, dtype: partner?.tensor.dtype ?? 'float32' };
  }
  return { attributes, settings };
}

/** Sums and products are written either way round. */
function turned(grow: Grow, op: string, inputs: readonly Known[]): readonly Known[] {
  return ['Add', 'Mul'].includes(op) && grow.chance.flip(0.3) ? [...inputs].reverse() : inputs;
}

/** Now and then another number, so that a rule nearly fits. */
function numberBeside(grow: Grow, value: number, beside: Known | undefined): Tensor {
  const dtype = beside?.tensor.dtype ?? 'float32';
  const own = grow.chance.flip(0.03) ? value + 1 : value;
  return Tensor.of(dtype, grow.chance.pick([[], [], [1]]), [own]);
}

function valueNamed(names: Names, name: string): Known | undefined {
  const found = names[name];
  if (!found || !('tensor' in found)) throw new Error(`no value is named ${name}`);
  return found;
}
