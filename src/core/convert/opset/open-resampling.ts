/**
 * Resize by scales or sizes that are computed while the model runs: along each axis the places that a position lies between are
 * picked, or all places are multiplied with a matrix of weights, and these are computed, too, in float32 as onnxruntime computes
 * them. Positions and weights: the ONNX operator specification of Resize.
 */
import { constantOf } from '../../dialects/onnx/data.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { mannerOf, type ResizeManner } from '../resize-rows.ts';
import { operand, rankOf, tooOld } from './adapter.ts';
import { counted, naturals } from './decompositions/counting.ts';
import { reduced, sizeOf, typed } from './decompositions/forms.ts';

/** Whether scales or sizes are computed. */
export function isResizedAtRun(node: Node): boolean {
  return [2, 3].some((index) => {
    const value = node.input(index);
    return value !== undefined && !constantOf(value);
  });
}

/** How a Resize is asked for. */
interface Asked {
  readonly scales: Value | undefined;
  /** Count, where they are given. */
  readonly sizes: Value | undefined;
  /** Starts, then ends. */
  readonly regions: Value | undefined;
  readonly axes: readonly number[];
  readonly manner: ResizeManner;
}

/** One axis; lists of one number of float32. */
interface Axis {
  readonly at: number;
  readonly length: Value;
  readonly scale: Value;
  /** The new length, cut off and before that. */
  readonly count: Value;
  readonly exact: Value;
  readonly start: Value | undefined;
  readonly end: Value | undefined;
}

/** What stands for a Resize of opset 11 or newer, in float32 where its data are smaller. */
export function resampledAtRun(node: Node, onnx: OnnxBuilder, needed: number): Value {
  const rank = rankOf(node);
  const axes = node.ints('axes')?.map((axis) => normalAxis(node, axis, rank)) ?? naturals(rank);
  // What is empty is not given.
  const given = (index: number) => {
    const value = node.input(index);
    return value?.shape?.[0] === 0 ? undefined : value;
  };
  const [regions, scales, sizes] = [1, 2, 3].map(given);
  return resampledAlong(node, onnx, needed, { scales, sizes, regions, axes, manner: mannerOf(node) });
}

/** The same of opset 10, and of an Upsample, which count from the corner. */
export function resampledByOpenScales(node: Node, onnx: OnnxBuilder, needed: number): Value {
  const mode = node.string('mode', 'nearest');
  const manner = { mode, coordinates: 'asymmetric', nearest: 'floor', cubic: -0.75 };
  const axes = naturals(rankOf(node));
  return resampledAlong(node, onnx, needed, {
    scales: node.input(1),
    sizes: undefined,
    regions: undefined,
    axes,
    manner,
  });
}

function resampledAlong(node: Node, onnx: OnnxBuilder, needed: number, asked: Asked): Value {
  const { value: x, dtype } = typed(node);
  const { mode, coordinates } = asked.manner;
  if (mode !== 'nearest' && !isFloat(dtype)) tooOld(node, needed, `it interpolates ${dtype}`);
  if (coordinates === 'align_corners' && !asked.sizes)
    tooOld(node, needed, 'where its corners lie is not agreed on where the new length is cut off');
  const isNarrow = mode !== 'nearest' && (dtype === 'float16' || dtype === 'bfloat16');
  const start = isNarrow ? onnx.cast(x, 'float32') : x;
  const result = axesOf(node, onnx, asked).reduce(
    (value, axis) => alongAxis(node, onnx, value, axis, asked.manner, needed),
    start,
  );
  return onnx.cast(result, dtype);
}

