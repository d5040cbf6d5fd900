/**
 * Reads a node of the aten graph by the names of its schema. Tensors are inputs, in the order of the schema (a list
 * takes as many as its attribute counts); everything else is an attribute.
 */
import type { Attribute } from '../../ir/attribute.ts';
import type { DataType } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { schemaOf, takesInputs } from './schemas.ts';

/** A number as PyTorch's `Scalar`: an int (bigint), a float, or a bool. Its kind matters for type promotion. */
export type Scalar = bigint | number | boolean;

export type ArgumentValue =
  | Value
  | readonly (Value | undefined)[]
  | Scalar
  | string
  | readonly bigint[]
  | readonly number[]
  | readonly boolean[]
  | undefined;

/** The arguments of one node by name. Every reader throws TypeError where the argument is of another kind or absent. */
export class Arguments {
  constructor(
    private readonly node: Node,
    private readonly values: ReadonlyMap<string, ArgumentValue>,
  ) {}

  /** Any argument; None and absent are undefined. */
  get(name: string): ArgumentValue {
    return this.values.get(name);
  }

  has(name: string): boolean {
    return this.values.get(name) !== undefined;
  }

  get names(): Iterable<string> {
    return this.values.keys();
  }

  tensor(name: string): Value {
    const value = this.optionalTensor(name);
    return value ?? this.fail(name, 'a tensor');
  }

  optionalTensor(name: string): Value | undefined {
    const value = this.values.get(name);
    return value === undefined || isValue(value) ? value : this.fail(name, 'a tensor');
  }

  /** The tensors of a list; None elements are undefined. */
  tensors(name: string): readonly (Value | undefined)[] {
    const value = this.values.get(name);
    if (!Array.isArray(value)) return this.fail(name, 'a list of tensors');
    const list: readonly unknown[] = value;
    return list.map((item) => (item === undefined || isValue(item) ? item : this.fail(name, 'a list of tensors')));
  }

  int(name: string): bigint {
    return this.optionalInt(name) ?? this.fail(name, 'an int');
  }

  optionalInt(name: string): bigint | undefined {
    const value = this.values.get(name);
    return value === undefined || typeof value === 'bigint' ? value : this.fail(name, 'an int');
  }

  /** An int as a number, for sizes, axes and counts. */
  number(name: string): number {
    return Number(this.int(name));
  }

  float(name: string): number {
    return this.optionalFloat(name) ?? this.fail(name, 'a float');
  }

  optionalFloat(name: string): number | undefined {
    const value = this.values.get(name);
    return value === undefined || typeof value === 'number' ? value : this.fail(name, 'a float');
  }

  bool(name: string): boolean {
    return this.optionalBool(name) ?? this.fail(name, 'a bool');
  }

  optionalBool(name: string): boolean | undefined {
    const value = this.values.get(name);
    return value === undefined || typeof value === 'boolean' ? value : this.fail(name, 'a bool');
  }

  scalar(name: string): Scalar {
    return this.optionalScalar(name) ?? this.fail(name, 'a number');
  }

  optionalScalar(name: string): Scalar | undefined {
    const value = this.values.get(name);
    if (value === undefined || typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') {
      return value;
    }
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
    return this.node.attributes.get(name)?.type === 'dtype' ? this.node.attribute(name, 'dtype') : undefined;
  }

  ints(name: string): readonly bigint[] {
    return this.optionalInts(name) ?? this.fail(name, 'a list of ints');
  }

  optionalInts(name: string): readonly bigint[] | undefined {
    const attribute = this.node.attributes.get(name);
    if (!attribute || attribute.type === 'none') return undefined;
    return attribute.type === 'ints' ? attribute.value : this.fail(name, 'a list of ints');
  }

  /** A list of ints as numbers, for sizes and axes. */
  numbers(name: string): readonly number[] {
    return this.ints(name).map(Number);
  }

  optionalFloats(name: string): readonly number[] | undefined {
    const attribute = this.node.attributes.get(name);
    if (!attribute || attribute.type === 'none') return undefined;
    return attribute.type === 'floats' ? attribute.value : this.fail(name, 'a list of floats');
  }

  private fail(name: string, expected: string): never {
    throw new TypeError(`argument ${name} of ${this.node.operator} is not ${expected}`);
  }
}

/** The arguments of a node whose schema is known. Throws TypeError for other nodes: ask `schemaOf` first. */
export function argumentsOf(node: Node): Arguments {
  const schema = schemaOf(node);
  if (!schema) throw new TypeError(`${node.operator}.${node.overload} has no known schema`);
  const values = new Map<string, ArgumentValue>();
  let slot = 0;
  for (const argument of schema.arguments) {
    const attribute = node.attributes.get(argument.name);
    if (!takesInputs(argument)) {
      if (attribute) values.set(argument.name, plainValue(attribute));
    } else if (!argument.type.list) {
      values.set(argument.name, node.input(slot++));
    } else if (attribute?.type === 'int') {
      values.set(
        argument.name,
        Array.from({ length: Number(attribute.value) }, () => node.input(slot++)),
      );
    }
  }
  return new Arguments(node, values);
}

function plainValue(attribute: Attribute): ArgumentValue {
  switch (attribute.type) {
    case 'int':
    case 'float':
    case 'bool':
    case 'ints':
    case 'floats':
    case 'bools':
    case 'dtype':
      return attribute.value;
    case 'string':
      return typeof attribute.value === 'string' ? attribute.value : new TextDecoder().decode(attribute.value);
    case 'none':
      return undefined;
    default:
      throw new TypeError(`an aten node has no attribute of type ${attribute.type}`);
  }
}

function isValue(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && 'useSet' in value;
}
