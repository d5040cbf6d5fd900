/**
 * Convolutions. Sizes and blob shapes: BVLC/caffe src/caffe/layers/{base_conv,conv,deconv}_layer.cpp. Uneven padding is
 * padding at both ends and a cut; one-dimensional ones are two-dimensional with a height of 1.
 */
import type { Node } from '../../../ir/node.ts';
import type { StaticShape } from '../../../ir/shape.ts';
import type { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { bordered } from '../bordering.ts';
import { type CaffeBuilder, type Parameters, sizesOf } from '../builder.ts';
import { type CaffeRules, optionalWeight, sizes, weight } from '../rule.ts';
import { cut, reshaped, shifted } from '../support.ts';
import { bothAxes, type Placement, place, type WindowAxis, windowAxes } from '../windows.ts';

/** An axis of size 1 in front of the only spatial one. */
const NO_AXIS: WindowAxis = { size: 1, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0, out: 1 };

interface Convolution {
  readonly node: Node;
  readonly caffe: CaffeBuilder;
  readonly weight: Tensor;
  readonly axes: readonly WindowAxis[];
  /** Whether the layer adds the node's third input itself; it does where absent. */
  readonly biased?: false;
}

function convolution2d(node: Node, caffe: CaffeBuilder): Convolution {
  const given = weight(node, 1, caffe);
  const kernel = given.shape.slice(2);
  if (kernel.length > 2) caffe.refuseAttribute(`${kernel.length} spatial axes`, 'convolutions have two');
  const axes = windowAxes(node, kernel);
  if (kernel.length === 2) return { node, caffe, weight: given, axes };
  const [rows = 1, columns = 1, width = 1] = given.shape;
  return { node, caffe, weight: given.reshaped([rows, columns, 1, width]), axes: [NO_AXIS, ...axes] };
}

/** How far the elements of a kernel lie apart; nothing where they are neighbours. */
function dilationOf({ axes, caffe }: Convolution): Parameters {
  const [height = 1, width = 1] = axes.map((axis) => axis.dilation);
  if (height === 1 && width === 1) return {};
  const { dilation } = caffe.backend.limits;
  if (dilation) return { [dilation.fields[0]]: height, [dilation.fields[1]]: width };
  return { dilation: height === width ? height : [height, width] };
}

function parametersOf(made: Convolution, places: readonly Placement[], outputs: number): Parameters {
  const { node, axes } = made;
  const { shape } = made.weight;
  const group = Number(node.int('group', 1n));
  return {
    num_output: outputs,
    bias_term: node.input(2) && made.biased !== false ? undefined : false,
    ...bothAxes(
      'pad',
      'pad',
      places.map(({ pad }) => pad),
      0,
    ),
    ...bothAxes('kernel', 'kernel_size', shape.slice(2)),
    ...bothAxes(
      'stride',
      'stride',
      axes.map(({ stride }) => stride),
      1,
    ),
    group: group === 1 ? undefined : group,
    ...dilationOf(made),
  };
}

/** Builds the layer between the reshapes of a one-dimensional convolution, and cuts what padding made too much. */
function built(type: string, made: Convolution, places: readonly Placement[], outputs: number): Value {
  const { node, caffe, axes } = made;
  const bias = made.biased === false ? undefined : optionalWeight(node, 2, caffe);
  const x = caffe.input(node, 0);
  const [batch = 1, channels = 1, ...spatial] = sizesOf(x);
  const lifted = spatial.length === 1 ? reshaped(caffe, x, [batch, channels, 1, ...spatial]) : x;
  const shape: StaticShape = [batch, outputs, ...places.map(({ count }) => count)];
  let y = caffe.layer(type, [lifted], parametersOf(made, places, outputs), {
    blobs: [made.weight, bias],
    shapes: [shape],
  });
  places.forEach(({ skip }, k) => {
    y = cut(caffe, y, k + 2, skip, axes[k]?.out ?? 1);
  });
  const to = sizes(node.outputs[0], node);
  return made.biased === false ? y : reshaped(caffe, y, to);
}

const reach = ({ kernel, dilation }: WindowAxis): number => dilation * (kernel - 1) + 1;

/** Padding that is cut away by Deconvolution: it takes the same from both ends, the rest is cut by hand. */
function placeTransposed(axis: WindowAxis): Placement | undefined {
  const whole = axis.stride * (axis.size - 1) + reach(axis);
  const end = whole - axis.begin - axis.out;
  const pad = Math.min(axis.begin, end);
  return pad < 0 ? undefined : { pad, skip: axis.begin - pad, count: whole - 2 * pad };
}

/** What lies behind the last window is 0, and only then comes what is added. */
function withBorder(caffe: CaffeBuilder, node: Node, y: Value, beyond: readonly number[]): Value {
  const whole = beyond.reduce((made, count, k) => bordered(caffe, made, k + 2, 0, count, 0), y);
  const bias = optionalWeight(node, 2, caffe);
  const made = bias ? shifted(caffe, whole, { axis: 1, axes: 1, tensor: bias }) : whole;
  return reshaped(caffe, made, sizes(node.outputs[0], node));
}

export const convolution: CaffeRules = {
  Conv: (node, caffe) => {
    const made = convolution2d(node, caffe);
    const places = made.axes.map((axis) => {
      const count = (pad: number) => Math.floor((axis.size + 2 * pad - reach(axis)) / axis.stride) + 1;
      return place(axis, count) ?? caffe.refuseAttribute('negative padding', 'windows begin at the edge or outside');
    });
    const dilated = made.axes.some(({ dilation }) => dilation !== 1);
    const type = (dilated && caffe.backend.limits.dilation?.layer) || 'Convolution';
    return built(type, made, places, made.weight.shape[0] ?? 1);
  },
  ConvTranspose: (node, caffe) => {
    const made = convolution2d(node, caffe);
    const outputs = (made.weight.shape[1] ?? 1) * Number(node.int('group', 1n));
    const type = caffe.backend.limits.deconvolution ?? 'Deconvolution';
    const beyond = made.axes.map(({ size, stride, out, begin, ...axis }) =>
      Math.max(0, out + begin - (stride * (size - 1) + reach({ size, stride, out, begin, ...axis }))),
    );
    const axes = made.axes.map((axis, k) => ({ ...axis, out: axis.out - (beyond[k] ?? 0) }));
    const places = axes.map(
      (axis) => placeTransposed(axis) ?? caffe.refuseAttribute('this padding', 'it takes more away than there is'),
    );
    if (beyond.every((count) => count === 0)) return built(type, made, places, outputs);
    return withBorder(caffe, node, built(type, { ...made, axes, biased: false }, places, outputs), beyond);
  },
};
