/** Type and shape rules of operators that make tensors. Rules: the ONNX operator specification. */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { type Dim, floorDivide, type Shape, sameDim, subtract } from '../../../ir/shape.ts';
import { tensorType } from '../../../ir/type.ts';
import { constantAttribute, dataOf, dimsOf, numberOf } from '../data.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import {
  clash,
  each,
  needRank,
  normalAxis,
  type Outcome,
  type Rules,
  rankAlone,
  scalarOf,
  shapeOf,
  spelled,
} from './rule.ts';

export const creation: Rules = {
  Constant: (node) => {
    if (node.attributes.size !== 1) clash(node, `it needs one attribute, but has ${node.attributes.size}`);
    const sparse = node.attribute('sparse_value', 'sparse-tensor');
    if (sparse) return [{ kind: 'tensor', dtype: sparse.values.dtype, shape: sparse.dims }];
    const tensor = constantAttribute(node);
    return [tensor && tensorType(tensor.dtype, tensor.shape)];
  },
  ConstantOfShape: (node) => {
    const value = node.attribute('value', 'tensor');
    if (value && value.count !== 1) clash(node, `its value has ${value.count} elements, not 1`);
    if (value && value.shape.length !== 1) clash(node, `its value has rank ${value.shape.length}, not 1`);
    return [tensorType(value?.dtype ?? 'float32', sizesOf(node, 0))];
  },
  EyeLike: (node) => {
    const shape = needRank(node, 0, 2);
    return [likeInput(node, shape)];
  },
  ...each('Bernoulli RandomNormalLike RandomUniformLike', (node) => [likeInput(node, shapeOf(node))]),
  ...each('RandomNormal RandomUniform', (node) => {
    const shape = node.ints('shape')?.map(Number) ?? clash(node, 'it lacks the attribute shape');
    if (shape.some((size) => size < 0)) clash(node, `its shape is [${shape.join(', ')}]`);
    return [tensorType(typeCode(node, 'dtype', 1n), shape)];
  }),
  Multinomial: (node) => {
    const shape = needRank(node, 0, 2);
    return [tensorType(typeCode(node, 'dtype', 6n), [shape?.[0], Number(node.int('sample_size', 1n))])];
  },
  Range: (node) => {
    for (const index of [0, 1, 2]) needScalar(node, index);
    const [start, limit, delta] = [0, 1, 2].map((index) => only(node, index));
    if (delta === 0) clash(node, 'its step is 0');
    return [[rangeSize(start, limit, delta)]];
  },
  OneHot: (node, version) => [oneHot(node, version)],
  ...each('BlackmanWindow HammingWindow HannWindow', (node) => {
    const size = scalarOf(node, 0);
    if (typeof size === 'number' && size < 0) clash(node, `a window of ${size}`);
    return [tensorType(typeCode(node, 'output_datatype', 1n), [size])];
  }),
};

/** The element type that an attribute names by its number. */
function typeCode(node: Node, name: string, otherwise: bigint): DataType {
  const code = node.int(name, otherwise);
  return dtypeOfCode(code) ?? clash(node, `${name} is ${code}, which is no element type`, { kind: 'attribute', name });
}

/** Of the type that the attribute names, or of the same. */
function likeInput(node: Node, shape: Shape | undefined): Outcome {
  const dtype = node.attributes.has('dtype') ? typeCode(node, 'dtype', 0n) : node.input(0)?.dtype;
  return dtype && tensorType(dtype, shape);
}

/** The shape that an input of rank 1 spells. Throws where a size is negative. */
function sizesOf(node: Node, index: number): Shape | undefined {
  const from = needRank(node, index, 1);
  const sizes = spelled(node, index);
  if (sizes?.some((size) => typeof size === 'number' && size < 0)) clash(node, `its shape is [${sizes.join(', ')}]`);
  const count = from?.[0];
  return sizes ?? rankAlone(node, typeof count === 'number' ? count : undefined);
}

/** The one element of an input, where it is a number or an expression. */
function only(node: Node, index: number): Dim {
  const value = node.input(index);
  const elements = value && dataOf(value)?.elements;
  return elements?.length === 1 ? elements[0] : undefined;
}

function needScalar(node: Node, index: number): void {
  const shape = shapeOf(node, index);
  // One element of a higher rank is common, and every runtime takes it.
  if (shape?.some((size) => typeof size === 'number' && size !== 1)) clash(node, `input ${index} is no scalar`);
}

/** ceil((limit - start) / step); symbolic where the step is a whole number and sizes count from 0. */
function rangeSize(start: Dim, limit: Dim, step: Dim): Dim {
  if (typeof start === 'number' && typeof limit === 'number' && typeof step === 'number') {
    return Math.max(0, Math.ceil((limit - start) / step));
  }
  const span = subtract(limit, start);
  if (typeof step !== 'number') return undefined;
  if (step === 1 && start === 0) return limit;
  if (sameDim(start, limit)) return 0;
  return start === 0 && Number.isInteger(step) && step > 1 ? floorDivide(subtract(span, 1 - step), step) : undefined;
}

function oneHot(node: Node, version: number): Outcome {
  const indices = shapeOf(node);
  const [depth, values] = [node.input(1), needRank(node, 2, 1)];
  const rank = depth?.shape?.length;
  if (rank !== undefined && rank > 1) clash(node, `the depth has rank ${rank}, more than 1`);
  const count = depth?.shape?.[0];
  if (rank === 1 && typeof count === 'number' && count > 1) clash(node, `the depth has ${count} elements`);
  const size = numberOf(depth) ?? (depth && dimsOf(depth)?.[0]);
  if (typeof size === 'number' && size < 0) clash(node, `a depth of ${size}`);
  if (typeof values?.[0] === 'number' && values[0] !== 2) clash(node, `${values[0]} values, not 2`);
  const found = node.input(0);
  const negative = version < 11 && found && dimsOf(found)?.some((index) => typeof index === 'number' && index < 0);
  if (negative) clash(node, 'an index is negative');
  if (!indices) return undefined;
  const axis = normalAxis(node, node.int('axis', -1n), indices.length + 1);
  const shape = [...indices.slice(0, axis), size, ...indices.slice(axis)];
  const dtype = node.input(2)?.dtype;
  return dtype ? tensorType(dtype, shape) : shape;
}
