/** Adapters of normalisations. Formulas: the function bodies of the ONNX operator specification. */
import { clash, normalAxis } from '../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld, up } from './adapter.ts';
import { naturals } from './decompositions/counting.ts';
import { typed } from './decompositions/forms.ts';

/** More than any model has. */
const MOST_AXES = 1000;
const MOST_GROUPS = 1e6;

/** Axes from `axis` to the last, counted from the back where that needs no rank. */
function axesFrom(node: Node, fallback: bigint): number[] {
  const axis = Number(node.int('axis', fallback));
  const rank = node.input(0)?.rank;
  if (rank !== undefined) normalAxis(node, axis, rank);
  const first = axis < 0 ? axis : axis - rankOf(node);
  if (first >= 0 || first < -MOST_AXES) clash(node, `axis ${axis} lies outside`);
  return Array.from({ length: -first }, (_, k) => first + k);
}

/** The mean over axes as the builder's opset writes it. */
function mean(onnx: OnnxBuilder, x: Value, axes: readonly number[]): Value {
  return onnx.opset < 18
    ? onnx.ReduceMean(x, { axes, keepdims: 1 })
    : onnx.ReduceMean(x, onnx.ints(axes), { keepdims: 1 });
}

/** Narrow floats are normalised as float32 where `stash_type` says so (1, the default). */
function stashed(node: Node, onnx: OnnxBuilder, x: Value): Value {
  const narrow = x.dtype === 'float16' || x.dtype === 'bfloat16';
  return narrow && node.int('stash_type', 1n) === 1n ? onnx.cast(x, 'float32') : x;
}

const layerNormalization = adapter(down(17, 'LayerNormalization'), (node, onnx) => {
  const input = typed(node).value;
  const axes = axesFrom(node, -1n);
  const x = stashed(node, onnx, input);
  const average = mean(onnx, x, axes);
  const centred = onnx.Sub(x, average);
  const variance = mean(onnx, onnx.Mul(centred, centred), axes);
  const deviation = onnx.Sqrt(onnx.Add(variance, onnx.like(x, node.float('epsilon', 1e-5))));
  const normal = onnx.cast(onnx.Div(centred, deviation), dtypeOf(input));
  const scaled = onnx.Mul(normal, operand(node, 1));
  const bias = node.input(2);
  const results = [bias ? onnx.Add(scaled, bias) : scaled];
  if (node.outputs.length > 1) results.push(average);
  if (node.outputs.length > 2) results.push(onnx.Reciprocal(deviation));
  return results;
});

const rmsNormalization = adapter(down(23, 'RMSNormalization'), (node, onnx) => {
  const input = typed(node).value;
  const axes = axesFrom(node, -1n);
  const x = stashed(node, onnx, input);
  const square = mean(onnx, onnx.Mul(x, x), axes);
  const root = onnx.Sqrt(onnx.Add(square, onnx.like(x, node.float('epsilon', 1e-5))));
  return onnx.Mul(onnx.cast(onnx.Div(x, root), dtypeOf(input)), operand(node, 1));
});

/** Groups of channels as the channels of an InstanceNormalization. The version of 18 is deprecated and never made. */
function grouped(node: Node, onnx: OnnxBuilder, scale: Value, bias: Value): Value {
  const x = typed(node).value;
  const groups = groupsOf(node);
  const flat = onnx.Reshape(x, onnx.ints([0, groups, -1]));
  const normal = onnx.InstanceNormalization(flat, scale, bias, { epsilon: node.float('epsilon', 1e-5) });
  return onnx.Reshape(normal, isStatic(x.shape) ? onnx.ints(x.shape) : onnx.shapeOf(x));
}

function groupsOf(node: Node): number {
  const groups = Number(node.int('num_groups', 0n));
  const channels = node.input(0)?.shape?.[1];
  if (groups < 1 || (typeof channels === 'number' && channels % groups !== 0)) {
    clash(node, `${channels ?? 'its'} channels do not divide into ${groups} groups`);
  }
  return groups <= MOST_GROUPS ? groups : clash(node, `${groups} groups`);
}

