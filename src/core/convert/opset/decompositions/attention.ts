/**
 * Attention (opsets 23 to 25), spelled out. Formulas: the ONNX operator specification with the errata of onnx 1.23: a row
 * of which everything is masked gives zeros.
 */
import { constantOf } from '../../../dialects/onnx/data.ts';
import { dtypeOfCode } from '../../../dialects/onnx/dtype-codes.ts';
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, sameUp, tooOld } from '../adapter.ts';
import { allowedPlaces, type Places } from './attention-places.ts';
import { reduced, sizeOf, typed } from './forms.ts';

/** Inputs by their names; absent ones are undefined. */
const INPUTS = ['query', 'key', 'value', 'mask', 'pastKey', 'pastValue', 'valid'] as const;

/** Below every finite number of a type, or the lowest of them: only -Infinity is less. */
const LOWEST: Partial<Record<DataType, number>> = {
  float16: -65504,
  bfloat16: -3.3895313892515355e38,
  float32: -3.4028234663852886e38,
  float64: -Number.MAX_VALUE,
};

function spelledOut(node: Node, onnx: OnnxBuilder): readonly Value[] {
  const inputs = Object.fromEntries(INPUTS.map((name, k) => [name, node.input(k)]));
  const { dtype } = typed(node);
  typed(node, 2);
  const query = withHeads(node, onnx, operand(node, 0), 'q_num_heads');
  const newKey = withHeads(node, onnx, operand(node, 1), 'kv_num_heads');
  const newValue = withHeads(node, onnx, operand(node, 2), 'kv_num_heads');
  const key = inputs.pastKey ? onnx.Concat(inputs.pastKey, newKey, { axis: 2 }) : newKey;
  const value = inputs.pastValue ? onnx.Concat(inputs.pastValue, newValue, { axis: 2 }) : newValue;
  const groups = groupsOf(node, query, key);
  const factor = rootOfScale(node, onnx, query);
  const across = onnx.Mul(onnx.transpose(key, [0, 1, 3, 2]), factor);
  const raw = groups.apart(onnx, onnx.MatMul(groups.together(onnx, onnx.Mul(query, factor)), across));
  const cap = node.float('softcap', 0);
  const capped = cap > 0 ? softcapped(onnx, raw, cap) : raw;
  const bias = biasOf(node, onnx, { query, key, past: inputs.pastKey, valid: inputs.valid }, dtype);
  const biased = bias ? onnx.Add(capped, bias.sum) : capped;
  const weights = bias?.mayBeEmpty
    ? onnx.Where(emptyRows(onnx, bias.sum), onnx.constant(0, dtype), softmax(node, onnx, biased))
    : softmax(node, onnx, biased);
  const product = onnx.MatMul(groups.together(onnx, onnx.cast(weights, dtypeOf(value))), value);
  const result = onnx.cast(groups.apart(onnx, product), dtype);
  const merged =
    rankOf(node) === 3 ? onnx.Reshape(onnx.transpose(result, [0, 2, 1, 3]), onnx.ints([0, 0, -1])) : result;
  const shown = [raw, capped, biased, weights][Number(node.int('qk_matmul_output_mode', 0n))] ?? raw;
  return [merged, key, value, shown].slice(0, node.outputs.length);
}

/** Of rank 3 the last axis holds all heads: they come to stand before the positions. */
function withHeads(node: Node, onnx: OnnxBuilder, x: Value, name: string): Value {
  if (x.rank === undefined) refuse('shape-unknown', node, { reason: 'the ranks of its inputs decide' });
  if (x.rank === 4) return x;
  const heads = node.int(name) ?? refuse('invalid-model', node, { reason: `rank 3 needs the attribute ${name}` });
  return onnx.transpose(onnx.Reshape(x, onnx.ints([0, 0, heads, -1])), [0, 2, 1, 3]);
}

interface Groups {
  /** [batch, heads, positions, x] to [batch, heads of keys, the rest, x]. */
  together(onnx: OnnxBuilder, x: Value): Value;
  /** The way back. */
  apart(onnx: OnnxBuilder, x: Value): Value;
}

/** Neighbouring heads of queries may share a head of keys: their positions stand one behind the other for the product. */
function groupsOf(node: Node, query: Value, key: Value): Groups {
  const [heads, stored] = [query.shape?.[1], key.shape?.[1]];
  if (heads === stored && heads !== undefined) return { together: (_, x) => x, apart: (_, x) => x };
  if (typeof heads !== 'number' || typeof stored !== 'number') {
    refuse('shape-unknown', node, { reason: 'the numbers of its heads decide' });
  }
  return {
    together: (onnx, x) => onnx.Reshape(x, onnx.ints([0, stored, -1, lastOf(x)])),
    apart: (onnx, x) => onnx.Reshape(x, onnx.ints([0, heads, -1, lastOf(x)])),
  };
}

/** The last size where it is known; else it is copied from its place. */
function lastOf(x: Value): number {
  const size = x.shape?.at(-1);
  return typeof size === 'number' ? size : 0;
}

