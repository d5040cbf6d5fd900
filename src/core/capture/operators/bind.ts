/** Arguments of a call brought into the form of a schema: by name, converted as TorchScript converts, defaults filled in. */
import { type ArgumentValue, isScalar, isSymInt } from '../../dialects/aten/arguments.ts';
import type { RuntimeKind } from '../../dialects/aten/resolve.ts';
import { dtypeOf } from '../../dialects/aten/scalar-types.ts';
import type { Schema, SchemaArgument, SchemaDefault } from '../../dialects/aten/schema.ts';
import { isPlacement, takesInputs } from '../../dialects/aten/schemas.ts';
import type { Attribute } from '../../ir/attribute.ts';
import { isDataType } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import type { Value } from '../../ir/value.ts';
import type { Facts } from '../values/facts.ts';
import { ScalarValue } from '../values/scalars.ts';
import { TensorValue } from '../values/tensor.ts';
import {
  type CapturedValue,
  DeviceValue,
  isScalarValue,
  isTensor,
  isUnknown,
  itemsOf,
  TupleValue,
  UNKNOWN,
  type UnknownValue,
} from '../values/values.ts';

export interface CallArguments {
  readonly positional: readonly CapturedValue[];
  readonly keywords: ReadonlyMap<string, CapturedValue>;
}

/** One bound argument; unknown where it follows from something that was reported. */
export type BoundValue = ArgumentValue<TensorValue> | UnknownValue;
export type Bound = Map<string, BoundValue>;

/** A number that the program takes from a tensor whose elements only a run knows. */
export class DataDependent extends Error {
  override readonly name = 'DataDependent';
}

export function kindOf(value: CapturedValue): RuntimeKind {
  if (value === null) return 'none';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value instanceof ScalarValue) return value.type;
  if (isTensor(value)) return 'tensor';
  if (isUnknown(value)) return 'unknown';
  if (value instanceof DeviceValue) return 'device';
  const items = itemsOf(value);
  return items ? { items: items.map(kindOf) } : 'other';
}

/** Binds a call that matches the schema. Throws DataDependent where a number would have to be read from a tensor. */
export function bind(schema: Schema, call: CallArguments, facts: Facts): Bound {
  const bound: Bound = new Map();
  let position = 0;
  for (const argument of schema.arguments) {
    let given = call.keywords.get(argument.name);
    if (given === undefined && !argument.keywordOnly) given = call.positional[position++];
    bound.set(argument.name, given === undefined ? fromDefault(argument) : convert(argument, known(given, facts)));
  }
  return bound;
}

/** A value with the numbers that it has on this way through the program. */
function known(value: CapturedValue, facts: Facts): CapturedValue {
  if (!facts.assumed) return value;
  const items = itemsOf(value);
  return items?.some(isScalarValue) ? new TupleValue(items.map((item) => facts.value(item))) : facts.value(value);
}

function fromDefault(argument: SchemaArgument): BoundValue {
  const value: SchemaDefault | undefined = argument.default;
  if (value === null || value === undefined) return undefined;
  return wantsType(argument) && typeof value === 'bigint' ? dtypeOf(value) : value;
}

/** `to.prim_dtype` declares its type as an int. */
function wantsType(argument: SchemaArgument): boolean {
  return argument.type.base === 'ScalarType' || (argument.name === 'dtype' && argument.type.base === 'int');
}

function convert(argument: SchemaArgument, value: CapturedValue): BoundValue {
  if (value === null) return undefined;
  if (isUnknown(value)) return UNKNOWN;
  const { list, size } = argument.type;
  const items = itemsOf(value);
  if (!list) return convertOne(argument, value);
  if (!items) {
    const one = convertOne(argument, value);
    return isUnknown(one as CapturedValue) ? UNKNOWN : joined(argument, Array<BoundValue>(size ?? 1).fill(one));
  }
  return joined(
    argument,
    items.map((item) => (item === null ? undefined : isUnknown(item) ? UNKNOWN : convertOne(argument, item))),
  );
}

function joined(argument: SchemaArgument, items: readonly BoundValue[]): BoundValue {
  if (takesInputs(argument)) {
    const tensors = items.filter(
      (item): item is TensorValue | undefined => item === undefined || item instanceof TensorValue,
    );
    return tensors.length === items.length ? tensors : UNKNOWN;
  }
  if (items.every((item) => typeof item === 'bigint'))
    return argument.type.base === 'float' ? items.map(Number) : items;
  if (items.every(isSymInt) && argument.type.base !== 'float') return items;
  if (items.every((item) => typeof item === 'boolean')) return items;
  if (items.every((item) => typeof item === 'number' || typeof item === 'bigint')) return items.map(Number);
  return UNKNOWN;
}

