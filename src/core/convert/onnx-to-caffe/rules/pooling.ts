/**
 * Pooling. BVLC/caffe src/caffe/layers/pooling_layer.cpp: sizes round up unless a switch says otherwise, windows that
 * begin behind the input and its padding are dropped, and an average divides by the window's part of the padded input.
 * OpenCV's modules/dnn/src/layers/pooling_layer.cpp does the same.
 */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { PoolingFacts } from '../../../targets/caffe-backend.ts';
import { type CaffeBuilder, type Parameters, sizesOf } from '../builder.ts';
import { type CaffeRule, type CaffeRules, sizes } from '../rule.ts';
import { affine, cut, reshaped, scaled } from '../support.ts';
import { bothAxes, type Placement, place, type WindowAxis, windowAxes } from '../windows.ts';

type Method = 'MAX' | 'AVE';

/** How many windows a framework makes; none where one would hold no element. */
function windowCount({ size, kernel, stride }: WindowAxis, pad: number, floor: boolean, how: PoolingFacts): number {
  if (pad >= kernel) return 0;
  const steps = (size + 2 * pad - kernel) / stride;
  if (steps < 0) return 0;
  const oneMore = how.windows === 'one too many' && steps === 0 && stride > 1 ? 1 : 0;
  const count = (floor ? Math.floor(steps) : Math.ceil(steps) + oneMore) + 1;
  const clipped = how.clips && pad > 0 && (count - 1) * stride >= size + pad ? count - 1 : count;
  return (clipped - 1) * stride - pad < size ? clipped : 0;
}

const BVLC_POOLING: PoolingFacts = { windows: 'up', clips: true, divisor: 'window', globalKeepsAxes: true };

function poolingFacts(caffe: CaffeBuilder): PoolingFacts {
  return { ...BVLC_POOLING, ...caffe.backend.limits.pooling };
}

interface Plan {
  readonly floor: boolean;
  readonly places: readonly Placement[];
  /** Nothing has to be cut away. */
  readonly whole: boolean;
}

function planFor(axes: readonly WindowAxis[], floor: boolean, how: PoolingFacts): Plan | undefined {
  const places = axes.map((axis) => place(axis, (pad) => windowCount(axis, pad, floor, how)));
  const found = places.filter((each) => each !== undefined);
  if (found.length < axes.length) return undefined;
  return { floor, places: found, whole: found.every(({ count }, k) => count === axes[k]?.out) };
}

/** Rounding up as Caffe usually does, unless rounding down saves a cut. */
function planOf(axes: readonly WindowAxis[], caffe: CaffeBuilder): Plan {
  const how = poolingFacts(caffe);
  const up = planFor(axes, false, how);
  const down = caffe.backend.limits.floorPooling ? planFor(axes, true, how) : undefined;
  const found = [up, down].find((plan) => plan?.whole) ?? up ?? down;
  return found ?? caffe.refuseAttribute('these windows', 'pooling has no padding that holds them all');
}

function pooled(method: Method): CaffeRule {
  return (node, caffe) => {
    const kernel = node.ints('kernel_shape', []).map(Number);
    if (kernel.length > 2) caffe.refuseAttribute(`${kernel.length} spatial axes`, 'pooling has two');
    const axes: readonly WindowAxis[] = windowAxes(node, kernel);
    if (axes.some(({ dilation }) => dilation !== 1)) caffe.refuseAttribute('dilations', 'pooling has none');
    if ((node.outputs[1]?.useCount ?? 0) > 0) caffe.refuseAttribute('indices', 'pooling gives none');
    return lifted(node, caffe, (x) => {
      const both = axes.length === 2 ? axes : [ONE, ...axes];
      const plan = planOf(both, caffe);
      let y = poolingLayer(caffe, x, method, both, plan);
      plan.places.forEach(({ skip }, k) => {
        y = cut(caffe, y, k + 2, skip, both[k]?.out ?? 1);
      });
      return method === 'AVE' ? corrected(caffe, y, node, both, plan.places) : y;
    });
  };
}

const ONE: WindowAxis = { size: 1, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0, out: 1 };

