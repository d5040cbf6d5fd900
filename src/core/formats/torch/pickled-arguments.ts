/** Arguments of calls in PyTorch's pickles as plain numbers, and how the integers of quantised tensors stand for numbers. */
import type { DataType } from '../../ir/dtype.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { PickledTensor, PickleValue, Quantization } from './archive.ts';
import { isRecord, type PicklePlace, pickleError } from './pickle-machine.ts';

/** c10 has no more than 64 axes. */
const MOST_AXES = 64;

export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] {
  return isRecord(value) && (value.kind === 'tuple' || value.kind === 'list') ? value.items : [];
}

export function toNumber(value: PickleValue | undefined, place: PicklePlace): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw pickleError(place, 'expected a size');
}

export function toNumbers(value: PickleValue | undefined, place: PicklePlace): number[] {
  if (!isRecord(value) || (value.kind !== 'tuple' && value.kind !== 'list')) throw pickleError(place, 'expected sizes');
  if (value.items.length > MOST_AXES) throw pickleError(place, `a tensor has ${value.items.length} axes`);
  return value.items.map((item) => toNumber(item, place));
}

/** `(scheme, scale, zero point)` or `(scheme, scales, zero points, axis)`. */
export function quantization(value: PickleValue | undefined, place: PicklePlace): Quantization {
  const [scheme, first, second, axis] = itemsOf(value);
  const name = isRecord(scheme) && scheme.kind === 'global' ? scheme.name : '';
  if (name === 'torch.per_tensor_affine' && typeof first === 'number' && typeof second === 'bigint') {
    return { scheme: 'per-tensor', scale: first, zeroPoint: second };
  }
  const [scales, zeroPoints] = [ofEach(first, 'float64', place), ofEach(second, 'int64', place)];
  if (name.startsWith('torch.per_channel_affine') && scales && zeroPoints) {
    return { scheme: 'per-channel', scales, zeroPoints, axis: toNumber(axis, place) };
  }
  throw pickleError(place, `its quantisation (${name || 'unnamed'}) is not known`);
}

/** A number for each channel: a tensor, or since its first version (1.4) a list. */
function ofEach(value: PickleValue | undefined, dtype: DataType, place: PicklePlace): PickledTensor | undefined {
  if (!isRecord(value)) return undefined;
  if (value.kind === 'tensor') return value;
  const wanted = dtype === 'int64' ? 'bigint' : 'number';
  if (value.kind !== 'list' || !value.items.every((item) => typeof item === wanted)) return undefined;
  const shape = [value.items.length];
  const tensor = Tensor.of(dtype, shape, value.items.map(Number));
  const key = `the list at ${place.inside ?? ''} ${place.offset}`;
  return {
    kind: 'tensor',
    dtype,
    shape,
    strides: [1],
    offset: 0,
    storage: { key, dtype, count: value.items.length, source: tensor.source },
    requiresGrad: false,
    isParameter: false,
    tensor,
    quantization: undefined,
  };
}
