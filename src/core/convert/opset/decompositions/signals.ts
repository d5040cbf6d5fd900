/** Windows, DFT, STFT and MelWeightMatrix (17). Formulas: the ONNX operator specification. */
import { constantOf, numberOf } from '../../../dialects/onnx/data.ts';
import { dtypeOfCode } from '../../../dialects/onnx/dtype-codes.ts';
import { normalAxis } from '../../../dialects/onnx/infer/rule.ts';
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld } from '../adapter.ts';
import { counted, naturals } from './counting.ts';
import { sizeOf, sliced, typed } from './forms.ts';
import { type OpenTransform, transformedAtRun } from './open-transforms.ts';

const NEEDED = 17;

/** Of cosines of 0, 1 and 2 turns. */
const WINDOWS: Readonly<Record<string, readonly number[]>> = {
  HannWindow: [0.5, -0.5],
  HammingWindow: [25 / 46, -21 / 46],
  BlackmanWindow: [0.42, -0.5, 0.08],
};

const windows = adapter(down(NEEDED, ...Object.keys(WINDOWS)), (node, onnx) => {
  const dtype = dtypeOfCode(node.int('output_datatype', 1n)) ?? 'float32';
  const parts = WINDOWS[node.op] ?? [];
  const less = node.int('periodic', 1n) === 0n ? 1 : 0;
  const size = constantOf(operand(node))?.numbers()[0];
  if (size !== undefined && (dtype === 'float32' || dtype === 'float64')) {
    const at = (k: number) =>
      parts.reduce((sum, part, n) => sum + part * Math.cos((2 * Math.PI * n * k) / (size - less)), 0);
    return onnx.constant(Tensor.of(dtype, [size], naturals(size).map(at)));
  }
  const within: DataType = dtype === 'float64' ? dtype : 'float32';
  const like = (number: number) => onnx.constant(number, within);
  const count = onnx.cast(onnx.reshape(operand(node), []), 'int64');
  const turns = onnx.Div(onnx.cast(counted(onnx, count), within), onnx.Sub(onnx.cast(count, within), like(less)));
  const sums = parts.map((part, n) =>
    n === 0 ? like(part) : onnx.Mul(onnx.Cos(onnx.Mul(turns, like(2 * Math.PI * n))), like(part)),
  );
  const [first, ...others] = sums;
  if (!first) throw new Error(`${node.op} has parts`);
  return onnx.cast(
    others.reduce((sum, each) => onnx.Add(sum, each), first),
    dtype,
  );
});

/** Larger matrices take more than 64 MB. */
const MOST_ELEMENTS = 1 << 24;

interface Transform {
  /** Places of the input, of one real number or a complex one each. */
  readonly from: number;
  readonly parts: 1 | 2;
  /** The length of the transform, and how many places of the result are given. */
  readonly length: number;
  readonly to: number;
  readonly inverse: boolean;
  /** Whether the result is real, from one side of the spectrum. */
  readonly real: boolean;
}

/** The transform as a matrix, from [places, parts] to [places, parts]; places beyond the length have no row. */
function matrixOf(node: Node, dtype: DataType, { from, parts, length, to, inverse, real }: Transform): Tensor {
  const used = Math.min(from, length);
  const outputs = real ? 1 : 2;
  if (used * parts * to * outputs > MOST_ELEMENTS) tooOld(node, NEEDED, 'its matrix is too large to be written out');
  const numbers: number[] = [];
  for (let n = 0; n < used; n++) {
    // The other side of a spectrum is its mirror image; what mirrors itself counts once.
    const weight = (inverse ? 1 / length : 1) * (real && n > 0 && 2 * n !== length ? 2 : 1);
    for (let part = 0; part < parts; part++) {
      for (let k = 0; k < to; k++) {
        const angle = ((inverse ? 2 : -2) * Math.PI * ((n * k) % length)) / length;
        const [cos, sin] = [weight * Math.cos(angle), weight * Math.sin(angle)];
        const both = part === 0 ? [cos, sin] : [-sin, cos];
        numbers.push(...both.slice(0, outputs));
      }
    }
  }
  return Tensor.of(dtype, [used * parts, to * outputs], numbers);
}

/** x: [..., places, parts]; its last two axes are one vector for the matrix. */
function transformed(node: Node, onnx: OnnxBuilder, x: Value, rank: number, transform: Transform): Value {
  const dtype = dtypeOf(x);
  const used = Math.min(transform.from, transform.length);
  const cut = used < transform.from ? sliced(onnx, x, rank - 2, 0, used) : x;
  const kept = Array<number>(rank - 2).fill(0);
  const flat = onnx.Reshape(cut, onnx.ints([...kept, used * transform.parts]));
  const product = onnx.MatMul(flat, onnx.constant(matrixOf(node, dtype, transform)));
  return onnx.Reshape(product, onnx.ints([...kept, transform.to, transform.real ? 1 : 2]));
}

function partsOf(node: Node, x: Value): 1 | 2 {
  const parts = x.shape?.at(-1);
  if (parts === 1 || parts === 2) return parts;
  return refuse('shape-unknown', node, { reason: 'whether its input is complex decides' });
}

