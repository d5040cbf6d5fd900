/**
 * PyTorch's schema language: one line that gives an operator's name, overload, arguments, aliasing and results
 * (aten/src/ATen/native/README.md of PyTorch describes it).
 */

/** The types that arguments and results have; `SymInt` is an `int` that may be symbolic, `Device?` and the like are marked optional. */
export type BaseType =
  | 'Tensor'
  | 'int'
  | 'float'
  | 'Scalar'
  | 'bool'
  | 'str'
  | 'ScalarType'
  | 'Device'
  | 'Layout'
  | 'MemoryFormat'
  | 'Generator'
  | 'complex';

export interface SchemaType {
  readonly base: BaseType;
  /** `SymInt`: PyTorch takes a size that only a run knows. */
  readonly symbolic: boolean;
  /** `T[]`; `size` is the n of `int[n]`, for which one number stands for n equal ones. */
  readonly list: boolean;
  readonly size: number | undefined;
  /** `T?[]`: elements may be None. */
  readonly elementOptional: boolean;
  /** `T?` or `T[]?`: None may be given. */
  readonly optional: boolean;
}

/** `(a!)`: shares memory with everything of set `a`, and `!` writes to it; `elements` where a list's elements do. */
export interface Alias {
  readonly set: string;
  readonly write: boolean;
}

export type SchemaDefault = null | bigint | number | boolean | string | readonly bigint[] | readonly number[];

export interface SchemaArgument {
  readonly name: string;
  readonly type: SchemaType;
  readonly alias: Alias | undefined;
  /** Undefined where the argument must be given; null is None. */
  readonly default: SchemaDefault | undefined;
  readonly keywordOnly: boolean;
}

export interface SchemaResult {
  readonly name: string;
  readonly type: SchemaType;
  readonly alias: Alias | undefined;
}

export interface Schema {
  /** `aten`. */
  readonly namespace: string;
  readonly name: string;
  readonly overload: string;
  readonly arguments: readonly SchemaArgument[];
  readonly results: readonly SchemaResult[];
  readonly text: string;
}

/** Parses one schema, `aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor`. Throws SyntaxError. */
export function parseSchema(text: string): Schema {
  const head = /^(?:(\w+)::)?(\w+)(?:\.(\w+))?\(/.exec(text);
  if (!head) throw new SyntaxError(`expected a schema such as "aten::relu(Tensor self) -> Tensor": ${text}`);
  const close = closing(text, head[0].length - 1);
  const arrow = /^\s*->\s*/.exec(text.slice(close + 1));
  if (!arrow) throw new SyntaxError(`expected "->" after the arguments: ${text}`);
  const results = text.slice(close + 1 + arrow[0].length).trim();
  const listed = results.startsWith('(') && closing(results, 0) === results.length - 1;
  let keywordOnly = false;
  const args: SchemaArgument[] = [];
  for (const part of splitTop(text.slice(head[0].length, close))) {
    if (part === '*') keywordOnly = true;
    else args.push(parseArgument(part, keywordOnly));
  }
  return {
    namespace: head[1] ?? 'aten',
    name: head[2] ?? '',
    overload: head[3] ?? '',
    arguments: args,
    results: (listed ? splitTop(results.slice(1, -1)) : [results]).map(parseResult),
    text,
  };
}

function parseArgument(part: string, keywordOnly: boolean): SchemaArgument {
  const { type, alias, rest } = parseType(part);
  const [, name, , given] = /^(\w+)(=(.*))?$/.exec(rest) ?? fail(part);
  return {
    name: name ?? '',
    type,
    alias,
    keywordOnly,
    default: given === undefined ? undefined : parseDefault(given, type),
  };
}

function parseResult(part: string): SchemaResult {
  const { type, alias, rest } = parseType(part);
  return { name: rest, type, alias };
}

const TYPE = /^(\w+)(\(([^)]*)\))?(\?)?(\[(\d*)\](\([^)]*\))?(\?)?)?(?:\s+|$)/;

function parseType(part: string): { type: SchemaType; alias: Alias | undefined; rest: string } {
  const match = TYPE.exec(part) ?? fail(part);
  const [all, base = '', , alias, firstOptional, list, size, , listOptional] = match;
  const type: SchemaType = {
    base: baseType(base),
    symbolic: base === 'SymInt',
    list: list !== undefined,
    size: size ? Number(size) : undefined,
    elementOptional: list !== undefined && firstOptional !== undefined,
    optional: list === undefined ? firstOptional !== undefined : listOptional !== undefined,
  };
  return { type, alias: alias === undefined ? undefined : parseAlias(alias), rest: part.slice(all.length).trim() };
}

/** `a`, `a!`, `a -> *`, `b|a`. */
function parseAlias(text: string): Alias {
  const set = /[a-z]+(\|[a-z]+)*/.exec(text)?.[0] ?? fail(text);
  return { set, write: text.includes('!') };
}

const BASES = new Set<string>([
  'Tensor',
  'int',
  'float',
  'Scalar',
  'bool',
  'str',
  'ScalarType',
  'Device',
  'Layout',
  'MemoryFormat',
  'Generator',
  'complex',
] satisfies BaseType[]);

function baseType(name: string): BaseType {
  if (name === 'SymInt') return 'int';
  // The set above holds exactly the names of the type.
  return BASES.has(name) ? (name as BaseType) : fail(name);
}

function parseDefault(text: string, type: SchemaType): SchemaDefault {
  if (text === 'None') return null;
  if (text === 'True' || text === 'False') return text === 'True';
  if (/^["']/.test(text)) return text.slice(1, -1);
  const number = (item: string): bigint | number =>
    type.base === 'float' || /[.e]/.test(item) ? Number(item) : BigInt(item);
  if (!text.startsWith('[')) {
    const value = number(text);
    // `int[2] stride=1` means [1, 1].
    return type.list && typeof value === 'bigint' ? Array<bigint>(type.size ?? 1).fill(value) : value;
  }
  const items = splitTop(text.slice(1, -1)).map(number);
  return items.some((item) => typeof item === 'number') ? items.map(Number) : items.map(BigInt);
}

/** Splits at the commas outside of brackets and quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? '';
    if (quote) quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === '' ? parts : [...parts, last];
}

/** The index of the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return fail(text);
}

function fail(text: string): never {
  throw new SyntaxError(`this is no part of a PyTorch schema: ${text}`);
}
