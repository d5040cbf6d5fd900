/** How far the outputs of two runs differ. */
import { DATA_TYPES } from '../ir/dtype.ts';
import { shapeText } from '../ir/shape.ts';
import { Tensor } from '../ir/tensor.ts';

export interface OutputDifference {
  readonly name: string;
  /** Largest |a - b| over the elements; infinite where shapes, or which elements are NaN, differ. */
  readonly absolute: number;
  /** `absolute` over the larger of 1e-6 and the largest |reference|. */
  readonly relative: number;
  /** Why the two cannot be compared element by element. */
  readonly reason?: string;
}

/** Differences below this size of the reference do not count as relative to it. */
const SMALLEST_SCALE = 1e-6;

/** Compares outputs by position: a conversion keeps their order, not always their names. */
export function compareOutputs(
  reference: ReadonlyMap<string, Tensor>,
  result: ReadonlyMap<string, Tensor>,
): OutputDifference[] {
  const others = [...result.entries()];
  const found = [...reference.entries()].map(([name, tensor], index) => {
    const other = result.get(name) ?? others[index]?.[1];
    return other ? compareTensors(name, tensor, other) : incomparable(name, 'the other model has no such output');
  });
  for (const [name] of others.slice(reference.size)) found.push(incomparable(name, 'only one model has this output'));
  return found;
}

/** The numbers in single precision, as Caffe holds them whatever they are. */
export function inSinglePrecision(outputs: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const held = (tensor: Tensor) =>
    DATA_TYPES[tensor.dtype].kind === 'float' || tensor.dtype === 'string'
      ? tensor
      : Tensor.of('float32', tensor.shape, Array.from(tensor.numbers()));
  return new Map([...outputs].map(([name, tensor]) => [name, held(tensor)]));
}

/** How the output that differs most does: the first of those; nothing where none differs. */
export function worstOutput(
  differences: readonly OutputDifference[],
): { readonly output: string; readonly reason?: string } | undefined {
  const most = worstDifference(differences);
  const worst = most === 0 ? undefined : differences.find(({ relative }) => relative === most);
  return worst && { output: worst.name, ...(worst.reason !== undefined && { reason: worst.reason }) };
}

/** The largest relative difference; infinite where something cannot be compared, 0 where there is nothing. */
export function worstDifference(differences: readonly OutputDifference[]): number {
  return differences.reduce((worst, { relative }) => Math.max(worst, relative), 0);
}

/** Compares element by element. Integers and bools compare exactly, as numbers. */
export function compareTensors(name: string, reference: Tensor, other: Tensor): OutputDifference {
  if (reference.shape.length !== other.shape.length || reference.shape.some((size, k) => size !== other.shape[k])) {
    return incomparable(name, `shapes ${shapeText(reference.shape)} and ${shapeText(other.shape)} differ`);
  }
  if (reference.dtype === 'string' || other.dtype === 'string') return compareTexts(name, reference, other);
  if (DATA_TYPES[reference.dtype].kind !== DATA_TYPES[other.dtype].kind) {
    return incomparable(name, `types ${reference.dtype} and ${other.dtype} differ`);
  }
  const [a, b] = [reference.numbers(), other.numbers()];
  let absolute = 0;
  let scale = SMALLEST_SCALE;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k] ?? 0, b[k] ?? 0];
    // The same infinity, or NaN on both sides, is no difference.
    if (Object.is(x, y) || x === y) {
      if (Number.isFinite(x)) scale = Math.max(scale, Math.abs(x));
      continue;
    }
    const difference = Math.abs(x - y);
    absolute = Math.max(absolute, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    if (Number.isFinite(x)) scale = Math.max(scale, Math.abs(x));
  }
  return { name, absolute, relative: absolute / scale };
}

function compareTexts(name: string, a: Tensor, b: Tensor): OutputDifference {
  if (a.dtype !== b.dtype) return incomparable(name, `types ${a.dtype} and ${b.dtype} differ`);
  const others = b.strings();
  const same = a.strings().every((item, k) => Buffer.compare(item, others[k] ?? new Uint8Array()) === 0);
  return same ? { name, absolute: 0, relative: 0 } : incomparable(name, 'texts differ');
}

function incomparable(name: string, reason: string): OutputDifference {
  return { name, absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY, reason };
}
