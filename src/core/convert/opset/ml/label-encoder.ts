/**
 * LabelEncoder: until 1 a list of texts and their places, from 2 on keys and values in lists, from 4 on also in tensors of more
 * types. Source: the operator changelog of ai.onnx.ml (LabelEncoder 1, 2, 4; CategoryMapper 1).
 */

import { ML } from '../../../dialects/onnx/ml-versions.ts';
import { type Attribute, floats, int, ints, strings } from '../../../ir/attribute.ts';
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, operand, tooOld } from '../adapter.ts';
import { naturals } from '../decompositions/counting.ts';
import { typed } from '../decompositions/forms.ts';
import { mlDown, mlUp } from './facts.ts';
import { textOf, textsOf, textTensor } from './texts.ts';

/** Keys, or values: one list, and the type of its elements. */
type List =
  | { readonly dtype: 'string'; readonly items: readonly string[] }
  | { readonly dtype: 'int64' | 'int32' | 'int16'; readonly items: readonly bigint[] }
  | { readonly dtype: 'float32' | 'float64'; readonly items: readonly number[] };

type Attributes = readonly (readonly [string, Attribute])[];

function listOfTensor(node: Node, tensor: Tensor): List {
  const { dtype } = tensor;
  switch (dtype) {
    case 'string':
      return { dtype, items: tensor.strings().map((text) => textOf(node, text)) };
    case 'int64':
    case 'int32':
    case 'int16':
      return { dtype, items: tensor.numbers().map((_, k) => integerAt(tensor, k)) };
    case 'float32':
    case 'float64':
      return { dtype, items: tensor.numbers() };
    default:
      return tooOld(node, 4, `it has elements of ${dtype}`);
  }
}

function integerAt(tensor: Tensor, k: number): bigint {
  return tensor.dtype === 'int64' ? (tensor.bigints()[k] ?? 0n) : BigInt(tensor.numbers()[k] ?? 0);
}

function listOf(node: Node, name: 'keys' | 'values'): List {
  const tensor = node.attribute(`${name}_tensor`, 'tensor');
  if (tensor) return listOfTensor(node, tensor);
  const texts = textsOf(node, `${name}_strings`);
  if (texts) return { dtype: 'string', items: texts };
  const integers = node.ints(`${name}_int64s`);
  if (integers) return { dtype: 'int64', items: integers };
  const numbers = node.attribute(`${name}_floats`, 'floats');
  return numbers ? { dtype: 'float32', items: numbers } : tooOld(node, 2, `it has no ${name}`);
}

/** What stands for what is no key, as a list of one. */
function fallbackOf(node: Node, { dtype }: List): List {
  const tensor = node.attribute('default_tensor', 'tensor');
  if (tensor) return listOfTensor(node, tensor);
  if (dtype === 'string') return { dtype, items: [node.string('default_string', '_Unused')] };
  if (dtype === 'float32' || dtype === 'float64') return { dtype, items: [node.float('default_float', -0)] };
  return { dtype, items: [node.int('default_int64', -1n)] };
}

/** In lists of texts, 64-bit integers and floats: the type to cast to and back, where that is another. */
function listed(node: Node, list: List, name: string): Attributes {
  switch (list.dtype) {
    case 'string':
      return [[name === 'default' ? 'default_string' : `${name}_strings`, textAttribute(list.items, name)]];
    case 'float32':
    case 'float64': {
      if (list.items.some((item) => !Object.is(Math.fround(item), item) && !Number.isNaN(item)))
        tooOld(node, 4, `its ${name} are doubles`);
      const [only = 0] = list.items;
      return [
        name === 'default' ? ['default_float', { type: 'float', value: only }] : [`${name}_floats`, floats(list.items)],
      ];
    }
    default: {
      const [only = 0n] = list.items;
      return [name === 'default' ? ['default_int64', int(only)] : [`${name}_int64s`, ints(list.items)]];
    }
  }
}

function textAttribute(items: readonly string[], name: string): Attribute {
  return name === 'default' ? { type: 'string', value: items[0] ?? '' } : strings(items);
}

/** Whether any NaN, or that very one, is a key depends on the version. */
function checkKeys(node: Node, { dtype, items }: List): void {
  if (dtype === 'float32' && items.some(Number.isNaN)) tooOld(node, 4, 'which NaN its key is depends on the version');
}

/** Of keys that stand twice the last one counts from 4 on; before, that was not said. */
function lastOfEach<L extends List>(list: L): readonly number[] {
  const places = new Map<string | bigint | number, number>();
  list.items.forEach((item, k) => {
    places.set(item, k);
  });
  return [...places.values()].sort((a, b) => a - b);
}

