/**
 * Axes that are computed while the model runs, for opsets where they are an attribute. Of each axis of the input it is asked
 * whether it is among them. Definitions: the ONNX operator specification.
 */
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import type { OnnxBuilder } from '../builder.ts';
import { operand, rankOf } from './adapter.ts';
import { branch, naturals } from './decompositions/counting.ts';
import { reduced } from './decompositions/forms.ts';

/** What is done to the elements before and after they are put together, and how that is done along one axis. */
interface Reduction {
  readonly before?: (onnx: OnnxBuilder, x: Value) => Value;
  readonly along: 'ReduceLogSumExp' | 'ReduceMax' | 'ReduceMean' | 'ReduceMin' | 'ReduceProd' | 'ReduceSum';
  readonly after?: (onnx: OnnxBuilder, x: Value) => Value;
}

const squares = (onnx: OnnxBuilder, x: Value): Value => onnx.Mul(x, x);

/** Each gives the same for all axes at once as for one after the other, also for none. */
const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  ReduceL1: { before: (onnx, x) => onnx.Abs(x), along: 'ReduceSum' },
  ReduceL2: { before: squares, along: 'ReduceSum', after: (onnx, x) => onnx.Sqrt(x) },
  ReduceLogSum: { along: 'ReduceSum', after: (onnx, x) => onnx.Log(x) },
  ReduceLogSumExp: { along: 'ReduceLogSumExp' },
  ReduceMax: { along: 'ReduceMax' },
  ReduceMean: { along: 'ReduceMean' },
  ReduceMin: { along: 'ReduceMin' },
  ReduceProd: { along: 'ReduceProd' },
  ReduceSum: { along: 'ReduceSum' },
  ReduceSumSquare: { before: squares, along: 'ReduceSum' },
};

/** A reduction along axes of input 1. The rank must be known. */
export function reducedAlongOpenAxes(node: Node, onnx: OnnxBuilder): Value {
  const x = operand(node);
  const rank = rankOf(node);
  const { before, along, after } = REDUCTIONS[node.op] ?? refuse('shape-unknown', node, { reason: 'its axes decide' });
  const axes = operand(node, 1);
  const named = amongAxes(onnx, axes, rank, rank);
  const isEmpty = onnx.Equal(onnx.Size(axes), onnx.constant(0n));
  const all = node.int('noop_with_empty_axes', 0n) === 0n;
  const hits = all ? onnx.Or(named, isEmpty) : named;
  const own = before ? before(onnx, x) : x;
  const kept = isFull(x) ? reducedByShape(onnx, along, own, hits) : reducedOneByOne(onnx, along, own, hits);
  const result = after ? after(onnx, kept) : kept;
  if (node.int('keepdims', 1n) !== 0n) return result;
  return onnx.Reshape(result, onnx.Compress(onnx.Shape(result), onnx.Not(hits), { axis: 0 }));
}

/** Whether each size is known, and none is 0, which a Reshape may take for another size. */
function isFull({ shape }: Value): boolean {
  return isStatic(shape) && !shape.includes(0);
}

/** Each axis becomes two, of which the second is reduced: it has all elements of an axis that is hit, else one. */
function reducedByShape(onnx: OnnxBuilder, along: Reduction['along'], x: Value, hits: Value): Value {
  const rank = x.rank ?? 0;
  const [shape, one] = [onnx.constant(x.shape as readonly number[]), onnx.constant(1n)];
  const parts = [onnx.Where(hits, one, shape), onnx.Where(hits, shape, one)].map((part) => onnx.unsqueeze(part, [1]));
  const split = onnx.Reshape(x, onnx.Reshape(onnx.Concat(...parts, { axis: 1 }), onnx.ints([-1])));
  return reduced(
    onnx,
    along,
    split,
    naturals(rank).map((axis) => 2 * axis + 1),
  );
}

/** Along each axis by itself, where it is among them. */
function reducedOneByOne(onnx: OnnxBuilder, along: Reduction['along'], x: Value, hits: Value): Value {
  return naturals(x.rank ?? 0).reduce((input, axis) => {
    const hit = onnx.squeeze(onnx.Gather(hits, onnx.ints([axis])), [0]);
    return branch(onnx, hit, {
      yes: (inner) => reduced(inner, along, input, [axis], true),
      no: (inner) => inner.Identity(input),
    });
  }, x);
}

/** What a reduction does where it has no axes: each element by itself. */
export function reducedAlongNoAxis(node: Node, onnx: OnnxBuilder): Value {
  const x = operand(node);
  const { before, after } = REDUCTIONS[node.op] ?? {};
  const each = before ? before(onnx, x) : x;
  const result = after ? after(onnx, each) : each;
  return result === x ? onnx.Identity(x) : result;
}

/** A Squeeze or Unsqueeze along axes of input 1, by the shape that it gives. Ranks must be known. */
export function reshapedAlongOpenAxes(node: Node, onnx: OnnxBuilder): Value {
  const x = operand(node);
  const rank = rankOf(node);
  const axes = operand(node, 1);
  if (node.op === 'Squeeze') {
    const kept = onnx.Not(amongAxes(onnx, axes, rank, rank));
    return onnx.Reshape(x, onnx.Compress(onnx.Shape(x), kept, { axis: 0 }));
  }
  const count = axes.shape?.[0];
  if (typeof count !== 'number') refuse('shape-unknown', node, { reason: 'the number of its axes decides' });
  if (rank === 0) return onnx.Reshape(x, onnx.ints(Array<number>(count).fill(1)));
  const whole = rank + count;
  const isNew = amongAxes(onnx, axes, whole, whole);
  // An old axis is as far on as there are old axes before it.
  const below = Tensor.of(
    'float32',
    [whole, whole],
    naturals(whole * whole).map((k) => Number(k % whole < Math.floor(k / whole))),
  );
  const isOld = onnx.unsqueeze(onnx.cast(onnx.Not(isNew), 'float32'), [1]);
  const before = onnx.cast(onnx.squeeze(onnx.MatMul(onnx.constant(below), isOld), [1]), 'int64');
  const last = onnx.constant(BigInt(rank - 1));
  const places = onnx.Where(onnx.Less(before, last), before, last);
  return onnx.Reshape(x, onnx.Where(isNew, onnx.constant(1n), onnx.Gather(onnx.Shape(x), places)));
}

/** For each of `count` axes whether it is in a list, which may count from the back of `rank`. A list may be empty. */
function amongAxes(onnx: OnnxBuilder, axes: Value, count: number, rank: number): Value {
  const fromFront = onnx.Where(onnx.Less(axes, onnx.constant(0n)), onnx.Add(axes, onnx.constant(BigInt(rank))), axes);
  const beside = onnx.unsqueeze(onnx.Concat(fromFront, onnx.ints([rank]), { axis: 0 }), [0]);
  const matches = onnx.Equal(onnx.unsqueeze(onnx.ints(naturals(count)), [1]), beside);
  return onnx.cast(reduced(onnx, 'ReduceMax', onnx.cast(matches, 'float32'), [1]), 'bool');
}
