/**
 * Operators that quantise what they take while they run (quantized::linear_dynamic), in the very numbers of the kernel: the
 * scale in doubles, the rounding of `x / scale + zero` once. Rules: aten/src/ATen/native/quantized/cpu/qlinear_dynamic.cpp,
 * ChooseQuantizationParams of quant_utils.h, QuantizeAvx2 of fbgemm; also those of embeddings, whose weights alone are
 * quantised (qembeddingbag.cpp).
 */
import { PackedValue, QuantizedValue } from '../values/quantized-values.ts';
import type { TensorValue } from '../values/tensor.ts';
import { type CapturedValue, isTensor, itemsOf } from '../values/values.ts';
import type { Operators } from './operators.ts';

type Compute = (operators: Operators, args: readonly CapturedValue[], name: string) => CapturedValue | undefined;

/** c10's numbers. */
const HALF = 5n;
const FLOAT = 6n;
const DOUBLE = 7n;
/** Scales up to here, whose reciprocal is no float, become 0.1: 2 ** -128 and what rounds to it. */
const USELESS_SCALE = 2 ** -128 + 2 ** -150;
const ANY_SCALE = 0.1;
const SMALLEST_SCALE = Math.fround(6.1e-5);
const MOST_HALF = 65504;

/** The numbers that an input stands for once it is rounded to 8 bits between its least and its largest number and 0. */
function rounded(operators: Operators, x: TensorValue, reduced: boolean): CapturedValue {
  const call = caller(operators);
  const most = reduced ? 127n : 255n;
  const low = call('to', call('clamp', call('min', x), null, 0n), DOUBLE);
  const high = call('to', call('clamp', call('max', x), 0n, null), DOUBLE);
  const spread = call('div', call('sub', high, low), most);
  const useful = call('where', call('le', spread, USELESS_SCALE), ANY_SCALE, spread);
  const zero = call('clamp', call('round', call('div', call('neg', low), useful)), 0n, most);
  const least = call('where', call('lt', useful, SMALLEST_SCALE), SMALLEST_SCALE, useful);
  const scale = call('to', least, FLOAT);
  // The kernel multiplies and adds at once: what it rounds is one float.
  const steps = call('mul', call('to', x, DOUBLE), call('to', call('reciprocal', scale), DOUBLE));
  const integers = call('clamp', call('round', call('to', call('add', steps, zero), FLOAT)), 0n, 255n);
  return call('mul', call('sub', integers, call('to', zero, FLOAT)), scale);
}

const caller =
  (operators: Operators) =>
  (name: string, ...positional: CapturedValue[]): CapturedValue =>
    operators.call(name, { positional, keywords: new Map() });

/** x, packed parameters, whether the range is halved. */
const linear: Compute = (operators, [x, packed, reduced = false], name) => {
  if (!isTensor(x) || !(packed instanceof PackedValue) || typeof reduced !== 'boolean') return undefined;
  const { parameters } = packed;
  if (parameters.operator !== 'linear') return undefined;
  const { weight, bias } = parameters;
  const call = caller(operators);
  const half = name.endsWith('_fp16');
  // Half precision is that of the weight alone.
  if (half !== isTensor(weight)) return undefined;
  const made = call(
    'linear',
    half ? x : rounded(operators, x, reduced),
    isTensor(weight) ? weight : weight.numbers,
    bias,
  );
  return name.includes('_relu') ? call('relu', made) : made;
};

/** A weight as half precision keeps it, its largest numbers cut. */
export function halved(operators: Operators, weight: TensorValue): CapturedValue {
  const call = caller(operators);
  return call('to', call('to', call('clamp', weight, -MOST_HALF, MOST_HALF), HALF), FLOAT);
}

/** The rows of a quantised table; undefined where rows were pruned, which renames indices. */
function tableOf(packed: CapturedValue | undefined, pruned: CapturedValue | undefined): TensorValue | undefined {
  const whole = packed instanceof PackedValue && packed.parameters.operator === 'embedding' && pruned !== true;
  const weight = whole ? packed.parameters.weight : undefined;
  return weight instanceof QuantizedValue ? weight.numbers : undefined;
}

const embedding: Compute = (operators, [packed, indices = null, pruned]) => {
  const table = tableOf(packed, pruned);
  return table && caller(operators)('embedding', table, indices);
};

/** packed, indices, offsets, scale_grad_by_freq, mode (which the kernel does not read: it sums), pruned, weights, mapping, last. */
const bag: Compute = (
  operators,
  [packed, indices = null, offsets = null, , , pruned, weights = null, mapping, last],
) => {
  const table = tableOf(packed, pruned);
  if (!table || !isTensor(offsets) || (mapping ?? null) !== null) return undefined;
  const made = caller(operators)('embedding_bag', table, indices, offsets, false, 0n, false, weights, last ?? false);
  return itemsOf(made)?.[0];
};

/** `quantized::*` whose tensors are all of floats. */
export const DYNAMIC: Readonly<Record<string, Compute>> = {
  linear_dynamic: linear,
  linear_relu_dynamic: linear,
  linear_dynamic_fp16: linear,
  linear_relu_dynamic_fp16: linear,
  embedding_byte: embedding,
  embedding_bag_byte: bag,
};
