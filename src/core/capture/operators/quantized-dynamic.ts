/**
 * Operators that quantise what they take while they run (quantized::linear_dynamic), in the very numbers of the kernel: the
 * scale in doubles, the rounding of `x / scale + zero` once. Rules: aten/src/ATen/native/quantized/cpu/qlinear_dynamic.cpp,
 * ChooseQuantizationParams of quant_utils.h, QuantizeAvx2 of fbgemm; also those of embeddings, whose weights alone are
 * quantised (qembeddingbag.cpp).
 */
import { fresh } from '../../dialects/aten/rule.ts';
import {
  PackedValue,
  type QuantizedRows,
  type QuantizedSteps,
  type QuantizedValue,
} from '../values/quantized-values.ts';
import type { TensorValue } from '../values/tensor.ts';
import { type CapturedValue, isTensor, itemsOf, ListValue } from '../values/values.ts';
import type { Operators } from './operators.ts';

type Compute = (operators: Operators, args: readonly CapturedValue[], name: string) => CapturedValue | undefined;

/** c10's numbers. */
const HALF = 5n;
const FLOAT = 6n;
const UINT8 = 0n;
const DOUBLE = 7n;
/** Scales up to here, whose reciprocal is no float, become 0.1: 2 ** -128 and what rounds to it. */
const USELESS_SCALE = 2 ** -128 + 2 ** -150;
const ANY_SCALE = 0.1;
const SMALLEST_SCALE = Math.fround(6.1e-5);
const MOST_HALF = 65504;

/** An input rounded to 8 bits between its least and its largest number and 0. */
interface Rounded {
  /** Whole numbers from 0 to 255, as float32. */
  readonly integers: CapturedValue;
  /** As float64. */
  readonly zeroPoint: CapturedValue;
  /** As float32. */
  readonly scale: CapturedValue;
}

function rounded(operators: Operators, x: TensorValue, reduced: boolean): Rounded {
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
  return { integers, zeroPoint: zero, scale };
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
  // Half precision is that of the weight alone.
  if (name.endsWith('_fp16') !== isTensor(weight)) return undefined;
  const made = isTensor(weight) ? call('linear', x, weight, bias) : product(operators, x, weight, bias, reduced);
  return name.includes('_relu') ? call('relu', made) : made;
};

/**
 * In integers, as the kernel computes it. Not with the whole range of 8 bits: runtimes add two products in 16 bits, which do
 * not hold 2 * 255 * 127 (onnxruntime does on processors without VNNI).
 */
function product(
  operators: Operators,
  x: TensorValue,
  weight: QuantizedValue,
  bias: TensorValue | null,
  reduced: boolean,
): CapturedValue {
  const call = caller(operators);
  const { integers, zeroPoint, scale } = rounded(operators, x, reduced);
  const steps = reduced ? weight.parts?.steps : undefined;
  const sums = steps && integerLinear(operators, call('to', integers, UINT8), call('to', zeroPoint, UINT8), steps);
  if (steps && sums) {
    const scaled = call('mul', call('to', sums, FLOAT), call('mul', scale, steps.scales));
    return bias ? call('add', scaled, bias) : scaled;
  }
  const numbers = call('mul', call('sub', integers, call('to', zeroPoint, FLOAT)), scale);
  return call('linear', numbers, weight.numbers, bias);
}

/** `(x - zero point)` times the transpose of `(weight - its zero points)`, as int32; undefined where `x` has no rows. */
function integerLinear(
  operators: Operators,
  x: CapturedValue,
  zeroPoint: CapturedValue,
  { integers, zeroPoints }: QuantizedSteps,
): TensorValue | undefined {
  const shape = isTensor(x) ? x.info?.shape : undefined;
  const [outputs] = integers.info?.shape ?? [];
  if (!isTensor(x) || !isTensor(zeroPoint) || !shape || shape.length < 2 || shape.includes(0)) return undefined;
  const inputs = [x, integers, zeroPoint, ...(zeroPoints ? [zeroPoints] : [])].map((each) => operators.read(each));
  const output = fresh('int32', [...shape.slice(0, -1), outputs]);
  return operators.fresh(operators.recorder.value({ domain: 'prim', op: 'IntegerLinear', inputs, output }), output);
}

/** A weight as half precision keeps it, its largest numbers cut. */
export function halved(operators: Operators, weight: TensorValue): CapturedValue {
  const call = caller(operators);
  return call('to', call('to', call('clamp', weight, -MOST_HALF, MOST_HALF), HALF), FLOAT);
}

/** The rows of a quantised table; undefined where rows were pruned, which renames indices. */
function tableOf(packed: CapturedValue | undefined, pruned: CapturedValue | undefined): QuantizedRows | undefined {
  const whole = packed instanceof PackedValue && packed.parameters.operator === 'embedding' && pruned !== true;
  return whole ? packed.parameters.weight.parts?.rows : undefined;
}

/** The numbers of the rows that indices name: the others stay integers. */
function looked(operators: Operators, { integers, scales, zeroPoints }: QuantizedRows, indices: CapturedValue) {
  const call = caller(operators);
  const [rows, zeros, steps] = [integers, zeroPoints, scales].map((list) => call('embedding', list, indices));
  return call('mul', call('sub', call('to', rows ?? null, FLOAT), zeros ?? null), steps ?? null);
}

const embedding: Compute = (operators, [packed, indices = null, pruned]) => {
  const table = tableOf(packed, pruned);
  return table && looked(operators, table, indices);
};

/** packed, indices, offsets, scale_grad_by_freq, mode (which the kernel does not read: it sums), pruned, weights, mapping, last. */
const bag: Compute = (
  operators,
  [packed, indices = null, offsets = null, , , pruned, weights = null, mapping, last],
) => {
  const table = tableOf(packed, pruned);
  const shape = isTensor(indices) ? indices.info?.shape : undefined;
  if (!table || !shape || (mapping ?? null) !== null) return undefined;
  const call = caller(operators);
  const rows = looked(operators, table, indices);
  if (offsets === null && shape.length === 2) {
    const weighted = weights === null ? rows : call('mul', rows, call('unsqueeze', weights, -1n));
    return call('sum', weighted, new ListValue([1n]));
  }
  const [count] = shape;
  if (!isTensor(offsets) || shape.length !== 1 || count === undefined) return undefined;
  const each = call('arange', operators.scalars.ofSize(count));
  return itemsOf(call('embedding_bag', rows, each, offsets, false, 0n, false, weights, last ?? false))?.[0];
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
