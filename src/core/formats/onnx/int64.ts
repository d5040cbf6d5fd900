/** 64-bit integers of protobuf messages, which come in two halves. */

interface Halves {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

export function toInt64(value: bigint): Halves {
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: false };
}

export function fromInt64({ low, high, unsigned }: Halves): bigint {
  const value = (BigInt(high) << 32n) | BigInt(low >>> 0);
  return unsigned ? BigInt.asUintN(64, value) : value;
}

/** As a number; undefined beyond 2^53, where numbers are no longer exact. */
export function int64ToNumber(value: Halves): number | undefined {
  const number = value.high * 2 ** 32 + (value.low >>> 0);
  return Number.isSafeInteger(number) ? number : undefined;
}
