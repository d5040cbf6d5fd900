/**
 * Operators on quantised tensors, on the numbers that the integers stand for: what PyTorch's kernels compute in integers is
 * computed in floats and rounded to the same type (`fake_quantize`, which ONNX writes as QuantizeLinear and DequantizeLinear).
 * A result is at most one step of its scale off where the kernel rounds differently. Schemas:
 * aten/src/ATen/native/quantized/library.cpp.
 */
import { INTEGER_RANGES } from '../../dialects/aten/quantized.ts';
import type { DataType } from '../../ir/dtype.ts';
import { isStatic } from '../../ir/shape.ts';
import {
  type CapturedConvolution,
  PackedValue,
  type QuantizedType,
  QuantizedValue,
  type Quantizer,
} from '../values/quantized-values.ts';
import type { TensorValue } from '../values/tensor.ts';
import {
  type CapturedValue,
  isScalarValue,
  isTensor,
  isUnknown,
  itemsOf,
  ListValue,
  UNKNOWN,
} from '../values/values.ts';
import type { Keywords } from './dispatch.ts';
import type { Operators } from './operators.ts';
import { DYNAMIC } from './quantized-dynamic.ts';
import { isQuery, query } from './queries.ts';

/** c10's numbers of these types. */
const QINT8 = 12n;
const QUINT8 = 13n;
const TYPES = new Map<CapturedValue, QuantizedType>([
  [QINT8, 'int8'],
  [QUINT8, 'uint8'],
]);

type Args = readonly CapturedValue[];

/** Undefined where the arguments are others than expected: such a call is refused. */
type Compute = (operators: Operators, args: Args, name: string) => CapturedValue | undefined;

const call = (operators: Operators, name: string, ...positional: CapturedValue[]): CapturedValue =>
  operators.call(name, { positional, keywords: new Map() });

/** Numbers rounded to a quantised type. */
function rounded(
  operators: Operators,
  numbers: CapturedValue,
  scale: CapturedValue | undefined,
  zeroPoint: CapturedValue | undefined,
  dtype: QuantizedType,
): CapturedValue | undefined {
  const quantizer = quantizerOf(operators, scale, zeroPoint, dtype);
  if (!quantizer) return undefined;
  const { scale: by = null, zeroPoint: from = null } = quantizer;
  const made = call(operators, 'fake_quantize_per_tensor_affine', numbers, by, from, ...INTEGER_RANGES[dtype]);
  return isTensor(made) ? new QuantizedValue(made, quantizer) : made;
}

/** Numbers where both are known, else tensors. */
function quantizerOf(
  operators: Operators,
  scale: CapturedValue | undefined,
  zeroPoint: CapturedValue | undefined,
  dtype: QuantizedType,
): Quantizer | undefined {
  const [known, zero] = [numberOf(scale), numberOf(zeroPoint)];
  if (known !== undefined && zero !== undefined) return { dtype, scale: known, zeroPoint: BigInt(zero) };
  const [by, from] = [tensorOf(operators, scale, 'float32'), tensorOf(operators, zeroPoint, 'int64')];
  return by && from && { dtype, scale: by, zeroPoint: from };
}

function tensorOf(operators: Operators, value: CapturedValue | undefined, dtype: DataType): TensorValue | undefined {
  if (isTensor(value)) return value;
  if (isScalarValue(value)) return operators.scalars.tensorOf(value);
  const known = numberOf(value);
  return known === undefined ? undefined : operators.knownTensor(dtype === 'int64' ? BigInt(known) : known, dtype);
}

/** A number of the program, or the one element of a tensor that the file keeps. */
function numberOf(value: CapturedValue | undefined): number | undefined {
  const known = isTensor(value) ? value.element : value;
  return typeof known === 'number' || typeof known === 'bigint' ? Number(known) : undefined;
}

