/** Padding and resizing, by the coordinates of torch.nn.functional.interpolate and pad. */
import type { Scalar } from '../../../dialects/aten/arguments.ts';
import { scaled } from '../../../dialects/aten/rules/resampling.ts';
import type { Expression } from '../../../ir/expression.ts';
import type { Node } from '../../../ir/node.ts';
import {
  add,
  atMost,
  boundsOf,
  type Dim,
  exactQuotient,
  floorDivide,
  isStatic,
  type Shape,
  sameDim,
  shapeText,
  subtract,
} from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import {
  asNumber,
  dimAt,
  dimsOf,
  operand,
  range,
  rankOf,
  refuseArgument,
  resultDims,
  resultType,
  spread,
} from '../support.ts';
import { windowPlaces } from './rearranging.ts';
import { sliced } from './shape.ts';

/** PyTorch lists pads from the last axis on, begin and end; ONNX all begins, then all ends. */
function padded(
  onnx: OnnxBuilder,
  self: Value,
  pad: readonly (number | Expression)[],
  mode: string,
  value: Scalar,
  node: Node,
): Value {
  const rank = rankOf(self, node);
  const of = (axis: number, end: 0 | 1): Dim => pad[2 * (rank - 1 - axis) + end] ?? 0;
  const pads = [...range(rank).map((axis) => of(axis, 0)), ...range(rank).map((axis) => of(axis, 1))];
  if (pads.every((each) => each === 0)) return self;
  if (mode === 'wrap' && pads.every((each) => atMost(0, each))) return wrapped(onnx, self, pads, node);
  if (mode !== 'constant') return onnx.Pad(self, onnx.sizes(pads), { mode });
  return onnx.Pad(self, onnx.sizes(pads), operand(onnx, value, resultType(node)), { mode });
}

/** From the other end: ONNX has that since opset 19 only, and pieces say it at any. */
function wrapped(onnx: OnnxBuilder, self: Value, pads: Shape, node: Node): Value {
  const shape = dimsOf(self, node);
  let x = self;
  for (const [axis, size] of shape.entries()) {
    const [begin = 0, end = 0] = [pads[axis], pads[shape.length + axis]];
    if (begin === 0 && end === 0) continue;
    const parts = [x];
    if (begin !== 0) parts.unshift(sliced(onnx, x, axis, { start: subtract(size, begin), end: size }, node));
    if (end !== 0) parts.push(sliced(onnx, x, axis, { start: 0, end }, node));
    x = onnx.Concat(...parts, { axis });
  }
  return x;
}

const PAD_MODES: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  replicate: 'edge',
  circular: 'wrap',
};

const padding =
  (mode: string): Lowering<{ readonly self: Value; readonly padding: readonly number[] }> =>
  (args, onnx, node) =>
    padded(onnx, args.self, args.padding, mode, 0, node);

interface Resize {
  readonly self?: Value | undefined;
  readonly input?: Value | undefined;
  readonly scales?: number | undefined;
  readonly scales_d?: number | undefined;
  readonly scales_h?: number | undefined;
  readonly scales_w?: number | undefined;
  readonly scale_factors?: readonly number[] | undefined;
  readonly align_corners?: boolean;
}

type ResizeMode = 'nearest' | 'linear' | 'cubic';

/** The factor along each resized axis where the caller gave one: it decides the coordinates, not the rounded size. */
function factorsOf(args: Resize): readonly number[] | undefined {
  if (args.scale_factors && args.scale_factors.length > 0) return args.scale_factors;
  const given = [args.scales, args.scales_d, args.scales_h, args.scales_w].filter((each) => each !== undefined);
  return given.length > 0 ? given : undefined;
}

const resized =
  (mode: ResizeMode, centred = false): Lowering<Resize> =>
  (args, onnx, node) => {
    const x = args.self ?? args.input;
    if (!x) throw new Error(`${node.operator} has no input`);
    const from = dimsOf(x, node);
    const to = resultDims(node);
    const given = args.align_corners ? undefined : factorsOf(args);
    // An axis that keeps its size keeps its elements, whatever the factor was, but for the modes below.
    const plain = mode === 'linear' || (mode === 'nearest' && !centred && from.length < 5);
    const factors = given?.map((each, k) => (plain && sameDim(from[k + 2], to[k + 2]) ? 1 : each));
    if (mode === 'nearest') return nearest(onnx, x, from, to, factors, centred);
    const attributes = {
      mode,
      coordinate_transformation_mode: args.align_corners ? 'align_corners' : 'half_pixel',
      ...(mode === 'cubic' && { cubic_coeff_a: -0.75 }),
    };
    if (factors && from.slice(2).every((size, k) => fitsFactor(size, factors[k] ?? 1, to[k + 2]))) {
      const scales = onnx.constant([1, 1, ...factors], 'float32');
      return onnx.Resize(x, undefined, scales, attributes);
    }
    if (factors && !(isStatic(from) && isStatic(to)))
      refuse('shape-unknown', node, { reason: `whether ${shapeText(from)} times ${factors} is ${shapeText(to)}` });
    return onnx.Resize(x, undefined, undefined, onnx.sizes(to), attributes);
  };