function axesOf(node: Node, onnx: OnnxBuilder, { scales, sizes, regions, axes }: Asked): readonly Axis[] {
  const x = operand(node);
  const at = (list: Value | undefined, k: number) => list && onnx.cast(onnx.Gather(list, onnx.ints([k])), 'float32');
  const lengths = axes.map((axis) => onnx.cast(sizeOf(onnx, x, axis), 'float32'));
  const policy = node.string('keep_aspect_ratio_policy', 'stretch');
  const ratios = lengths.map((length, k) => {
    const size = at(sizes, k);
    return size ? onnx.Div(size, length) : (at(scales, k) ?? onnx.Div(length, length));
  });
  const keeps = policy !== 'stretch' && sizes !== undefined;
  const common = policy === 'not_larger' ? onnx.Min(...ratios) : keeps ? onnx.Max(...ratios) : undefined;
  return axes.map((axis, k): Axis => {
    const length = lengths[k] ?? onnx.ints([1]);
    const scale = (keeps ? common : undefined) ?? ratios[k] ?? length;
    const product = onnx.Mul(length, scale);
    const size = at(sizes, k);
    const [exact, count] = keeps
      ? [product, onnx.Floor(onnx.Add(product, onnx.constant(0.5)))]
      : [size ?? product, size ?? onnx.Floor(product)];
    return { at: axis, length, scale, count, exact, start: at(regions, k), end: at(regions, k + axes.length) };
  });
}

function alongAxis(node: Node, onnx: OnnxBuilder, x: Value, axis: Axis, manner: ResizeManner, needed: number): Value {
  const at = positions(node, onnx, axis, manner, needed);
  const last = onnx.Sub(axis.length, onnx.constant(1));
  const result = sampled();
  if (manner.coordinates !== 'tf_crop_and_resize') return result;
  // A cut may reach beyond the input: what lies there has a number of its own.
  const behind = naturals((x.rank ?? 1) - axis.at - 1).map((k) => k + 1);
  const outside = onnx.Or(onnx.Less(at, onnx.constant(0)), onnx.Less(last, at));
  return onnx.Where(onnx.unsqueeze(outside, behind), onnx.like(result, node.float('extrapolation_value', 0)), result);

  function sampled(): Value {
    if (manner.mode === 'nearest') {
      const place = within(onnx, picked(node, onnx, at, manner.nearest, needed), last);
      return onnx.Gather(x, onnx.cast(place, 'int64'), { axis: axis.at });
    }
    if (manner.mode === 'linear' && !manner.antialias) {
      return product(onnx, x, axis.at, tents(onnx, x, axis, within(onnx, at, last)));
    }
    if (manner.mode !== 'linear' && manner.mode !== 'cubic') tooOld(node, needed, 'its manner is not known');
    return smoothed(onnx, x, axis, at, last, manner);
  }
}

function within(onnx: OnnxBuilder, at: Value, last: Value): Value {
  return onnx.Sub(last, onnx.Relu(onnx.Sub(last, onnx.Relu(at))));
}

function product(onnx: OnnxBuilder, x: Value, axis: number, weights: Value): Value {
  const typedWeights = x.dtype === 'float64' ? onnx.cast(weights, 'float64') : weights;
  return onnx.movedToLast(x, axis, (last) => onnx.MatMul(last, typedWeights));
}

/** Where each place of the result lies in the input. */
function positions(node: Node, onnx: OnnxBuilder, axis: Axis, manner: ResizeManner, needed: number): Value {
  const { length, scale, count, exact, start, end } = axis;
  const number = (value: number) => onnx.constant(value);
  const places = onnx.cast(counted(onnx, onnx.squeeze(onnx.cast(count, 'int64'), [0])), 'float32');
  const half = () => onnx.Sub(onnx.Div(onnx.Add(places, number(0.5)), scale), number(0.5));
  const isMore = () => onnx.Less(number(1), count);
  const last = () => onnx.Sub(length, number(1));
  // Where there is one place alone nothing is divided by none.
  const gaps = () => onnx.Sub(onnx.Max(count, number(2)), number(1));
  switch (manner.coordinates) {
    case 'asymmetric':
      return onnx.Div(places, scale);
    case 'half_pixel':
      return half();
    case 'tf_half_pixel_for_nn':
      return onnx.Div(onnx.Add(places, number(0.5)), scale);
    case 'pytorch_half_pixel':
      return onnx.Where(isMore(), half(), number(0));
    case 'half_pixel_symmetric': {
      // What rounding the size off cuts away is cut away on both sides alike.
      const lost = onnx.Sub(number(1), onnx.Div(count, exact));
      return onnx.Add(half(), onnx.Mul(onnx.Mul(length, number(0.5)), lost));
    }
    case 'align_corners':
      return onnx.Where(isMore(), onnx.Div(onnx.Mul(places, last()), gaps()), number(0));
    case 'tf_crop_and_resize': {
      if (!start || !end) return tooOld(node, needed, 'its manner is not known');
      const step = onnx.Div(onnx.Mul(onnx.Sub(end, start), last()), gaps());
      const along = onnx.Add(onnx.Mul(start, last()), onnx.Mul(places, step));
      return onnx.Where(isMore(), along, onnx.Mul(onnx.Mul(number(0.5), onnx.Add(start, end)), last()));
    }
    default:
      return tooOld(node, needed, 'its manner is not known');
  }
}

