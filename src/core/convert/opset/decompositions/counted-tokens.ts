/**
 * TfIdfVectorizer (9) of numbers: every sequence of tokens is compared with those of the pool, and what equals one is counted.
 * Definition: the ONNX operator specification and onnx/reference/ops/op_tfidf_vectorizer.py.
 */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, rankOf, tooOld } from '../adapter.ts';
import { naturals } from './counting.ts';
import { reduced, typed } from './forms.ts';

const NEEDED = 9;

/** Sequences of one length. */
interface Pool {
  readonly length: number;
  /** The tokens of each, and where it is counted. */
  readonly rows: ReadonlyMap<string, { readonly tokens: readonly bigint[]; readonly at: number }>;
}

const vectorizer = adapter(down(NEEDED, 'TfIdfVectorizer'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  if (dtype === 'string') tooOld(node, NEEDED, 'older opsets do not look into texts');
  const rank = rankOf(node);
  const size = x.shape?.[rank - 1];
  if (typeof size !== 'number') refuse('shape-unknown', node, { reason: 'the number of its tokens decides' });
  const places = numbersOf(node, 'ngram_indexes');
  const width = Math.max(...places) + 1;
  const samples = onnx.cast(rank === 1 ? onnx.unsqueeze(x, [0]) : x, 'int64');
  const counts = poolsOf(node).flatMap((pool) => countedIn(node, onnx, samples, size, pool, width));
  const [first, ...others] = counts;
  // Where nothing can be found all are 0.
  const start = onnx.MatMul(
    onnx.cast(samples, 'float32'),
    onnx.constant(Tensor.of('float32', [size, width], zeros(size * width))),
  );
  const total = first ? others.reduce((sum, each) => onnx.Add(sum, each), first) : start;
  const weighed = weighedCounts(node, onnx, total, places);
  return rank === 1 ? onnx.squeeze(weighed, [0]) : weighed;
});

function zeros(count: number): readonly number[] {
  return Array<number>(count).fill(0);
}

function numbersOf(node: Node, name: string): readonly number[] {
  return (node.ints(name) ?? []).map(Number);
}

/** The pool has all sequences of one token, then those of two, and so on. */
function poolsOf(node: Node): readonly Pool[] {
  const tokens = node.ints('pool_int64s') ?? [];
  const starts = numbersOf(node, 'ngram_counts');
  const places = numbersOf(node, 'ngram_indexes');
  const [least, most] = ['min_gram_length', 'max_gram_length'].map((name) => Number(node.int(name, 1n)));
  let number = 0;
  const pools = starts.map((start, k): Pool => {
    const length = k + 1;
    const count = Math.floor(((starts[k + 1] ?? tokens.length) - start) / length);
    // Of one that is there twice the last counts.
    const rows = new Map(
      naturals(count).map((row) => {
        const own = tokens.slice(start + row * length, start + (row + 1) * length);
        return [own.join(' '), { tokens: own, at: places[number + row] ?? 0 }];
      }),
    );
    number += count;
    return { length, rows };
  });
  return pools.filter(({ length, rows }) => length >= (least ?? 1) && length <= (most ?? 1) && rows.size > 0);
}

/** [samples, width] for each distance between tokens; a single token has none. */
function countedIn(
  node: Node,
  onnx: OnnxBuilder,
  samples: Value,
  size: number,
  { length, rows }: Pool,
  width: number,
): readonly Value[] {
  const list = [...rows.values()];
  const pool = onnx.constant(
    Tensor.of(
      'int64',
      [list.length, length],
      list.flatMap(({ tokens }) => tokens),
    ),
  );
  const columns = zeros(list.length * width).map((_, at) => (list[Math.floor(at / width)]?.at === at % width ? 1 : 0));
  const matrix = onnx.constant(Tensor.of('float32', [list.length, width], columns));
  const distances = length === 1 ? 1 : Number(node.int('max_skip_count', 0n)) + 1;
  return naturals(distances).flatMap((skipped) => {
    const reach = (length - 1) * (skipped + 1);
    if (reach >= size) return [];
    const starts = naturals(size - reach);
    const at = starts.flatMap((start) => naturals(length).map((k) => start + k * (skipped + 1)));
    // [samples, starts, 1, length]
    const found = onnx.Gather(samples, onnx.constant(Tensor.of('int64', [starts.length, 1, length], at)), { axis: 1 });
    const same = onnx.cast(onnx.Equal(found, pool), 'float32');
    return [onnx.MatMul(reduced(onnx, 'ReduceSum', reduced(onnx, 'ReduceMin', same, [3]), [1]), matrix)];
  });
}

function weighedCounts(node: Node, onnx: OnnxBuilder, counts: Value, places: readonly number[]): Value {
  const mode = node.string('mode', 'TF');
  if (mode === 'TF') return counts;
  const weights = node.attribute('weights', 'floats');
  const isMore = onnx.cast(onnx.Greater(counts, onnx.constant(0)), 'float32');
  const base = mode === 'IDF' ? isMore : counts;
  if (!weights || weights.length === 0) return base;
  if (places.some((place, k) => place !== k)) tooOld(node, NEEDED, 'in which order its weights are is not agreed on');
  return onnx.Mul(base, onnx.constant(Tensor.of('float32', [weights.length], weights)));
}

export const countedTokens: readonly Adapter[] = [vectorizer];