function fitsFactor(size: Dim, factor: number, result: Dim): boolean {
  return sameDim(scaled(size, factor), result) === true;
}

/** The nearest element below. Where that is not a plain repetition, the places are computed as PyTorch does, in float32. */
function nearest(
  onnx: OnnxBuilder,
  self: Value,
  from: Shape,
  to: Shape,
  factors: readonly number[] | undefined,
  centred: boolean,
): Value {
  const times = from.map((size, k) => exactQuotient(to[k], size));
  const whole = times.every((each) => each !== undefined) && !factors?.some((each) => !Number.isInteger(each));
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  // By factors where they are numbers: nothing is computed when the model runs.
  if (whole && isStatic(times) && !(isStatic(from) && isStatic(to)))
    return onnx.Resize(self, undefined, onnx.constant(times, 'float32'), attributes);
  if (whole) return onnx.Resize(self, undefined, undefined, onnx.sizes(to), attributes);
  let x = self;
  for (const [axis, size] of from.entries()) {
    const factor = factors?.[axis - 2];
    if (axis < 2 || (sameDim(to[axis], size) && (factor ?? 1) === 1)) continue;
    x = onnx.Gather(x, nearestPlaces(onnx, size, to[axis], factor, centred), { axis });
  }
  return x;
}

/** Which element of an axis each element of the resized one is. */
function nearestPlaces(onnx: OnnxBuilder, from: Dim, to: Dim, factor: number | undefined, centred: boolean): Value {
  if (typeof from === 'number' && typeof to === 'number') {
    const step = Math.fround(factor ? 1 / factor : from / to);
    const place = (k: number) => Math.floor(Math.fround(centred ? (k + 0.5) * step : k * step));
    return onnx.ints(range(to).map((k) => Math.min(place(k), from - 1)));
  }
  const float = (x: Value) => onnx.cast(x, 'float32');
  const step = factor
    ? onnx.constant(Math.fround(1 / factor), 'float32')
    : onnx.Div(float(onnx.size(from)), float(onnx.size(to)));
  const places = float(onnx.Range(onnx.constant(0n), onnx.size(to), onnx.constant(1n)));
  const centres = centred ? onnx.Add(places, onnx.constant(0.5, 'float32')) : places;
  const below = onnx.cast(onnx.Floor(onnx.Mul(centres, step)), 'int64');
  return onnx.Min(below, onnx.size(subtract(from, 1)));
}
const GRID_MODES = ['linear', 'nearest', 'cubic'] as const;
const GRID_PADDINGS = ['zeros', 'border', 'reflection'] as const;

interface Grid {
  readonly input: Value;
  readonly grid: Value;
  readonly interpolation_mode: number;
  readonly padding_mode: number;
  readonly align_corners: boolean;
}

const gridSample: Lowering<Grid> = ({ input, grid, interpolation_mode, padding_mode, align_corners }, onnx, node) => {
  const mode = GRID_MODES[interpolation_mode];
  const padding_mode_name = GRID_PADDINGS[padding_mode];
  if (!mode || !padding_mode_name) refuseArgument(node, 'mode', 'there is no such mode');
  return onnx.GridSample(input, grid, { mode, padding_mode: padding_mode_name, align_corners });
};

/** The places of a regular grid from corner to corner, as [1, elements, axes + 1] with ones behind, times theta. */
function affineGrid(onnx: OnnxBuilder, theta: Value, space: readonly number[], node: Node): Value {
  const count = space.reduce((product, size) => product * size, 1);
  const place = (flat: number, axis: number) => {
    const size = space[axis] ?? 1;
    const stride = space.slice(axis + 1).reduce((product, each) => product * each, 1);
    return size === 1 ? 0 : (2 * (Math.floor(flat / stride) % size)) / (size - 1) - 1;
  };
  // The last axis of the image comes first in a place.
  const rows = range(count).flatMap((flat) => [...space.map((_, axis) => place(flat, axis)).reverse(), 1]);
  const base = onnx.constant(Tensor.of(resultType(node), [1, count, space.length + 1], rows));
  return onnx.reshape(onnx.MatMul(base, onnx.transpose(theta, [0, 2, 1])), resultDims(node));
}