function picked(node: Node, onnx: OnnxBuilder, at: Value, nearest: string, needed: number): Value {
  const half = onnx.constant(0.5);
  switch (nearest) {
    case 'floor':
      return onnx.Floor(at);
    case 'ceil':
      return onnx.Ceil(at);
    case 'round_prefer_floor':
      return onnx.Ceil(onnx.Sub(at, half));
    case 'round_prefer_ceil':
      return onnx.Floor(onnx.Add(at, half));
    default:
      return tooOld(node, needed, 'its manner is not known');
  }
}

/** How much each place of the input, a row, counts for each place of the result: a tent around the position. */
function tents(onnx: OnnxBuilder, x: Value, axis: Axis, at: Value): Value {
  const own = onnx.cast(counted(onnx, onnx.squeeze(sizeOf(onnx, x, axis.at), [0])), 'float32');
  const distance = onnx.Abs(onnx.Sub(onnx.unsqueeze(own, [1]), onnx.unsqueeze(at, [0])));
  return onnx.Relu(onnx.Sub(onnx.constant(1), distance));
}

/** Windows that may be wider than the input and grow where the size shrinks: places outside stand for those at the end. */
function smoothed(onnx: OnnxBuilder, x: Value, axis: Axis, at: Value, last: Value, manner: ResizeManner): Value {
  const number = (value: number) => onnx.constant(value);
  const squeezed = manner.antialias ? onnx.Min(axis.scale, number(1)) : number(1);
  const reach = onnx.Add(onnx.Ceil(onnx.Div(number(manner.mode === 'cubic' ? 2 : 1), squeezed)), number(1));
  const length = onnx.Add(axis.length, onnx.Mul(reach, number(2)));
  const total = onnx.Reshape(onnx.cast(length, 'int64'), onnx.ints([]));
  const places = onnx.Sub(onnx.cast(counted(onnx, total), 'float32'), reach);
  const distance = onnx.Mul(onnx.Abs(onnx.Sub(onnx.unsqueeze(places, [1]), onnx.unsqueeze(at, [0]))), squeezed);
  const kernel =
    manner.mode === 'cubic' ? keys(onnx, distance, manner.cubic) : onnx.Relu(onnx.Sub(number(1), distance));
  const isInside = onnx.Not(onnx.Or(onnx.Less(places, number(0)), onnx.Less(last, places)));
  const own = manner.excludesOutside ? onnx.Mul(kernel, onnx.unsqueeze(onnx.cast(isInside, 'float32'), [1])) : kernel;
  const weights = onnx.Div(own, reduced(onnx, 'ReduceSum', own, [0], true));
  const wide = onnx.Gather(x, onnx.cast(within(onnx, places, last), 'int64'), { axis: axis.at });
  return product(onnx, wide, axis.at, weights);
}

/** The cubic convolution of Keys, 1981, which is 0 from 2 on. */
function keys(onnx: OnnxBuilder, d: Value, a: number): Value {
  const number = (value: number) => onnx.constant(value);
  const sum = (...numbers: readonly number[]): Value => {
    const [first = 0, ...others] = numbers;
    return others.reduce<Value>((value, each) => onnx.Add(onnx.Mul(value, d), number(each)), number(first));
  };
  const near = sum(a + 2, -(a + 3), 0, 1);
  const far = sum(a, -5 * a, 8 * a, -4 * a);
  return onnx.Where(onnx.Less(number(1), d), onnx.Where(onnx.Less(d, number(2)), far, number(0)), near);
}
