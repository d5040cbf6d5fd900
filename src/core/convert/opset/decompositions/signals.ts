/** Windows, DFT, STFT and MelWeightMatrix (17). Formulas: the ONNX operator specification. */
import { constantOf } from '../../../dialects/onnx/data.ts';
import { dtypeOfCode } from '../../../dialects/onnx/dtype-codes.ts';
import { normalAxis } from '../../../dialects/onnx/infer/rule.ts';
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, constantNumber, down, operand, rankOf, tooOld } from '../adapter.ts';
import { counted, naturals } from './counting.ts';
import { sliced, typed } from './forms.ts';

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
  const from = x.shape?.[axis];
  if (typeof from !== 'number') refuse('shape-unknown', node, { reason: 'the length of its signal decides' });
  const [inverse, oneSided] = ['inverse', 'onesided'].map((name) => node.int(name, 0n) !== 0n);
  const real = inverse === true && oneSided === true;
  const length = constantNumber(node, 1, 'length', NEEDED) ?? (real ? 2 * (from - 1) : from);
  const to = oneSided && !real ? Math.floor(length / 2) + 1 : length;
  const order = [...naturals(rank).filter((k) => k !== axis && k !== rank - 1), axis, rank - 1];
  const moved = onnx.transpose(x, order);
  const transform = { from, parts: partsOf(node, x), length, to, inverse: inverse === true, real };
  const result = transformed(node, onnx, moved, rank, transform);
  return onnx.transpose(
    result,
    order.map((_, k) => order.indexOf(k)),
  );
});

/** Frames are gathered, weighed by the window, and transformed. */
const stft = adapter(down(NEEDED, 'STFT'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const size = x.shape?.[1];
  const step = constantNumber(node, 1, 'step', NEEDED);
  const window = node.input(2);
  const length = constantNumber(node, 3, 'frame length', NEEDED) ?? window?.shape?.[0];
  if (typeof size !== 'number' || typeof length !== 'number' || step === undefined) {
    refuse('shape-unknown', node, { reason: 'the lengths of its signal and its frames decide' });
  }
  const frames = Math.floor((size - length) / step) + 1;
  const places = naturals(frames).flatMap((frame) => naturals(length).map((k) => frame * step + k));
  const cut = onnx.Gather(x, onnx.constant(Tensor.of('int64', [frames, length], places)), { axis: 1 });
  const weighed = window ? onnx.Mul(cut, onnx.unsqueeze(onnx.cast(window, dtype), [1])) : cut;
  const parts = partsOf(node, x);
  const to = node.int('onesided', 1n) !== 0n ? Math.floor(length / 2) + 1 : length;
  return transformed(node, onnx, weighed, 4, { from: length, parts, length, to, inverse: false, real: false });
});

/** Triangles between neighbouring points of the mel scale, all of whose numbers are known. */
const mel = adapter(down(NEEDED, 'MelWeightMatrix'), (node, onnx) => {
  const dtype = dtypeOfCode(node.int('output_datatype', 1n)) ?? 'float32';
  const names = ['number of bins', 'length', 'sample rate', 'lower edge', 'upper edge'];
  const [bins = 0, length = 0, rate = 1, lower = 0, upper = 0] = names.map(
    (name, k) =>
      constantOf(operand(node, k))?.numbers()[0] ?? tooOld(node, NEEDED, `its ${name} is computed while it runs`),
  );
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

/** The height of a triangle over three points; one without a left side begins at its top. */
function triangle(at: number, [left = 0, top = 0, right = 0]: readonly number[]): number {
  if (at === top && left === top) return 1;
  if (at >= left && at <= top) return (at - left) / (top - left);
  return at > top && at < right ? (right - at) / (right - top) : 0;
}

export const signals: readonly Adapter[] = [windows, dft, stft, mel];
