/**
 * The discrete Fourier transform along one axis. Short ones are a product with a constant matrix: every runtime has it, at
 * every opset, and it rounds less than ONNX's DFT does in onnxruntime where the length is no power of two. Long ones, and
 * those whose length only a run knows, are ONNX's DFT.
 */
import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Graph } from '../../../ir/graph.ts';
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, floorDivide, sameDim, subtract } from '../../../ir/shape.ts';
import { ComputedSource, Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { flipped } from '../rules/rearranging.ts';
import { bounded, sliced } from '../rules/shape.ts';
import { dimAt, dimsOf, rankOf, refuseArgument } from '../support.ts';
import { Complex, type Parts, realOf, sideBySide, takenApart } from './complex.ts';

/** The longest transform that is a matrix: 2 MB for real numbers. */
const LONGEST_MATRIX = 512;
/** The same where onnxruntime's DFT would round a thousand times more. */
const LONGEST_ODD_MATRIX = 2048;

/** What the sum is multiplied by. */
export type Norm = 'one' | 'root' | 'length';

/** PyTorch's `norm` of a transform in this direction. */
export function normOf(norm: string | undefined, inverse: boolean, node: Node): Norm {
  if (norm === 'ortho') return 'root';
  if (norm === undefined || norm === 'backward') return inverse ? 'length' : 'one';
  if (norm === 'forward') return inverse ? 'one' : 'length';
  return refuseArgument(node, `norm='${norm}'`, 'there is no such normalisation');
}

export function factorOf(norm: Norm, length: number): number {
  return norm === 'one' ? 1 : norm === 'root' ? 1 / Math.sqrt(length) : 1 / length;
}

export interface Transform {
  readonly axis: number;
  readonly inverse: boolean;
  readonly norm: Norm;
}

/** All of the spectrum. */
export function complexTransform(z: Parts, transform: Transform, onnx: OnnxBuilder, node: Node): Complex {
  const { axis, inverse } = transform;
  const length = dimAt(realOf(z), axis, node);
  if (!fitsMatrix(length)) return byOperator(z, transform, false, onnx, node);
  const [cosine, sine] = bases(onnx, dtypeOf(realOf(z)), { ...transform, rows: length, columns: length, length });
  const [x, y] = z instanceof Complex ? [z.real, z.imaginary] : [z, undefined];
  const times = (part: Value, matrix: Value) => along(onnx, part, axis, matrix);
  // (x + iy)(cos - i sin), or (cos + i sin) for the inverse.
  const turned = times(x, sine);
  const own = inverse ? turned : onnx.Neg(turned);
  if (!y) return new Complex(times(x, cosine), own);
  const crossed = times(y, sine);
  return new Complex(
    inverse ? onnx.Sub(times(x, cosine), crossed) : onnx.Add(times(x, cosine), crossed),
    onnx.Add(times(y, cosine), own),
  );
}

/** The first half of the spectrum of real numbers: the other half is its mirror image. */
export function halfSpectrum(x: Value, transform: Transform, onnx: OnnxBuilder, node: Node): Complex {
  const { axis } = transform;
  const length = dimAt(x, axis, node);
  if (!fitsMatrix(length)) return byOperator(x, transform, true, onnx, node);
  const columns = Math.floor(length / 2) + 1;
  const [cosine, sine] = bases(onnx, dtypeOf(x), { ...transform, rows: length, columns, length });
  return new Complex(along(onnx, x, axis, cosine), onnx.Neg(along(onnx, x, axis, sine)));
}

/** Real numbers of `length` from the first half of their spectrum, which is that long already. */
export function fromHalfSpectrum(z: Complex, length: Dim, transform: Transform, onnx: OnnxBuilder, node: Node): Value {
  const { axis } = transform;
  if (!fitsMatrix(length)) return byOperator(mirrored(z, length, axis, onnx, node), transform, false, onnx, node).real;
  const rows = Math.floor(length / 2) + 1;
  const [cosine, sine] = bases(onnx, dtypeOf(z.real), { ...transform, rows, columns: length, length, halved: true });
  return onnx.Sub(along(onnx, z.real, axis, cosine), along(onnx, z.imaginary, axis, sine));
}

/** Whether a transform of this length is a matrix of a size that a file may hold. */
function fitsMatrix(length: Dim): length is number {
  if (typeof length !== 'number') return false;
  const isPower = Number.isInteger(Math.log2(length));
  return length <= (isPower ? LONGEST_MATRIX : LONGEST_ODD_MATRIX);
}

function byOperator(
  z: Parts,
  { axis, inverse, norm }: Transform,
  half: boolean,
  onnx: OnnxBuilder,
  node: Node,
): Complex {
  const length = dimAt(realOf(z), axis, node);
  const data = z instanceof Complex ? sideBySide(z, onnx, node) : onnx.unsqueeze(z, [rankOf(z, node)]);
  const made = onnx.DFT(data, undefined, onnx.constant(BigInt(axis)), {
    ...(inverse && { inverse: 1 }),
    ...(half && { onesided: 1 }),
  });
  // ONNX divides the inverse by the length.
  const given: Norm = inverse ? 'length' : 'one';
  return takenApart(
    given === norm ? made : onnx.Mul(made, correction(given, norm, length, dtypeOf(made), onnx)),
    onnx,
    node,
  );
}

function correction(given: Norm, wanted: Norm, length: Dim, dtype: DataType, onnx: OnnxBuilder): Value {
  if (typeof length === 'number')
    return onnx.constant(Tensor.scalar(dtype, factorOf(wanted, length) / factorOf(given, length)));
  const size = onnx.cast(onnx.size(length), dtype);
  const factor = wanted === 'root' ? onnx.Sqrt(size) : size;
  return given === 'length' ? factor : onnx.Reciprocal(factor);
}

/** The whole spectrum of real numbers from its first half. */
function mirrored(z: Complex, length: Dim, axis: number, onnx: OnnxBuilder, node: Node): Complex {
  const bins = dimAt(z.real, axis, node);
  const rest = bounded(1, add(subtract(length, bins), 1), bins);
  const both = (part: Value, sign: (x: Value) => Value) => {
    const tail = sign(flipped(onnx, sliced(onnx, part, axis, rest, node), [axis]));
    return onnx.Concat(part, tail, { axis });
  };
  return new Complex(
    both(z.real, (x) => x),
    both(z.imaginary, (x) => onnx.Neg(x)),
  );
}

function along(onnx: OnnxBuilder, x: Value, axis: number, matrix: Value): Value {
  return onnx.movedToLast(x, axis, (last) => onnx.MatMul(last, matrix));
}

export interface Basis {
  readonly rows: number;
  readonly columns: number;
  /** Places on the circle. */
  readonly length: number;
  readonly norm: Norm;
  /** Rows stand for themselves and for their mirror images. */
  readonly halved?: boolean;
}

const made = new WeakMap<Graph, Map<string, readonly [Value, Value]>>();

/** [rows, columns]: cosines and sines of row times column; one constant for all transforms alike. */
function bases(onnx: OnnxBuilder, dtype: DataType, basis: Basis): readonly [Value, Value] {
  if (!isFloat(dtype)) throw new Error(`a transform of ${dtype}`);
  const { rows, columns, length, norm, halved = false } = basis;
  const shared = made.get(onnx.graph) ?? new Map<string, readonly [Value, Value]>();
  made.set(onnx.graph, shared);
  const key = [dtype, rows, columns, length, norm, halved].join();
  let found = shared.get(key);
  if (!found) {
    const matrix = (wave: (angle: number) => number) => onnx.constant(waves(dtype, basis, wave));
    found = [matrix(Math.cos), matrix(Math.sin)];
    shared.set(key, found);
  }
  return found;
}

function waves(dtype: DataType, basis: Basis, wave: (angle: number) => number): Tensor {
  const { rows, columns } = basis;
  return computed(dtype, [rows, columns], () => {
    const values: number[] = [];
    for (let row = 0; row < rows; row++) {
      const factor = rowFactor(basis, row);
      for (let column = 0; column < columns; column++) values.push(factor * waveAt(wave, row * column, basis.length));
    }
    return values;
  });
}

/** What a bin counts for: one that has a mirror image counts twice. */
export function rowFactor({ length, norm, halved }: Pick<Basis, 'length' | 'norm' | 'halved'>, row: number): number {
  return factorOf(norm, length) * (halved && row > 0 && 2 * row < length ? 2 : 1);
}

/** A wave at a place of a circle of `length` places. */
export function waveAt(wave: (angle: number) => number, place: number, length: number): number {
  return wave((2 * Math.PI * (place % length)) / length);
}

/** A constant that is computed when it is written. */
export function computed(dtype: DataType, shape: readonly number[], values: () => readonly number[]): Tensor {
  return new Tensor(dtype, shape, new ComputedSource('computed', () => Tensor.of(dtype, shape, values()).bytes()));
}

/** An axis cut off or filled up with zeros to a length. */
export function resized(x: Value, axis: number, length: Dim, onnx: OnnxBuilder, node: Node): Value {
  const own = dimAt(x, axis, node);
  if (sameDim(own, length)) return x;
  if (typeof own !== 'number' || typeof length !== 'number') {
    refuseArgument(node, `n=${length}`, `whether it cuts off or fills up an axis of ${own} is only known at run time`);
  }
  if (length < own) return sliced(onnx, x, axis, { start: 0, end: length }, node);
  const rank = rankOf(x, node);
  const pads = dimsOf(x, node).map((_, k) => (k === axis ? length - own : 0));
  return onnx.Pad(x, onnx.ints([...Array<number>(rank).fill(0), ...pads]), onnx.like(x, 0));
}

/** How many bins the first half of a spectrum has. */
export function halfOf(length: Dim): Dim {
  return add(floorDivide(length, 2), 1);
}
