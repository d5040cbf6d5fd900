/** LinearAttention and CausalConvWithState (opset 27). Formulas: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand } from '../adapter.ts';
import { loop } from './counting.ts';
import { sizeList, sizeOf, typed } from './forms.ts';

/** One position of [batch, positions, ...]. */
function at(inner: OnnxBuilder, x: Value, round: Value): Value {
  return inner.Gather(x, round, { axis: 1 });
}

/**
 * A Loop over the positions carries the state, [batch, heads of keys, size of keys, size of values], in float32. Queries
 * that share a head of keys stand in one matrix.
 */
const linearAttention = adapter(down(27, 'LinearAttention'), (node, onnx) => {
  const { dtype } = typed(node);
  const [heads, stored] = [headsOf(node, 'q_num_heads'), headsOf(node, 'kv_num_heads')];
  const sizes = [onnx.ints([0, 0, stored, heads / stored, -1]), onnx.ints([0, 0, stored, -1])] as const;
  const wide = (x: Value, shape: Value) => onnx.cast(onnx.Reshape(x, shape), 'float32');
  const [queries, keys, values] = [
    wide(operand(node), sizes[0]),
    ...[1, 2].map((k) => wide(operand(node, k), sizes[1])),
  ];
  if (!queries || !keys || !values) throw new Error('LinearAttention has queries, keys and values');
  const [decay, beta] = [node.input(4), node.input(5)];
  const rule = node.string('update_rule', 'gated_delta');
  const decays = decay && rule.startsWith('gated') ? onnx.Exp(wide(decay, sizes[1])) : undefined;
  const rates = beta && rule.endsWith('delta') ? onnx.unsqueeze(onnx.cast(beta, 'float32'), [2, 3]) : undefined;
  const past = node.input(3);
  const start = past ? onnx.cast(past, 'float32') : emptyState(node, onnx, keys, values);
  const count = onnx.squeeze(sizeOf(onnx, keys, 1), [0]);
  const [last, all] = loop(onnx, count, [start], (inner, round, [state = start]) => {
    const kept = decays ? inner.Mul(state, inner.unsqueeze(at(inner, decays, round), [3])) : state;
    const key = at(inner, keys, round);
    const fresh = inner.unsqueeze(at(inner, values, round), [2]);
    const told = rates
      ? inner.Mul(
          transposedRate(inner, at(inner, rates, round)),
          inner.Sub(fresh, inner.MatMul(inner.unsqueeze(key, [2]), kept)),
        )
      : fresh;
    const next = inner.Add(kept, inner.Mul(inner.unsqueeze(key, [3]), told));
    return [next, inner.MatMul(at(inner, queries, round), next)];
  });
  if (!last || !all) throw new Error('the loop gives a state and all positions');
  const ordered = onnx.Reshape(onnx.transpose(all, [1, 0, 2, 3, 4]), onnx.ints([0, 0, -1]));
  const scaled = onnx.Mul(ordered, scaleOf(node, onnx, keys));
  return [onnx.cast(scaled, dtype), onnx.cast(last, past ? dtypeOf(past) : dtype)].slice(0, node.outputs.length);
});

/** The rate of each head stands before its row: [batch, 1, 1, heads or 1] to [batch, heads or 1, 1, 1]. */
function transposedRate(inner: OnnxBuilder, rate: Value): Value {
  return inner.transpose(rate, [0, 3, 1, 2]);
}

function headsOf(node: Node, name: string): number {
  return Number(node.int(name) ?? refuse('invalid-model', node, { reason: `it needs the attribute ${name}` }));
}

function emptyState(node: Node, onnx: OnnxBuilder, keys: Value, values: Value): Value {
  const parts = [sizeOf(onnx, keys, 0), sizeOf(onnx, keys, 2), sizeOf(onnx, keys, 3), sizeOf(onnx, values, 3)];
  const made = onnx.ConstantOfShape(sizeList(onnx, parts));
  if (made.rank === undefined) refuse('shape-unknown', node, { reason: 'the sizes of its inputs decide' });
  return made;
}

function scaleOf(node: Node, onnx: OnnxBuilder, keys: Value): Value {
  const scale = node.float('scale', 0);
  if (scale !== 0) return onnx.like(keys, scale);
  const size = keys.shape?.[3];
  if (typeof size === 'number') return onnx.like(keys, 1 / Math.sqrt(size));
  return onnx.Reciprocal(onnx.Sqrt(onnx.cast(onnx.squeeze(sizeOf(onnx, keys, 3), [0]), 'float32')));
}

/** A convolution of each channel with what came before in front of it. */
const causalConvolution = adapter(down(27, 'CausalConvWithState'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const [weight, bias, past] = [operand(node, 1), node.input(2), node.input(3)];
  const [channels, , kernel] = weight.shape ?? [];
  if (typeof channels !== 'number' || typeof kernel !== 'number') {
    refuse('shape-unknown', node, { reason: 'the sizes of its weight decide' });
  }
  const before = kernel - 1;
  const padded = past ? onnx.Concat(past, x, { axis: 2 }) : onnx.Pad(x, onnx.ints([0, 0, before, 0, 0, 0]));
  const sum = onnx.Conv(padded, weight, bias, { group: channels, kernel_shape: [kernel] });
  const wide = onnx.cast(sum, dtype === 'float64' ? dtype : 'float32');
  const active =
    node.string('activation', 'none') === 'none' ? sum : onnx.cast(onnx.Mul(wide, onnx.Sigmoid(wide)), dtype);
  const end = onnx.constant([2n ** 31n - 1n]);
  const first = before === 0 ? end : onnx.ints([-before]);
  return [active, onnx.Slice(padded, first, end, onnx.ints([2]))].slice(0, node.outputs.length);
});

export const recurrentAttention: readonly Adapter[] = [linearAttention, causalConvolution];
