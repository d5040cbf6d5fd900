/**
 * Cast and CastLike between all element types but text. Rules: the ONNX specification of Cast-25. What no number of the
 * target stands for (a float beyond an integer type) is left open there, and not computed here.
 */
import { dtypeOfCode } from '../../../dialects/onnx/dtype-codes.ts';
import { DATA_TYPES, type DataType, isFloat } from '../../../ir/dtype.ts';
import { SmallFloat } from '../../../ir/small-floats.ts';
import { type Dense, dense, isHeld, isWide, room } from './dense.ts';
import { type Kernel, type Kernels, rows } from './kernel.ts';

const cast: Kernel = ({ node, inputs: [x] }) => {
  const dtype = dtypeOfCode(node.int('to', 0n));
  return x && dtype && outcome(converted(x, dtype, node.int('saturate', 1n) === 1n));
};

const castLike: Kernel = ({ node, inputs: [x, like] }) => {
  const dtype = like?.dtype;
  return x && dtype && outcome(converted(x, dtype, node.int('saturate', 1n) === 1n));
};

function outcome(result: Dense | undefined): readonly Dense[] | undefined {
  return result && [result];
}

/** The elements in another type; undefined where one has no counterpart there. */
export function converted(x: Dense, dtype: DataType, saturate = true): Dense | undefined {
  if (!isHeld(dtype)) return undefined;
  if (dtype === x.dtype) return x;
  const count = x.values.length;
  const values = room(dtype, count);
  const small = SmallFloat.of(dtype);
  const [from, to] = [DATA_TYPES[x.dtype], DATA_TYPES[dtype]];
  const [least, most] = rangeOf(dtype);
  for (let k = 0; k < count; k++) {
    const value = x.values[k] ?? 0;
    if (isWide(values)) {
      if (from.kind === 'float' && !(Math.trunc(Number(value)) >= least && Math.trunc(Number(value)) <= most))
        return undefined;
      values[k] = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
    } else if (to.kind === 'bool') {
      values[k] = Number.isNaN(value) || value ? 1 : 0;
    } else if (to.kind === 'float') {
      const number = typeof value === 'bigint' ? (dtype === 'float64' ? Number(value) : traced(value)) : value;
      const code = small?.code(number, saturate);
      if (small && code === undefined) return undefined;
      values[k] = small ? (small.numbers[code ?? 0] ?? 0) : number;
    } else if (from.kind === 'float') {
      const whole = Math.trunc(Number(value));
      if (!(whole >= least && whole <= most)) return undefined;
      values[k] = whole;
    } else {
      values[k] = typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value;
    }
  }
  return dense(dtype, x.shape, values);
}

/** Between which whole numbers, as doubles, those of an integer type lie. */
function rangeOf(dtype: DataType): readonly [least: number, most: number] {
  const { bits, kind } = DATA_TYPES[dtype];
  if (isFloat(dtype)) return [0, 0];
  const most = 2 ** (kind === 'int' ? bits - 1 : bits);
  // The doubles next to 2^63 and 2^64 lie far below these.
  return [kind === 'int' ? -most : 0, bits === 64 ? most - 2 ** (kind === 'int' ? 10 : 11) : most - 1];
}

/** Of integers that doubles do not hold, one that rounds to every narrower float as the integer itself: a cut leaves a trace. */
function traced(value: bigint): number {
  const size = value < 0n ? -value : value;
  if (size < 2n ** 53n) return Number(value);
  const cut = (size >> 12n) | (size & 0xfffn ? 1n : 0n);
  return Number(value < 0n ? -cut : cut) * 4096;
}

export const casts: Kernels = rows('exact', { Cast: cast, CastLike: castLike });