const dft = adapter(down(NEEDED, 'DFT'), (node, onnx) => {
  const { value: x } = typed(node);
  const rank = rankOf(node);
  const axis = normalAxis(node, node.int('axis', 1n), rank);
  const [inverse = false, oneSided = false] = ['inverse', 'onesided'].map((name) => node.int(name, 0n) !== 0n);
  const order = [...naturals(rank).filter((k) => k !== axis && k !== rank - 1), axis, rank - 1];
  const moved = onnx.transpose(x, order);
  const given = node.input(1);
  const known = given ? numberOf(given) : undefined;
  const from = x.shape?.[axis];
  const isKnown = typeof from === 'number' && (!given || known !== undefined);
  const result = isKnown
    ? transformed(node, onnx, moved, rank, knownTransform(node, from, known, inverse, oneSided))
    : transformedAtRun(onnx, moved, rank, openTransform(node, onnx, moved, rank, inverse, oneSided));
  return onnx.transpose(
    result,
    order.map((_, k) => order.indexOf(k)),
  );
});

function knownTransform(
  node: Node,
  from: number,
  given: number | undefined,
  inverse: boolean,
  oneSided: boolean,
): Transform {
  const real = inverse && oneSided;
  const length = given ?? (real ? 2 * (from - 1) : from);
  const to = oneSided && !real ? Math.floor(length / 2) + 1 : length;
  return { from, parts: partsOf(node, operand(node)), length, to, inverse, real };
}

/** The axis of the signal is the last but one of `moved`. */
function openTransform(
  node: Node,
  onnx: OnnxBuilder,
  moved: Value,
  rank: number,
  inverse: boolean,
  oneSided: boolean,
): OpenTransform {
  const real = inverse && oneSided;
  const number = (value: bigint) => onnx.constant(value);
  const given = node.input(1);
  const from = onnx.squeeze(sizeOf(onnx, moved, rank - 2), [0]);
  const whole = real ? onnx.Mul(onnx.Sub(from, number(1n)), number(2n)) : from;
  const length = given ? scalarOf(onnx, given) : whole;
  const to = oneSided && !real ? halfOf(onnx, length) : length;
  return { parts: partsOf(node, moved), length, to, inverse, real, cuts: given !== undefined };
}

/** How many places of a spectrum its mirror image does not say. */
function halfOf(onnx: OnnxBuilder, length: Value): Value {
  return onnx.Add(onnx.Div(length, onnx.constant(2n)), onnx.constant(1n));
}

function scalarOf(onnx: OnnxBuilder, x: Value): Value {
  return onnx.cast(x.rank === 0 ? x : onnx.Reshape(x, onnx.ints([])), 'int64');
}

/** Frames are gathered, weighed by the window, and transformed. */
const stft = adapter(down(NEEDED, 'STFT'), (node, onnx) => {
  const { value: x } = typed(node);
  const [size, window] = [x.shape?.[1], node.input(2)];
  const [given, told] = [operand(node, 1), node.input(3)];
  const step = numberOf(given);
  const length = told ? numberOf(told) : window?.shape?.[0];
  if (typeof size === 'number' && typeof length === 'number' && step !== undefined)
    return knownFrames(node, onnx, size, length, step);
  return openFrames(node, onnx, given, told);
});

function knownFrames(node: Node, onnx: OnnxBuilder, size: number, length: number, step: number): Value {
  const x = operand(node);
  const frames = Math.floor((size - length) / step) + 1;
  const places = naturals(frames).flatMap((frame) => naturals(length).map((k) => frame * step + k));
  const cut = onnx.Gather(x, onnx.constant(Tensor.of('int64', [frames, length], places)), { axis: 1 });
  const parts = partsOf(node, x);
  const to = isOneSided(node) ? Math.floor(length / 2) + 1 : length;
  return transformed(node, onnx, weighedFrames(node, onnx, cut), 4, {
    from: length,
    parts,
    length,
    to,
    inverse: false,
    real: false,
  });
}

/** The same where a run says how long frames are, or how far apart. */
function openFrames(node: Node, onnx: OnnxBuilder, given: Value, told: Value | undefined): Value {
  const x = operand(node);
  const one = onnx.constant(1n);
  const step = scalarOf(onnx, given);
  const window = node.input(2);
  const size = onnx.squeeze(sizeOf(onnx, x, 1), [0]);
  const length = told ? scalarOf(onnx, told) : window ? onnx.squeeze(sizeOf(onnx, window, 0), [0]) : size;
  const frames = onnx.Add(onnx.Div(onnx.Sub(size, length), step), one);
  const starts = onnx.unsqueeze(onnx.Mul(counted(onnx, frames), step), [1]);
  const places = onnx.Add(starts, onnx.unsqueeze(counted(onnx, length), [0]));
  const cut = onnx.Gather(x, places, { axis: 1 });
  const to = isOneSided(node) ? halfOf(onnx, length) : length;
  const transform = { parts: partsOf(node, x), length, to, inverse: false, real: false };
  return transformedAtRun(onnx, weighedFrames(node, onnx, cut), 4, transform);
}

