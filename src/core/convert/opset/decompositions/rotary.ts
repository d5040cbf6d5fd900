/** RotaryEmbedding (23) and TensorScatter (24). Formulas: the ONNX operator specification. */
import { normalAxis } from '../../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf } from '../adapter.ts';
import { countedAlong } from './counting.ts';
import { sizeOf, sliced, typed } from './forms.ts';

const END = 2 ** 31 - 1;

/** Of rank 3 the last axis holds all heads, which then come behind the positions; of rank 4 they come before. */
const rotary = adapter(down(23, 'RotaryEmbedding'), (node, onnx) => {
  const { value: input } = typed(node);
  const rank = rankOf(node);
  const x = rank === 3 ? onnx.Reshape(input, onnx.ints([0, 0, headsOf(node), -1])) : input;
  const positions = node.input(3);
  const [cosine, sine] = [operand(node, 1), operand(node, 2)].map((cache) =>
    onnx.unsqueeze(positions ? onnx.Gather(cache, positions, { axis: 0 }) : cache, [rank === 3 ? 2 : 1]),
  );
  if (!cosine || !sine) throw new Error('RotaryEmbedding has two caches');
  const half = cosine.shape?.at(-1) ?? sine.shape?.at(-1);
  if (typeof half !== 'number') refuse('shape-unknown', node, { reason: 'the size of its caches decides' });
  const rotated = node.int('rotary_embedding_dim', 0n) !== 0n && x.shape?.at(-1) !== 2 * half;
  const turned = rotated ? sliced(onnx, x, 3, 0, 2 * half) : x;
  const between = node.int('interleaved', 0n) !== 0n;
  const [real, imaginary] = between ? neighbours(onnx, turned, half) : halves(onnx, turned, half);
  const results = [
    onnx.Sub(onnx.Mul(cosine, real), onnx.Mul(sine, imaginary)),
    onnx.Add(onnx.Mul(sine, real), onnx.Mul(cosine, imaginary)),
  ];
  const joined = between ? interleaved(onnx, results, half) : onnx.Concat(...results, { axis: 3 });
  const whole = rotated ? onnx.Concat(joined, sliced(onnx, x, 3, 2 * half, END), { axis: 3 }) : joined;
  return rank === 3 ? onnx.Reshape(whole, onnx.ints([0, 0, -1])) : whole;
});

function headsOf(node: Node): bigint {
  return node.int('num_heads') ?? refuse('invalid-model', node, { reason: 'rank 3 needs the attribute num_heads' });
}

function halves(onnx: OnnxBuilder, x: Value, half: number): readonly [Value, Value] {
  return [sliced(onnx, x, 3, 0, half), sliced(onnx, x, 3, half, 2 * half)];
}

function neighbours(onnx: OnnxBuilder, x: Value, half: number): readonly [Value, Value] {
  const pairs = onnx.Reshape(x, onnx.ints([0, 0, 0, half, 2]));
  const [first, second] = [0n, 1n].map((place) => onnx.Gather(pairs, onnx.constant(place), { axis: 4 }));
  if (!first || !second) throw new Error('a pair has two places');
  return [first, second];
}

function interleaved(onnx: OnnxBuilder, parts: readonly Value[], half: number): Value {
  const pairs = onnx.Concat(...parts.map((part) => onnx.unsqueeze(part, [4])), { axis: 4 });
  return onnx.Reshape(pairs, onnx.ints([0, 0, 0, 2 * half]));
}

/**
 * Each place of the cache takes the place of the update that is written there, or keeps its own. Rows of samples stand one
 * behind the other, so that one Gather finds them.
 */
const tensorScatter = adapter(down(24, 'TensorScatter'), (node, onnx) => {
  const rank = rankOf(node);
  const axis = normalAxis(node, node.int('axis', -2n), rank);
  const order = [0, axis, ...Array.from({ length: rank }, (_, k) => k).filter((k) => k !== 0 && k !== axis)];
  const back = order.map((_, k) => order.indexOf(k));
  const [cache, update] = [onnx.transpose(operand(node), order), onnx.transpose(operand(node, 1), order)];
  const [length, count] = [sizeOf(onnx, cache, 1), sizeOf(onnx, update, 1)];
  const starts = node.input(2);
  const places = onnx.unsqueeze(countedAlong(onnx, cache, 1), [0]);
  const moved = starts ? onnx.Sub(places, onnx.unsqueeze(starts, [1])) : places;
  const circular = node.string('mode', 'linear') === 'circular';
  const distance = circular ? onnx.Mod(moved, length) : moved;
  const written = onnx.And(below(onnx, distance, count), onnx.Not(below(onnx, distance, onnx.ints([0]))));
  const inside = onnx.Mul(distance, onnx.cast(written, 'int64'));
  const samples = onnx.unsqueeze(countedAlong(onnx, cache, 0), [1]);
  const rows = onnx.Reshape(update, rowShape(onnx, update, rank));
  const found = onnx.Gather(rows, onnx.Add(onnx.Mul(samples, count), inside), { axis: 0 });
  const condition = onnx.unsqueeze(
    written,
    Array.from({ length: rank - 2 }, (_, k) => k + 2),
  );
  return onnx.transpose(onnx.Where(condition, found, cache), back);
});

/** Positions are as exact as float64, which all opsets compare. */
function below(onnx: OnnxBuilder, x: Value, y: Value): Value {
  return onnx.Less(onnx.cast(x, 'float64'), onnx.cast(y, 'float64'));
}

/** [samples * positions, rest ...]. */
function rowShape(onnx: OnnxBuilder, update: Value, rank: number): Value {
  if (rank === 2) return onnx.ints([-1]);
  const rest = onnx.Shape(update, { start: 2, end: rank });
  return onnx.Concat(onnx.ints([-1]), rest, { axis: 0 });
}

export const rotaryAndCache: readonly Adapter[] = [rotary, tensorScatter];