export const vision = lowerings({
  'aten::constant_pad_nd': ({ self, pad, value }, onnx, node) => padded(onnx, self, pad, 'constant', value, node),
  'aten::pad': ({ self, pad, mode, value }, onnx, node) => {
    const found = PAD_MODES[mode];
    if (!found) refuseArgument(node, `mode='${mode}'`, 'there is no such padding');
    return padded(onnx, self, pad, found, value ?? 0, node);
  },
  'aten::_pad_circular': ({ self, pad }, onnx, node) => padded(onnx, self, pad, 'wrap', 0, node),
  'aten::_pad_enum': ({ self, pad, mode, value }, onnx, node) => {
    const found = ['reflect', 'edge', 'wrap', 'constant'][mode];
    if (!found) refuseArgument(node, `mode=${mode}`, 'there is no such padding');
    return padded(onnx, self, pad, found, value ?? 0, node);
  },
  'aten::reflection_pad1d': padding('reflect'),
  'aten::reflection_pad2d': padding('reflect'),
  'aten::reflection_pad3d': padding('reflect'),
  'aten::replication_pad1d': padding('edge'),
  'aten::replication_pad2d': padding('edge'),
  'aten::replication_pad3d': padding('edge'),

  'aten::im2col': ({ self, kernel_size, dilation, padding, stride }, onnx, node) => {
    const single = rankOf(self, node) === 3;
    const x = single ? onnx.unsqueeze(self, [0]) : self;
    const [padY = 0, padX = padY] = padding;
    const wide = padded(onnx, x, [padX, padX, padY, padY], 'constant', 0, node);
    // Places [kernel, windows] along each axis.
    const places = (k: 0 | 1) => {
      const [kernel, by, step] = [kernel_size[k] ?? 1, dilation[k] ?? 1, stride[k] ?? 1];
      const room = subtract(dimAt(wide, 2 + k, node), by * (kernel - 1) + 1);
      const within = range(kernel).map((at) => at * by);
      return windowPlaces(onnx, add(floorDivide(room, step), 1), step, within, 0);
    };
    const rows = onnx.Gather(wide, places(0), { axis: 2 });
    const both = onnx.Gather(rows, places(1), { axis: 4 });
    return onnx.reshape(onnx.transpose(both, [0, 1, 2, 4, 3, 5]), resultDims(node));
  },
  'aten::col2im': ({ self, output_size, kernel_size, dilation, padding, stride }, onnx, node) => {
    const single = rankOf(self, node) === 2;
    const [padY = 0, padX = padY] = padding;
    const x = single ? onnx.unsqueeze(self, [0]) : self;
    const image = onnx.Col2Im(x, onnx.sizes(output_size), onnx.ints(kernel_size), {
      dilations: spread(dilation, 2),
      pads: [padY, padX, padY, padX],
      strides: spread(stride, 2),
    });
    return single ? onnx.squeeze(image, [0]) : image;
  },

  'aten::upsample_nearest1d': resized('nearest'),
  'aten::upsample_nearest2d': resized('nearest'),
  'aten::upsample_nearest3d': resized('nearest'),
  'aten::_upsample_nearest_exact1d': resized('nearest', true),
  'aten::_upsample_nearest_exact2d': resized('nearest', true),
  'aten::_upsample_nearest_exact3d': resized('nearest', true),
  'aten::upsample_linear1d': resized('linear'),
  'aten::upsample_bilinear2d': resized('linear'),
  'aten::upsample_trilinear3d': resized('linear'),
  'aten::upsample_bicubic2d': resized('cubic'),
  'aten::grid_sampler': gridSample,
  'aten::affine_grid_generator': ({ theta, size, align_corners }, onnx, node) => {
    const [, , ...space] = size;
    // Between the corners of one element PyTorch takes the middle, ONNX the first corner.
    const single = align_corners && space.some((each) => boundsOf(each).least <= 1);
    if (single)
      return affineGrid(
        onnx,
        theta,
        space.map((each) => asNumber(each, node)),
        node,
      );
    return onnx.AffineGrid(theta, onnx.sizes(size), { align_corners });
  },
});
