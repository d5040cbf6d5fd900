/** Lists whose length only a run knows: what a program can do with them, as operators on sequences. */
import { axisOf, fresh, type TensorInfo } from '../../dialects/aten/rule.ts';
import { type Attribute, int } from '../../ir/attribute.ts';
import type { Bounds } from '../../ir/bounds.ts';
import { add, type Dim, multiply } from '../../ir/shape.ts';
import type { ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { Operators } from '../operators/operators.ts';
import { typeOf } from '../recorder.ts';
import { freeze } from '../regions/frozen.ts';
import { listPattern } from '../regions/joiner.ts';
import { numberInfo } from '../regions/patterns.ts';
import { ScalarValue } from './scalars.ts';
import type { TensorValue } from './tensor.ts';
import { type CapturedValue, isTensor, ListValue, SequenceValue, UNKNOWN } from './values.ts';

const LENGTH: Bounds = { least: 0, most: Number.POSITIVE_INFINITY };

export function sequenceType(element: TensorInfo): ValueType {
  return { kind: 'sequence', element: typeOf(element) };
}

/** A sequence of values of one type. */
export function construct(operators: Operators, items: readonly Value[], element: TensorInfo): Value {
  const dtype: Attribute = { type: 'dtype', value: element.dtype };
  return record(operators, 'ListConstruct', items, sequenceType(element), { dtype });
}

/**
 * A call on a list whose length only a run knows, or at a place of a list that only a run knows; undefined for calls of
 * another kind.
 */
export function callOnSequences(
  operators: Operators,
  name: string,
  [list, argument = null, item = null]: readonly CapturedValue[],
): CapturedValue | undefined {
  if (!(list instanceof ListValue)) return undefined;
  if (!list.grown) {
    const at = name === '__getitem__' && argument instanceof ScalarValue;
    const sequence = at ? sequenceOf(operators, list) : undefined;
    return sequence && itemAt(operators, sequence, argument);
  }
  switch (name) {
    case 'len':
      return lengthOf(operators, list.grown);
    case 'append':
      return append(operators, list, list.grown, argument);
    case '_set_item':
      return setItem(operators, list, list.grown, argument, item);
    case '__getitem__':
      return itemAt(operators, list.grown, argument);
    case 'cat':
    case 'stack':
      return joined(operators, name, list.grown, argument ?? 0n);
    default:
      return undefined;
  }
}

/** Appends to a list, of known length or not. */
export function appendTo(operators: Operators, list: ListValue, item: CapturedValue): void {
  if (list.grown) append(operators, list, list.grown, item);
  else list.items.push(item);
}

/** The tensors of a list, of known length or not, along a new first axis. */
export function stack(operators: Operators, list: ListValue): CapturedValue {
  return list.grown ? joined(operators, 'stack', list.grown, 0n) : operators.tensorCall('stack', [list]);
}

/** The slice of a tensor along its first axis at a place that a run may decide. */
export function rowAt(operators: Operators, tensor: CapturedValue, at: CapturedValue): CapturedValue {
  if (!(at instanceof ScalarValue)) return operators.tensorCall('select', [tensor, 0n, at]);
  const place = operators.tensorCall('reshape', [operators.scalars.tensorOf(at), new ListValue([1n])]);
  return operators.tensorCall('squeeze', [operators.tensorCall('index_select', [tensor, 0n, place]), 0n]);
}

/** Reads a sequence: what it holds must be known. */
function valueOfSequence(operators: Operators, { value, storage }: SequenceValue): Value {
  operators.memory.checkDoubt(storage);
  return value;
}

function lengthOf(operators: Operators, { value }: SequenceValue): ScalarValue | bigint | number | boolean {
  const length = record(operators, 'ListLength', [value], typeOf(numberInfo('int')));
  return operators.scalars.ofTensor('int', operators.fresh(length, numberInfo('int')), LENGTH);
}

function append(operators: Operators, list: ListValue, grown: SequenceValue, item: CapturedValue): CapturedValue {
  const value = itemValue(operators, item);
  if (!value) return UNKNOWN;
  // Items that look different leave nothing known of what all have in common.
  const shape = grown.element.shape.map((size, axis) => (size === value.shape?.[axis] ? size : undefined));
  const element = { ...grown.element, shape };
  const inserted = record(operators, 'ListAppend', [grown.value, value], sequenceType(element));
  if (isTensor(item)) operators.memory.link(grown.storage, item.storage);
  list.grown = new SequenceValue(inserted, element, grown.number, grown.storage);
  return list;
}

/** `list[index] = item`; undefined where a run decides from which end the index counts. */
function setItem(
  operators: Operators,
  list: ListValue,
  grown: SequenceValue,
  index: CapturedValue,
  item: CapturedValue,
): CapturedValue | undefined {
  const counts = index instanceof ScalarValue && index.size.bounds.least >= 0;
  if (typeof index !== 'bigint' && !counts) return undefined;
  const place = typeof index === 'bigint' && index < 0n ? plus(operators, lengthOf(operators, grown), index) : index;
  const value = itemValue(operators, item);
  if (!value || !(place instanceof ScalarValue || typeof place === 'bigint')) return undefined;
  const at = operators.read(operators.scalars.tensorOf(place));
  const shape = grown.element.shape.map((size, axis) => (size === value.shape?.[axis] ? size : undefined));
  const element = { ...grown.element, shape };
  const held = valueOfSequence(operators, grown);
  const made = record(operators, 'ListSet', [held, at, value], sequenceType(element));
  if (isTensor(item)) operators.memory.link(grown.storage, item.storage);
  list.grown = new SequenceValue(made, element, grown.number, grown.storage);
  return null;
}

function plus(operators: Operators, a: CapturedValue, b: bigint): CapturedValue {
  if (!(a instanceof ScalarValue)) return typeof a === 'bigint' ? a + b : UNKNOWN;
  const sum = add(a.size, Number(b));
  return sum === undefined ? UNKNOWN : operators.scalars.ofSize(sum);
}

function itemAt(operators: Operators, sequence: SequenceValue, index: CapturedValue): CapturedValue {
  if (!(index instanceof ScalarValue || typeof index === 'bigint')) return UNKNOWN;
  const at = operators.read(operators.scalars.tensorOf(index));
  const list = valueOfSequence(operators, sequence);
  const item = opened(operators, record(operators, 'ListItem', [list, at], typeOf(sequence.element)), sequence.element);
  operators.memory.link(item.storage, sequence.storage);
  return sequence.number ? operators.scalars.ofTensor(sequence.number, item) : item;
}

/** `torch.cat` and `torch.stack`. */
function joined(
  operators: Operators,
  name: 'cat' | 'stack',
  sequence: SequenceValue,
  dim: CapturedValue,
): CapturedValue {
  if (typeof dim !== 'bigint' || sequence.number) return UNKNOWN;
  const { dtype, shape } = sequence.element;
  const axis = axisOf(Number(dim), shape.length + (name === 'stack' ? 1 : 0));
  const count = lengthOf(operators, sequence);
  const length: Dim = count instanceof ScalarValue ? count.size : Number(count);
  const sizes =
    name === 'stack'
      ? [...shape.slice(0, axis), length, ...shape.slice(axis)]
      : shape.map((size, k) => (k === axis ? multiply(size, length) : size));
  const op = name === 'stack' ? 'ListStack' : 'ListCat';
  const info = fresh(dtype, sizes);
  return opened(
    operators,
    record(operators, op, [valueOfSequence(operators, sequence)], typeOf(info), { dim: int(axis) }),
    info,
  );
}

/** A tensor whose unknown sizes get symbols. */
function opened(operators: Operators, value: Value, { dtype, shape }: TensorInfo): TensorValue {
  const { scalars, recorder } = operators;
  const sizes = shape.map(
    (size, axis) => size ?? recorder.symbols.fresh('u', () => scalars.sizeOf(value, axis), LENGTH),
  );
  const info = fresh(dtype, sizes);
  value.type = typeOf(info);
  return operators.fresh(value, info);
}

/** A list of known length as a sequence; undefined where its items are not of one kind. */
function sequenceOf(operators: Operators, list: ListValue): SequenceValue | undefined {
  const pattern = listPattern(
    list.items.map((item) => freeze(item)),
    operators.recorder.symbols,
  );
  const values = list.items.map((item) => itemValue(operators, item));
  if (!pattern || values.includes(undefined)) return undefined;
  const items = values.flatMap((value) => value ?? []);
  const made = new SequenceValue(construct(operators, items, pattern.element), pattern.element, pattern.number);
  for (const item of list.items) if (isTensor(item)) operators.memory.link(made.storage, item.storage);
  return made;
}

/** The tensor of an item; undefined for items that have none. */
function itemValue(operators: Operators, item: CapturedValue): Value | undefined {
  if (isTensor(item)) return item.info && operators.read(item);
  const number = item instanceof ScalarValue || typeof item === 'bigint' || typeof item === 'number';
  return number || typeof item === 'boolean' ? operators.read(operators.scalars.tensorOf(item)) : undefined;
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
