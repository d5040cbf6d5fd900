/** Rows of one matrix times rows of another: where the time of convolutions and products goes. */

/** Rows that lie behind each other. */
export interface Rows {
  readonly data: Float32Array;
  /** Where the first begins. */
  readonly from: number;
  readonly count: number;
  readonly length: number;
}

/** A matrix to be filled, `step` numbers from row to row. */
export interface Place {
  readonly data: Float32Array;
  readonly from: number;
  readonly step: number;
}

/** As many of the first matrix are multiplied together, by two of the other: so each number is fetched for several products. */
export const ROWS_AT_ONCE = 4;

/** As many numbers of the other matrix are gone over again and again while a processor holds them near. */
const NEAR = 1 << 17;

/** to[i, j] = starts[i] + sum over k of a[i, k] b[j, k], summed in double precision. */
export function multiplyRows(a: Rows, b: Rows, to: Place, starts: Float32Array | undefined): void {
  const most = Math.max(2, 2 * Math.floor(NEAR / (2 * b.length)));
  for (let first = 0; first < b.count; first += most) {
    const part = { ...b, from: b.from + first * b.length, count: Math.min(most, b.count - first) };
    multiplyPart(a, part, { ...to, from: to.from + first }, starts);
  }
}

function multiplyPart(a: Rows, b: Rows, to: Place, starts: Float32Array | undefined): void {
  const whole = a.count - (a.count % ROWS_AT_ONCE);
  const pairs = b.count - (b.count % 2);
  for (let i = 0; i < whole; i += ROWS_AT_ONCE)
    for (let j = 0; j < pairs; j += 2) multiplyBlock(a, i, b, j, to, starts);
  for (let i = 0; i < a.count; i++) {
    for (let j = i < whole ? pairs : 0; j < b.count; j++) {
      to.data[to.from + i * to.step + j] = (starts?.[i] ?? 0) + productOf(a, i, b, j);
    }
  }
}

function productOf(a: Rows, i: number, b: Rows, j: number): number {
  const [left, right] = [a.from + i * a.length, b.from + j * b.length];
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a.data[left + k] as number) * (b.data[right + k] as number);
  return sum;
}

/** Four rows by two; the sums are variables of their own so that they stay in registers. */
function multiplyBlock(a: Rows, i: number, b: Rows, j: number, to: Place, starts: Float32Array | undefined): void {
  const { length, data: left } = a;
  const right = b.data;
  const a0 = a.from + i * length;
  const [a1, a2, a3] = [a0 + length, a0 + 2 * length, a0 + 3 * length];
  const b0 = b.from + j * length;
  const b1 = b0 + length;
  let [s00, s01, s10, s11, s20, s21, s30, s31] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < length; k++) {
    const x = right[b0 + k] as number;
    const y = right[b1 + k] as number;
    const w0 = left[a0 + k] as number;
    const w1 = left[a1 + k] as number;
    const w2 = left[a2 + k] as number;
    const w3 = left[a3 + k] as number;
    s00 += w0 * x;
    s01 += w0 * y;
    s10 += w1 * x;
    s11 += w1 * y;
    s20 += w2 * x;
    s21 += w2 * y;
    s30 += w3 * x;
    s31 += w3 * y;
  }
  [s00, s01, s10, s11, s20, s21, s30, s31].forEach((sum, at) => {
    const row = i + (at >> 1);
    to.data[to.from + row * to.step + j + (at & 1)] = (starts?.[row] ?? 0) + sum;
  });
}
