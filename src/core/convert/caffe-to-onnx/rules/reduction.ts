/** Sums and places of the largest: BVLC/caffe, src/caffe/layers/reduction_layer.cpp and argmax_layer.cpp. */
import { elementCount } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import { ones, range } from '../lists.ts';
import type { LayerRule, LayerRules } from '../rule.ts';
import { shifted } from './pointwise.ts';
import { reversed } from './shape.ts';

/** Operators of ONNX by the names of operations; those behind the first four are Tengine's. */
const OPERATIONS = {
  SUM: 'ReduceSum',
  ASUM: 'ReduceL1',
  SUMSQ: 'ReduceSumSquare',
  MEAN: 'ReduceMean',
  SQSUM: 'ReduceSumSquare',
  MAX: 'ReduceMax',
  MIN: 'ReduceMin',
  PROD: 'ReduceProd',
  L2: 'ReduceL2',
  LOGSUM: 'ReduceLogSum',
  LOGSUMEXP: 'ReduceLogSumExp',
} as const;

function isOperation(name: string): name is keyof typeof OPERATIONS {
  return Object.hasOwn(OPERATIONS, name);
}

function reduced(layer: Layer, axes: readonly number[], keepdims: 0 | 1, onnx: OnnxBuilder): Value {
  const operation = layer.text('reduction_param.operation', 'SUM');
  if (!isOperation(operation)) return layer.refuse(`the operation ${operation}`, 'it is not known what it does');
  return onnx[OPERATIONS[operation]](layer.bottom(), onnx.ints(axes), { keepdims });
}

/** Over all axes from `axis` on, which go. */
const reduction: LayerRule = (layer, onnx) => {
  const rank = layer.rank(layer.bottom());
  const axis = layer.axis('reduction_param.axis', rank, 0);
  const y = reduced(layer, range(rank - axis, axis), 0, onnx);
  return shifted(y, layer.number('reduction_param.coeff', 1), 0, onnx);
};

/** Over the axes that are listed (-2 is none), which stay with size 1: OAID/Tengine, source/operator/prototype/reduction.c. */
const tengineReduction: LayerRule = (layer, onnx) => {
  const rank = layer.rank(layer.bottom());
  const listed = [0, 1, 2, 3].map((k) => layer.number(`reduction_param.dim_${k}`, 0)).filter((axis) => axis !== -2);
  const axes = new Set(listed.length === 0 ? range(rank) : listed.map((axis) => layer.axisOf(axis, rank)));
  layer.number('reduction_param.keepdim');
  return reduced(layer, [...axes].sort(), 1, onnx);
};

function checkCount(layer: Layer, x: Value, axis: number, count: number): void {
  const size = layer.dims(x)[axis];
  if (count < 1 || (typeof size === 'number' && count > size)) layer.invalid(`its top_k ${count} is none of ${size}`);
}

/** Places of the `count` largest along an axis, largest first; of equal ones the last, as Caffe sorts pairs of value and place. */
function placesOfLargest(layer: Layer, x: Value, axis: number, count: number, onnx: OnnxBuilder): Value {
  if (count === 1) return onnx.cast(onnx.ArgMax(x, { axis, keepdims: 1, select_last_index: 1 }), 'float32');
  const last = onnx.constant(layer.size(x, axis) - 1, 'int64');
  // TopK takes the first of equal ones.
  const [, places] = onnx.many('TopK', [reversed(x, [axis], onnx), onnx.ints([count])], { axis }, 2);
  return onnx.cast(onnx.Sub(last, places), 'float32');
}

function largest(x: Value, axis: number, count: number, onnx: OnnxBuilder): Value {
  if (count === 1) return onnx.ReduceMax(x, onnx.ints([axis]), { keepdims: 1 });
  return onnx.many('TopK', [x, onnx.ints([count])], { axis }, 2)[0] as Value;
}

const argMax: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  const count = layer.number('argmax_param.top_k', 1);
  const values = layer.flag('argmax_param.out_max_val');
  if (layer.has('argmax_param.axis')) {
    const axis = layer.axis('argmax_param.axis', layer.rank(x));
    checkCount(layer, x, axis, count);
    return values ? largest(x, axis, count, onnx) : placesOfLargest(layer, x, axis, count, onnx);
  }
  // Of everything that an image has; places in the first row, values in the second.
  const dims = layer.dims(x);
  const [batch] = dims;
  const flat = onnx.reshape(x, [batch, 1, elementCount(dims.slice(1)) ?? -1]);
  checkCount(layer, flat, 2, count);
  const places = placesOfLargest(layer, flat, 2, count, onnx);
  const y = values ? onnx.Concat(places, largest(flat, 2, count, onnx), { axis: 1 }) : places;
  return onnx.reshape(y, [batch, values ? 2 : 1, count, ...ones(dims.length - 3)]);
};

/** NART, caffe_to_onnx.py: values are a top of their own. */
const nartArgMax: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  const axis = layer.axis('argmax_param.axis', layer.rank(x), 1);
  const count = layer.number('argmax_param.top_k', 1);
  const behind = layer.dims(x).slice(2);
  // Its tools and Caffe make other shapes of what they find, but for one channel of images of one element.
  if (!layer.has('argmax_param.axis') && (count !== 1 || behind.length === 0 || behind.some((size) => size !== 1)))
    layer.refuse('no axis', 'its tools and its runtime do not mean the same by it');
  checkCount(layer, x, axis, count);
  const places = placesOfLargest(layer, x, axis, count, onnx);
  if (!layer.flag('argmax_param.out_max_val')) return places;
  if (layer.tops !== 2) layer.invalid('values are its second top, and it has none');
  return [places, largest(x, axis, count, onnx)];
};

export const reductions: LayerRules = { ArgMax: argMax, Reduction: reduction };

export const reductionsOf: Readonly<Record<string, LayerRules>> = {
  nart: { ArgMax: nartArgMax },
  tengine: { Reduction: tengineReduction },
};
