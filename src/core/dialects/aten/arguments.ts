/**
 * Reads the arguments of an operator by the names of its schema. On a node, tensors are inputs, in the order of the
 * schema (a list takes as many as its attribute counts), and everything else is an attribute. Attributes may hold
 * expressions over symbols: behind all inputs of the schema then come tensors without axes that hold the symbols' numbers.
 */
import type { Attribute } from '../../ir/attribute.ts';
import { type DataType, isDataType } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import type { Node } from '../../ir/node.ts';
import type { Dim, Shape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { Schema } from './schema.ts';
import { SYMBOLS, schemaOf, takesInputs } from './schemas.ts';

/** A number as PyTorch's `Scalar`: an int (bigint), a float, or a bool. Its kind matters for type promotion. */
export type Scalar = bigint | number | boolean;

/** An int where a schema takes SymInt, or a Scalar: a number, or an expression over sizes that only a run knows. */
export type SymInt = bigint | Expression;

/** An argument whose tensors are of type T; None is undefined, a `ScalarType` is numpy's name. */
export type ArgumentValue<T extends object> =
  | T
  | readonly (T | undefined)[]
  | Scalar
  | Expression
  | string
  | readonly SymInt[]
  | readonly number[]
  | readonly boolean[]
  | undefined;

/** An argument that must be a number, and is an expression over sizes that only a run knows. */
export class SymbolicArgument extends Error {
  override readonly name = 'SymbolicArgument';
  constructor(
    readonly argument: string,
    readonly value: Expression,
  ) {
    super(`its ${argument} must be a number, and is ${value}`);
  }
}

/**
 * The arguments of one call by name. Every reader throws TypeError where the argument is of another kind or absent, and
 * SymbolicArgument where it is an expression: only `dim`, `dims` and `scalar` take those.
 */
export class ArgumentReader<T extends object> {
  constructor(
    readonly schema: Schema,
    private readonly values: ReadonlyMap<string, ArgumentValue<T>>,
  ) {}

  /** Any argument; None and absent are undefined. */
  get(name: string): ArgumentValue<T> {
    return this.values.get(name);
  }

  /** Whether it was given and is not None. */
  has(name: string): boolean {
    return this.values.get(name) !== undefined;
  }

  get names(): Iterable<string> {
    return this.values.keys();
  }

  tensor(name: string): T {
    return this.optionalTensor(name) ?? this.fail(name, 'a tensor');
  }

  optionalTensor(name: string): T | undefined {
    const value = this.values.get(name);
    return value === undefined || isTensor<T>(value) ? value : this.fail(name, 'a tensor');
  }

  /** The tensors of a list, whose elements may be None. */
  optionalTensors(name: string): readonly (T | undefined)[] {
    return this.list(name, 'a list of tensors', (item) => item === undefined || isTensor<T>(item));
  }

  tensors(name: string): readonly T[] {
    return this.list(name, 'a list of tensors', isTensor<T>);
  }

  int(name: string): bigint {
    return this.optionalInt(name) ?? this.fail(name, 'an int');
  }

  optionalInt(name: string): bigint | undefined {
    const value = this.values.get(name);
    return value === undefined || typeof value === 'bigint' ? value : this.fail(name, 'an int');
  }

  /** A size, an index or a count, which may be an expression. */
  dim(name: string): Dim {
    const value = this.values.get(name);
    return value instanceof Expression ? value : this.number(name);
  }

  optionalDim(name: string): Dim {
    return this.has(name) ? this.dim(name) : undefined;
  }

  /** A list of sizes, each of which may be an expression. */
  dims(name: string): Shape {
    const items = this.list(name, 'a list of ints', isSymInt);
    return items.map((item) => (typeof item === 'bigint' ? Number(item) : item));
  }

  optionalDims(name: string): Shape | undefined {
    return this.has(name) ? this.dims(name) : undefined;
  }

  /** An int as a number, for sizes, axes and counts. */
  number(name: string): number {
    return Number(this.int(name));
  }

  /** A float; an int is taken for one, as Python does. */
  float(name: string): number {
    return this.optionalFloat(name) ?? this.fail(name, 'a float');
  }

  optionalFloat(name: string): number | undefined {
    const value = this.values.get(name);
    if (typeof value === 'bigint') return Number(value);
    return value === undefined || typeof value === 'number' ? value : this.fail(name, 'a float');
  }

  bool(name: string): boolean {
    return this.optionalBool(name) ?? this.fail(name, 'a bool');
  }

  optionalBool(name: string): boolean | undefined {
    const value = this.values.get(name);
    return value === undefined || typeof value === 'boolean' ? value : this.fail(name, 'a bool');
  }

  scalar(name: string): Scalar | Expression {
    return this.optionalScalar(name) ?? this.fail(name, 'a number');
  }

  optionalScalar(name: string): Scalar | Expression | undefined {
    const value = this.values.get(name);
    if (value === undefined || isScalar(value) || value instanceof Expression) return value;
    return this.fail(name, 'a number');
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.fail(name, 'text');
  }

  optionalString(name: string): string | undefined {
    const value = this.values.get(name);
    return value === undefined || typeof value === 'string' ? value : this.fail(name, 'text');
  }

  /** A `ScalarType`, by numpy's name; undefined where it is None or absent. */
  dtype(name: string): DataType | undefined {
    const value = this.optionalString(name);
    return value === undefined || isDataType(value) ? value : this.fail(name, 'an element type');
  }

  ints(name: string): readonly bigint[] {
    return this.list(name, 'a list of ints', (item) => typeof item === 'bigint');
  }

  optionalInts(name: string): readonly bigint[] | undefined {
    return this.has(name) ? this.ints(name) : undefined;
  }

  /** A list of ints as numbers, for sizes and axes. */
  numbers(name: string): readonly number[] {
    return this.ints(name).map(Number);
  }

  optionalNumbers(name: string): readonly number[] | undefined {
    return this.has(name) ? this.numbers(name) : undefined;
  }

  floats(name: string): readonly number[] {
    return this.list(name, 'a list of floats', (item) => typeof item === 'number');
  }

  optionalFloats(name: string): readonly number[] | undefined {
    return this.has(name) ? this.floats(name) : undefined;
  }

  private list<I>(name: string, expected: string, belongs: (item: unknown) => item is I): readonly I[] {
    const value: unknown = this.values.get(name);
    if (!Array.isArray(value)) return this.fail(name, expected);
    const items: readonly unknown[] = value;
    return items.map((item) => (belongs(item) ? item : this.fail(name, expected)));
  }

  private fail(name: string, expected: string): never {
    const value: unknown = this.values.get(name);
    const symbolic = Array.isArray(value) ? value.find((item) => item instanceof Expression) : value;
    if (symbolic instanceof Expression) throw new SymbolicArgument(name, symbolic);
    throw new TypeError(`argument ${name} of ${this.schema.namespace}::${this.schema.name} is not ${expected}`);
  }
}

/** The arguments of a node. */
export type Arguments = ArgumentReader<Value>;

/** The arguments of a node whose schema is known. Throws TypeError for other nodes: ask `schemaOf` first. */
export function argumentsOf(node: Node): Arguments {
  const schema = schemaOf(node);
  if (!schema) throw new TypeError(`${node.operator}.${node.overload} has no known schema`);
  const values = new Map<string, ArgumentValue<Value>>();
  let slot = 0;
  for (const argument of schema.arguments) {
    const attribute = node.attributes.get(argument.name);
    if (!takesInputs(argument)) {
      if (attribute) values.set(argument.name, plainValue(attribute));
    } else if (!argument.type.list) {
      values.set(argument.name, node.input(slot++));
    } else if (attribute?.type === 'int') {
      const slots = Array.from({ length: Number(attribute.value) }, () => node.input(slot++));
      values.set(argument.name, slots);
    }
  }
  return new ArgumentReader(schema, values);
}

/** The symbols of the expressions among a node's attributes, and the tensors without axes that hold their numbers. */
export function symbolsOf(node: Node): [symbol: string, provider: Value][] {
  const names = node.attributes.get(SYMBOLS);
  if (names?.type !== 'strings') return [];
  const first = node.inputCount - names.value.length;
  return names.value.flatMap((name, k): [string, Value][] => {
    const provider = node.input(first + k);
    return provider ? [[String(name), provider]] : [];
  });
}

export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
}

export function isSymInt(value: unknown): value is SymInt {
  return typeof value === 'bigint' || value instanceof Expression;
}

function isTensor<T extends object>(value: unknown): value is T {
  // Tensors are the only objects among arguments that are neither arrays nor expressions.
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Expression);
}

function plainValue(attribute: Attribute): ArgumentValue<Value> {
  switch (attribute.type) {
    case 'int':
    case 'float':
    case 'bool':
    case 'ints':
    case 'floats':
    case 'bools':
    case 'dtype':
    case 'dim':
    case 'dims':
      return attribute.value;
    case 'string':
      return typeof attribute.value === 'string' ? attribute.value : new TextDecoder().decode(attribute.value);
    case 'none':
      return undefined;
    default:
      throw new TypeError(`an aten node has no attribute of type ${attribute.type}`);
  }
}