/** Queries and keys are both multiplied by the root of the scale, in their type. */
function rootOfScale(node: Node, onnx: OnnxBuilder, query: Value): Value {
  const scale = node.float('scale');
  const size = query.shape?.[3];
  if (scale !== undefined) return onnx.like(query, Math.sqrt(scale));
  if (typeof size === 'number') return onnx.like(query, Math.sqrt(1 / Math.sqrt(size)));
  const root = onnx.Sqrt(onnx.Sqrt(onnx.cast(onnx.squeeze(sizeOf(onnx, query, 3), [0]), 'float32')));
  return onnx.cast(onnx.Reciprocal(root), dtypeOf(query));
}

function softcapped(onnx: OnnxBuilder, x: Value, cap: number): Value {
  return onnx.Mul(onnx.Tanh(onnx.Div(x, onnx.like(x, cap))), onnx.like(x, cap));
}

function softmax(node: Node, onnx: OnnxBuilder, x: Value): Value {
  const precision = dtypeOfCode(node.int('softmax_precision', 0n)) ?? dtypeOf(x);
  return onnx.cast(onnx.Softmax(onnx.cast(x, precision), { axis: -1 }), dtypeOf(x));
}

interface Bias {
  /** What is added to scores: -Infinity where a key is masked. */
  readonly sum: Value;
  /** Whether a row may have no key at all. */
  readonly mayBeEmpty: boolean;
}

function biasOf(node: Node, onnx: OnnxBuilder, places: Places, dtype: DataType): Bias | undefined {
  const given = node.input(3);
  const mask = given && paddedMask(node, onnx, given, places.key);
  const isBool = mask?.dtype === 'bool';
  const allowed = [...(mask && isBool ? [mask] : []), ...allowedPlaces(node, onnx, places)];
  const added = mask && !isBool ? mask : undefined;
  const [first, ...others] = allowed;
  if (!first) return added && { sum: added, mayBeEmpty: true };
  const kept = others.reduce((all, each) => onnx.And(all, each), first);
  const sum = onnx.Where(kept, added ?? onnx.constant(0, dtype), onnx.constant(Number.NEGATIVE_INFINITY, dtype));
  return { sum, mayBeEmpty: mayBeEmpty(kept, added) };
}

/** A constant mask shows whether one of its rows is empty. */
function mayBeEmpty(kept: Value, added: Value | undefined): boolean {
  const constant = added ? undefined : constantOf(kept);
  const width = kept.shape?.at(-1);
  if (!constant || typeof width !== 'number') return true;
  const numbers = constant.numbers();
  return numbers.some((_, k) => k % width === 0 && !numbers.slice(k, k + width).some((each) => each !== 0));
}

/** Masks may be shorter than the keys: what is missing is masked. */
function paddedMask(node: Node, onnx: OnnxBuilder, mask: Value, key: Value): Value {
  const [own, total, rank] = [mask.shape?.at(-1), key.shape?.[2], mask.rank];
  if (own === total && own !== undefined) return mask;
  if (rank === undefined) refuse('shape-unknown', node, { reason: 'the rank of its mask decides' });
  const missing = onnx.Sub(sizeOf(onnx, key, 2), sizeOf(onnx, mask, -1));
  const before = onnx.ints(Array<number>(2 * rank - 1).fill(0));
  const pads =
    typeof own === 'number' && typeof total === 'number'
      ? onnx.ints([...Array<number>(2 * rank - 1).fill(0), total - own])
      : onnx.Concat(before, missing, { axis: 0 });
  const fill =
    mask.dtype === 'bool'
      ? onnx.constant(Tensor.scalar('bool', false))
      : onnx.constant(Number.NEGATIVE_INFINITY, dtypeOf(mask));
  return onnx.Pad(mask, pads, fill);
}

/** Rows whose bias is -Infinity everywhere. */
function emptyRows(onnx: OnnxBuilder, bias: Value): Value {
  const most = reduced(onnx, 'ReduceMax', bias, [-1], true);
  return onnx.Less(most, onnx.like(most, LOWEST[dtypeOf(most)] ?? 0));
}

/** Windows came with 25; without them the older version means the same. */
const windows = adapter(down(25, 'Attention'), (node, onnx) => {
  const open = ['left_window_size', 'right_window_size'].every((name) => node.int(name, -1n) === -1n);
  if (!open) return spelledOut(node, onnx);
  return onnx.same(node.inputs, { left_window_size: undefined, right_window_size: undefined });
});

/** Numbers of valid keys came with 24. */
const validKeys = adapter(down(24, 'Attention'), (node, onnx) =>
  node.input(6) ? spelledOut(node, onnx) : onnx.same(node.inputs),
);

const first = adapter(down(23, 'Attention'), (node, onnx) => {
  if (!LOWEST[typed(node).dtype]) tooOld(node, 23, `it works on ${typed(node).dtype}`);
  return spelledOut(node, onnx);
});

/** Going up a node has neither: a causal mask begins behind the past keys in all versions, by the errata of 23. */
const onlyMore = [24, 25].map((version) => sameUp(version, 'Attention'));

export const attention: readonly Adapter[] = [windows, validKeys, first, ...onlyMore];