function isOneSided(node: Node): boolean {
  return node.int('onesided', 1n) !== 0n;
}

function weighedFrames(node: Node, onnx: OnnxBuilder, frames: Value): Value {
  const window = node.input(2);
  return window ? onnx.Mul(frames, onnx.unsqueeze(onnx.cast(window, dtypeOf(frames)), [1])) : frames;
}

/** Triangles between neighbouring points of the mel scale: a constant where all numbers are known. */
const mel = adapter(down(NEEDED, 'MelWeightMatrix'), (node, onnx) => {
  const dtype = dtypeOfCode(node.int('output_datatype', 1n)) ?? 'float32';
  const numbers = naturals(5).map((k) => numberOf(operand(node, k)));
  if (!numbers.every((each) => each !== undefined)) return onnx.cast(melsAtRun(node, onnx), dtype);
  const [bins = 0, length = 0, rate = 1, lower = 0, upper = 0] = numbers;
  const [low, high] = [lower, upper].map((edge) => 2595 * Math.log10(1 + edge / 700));
  const step = ((high ?? 0) - (low ?? 0)) / (bins + 2);
  const points = naturals(bins + 2).map((k) => {
    const hertz = 700 * (10 ** (((low ?? 0) + k * step) / 2595) - 1);
    return Math.floor(((length + 1) * hertz) / rate);
  });
  const rows = Math.floor(length / 2) + 1;
  const weights = naturals(rows * bins).map((at) => triangle(Math.floor(at / bins), points.slice(at % bins)));
  return onnx.constant(Tensor.of(dtype, [rows, bins], weights));
});

/** The same in doubles, while the model runs: [length / 2 + 1, bins]. */
function melsAtRun(node: Node, onnx: OnnxBuilder): Value {
  const number = (value: number) => onnx.constant(value, 'float64');
  const wide = (value: Value) => onnx.cast(value, 'float64');
  const [bins, length] = [0, 1].map((k) => scalarOf(onnx, operand(node, k)));
  const [rate, lower, upper] = [2, 3, 4].map((k) => wide(onnx.reshape(operand(node, k), [])));
  if (!bins || !length || !rate || !lower || !upper) throw new Error('a MelWeightMatrix has five inputs');
  // On the mel scale, but for a factor, numbers are logarithms of 1 + hertz / 700.
  const [low, high] = [lower, upper].map((edge) => onnx.Log(onnx.Add(onnx.Div(edge, number(700)), number(1))));
  if (!low || !high) throw new Error('a scale has two ends');
  const count = onnx.Add(bins, onnx.constant(2n));
  const step = onnx.Div(onnx.Sub(high, low), wide(count));
  const mels = onnx.Add(onnx.Mul(wide(counted(onnx, count)), step), low);
  const hertz = onnx.Mul(onnx.Sub(onnx.Exp(mels), number(1)), number(700));
  const places = onnx.Mul(wide(onnx.Add(length, onnx.constant(1n))), hertz);
  const points = onnx.Floor(onnx.Div(places, rate));
  const numbers = counted(onnx, bins);
  const [left, top, right] = [0n, 1n, 2n].map((by) =>
    onnx.Gather(points, by === 0n ? numbers : onnx.Add(numbers, onnx.constant(by))),
  );
  const rows = wide(onnx.unsqueeze(counted(onnx, halfOf(onnx, length)), [1]));
  if (!left || !top || !right) throw new Error('a triangle has three points');
  return triangles(onnx, rows, left, top, right);
}

/** As `triangle` for all places at once: rising up to the top, falling behind it. */
function triangles(onnx: OnnxBuilder, at: Value, left: Value, top: Value, right: Value): Value {
  const one = onnx.constant(1, 'float64');
  const holds = (condition: Value) => onnx.cast(condition, 'float64');
  // Points are whole numbers: where two are the same nothing is divided by none.
  const width = (from: Value, to: Value) => onnx.Add(onnx.Relu(onnx.Sub(onnx.Sub(to, from), one)), one);
  const rising = onnx.Div(onnx.Relu(onnx.Sub(at, left)), width(left, top));
  const falling = onnx.Div(onnx.Relu(onnx.Sub(right, at)), width(top, right));
  const isBehind = holds(onnx.Greater(at, top));
  const isTop = onnx.Sub(onnx.Sub(one, isBehind), holds(onnx.Less(at, top)));
  const isSteep = onnx.Sub(one, holds(onnx.Less(left, top)));
  const before = onnx.Mul(onnx.Sub(one, isBehind), rising);
  return onnx.Add(onnx.Add(before, onnx.Mul(isBehind, falling)), onnx.Mul(isTop, isSteep));
}

/** The height of a triangle over three points; one without a left side begins at its top. */
function triangle(at: number, [left = 0, top = 0, right = 0]: readonly number[]): number {
  if (at === top && left === top) return 1;
  if (at >= left && at <= top) return (at - left) / (top - left);
  return at > top && at < right ? (right - at) / (right - top) : 0;
}

export const signals: readonly Adapter[] = [windows, dft, stft, mel];