const groupNormalizationDown = adapter(down(21, 'GroupNormalization'), (node, onnx) => {
  const x = typed(node).value;
  const groups = groupsOf(node);
  const filled = (value: number) => onnx.constant(Tensor.of(dtypeOf(x), [groups], Array<number>(groups).fill(value)));
  const normal = grouped(node, onnx, filled(1), filled(0));
  const perChannel = (value: Value) =>
    onnx.unsqueeze(
      value,
      Array.from({ length: rankOf(node) - 2 }, (_, k) => k + 1),
    );
  return onnx.Add(onnx.Mul(normal, perChannel(operand(node, 1))), perChannel(operand(node, 2)));
});

/** Until 20 scale and bias were given for each group. */
const groupNormalizationOld = adapter(down(18, 'GroupNormalization'), (node, onnx) =>
  grouped(node, onnx, operand(node, 1), operand(node, 2)),
);

const groupNormalizationUp = adapter(up(21, 'GroupNormalization'), (node, onnx) => {
  const groups = groupsOf(node);
  const channels = node.input(0)?.shape?.[1];
  if (typeof channels !== 'number') refuse('shape-unknown', node, { reason: 'its channels are not known' });
  const perChannel = (value: Value) => {
    const spread = onnx.Expand(onnx.Reshape(value, onnx.ints([groups, 1])), onnx.ints([groups, channels / groups]));
    return onnx.Reshape(spread, onnx.ints([channels]));
  };
  return onnx.same([operand(node), perChannel(operand(node, 1)), perChannel(operand(node, 2))]);
});

/** By the statistics of the input itself; the others come nearer to these. */
function normalizedInTraining(node: Node, onnx: OnnxBuilder): readonly Value[] {
  const x = typed(node).value;
  const rank = rankOf(node);
  const within = x.dtype === 'float64' ? 'float64' : 'float32';
  const wide = onnx.cast(x, within);
  const others = naturals(rank).filter((axis) => axis !== 1);
  const perChannel = (value: Value) =>
    onnx.Reshape(onnx.cast(value, within), onnx.ints([-1, ...others.slice(1).map(() => 1)]));
  const average = mean(onnx, wide, others);
  const centred = onnx.Sub(wide, average);
  const variance = mean(onnx, onnx.Mul(centred, centred), others);
  const deviation = onnx.Sqrt(onnx.Add(variance, onnx.like(wide, node.float('epsilon', 1e-5))));
  const scaled = onnx.Mul(onnx.Div(centred, deviation), perChannel(operand(node, 1)));
  const momentum = node.float('momentum', 0.9);
  const running = (index: number, found: Value): Value => {
    const before = operand(node, index);
    const own = onnx.Mul(onnx.Reshape(found, onnx.ints([-1])), onnx.like(wide, 1 - momentum));
    return onnx.cast(onnx.Add(onnx.Mul(onnx.cast(before, within), onnx.like(wide, momentum)), own), dtypeOf(before));
  };
  const result = onnx.cast(onnx.Add(scaled, perChannel(operand(node, 2))), dtypeOf(x));
  return [result, running(3, average), running(4, variance)].slice(0, node.outputs.length);
}

/** From 14 on `training_mode` tells training; before, more outputs than one did. */
const batchNormalizationDown = adapter(down(14, 'BatchNormalization'), (node, onnx) => {
  if (node.int('training_mode', 0n) !== 0n) return normalizedInTraining(node, onnx);
  node.deleteAttribute('training_mode');
  return undefined;
});

const batchNormalizationUp = adapter(up(14, 'BatchNormalization'), (node) => {
  while (node.outputs.length > 1) {
    if (node.outputs.at(-1)?.useCount) tooOld(node, 13, 'its statistics of training are used');
    node.removeLastOutput();
  }
  return undefined;
});

/** Until 8 `spatial = 0` normalised each place of the image on its own. */
const spatialUp = adapter(up(9, 'BatchNormalization'), (node) => {
  if (node.int('spatial', 1n) !== 1n) tooOld(node, 8, 'it normalises each place of the image on its own');
  node.deleteAttribute('spatial');
  return undefined;
});
const spatialDown = adapter(down(9, 'BatchNormalization'), () => undefined);

export const normalizations: readonly Adapter[] = [
  layerNormalization,
  rmsNormalization,
  groupNormalizationDown,
  groupNormalizationOld,
  groupNormalizationUp,
  batchNormalizationDown,
  batchNormalizationUp,
  spatialUp,
  spatialDown,
];