function picked(list: List, places: readonly number[]): List {
  // Places of one list are places of its elements, whatever their type.
  return { ...list, items: places.map((k) => list.items[k]) } as List;
}

const WITHOUT_TENSORS: Readonly<Partial<Record<DataType, DataType>>> = {
  int16: 'int64',
  int32: 'int64',
  float64: 'float32',
};

const fromTensors = adapter(mlDown(4, 'LabelEncoder'), (node, onnx) => {
  const [allKeys, allValues] = [listOf(node, 'keys'), listOf(node, 'values')];
  checkKeys(node, allKeys);
  if (allKeys.dtype === 'float64') tooOld(node, 4, 'its keys are doubles');
  const places = lastOfEach(allKeys);
  const [keys, values] = [picked(allKeys, places), picked(allValues, places)];
  const fallback = fallbackOf(node, values);
  const attributes = [
    ...listed(node, keys, 'keys'),
    ...listed(node, values, 'values'),
    ...listed(node, fallback, 'default'),
  ];
  const narrow = WITHOUT_TENSORS[keys.dtype];
  const x = narrow ? onnx.cast(operand(node), narrow) : operand(node);
  const found = onnx.node(ML, 'LabelEncoder', [x], attributes).output();
  return WITHOUT_TENSORS[values.dtype] ? onnx.cast(found, values.dtype) : found;
});

const intoTensors = adapter(mlUp(4, 'LabelEncoder'), (node) => {
  checkKeys(node, listOf(node, 'keys'));
  return undefined;
});

/** Texts and integers are looked up by CategoryMapper; what else they stand for is taken from a list. */
const fromLists = adapter(mlDown(2, 'LabelEncoder'), (node, onnx) => {
  const [keys, values] = [listOf(node, 'keys'), listOf(node, 'values')];
  const x = operand(node);
  if (lastOfEach(keys).length < keys.items.length) tooOld(node, 2, 'it has a key twice');
  const fallback = fallbackOf(node, values);
  if (keys.dtype === 'string' && values.dtype === 'int64')
    return mapped(onnx, x, keys.items, values.items, fallback.items[0] as bigint);
  if (keys.dtype === 'int64' && values.dtype === 'string')
    return mapped(onnx, x, values.items, keys.items, fallback.items[0] as string);
  const place = placeAmong(node, onnx, x, keys);
  return onnx.Gather(
    onnx.constant(tensorOf({ ...values, items: [...values.items, ...fallback.items] } as List)),
    place,
  );
});

/** The place of each element among the keys; behind the last of them for others. */
function placeAmong(node: Node, onnx: OnnxBuilder, x: Value, keys: List): Value {
  const places = naturals(keys.items.length).map(BigInt);
  const count = BigInt(places.length);
  if (keys.dtype === 'string') return mapped(onnx, x, keys.items, places, count);
  if (keys.dtype !== 'int64') tooOld(node, 2, 'version 1 looks no floats up');
  const names = places.map(String);
  return mapped(onnx, mapped(onnx, x, names, keys.items, String(count)), names, places, count);
}

/** From texts to integers where the default is one, else back. */
function mapped(
  onnx: OnnxBuilder,
  x: Value,
  texts: readonly string[],
  integers: readonly bigint[],
  fallback: bigint | string,
): Value {
  const attributes: Attributes = [
    ['cats_strings', strings(texts)],
    ['cats_int64s', ints(integers)],
    typeof fallback === 'bigint'
      ? ['default_int64', int(fallback)]
      : ['default_string', { type: 'string', value: fallback }],
  ];
  return onnx.node(ML, 'CategoryMapper', [x], attributes).output();
}

function tensorOf(list: List): Tensor {
  if (list.dtype === 'string') return textTensor(list.items);
  return Tensor.of(list.dtype, [list.items.length], list.items);
}

/** A list of texts, and their places: the type of the input says which way. */
const fromTexts = adapter(mlUp(2, 'LabelEncoder'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const texts = textsOf(node, 'classes_strings') ?? tooOld(node, 1, 'it has no classes_strings');
  const places = ints(naturals(texts.length));
  const attributes: Attributes =
    dtype === 'string'
      ? [
          ['keys_strings', strings(texts)],
          ['values_int64s', places],
          ['default_int64', int(node.int('default_int64', -1n))],
        ]
      : [
          ['keys_int64s', places],
          ['values_strings', strings(texts)],
          ['default_string', { type: 'string', value: node.string('default_string', '_Unused') }],
        ];
  return onnx.node(ML, 'LabelEncoder', [x], attributes).output();
});

export const labelEncoder: readonly Adapter[] = [fromTensors, intoTensors, fromLists, fromTexts];
