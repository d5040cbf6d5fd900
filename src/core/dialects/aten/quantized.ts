/** Facts of integers that stand for numbers: PyTorch's library `quantized_decomposed`, and the types that its operators take here. */

/** The namespace of the operators that exported programs are quantised with. */
export const QUANTIZED_DECOMPOSED = 'quantized_decomposed';

/** The integers of each type; those of 32 bits are biases. */
export const INTEGER_RANGES = {
  int8: [-128n, 127n],
  uint8: [0n, 255n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
} as const satisfies Readonly<Record<string, readonly [least: bigint, most: bigint]>>;

export type DequantizableType = keyof typeof INTEGER_RANGES;

export function isDequantizable(dtype: string | undefined): dtype is DequantizableType {
  return dtype !== undefined && Object.hasOwn(INTEGER_RANGES, dtype);
}

/** Whether all zero points are integers of their type; those of biases are 0. */
export function takesZeroPoints(dtype: DequantizableType, zeroPoints: readonly bigint[]): boolean {
  const [least, most] = dtype === 'int32' ? [0n, 0n] : INTEGER_RANGES[dtype];
  return zeroPoints.every((zero) => zero >= least && zero <= most);
}
