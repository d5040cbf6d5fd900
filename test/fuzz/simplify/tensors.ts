/** Random tensors: small, of sizes that meet, with the numbers that rules look for. */
import { type DataType, isFloat } from '../../../src/core/ir/dtype.ts';
import { elementCount, type StaticShape } from '../../../src/core/ir/shape.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import type { Chance } from './chance.ts';

/** Few sizes, so that values often fit each other; 0 is rare. */
const SIZES = [1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 8];
const ODD_NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-40, 3e38];
/** What makes an operator do nothing, or be another one. */
const NEUTRAL = [0, 1, 1, -1, 2];
/** The types that models are made of, those more often that are so. */
const TYPICAL: readonly DataType[] = [
  'float32',
  'float32',
  'float32',
  'float32',
  'float32',
  'float32',
  'int64',
  'int64',
  'int32',
  'bool',
  'float64',
  'float16',
  'uint8',
  'int8',
];

export const FLOATS: readonly DataType[] = ['float32', 'float64', 'float16'];
export const NUMBERS: readonly DataType[] = ['float32', 'float64', 'float16', 'int64', 'int32', 'uint8', 'int8'];
export const ANY: readonly DataType[] = [...NUMBERS, 'bool'];

/** Those of the types that are typical, as often as they are. */
export function typical(dtypes: readonly DataType[]): readonly DataType[] {
  const found = TYPICAL.filter((dtype) => dtypes.includes(dtype));
  return found.length > 0 ? found : dtypes;
}

export function randomDtype(chance: Chance): DataType {
  return chance.pick(TYPICAL);
}

export function randomShape(chance: Chance, rank: number): number[] {
  return Array.from({ length: rank }, () => (chance.flip(0.02) ? 0 : chance.pick(SIZES)));
}

export function randomTensor(chance: Chance, dtype: DataType, rank: number): Tensor {
  return filled(chance, dtype, randomShape(chance, rank));
}

export function filled(chance: Chance, dtype: DataType, shape: StaticShape): Tensor {
  const odd = chance.flip(0.03);
  return Tensor.of(
    dtype,
    shape,
    Array.from({ length: elementCount(shape) }, () => randomNumber(chance, dtype, odd)),
  );
}

function randomNumber(chance: Chance, dtype: DataType, odd: boolean): number {
  if (dtype === 'bool') return chance.int(0, 1);
  if (!isFloat(dtype)) return chance.int(dtype.startsWith('u') ? 0 : -3, 5);
  if (odd && chance.flip(0.3)) return chance.pick(ODD_NUMBERS);
  return chance.int(-2000, 2000) / 512 + chance.number() / 1000;
}

/** A constant that an elementwise operator takes beside a tensor: a scalar, one for each channel, of one size, or as large. */
export function constantLike(chance: Chance, { dtype, shape }: Tensor): Tensor {
  const own = chance.pick([
    [],
    [],
    [1],
    shape.map(() => 1),
    shape,
    channel(shape, 1),
    shape.slice(-1),
    shape.map((size) => (chance.flip() ? size : 1)),
  ]);
  if (!chance.flip(0.5)) return filled(chance, dtype, own);
  const value = dtype === 'bool' ? chance.int(0, 1) : Math.max(chance.pick(NEUTRAL), dtype.startsWith('u') ? 0 : -1);
  return Tensor.of(dtype, own, Array<number>(elementCount(own)).fill(value));
}

/** Sizes of 1 but on one axis; what follows it stays, so that it meets that axis. */
function channel(shape: StaticShape, axis: number): number[] {
  return shape.slice(axis).map((size, k) => (k === 0 ? size : 1));
}

export function tensorOf(dtype: DataType, shape: StaticShape, values: readonly number[]): Tensor {
  return Tensor.of(dtype, shape, isFloat(dtype) ? values : values.map(BigInt));
}