function convertOne(argument: SchemaArgument, value: CapturedValue): BoundValue {
  if (isTensor(value)) return takesInputs(argument) ? value : numberOf(argument, value);
  if (value instanceof ScalarValue) return ofScalar(argument, value);
  if (typeof value === 'bigint') {
    if (wantsType(argument)) return dtypeOf(value) ?? UNKNOWN;
    return argument.type.base === 'float' ? Number(value) : value;
  }
  if (value instanceof DeviceValue) return value.device;
  if (isScalar(value) || typeof value === 'string') return value;
  return UNKNOWN;
}

/** Ints go in as expressions: what cannot take them says so where it needs the number. */
function ofScalar(argument: SchemaArgument, { type, size }: ScalarValue): BoundValue {
  const { base } = argument.type;
  if (type === 'int' && (base === 'int' || base === 'Scalar')) return size;
  throw new DataDependent(`${argument.name} is a number that only a run knows`);
}

function numberOf(argument: SchemaArgument, tensor: TensorValue): BoundValue {
  if (tensor.scalar) return ofScalar(argument, tensor.scalar);
  const known = tensor.element;
  if (known === undefined) {
    if (!tensor.info) return UNKNOWN;
    throw new DataDependent(`${argument.name} is read from a tensor`);
  }
  if (argument.type.base === 'int') return BigInt(Math.trunc(Number(known)));
  if (argument.type.base === 'float') return Number(known);
  return argument.type.base === 'bool' ? Boolean(known) : known;
}

/** Whether anything that was bound follows from something reported. */
export function hasUnknown(bound: Bound): boolean {
  for (const value of bound.values()) {
    if (value instanceof TensorValue ? !value.info : value === UNKNOWN) return true;
    if (Array.isArray(value) && tensorsIn(value).some((item) => item && !item.info)) return true;
  }
  return false;
}

/** The tensors of a bound list; empty for lists of numbers. */
export function tensorsIn(value: BoundValue): readonly (TensorValue | undefined)[] {
  if (value instanceof TensorValue) return [value];
  if (!Array.isArray(value)) return [];
  const items: readonly unknown[] = value;
  return items.filter((item): item is TensorValue | undefined => item === undefined || item instanceof TensorValue);
}

/** The inputs and attributes of a node, as the aten graph wants them (see dialects/aten/arguments.ts). */
export function nodeArguments(
  schema: Schema,
  bound: Bound,
  read: (tensor: TensorValue) => Value,
): { inputs: (Value | undefined)[]; attributes: Map<string, Attribute> } {
  const inputs: (Value | undefined)[] = [];
  const attributes = new Map<string, Attribute>();
  for (const argument of schema.arguments) {
    const value = bound.get(argument.name);
    if (takesInputs(argument)) {
      if (argument.type.list) {
        const tensors = tensorsIn(value);
        attributes.set(argument.name, { type: 'int', value: BigInt(tensors.length) });
        for (const tensor of tensors) inputs.push(tensor && read(tensor));
      } else {
        inputs.push(value instanceof TensorValue ? read(value) : undefined);
      }
    } else if (!isPlacement(argument)) {
      const attribute = attributeOf(argument, value);
      if (attribute) attributes.set(argument.name, attribute);
    }
  }
  return { inputs, attributes };
}

function attributeOf(argument: SchemaArgument, value: BoundValue): Attribute | undefined {
  if (value === undefined) return { type: 'none', value: undefined };
  if (typeof value === 'bigint')
    return argument.type.base === 'float' ? { type: 'float', value: Number(value) } : { type: 'int', value };
  if (typeof value === 'number') return { type: 'float', value };
  if (value instanceof Expression) return { type: 'dim', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'string') {
    const dtype = wantsType(argument) && isDataType(value) ? value : undefined;
    return dtype ? { type: 'dtype', value: dtype } : { type: 'string', value };
  }
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value;
  if (argument.type.base === 'float') return { type: 'floats', value: items.map(Number) };
  if (items.every((item) => typeof item === 'boolean') && argument.type.base === 'bool')
    return { type: 'bools', value: items };
  if (items.every((item) => typeof item === 'bigint')) return { type: 'ints', value: items };
  if (items.every(isSymInt)) return { type: 'dims', value: items };
  return { type: 'floats', value: items.map(Number) };
}

/** A plain value as an attribute; undefined for values that none can hold. */
export function plainAttribute(value: CapturedValue): Attribute | undefined {
  if (value === null) return { type: 'none', value: undefined };
  if (typeof value === 'bigint') return { type: 'int', value };
  if (typeof value === 'number') return { type: 'float', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'string') return { type: 'string', value };
  const items = itemsOf(value);
  if (!items) return undefined;
  if (items.every((item) => typeof item === 'bigint')) return { type: 'ints', value: items };
  if (items.every((item) => typeof item === 'number')) return { type: 'floats', value: items };
  if (items.every((item) => typeof item === 'boolean')) return { type: 'bools', value: items };
  return items.every((item) => typeof item === 'string') ? { type: 'strings', value: items } : undefined;
}
