/** What a program may ask of a tensor: sizes, type, and the number that a tensor without axes holds. */
import type { Scalar } from '../../dialects/aten/arguments.ts';
import { isContiguous } from '../../dialects/aten/layout.ts';
import type { TensorInfo } from '../../dialects/aten/rule.ts';
import { scalarTypeOf } from '../../dialects/aten/scalar-types.ts';
import { DATA_TYPES, type DataType, isFloat } from '../../ir/dtype.ts';
import { elementCount, type Shape } from '../../ir/shape.ts';
import { ProgramError, position } from '../values/plain-values.ts';
import { type ScalarType, scalarTypeOfElement } from '../values/scalars.ts';
import { sizeOf, sizesOf } from '../values/sizes.ts';
import { type CapturedValue, DeviceValue, UNKNOWN } from '../values/values.ts';

type Query = (info: TensorInfo, args: readonly CapturedValue[]) => CapturedValue;

const sizes: Query = ({ shape }, [dim]) => (dim === undefined || dim === null ? sizesOf(shape) : pick(shape, dim));
const strides: Query = ({ strides: known }, [dim]) =>
  known ? (typeof dim === 'bigint' ? pick(known, dim) : sizesOf(known)) : UNKNOWN;

function pick(values: Shape, dim: CapturedValue): CapturedValue {
  if (typeof dim !== 'bigint') return UNKNOWN;
  const at = position(dim, values.length);
  if (at === undefined) throw new ProgramError(`axis ${dim} of a tensor of ${values.length} axes`);
  return sizeOf(values[at]);
}

/** Answers that shape and type alone give. Everything runs on one device, dense, without gradients. */
const QUERIES: Readonly<Record<string, Query>> = {
  size: sizes,
  sym_size: sizes,
  shape: sizes,
  stride: strides,
  sym_stride: strides,
  dim: ({ shape }) => BigInt(shape.length),
  ndim: ({ shape }) => BigInt(shape.length),
  numel: ({ shape }) => sizeOf(elementCount(shape)),
  sym_numel: ({ shape }) => sizeOf(elementCount(shape)),
  len: ({ shape }) => sizeOf(shape[0]),
  dtype: ({ dtype }) => scalarTypeOf(dtype) ?? UNKNOWN,
  device: () => new DeviceValue('cpu'),
  layout: () => 0n,
  element_size: ({ dtype }) => BigInt(DATA_TYPES[dtype].bits / 8),
  itemsize: ({ dtype }) => BigInt(DATA_TYPES[dtype].bits / 8),
  get_device: () => -1n,
  is_floating_point: ({ dtype }) => isFloat(dtype),
  is_complex: ({ dtype }) => DATA_TYPES[dtype].kind === 'complex',
  is_signed: ({ dtype }) => dtype !== 'bool' && DATA_TYPES[dtype].kind !== 'uint',
  is_contiguous: ({ shape, strides: known }) => (known ? isContiguous(shape, known) : undefined) ?? UNKNOWN,
  is_cpu: () => true,
  ...Object.fromEntries(
    [
      'is_cuda',
      'is_sparse',
      'is_sparse_csr',
      'is_mkldnn',
      'is_mps',
      'is_xpu',
      'is_quantized',
      'is_meta',
      'is_nested',
      'is_neg',
      'is_conj',
      'requires_grad',
      'is_inference',
      'is_pinned',
      'is_vulkan',
      'is_ort',
      'is_xla',
      'is_ipu',
      'is_hpu',
      'is_mtia',
      'is_maia',
    ].map((name): [string, Query] => [name, () => false]),
  ),
  grad: () => null,
  name: () => null,
};

/** Whether `name` asks something of its first argument, a tensor, that needs no operator. */
export function isQuery(name: string): boolean {
  return Object.hasOwn(QUERIES, name);
}

/** The answer; unknown where the tensor's shape is. */
export function query(name: string, info: TensorInfo | undefined, args: readonly CapturedValue[]): CapturedValue {
  const answer = QUERIES[name];
  return answer && info ? answer(info, args) : UNKNOWN;
}

/** A number as `int(x)`, `float(x)`, `bool(x)` or as it is. */
export function asNumber(name: string, value: Scalar): CapturedValue {
  if (name.startsWith('Int') || name === 'int')
    return typeof value === 'number' ? BigInt(Math.trunc(value)) : BigInt(value);
  if (name.startsWith('Float') || name === 'float') return Number(value);
  if (name.startsWith('Bool') || name === 'bool' || name === 'is_nonzero') return Boolean(value);
  return value;
}

/** The kind of number that such an operator takes out of a tensor. */
export function numberTypeOf(name: string, dtype: DataType): ScalarType {
  if (name.startsWith('Int') || name === 'int') return 'int';
  if (name.startsWith('Float') || name === 'float') return 'float';
  if (name.startsWith('Bool') || name === 'bool' || name === 'is_nonzero') return 'bool';
  return scalarTypeOfElement(dtype);
}

/** Operators that take a number out of a tensor. */
export const TO_NUMBER = new Set([
  'Int',
  'IntImplicit',
  'Float',
  'FloatImplicit',
  'Bool',
  'ScalarImplicit',
  'item',
  '_local_scalar_dense',
  'is_nonzero',
]);