function poolingLayer(
  caffe: CaffeBuilder,
  x: Value,
  method: Method,
  axes: readonly WindowAxis[],
  { floor, places }: Plan,
): Value {
  const [batch = 1, channels = 1] = sizesOf(x);
  const parameters: Parameters = {
    pool: method,
    ...bothAxes(
      'kernel',
      'kernel_size',
      axes.map(({ kernel }) => kernel),
    ),
    ...bothAxes(
      'stride',
      'stride',
      axes.map(({ stride }) => stride),
      1,
    ),
    ...bothAxes(
      'pad',
      'pad',
      places.map(({ pad }) => pad),
      0,
    ),
    ...(floor && floorSwitch(caffe)),
  };
  return caffe.layer('Pooling', [x], parameters, { shapes: [[batch, channels, ...places.map(({ count }) => count)]] });
}

function floorSwitch(caffe: CaffeBuilder): Parameters {
  const { floorPooling } = caffe.backend.limits;
  return floorPooling ? { [floorPooling.path.replace('pooling_param.', '')]: floorPooling.value } : {};
}

/** Multiplies averages by Caffe's divisor over ONNX's where they differ: a number for each window. */
function corrected(
  caffe: CaffeBuilder,
  y: Value,
  node: Node,
  axes: readonly WindowAxis[],
  places: readonly Placement[],
): Value {
  const counted = node.int('count_include_pad', 0n) !== 0n;
  const { divisor } = poolingFacts(caffe);
  const [rows = [], columns = []] = axes.map((axis, k) =>
    ratios(axis, places[k]?.pad ?? 0, places[k]?.skip ?? 0, counted, divisor),
  );
  const factors = rows.flatMap((row) => columns.map((column) => row * column));
  const [first = 1] = factors;
  if (factors.every((each) => each === first)) return affine(caffe, y, first, 0);
  const tensor = Tensor.of('float32', [rows.length, columns.length], factors);
  return scaled(caffe, y, { axis: 2, axes: 2, tensor });
}

function ratios(axis: WindowAxis, pad: number, skip: number, counted: boolean, by: PoolingFacts['divisor']) {
  const { size, kernel, stride, begin, end, out } = axis;
  return Array.from({ length: out }, (_, k) => {
    const start = (k + skip) * stride - pad;
    const divisor =
      by === 'window'
        ? Math.min(start + kernel, size + pad) - start
        : Math.min(start + kernel, size) - Math.max(start, 0);
    const low = Math.max(start, counted ? -begin : 0);
    return divisor / (Math.min(start + kernel, counted ? size + end : size) - low);
  });
}

/** Runs a two-dimensional rule on images of one row, where the input has one spatial axis. */
function lifted(node: Node, caffe: CaffeBuilder, rule: (x: Value) => Value): Value {
  const x = caffe.input(node, 0);
  const [batch = 1, channels = 1, ...spatial] = sizesOf(x);
  if (spatial.length > 2) caffe.refuseAttribute(`${spatial.length} spatial axes`, 'pooling has two');
  const image = spatial.length === 2 ? x : reshaped(caffe, x, [batch, channels, 1, ...spatial]);
  return reshaped(caffe, rule(image), sizes(node.outputs[0], node));
}

/** Pooling over whole planes. */
export function globallyPooled(caffe: CaffeBuilder, x: Value, method: Method): Value {
  const [batch = 1, channels = 1, height = 1, width = 1] = sizesOf(x);
  const windows = bothAxes('kernel', 'kernel_size', [height, width]);
  const whole = poolingFacts(caffe).globalKeepsAxes ? { global_pooling: true } : windows;
  const parameters = { pool: method, ...whole };
  return caffe.layer('Pooling', [x], parameters, { shapes: [[batch, channels, 1, 1]] });
}

/** Pooling whose windows are whole columns of each plane. */
export function pooledColumns(caffe: CaffeBuilder, x: Value, method: Method): Value {
  const [batch = 1, channels = 1, height = 1, width = 1] = sizesOf(x);
  const parameters = { pool: method, kernel_h: height, kernel_w: 1 };
  return caffe.layer('Pooling', [x], parameters, { shapes: [[batch, channels, 1, width]] });
}

export const pooling: CaffeRules = {
  MaxPool: pooled('MAX'),
  AveragePool: pooled('AVE'),
  GlobalMaxPool: (node, caffe) => lifted(node, caffe, (x) => globallyPooled(caffe, x, 'MAX')),
  GlobalAveragePool: (node, caffe) => lifted(node, caffe, (x) => globallyPooled(caffe, x, 'AVE')),
};