/** The last two arguments are the scale and the zero point of the result, which `make` computes from the others. */
function rescaled(make: (operators: Operators, args: Args, name: string) => CapturedValue | undefined): Compute {
  return (operators, args, name) => {
    const input = quantizedIn(args);
    const made = make(operators, args.slice(0, -2), name);
    if (!input || made === undefined) return undefined;
    return rounded(operators, made, args.at(-2), args.at(-1), input.quantizer.dtype);
  };
}

/** The first quantised tensor among arguments. */
function quantizedIn(args: Args): QuantizedValue | undefined {
  for (const value of args) {
    const found =
      value instanceof QuantizedValue ? value : itemsOf(value)?.find((item) => item instanceof QuantizedValue);
    if (found instanceof QuantizedValue) return found;
  }
  return undefined;
}

/** Arguments with numbers in the place of quantised tensors. */
function numbersOf(args: Args): CapturedValue[] {
  return args.map((value) => {
    if (value instanceof QuantizedValue) return value.numbers;
    const items = itemsOf(value);
    return items?.some((item) => item instanceof QuantizedValue) ? new ListValue(numbersOf(items)) : value;
  });
}

/** The same operator on numbers; `_relu` at the end of its name follows it. */
const plain = (operators: Operators, args: Args, name: string): CapturedValue => {
  const made = call(operators, name.replace(/_relu$/, ''), ...numbersOf(args));
  return name.endsWith('_relu') ? call(operators, 'relu', made) : made;
};

const sizes = (items: readonly number[]): ListValue => new ListValue(items.map((item) => BigInt(item)));

const product: Compute = (operators, [input, packed], name) => {
  if (!(input instanceof QuantizedValue) || !(packed instanceof PackedValue)) return undefined;
  const { parameters } = packed;
  if (parameters.operator === 'embedding' || !(parameters.weight instanceof QuantizedValue)) return undefined;
  const weight = parameters.weight.numbers;
  const made =
    parameters.operator === 'linear'
      ? call(operators, 'linear', input.numbers, weight, parameters.bias)
      : convolution(operators, input, parameters, /^conv(?:_transpose)?(\d)d/.exec(name)?.[1] ?? '2');
  return name.endsWith('_relu') ? call(operators, 'relu', made) : made;
};

function convolution(
  operators: Operators,
  input: QuantizedValue,
  of: CapturedConvolution,
  rank: string,
): CapturedValue {
  // An archive keeps one-dimensional ones with a height of 1.
  const { numbers, parts } = of.weight;
  const shape = numbers.info?.shape ?? [];
  const flat = rank === '1' && shape.length === 4 && isStatic(shape) ? shape.filter((_, k) => k !== 2) : undefined;
  const weight = flat && parts ? parts.reshaped(flat) : numbers;
  const along = (items: readonly number[]) => sizes(rank === '1' ? items.slice(-1) : items);
  const [stride, padding, dilation, groups] = [
    along(of.stride),
    along(of.padding),
    along(of.dilation),
    BigInt(of.groups),
  ];
  if (!of.transposed)
    return call(operators, `conv${rank}d`, input.numbers, weight, of.bias, stride, padding, dilation, groups);
  const rest = [stride, padding, along(of.outputPadding), groups, dilation];
  return call(operators, `conv_transpose${rank}d`, input.numbers, weight, of.bias, ...rest);
}

const each = (names: string, compute: Compute): Record<string, Compute> =>
  Object.fromEntries(names.split(' ').map((name) => [name, compute]));

/** `quantized::*`. */
const QUANTIZED: Readonly<Record<string, Compute>> = {
  ...each('conv1d conv2d conv3d conv1d_relu conv2d_relu conv3d_relu linear linear_relu', rescaled(product)),
  ...each('conv_transpose1d conv_transpose2d conv_transpose3d', rescaled(product)),
  ...each('add add_relu mul mul_relu cat cat_relu matmul hardswish sigmoid', rescaled(plain)),
  // slope, in place
  leaky_relu: rescaled((operators, args) => call(operators, 'leaky_relu', ...numbersOf(args.slice(0, 2)))),
};

