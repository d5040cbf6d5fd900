/**
 * Lists whose length only a run knows, as values of the graph: tensors are an ONNX sequence, numbers a tensor of one axis.
 * What a program does with lists stands in open-lists.ts; here is what it takes: making one, its length, its items.
 */
import { fresh, type TensorInfo } from '../../dialects/aten/rule.ts';
import { type Attribute, int } from '../../ir/attribute.ts';
import type { Bounds } from '../../ir/bounds.ts';
import { add, type Dim, sameDim } from '../../ir/shape.ts';
import type { ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { Operators } from '../operators/operators.ts';
import { typeOf } from '../recorder.ts';
import { freeze } from '../regions/frozen.ts';
import { listPattern } from '../regions/joiner.ts';
import { numberInfo } from '../regions/patterns.ts';
import { type ScalarType, ScalarValue } from './scalars.ts';
import type { TensorValue } from './tensor.ts';
import { type CapturedValue, isTensor, ListValue, SequenceValue } from './values.ts';

const LENGTH: Bounds = { least: 0, most: Number.POSITIVE_INFINITY };

/** What the items of a list have in common. */
export interface Items {
  readonly element: TensorInfo;
  /** The kind of its numbers; undefined where it holds tensors. */
  readonly number: ScalarType | undefined;
}

/** The type of the value that holds such a list. */
export function sequenceType({ element, number }: Items): ValueType {
  const item = typeOf(element);
  return number ? typeOf({ ...element, shape: [undefined] }) : { kind: 'sequence', element: item };
}

/** A list of values of one type. */
export function construct(operators: Operators, items: readonly Value[], kind: Items): Value {
  const { element, number } = kind;
  if (number && items.length > 0) {
    const info = fresh(element.dtype, [items.length]);
    return record(operators, 'ListOfNumbers', items, typeOf(info));
  }
  const dtype: Attribute = { type: 'dtype', value: element.dtype };
  return record(operators, number ? 'ListOfNumbers' : 'ListConstruct', items, sequenceType(kind), { dtype });
}

/** A list of known length as one of unknown length; undefined where its items are not of one kind. */
export function asSequence(operators: Operators, list: ListValue): SequenceValue | undefined {
  if (list.grown) return list.grown;
  const pattern = listPattern(
    list.items.map((item) => freeze(item)),
    operators.recorder.symbols,
  );
  const values = list.items.map((item) => itemValue(operators, item));
  if (!pattern || values.includes(undefined)) return undefined;
  const items = values.flatMap((value) => value ?? []);
  const made = sequence(construct(operators, items, pattern), pattern, undefined, items.length);
  for (const item of list.items) if (isTensor(item)) operators.memory.link(made.storage, item.storage);
  return made;
}

/** A list made from another, whose items may be those of the other. */
export function sequence(value: Value, kind: Items, from?: SequenceValue, length?: Dim): SequenceValue {
  const made = new SequenceValue(value, kind.element, kind.number, from?.storage);
  made.length = length;
  return made;
}

/** Reads a list: what it holds must be known. */
export function held(operators: Operators, { value, storage }: SequenceValue): Value {
  operators.memory.checkDoubt(storage);
  return value;
}

/** How many items there are. */
export function lengthOf(operators: Operators, list: SequenceValue): Dim {
  const { symbols } = operators.recorder;
  if (list.length !== undefined && symbols.sees(list.length)) return list.length;
  const provide = () =>
    list.number
      ? operators.scalars.sizeOf(list.value, 0)
      : record(operators, 'ListLength', [list.value], typeOf(numberInfo('int')));
  const made = provide();
  list.length = symbols.fresh('u', () => made, LENGTH);
  return list.length;
}

/** The numbers of a list as a tensor. */
export function vectorOf(operators: Operators, list: SequenceValue): TensorValue {
  const value = held(operators, list);
  const info = fresh(list.element.dtype, [lengthOf(operators, list)]);
  if (value.shape?.[0] === undefined) value.type = typeOf(info);
  return operators.fresh(value, info);
}

/** A tensor of one axis as a list of numbers. */
export function ofVector(operators: Operators, vector: TensorValue, number: ScalarType): SequenceValue {
  return sequence(operators.read(vector), { element: numberInfo(number), number }, undefined, vector.shape?.[0]);
}

/** The item at a place that counts from either end. */
export function itemAt(operators: Operators, list: SequenceValue, index: ScalarValue | bigint): CapturedValue {
  if (typeof index === 'bigint' && list.at) return list.at(index);
  const at = operators.read(operators.scalars.tensorOf(index));
  const items = held(operators, list);
  const { element, number } = list;
  if (number) {
    const item = record(operators, 'NumberItem', [items, at], typeOf(element));
    return operators.scalars.ofTensor(number, operators.fresh(item, element));
  }
  const item = opened(operators, record(operators, 'ListItem', [items, at], typeOf(element)), element);
  operators.memory.link(item.storage, list.storage);
  return item;
}

/** The slice of a tensor along its first axis at a place that a run may decide. */
export function rowAt(operators: Operators, tensor: CapturedValue, at: CapturedValue): CapturedValue {
  if (!(at instanceof ScalarValue)) return operators.tensorCall('select', [tensor, 0n, at]);
  const place = operators.tensorCall('reshape', [operators.scalars.tensorOf(at), new ListValue([1n])]);
  return operators.tensorCall('squeeze', [operators.tensorCall('index_select', [tensor, 0n, place]), 0n]);
}

/** A list with one more item before a place from 0 on, or at its end. */
export function inserted(
  operators: Operators,
  list: SequenceValue,
  at: Value | undefined,
  item: CapturedValue,
): SequenceValue | undefined {
  const value = itemValue(operators, item);
  if (!value) return undefined;
  const kind = withItem(list, value);
  const inputs = [held(operators, list), value, ...(at ? [at] : [])];
  const op = list.number ? 'NumberInsert' : 'ListInsert';
  const made = record(operators, op, inputs, sequenceType(kind));
  if (isTensor(item)) operators.memory.link(list.storage, item.storage);
  return sequence(made, kind, list, add(list.length, 1));
}

/** A list without the item at a place from 0 on. */
export function erased(operators: Operators, list: SequenceValue, at: Value): SequenceValue {
  const op = list.number ? 'NumberErase' : 'ListErase';
  const made = record(operators, op, [held(operators, list), at], sequenceType(list));
  return sequence(made, list, list, add(list.length, -1));
}

/** The items at places, a tensor of one axis. */
export function picked(operators: Operators, list: SequenceValue, places: TensorValue): SequenceValue {
  const op = list.number ? 'NumberPick' : 'ListPick';
  const inputs = [held(operators, list), operators.read(places)];
  return sequence(record(operators, op, inputs, sequenceType(list)), list, list, places.shape?.[0]);
}

/** One list behind another; undefined where they hold different kinds of items. */
export function chained(operators: Operators, a: SequenceValue, b: SequenceValue): SequenceValue | undefined {
  if (a.number !== b.number || a.element.dtype !== b.element.dtype) return undefined;
  if (a.element.shape.length !== b.element.shape.length) return undefined;
  const kind = { element: { ...a.element, shape: commonSizes(a.element.shape, b.element.shape) }, number: a.number };
  const op = a.number ? 'NumberChain' : 'ListChain';
  const made = record(operators, op, [held(operators, a), held(operators, b)], sequenceType(kind));
  operators.memory.link(a.storage, b.storage);
  return sequence(made, kind, a, add(lengthOf(operators, a), lengthOf(operators, b)));
}

/** Items that look different leave nothing known of what all have in common. */
function withItem({ element, number }: Items, item: Value): Items {
  return { element: { ...element, shape: commonSizes(element.shape, item.shape ?? []) }, number };
}

function commonSizes(a: TensorInfo['shape'], b: TensorInfo['shape']): TensorInfo['shape'] {
  return a.map((size, axis) => (sameDim(size, b[axis]) ? size : undefined));
}

/** A tensor whose unknown sizes get symbols. */
export function opened(operators: Operators, value: Value, { dtype, shape }: TensorInfo): TensorValue {
  const { scalars, recorder } = operators;
  const sizes = shape.map(
    (size, axis) => size ?? recorder.symbols.fresh('u', () => scalars.sizeOf(value, axis), LENGTH),
  );
  const info = fresh(dtype, sizes);
  value.type = typeOf(info);
  return operators.fresh(value, info);
}

/** The tensor of an item; undefined for items that have none. */
function itemValue(operators: Operators, item: CapturedValue): Value | undefined {
  if (isTensor(item)) return item.info && operators.read(item);
  const number = item instanceof ScalarValue || typeof item === 'bigint' || typeof item === 'number';
  return number || typeof item === 'boolean' ? operators.read(operators.scalars.tensorOf(item)) : undefined;
}

/** `torch.cat` and `torch.stack` of all items along an axis; `info` is what that gives. */
export function joined(
  operators: Operators,
  op: 'ListCat' | 'ListStack',
  list: SequenceValue,
  axis: number,
  info: TensorInfo,
): TensorValue {
  const value = record(operators, op, [held(operators, list)], typeOf(info), { dim: int(axis) });
  return opened(operators, value, info);
}

function record(
  operators: Operators,
  op: string,
  inputs: readonly Value[],
  type: ValueType,
  attributes: Readonly<Record<string, Attribute>> = {},
): Value {
  const value = operators.recorder.value({ domain: 'prim', op, inputs, attributes, output: undefined });
  value.type = type;
  return value;
}