/** Operators of aten whose results are among the numbers that there were. */
const KEEPING =
  'chunk split split_with_sizes tensor_split unbind relu max_pool1d max_pool2d flatten view reshape permute transpose contiguous clone detach slice select unsqueeze squeeze upsample_nearest2d t expand';
/** Those whose results are rounded to the type of what they take. */
const ROUNDING =
  'avg_pool2d avg_pool3d adaptive_avg_pool2d adaptive_avg_pool3d mean hardtanh clamp upsample_bilinear2d cat';

const keeping: Compute = (operators, args, name) => {
  const input = quantizedIn(args);
  if (!input) return undefined;
  const again = (made: CapturedValue): CapturedValue => {
    const parts = itemsOf(made);
    if (parts) return new ListValue(parts.map(again));
    return isTensor(made) ? new QuantizedValue(made, input.quantizer) : made;
  };
  return again(plain(operators, args, name));
};

/** Functions whose results lie in a range that is known beforehand. */
const bounded =
  (scale: number, zeroPoint: Readonly<Record<QuantizedType, bigint>>): Compute =>
  (operators, args, name) => {
    const dtype = quantizedIn(args)?.quantizer.dtype;
    return dtype && rounded(operators, plain(operators, args, name), scale, zeroPoint[dtype], dtype);
  };

const rounding: Compute = (operators, args, name) => {
  const { dtype, scale = null, zeroPoint = null } = quantizedIn(args)?.quantizer ?? {};
  return dtype && rounded(operators, plain(operators, args, name), scale, zeroPoint, dtype);
};

const ATEN: Readonly<Record<string, Compute>> = {
  ...each(KEEPING, keeping),
  ...each(ROUNDING, rounding),
  ...each('sigmoid hardsigmoid', bounded(1 / 256, { uint8: 0n, int8: -128n })),
  tanh: bounded(2 / 256, { uint8: 128n, int8: 0n }),
  quantize_per_tensor: (operators, [numbers = null, scale, zeroPoint, type = null]) => {
    const dtype = TYPES.get(type);
    return dtype && rounded(operators, numbers, scale, zeroPoint, dtype);
  },
  dequantize: (_, [value]) => (value instanceof QuantizedValue ? value.numbers : undefined),
  q_scale: (_, [value]) => (value instanceof QuantizedValue ? value.quantizer.scale : undefined),
  q_zero_point: (_, [value]) => (value instanceof QuantizedValue ? value.quantizer.zeroPoint : undefined),
};

function holdsUnknown(value: CapturedValue): boolean {
  return isUnknown(value) || (itemsOf(value)?.some(isUnknown) ?? false);
}

/** A question about its shape or its type. */
function queryOf({ numbers, quantizer }: QuantizedValue, name: string, args: Args): CapturedValue {
  if (name === 'is_quantized') return true;
  if (name === 'dtype') return quantizer.dtype === 'int8' ? QINT8 : QUINT8;
  return query(name, numbers.info, args);
}

/** A call that takes or makes a quantised tensor; undefined for all others, and for those that are not known. */
export function callQuantized(
  operators: Operators,
  namespace: string,
  name: string,
  args: Args,
  keywords: Keywords,
): CapturedValue | undefined {
  const table = namespace === 'quantized' ? QUANTIZED : namespace === 'aten' ? ATEN : {};
  const [self] = args;
  if (namespace === 'quantized' && args.some(holdsUnknown)) return UNKNOWN;
  if (self instanceof QuantizedValue && namespace !== 'quantized' && isQuery(name))
    return queryOf(self, name, args.slice(1));
  // 1.4 writes arguments that were not given.
  if ([...keywords.values()].some((value) => value !== null)) return undefined;
  if (namespace === 'quantized' && Object.hasOwn(DYNAMIC, name)) return DYNAMIC[name]?.(operators, args, name);
  const compute = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!compute) return undefined;
  if (name !== 'quantize_per_tensor' && !quantizedIn(args)) return undefined;
  return compute(operators, args, name);
}
