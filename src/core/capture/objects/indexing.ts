/** Subscripts of tensors as Python has them: `x[0]`, `x[:, None]`, `x[..., 1:]`, `x[rows, columns]`. */
import { ProgramError } from '../values/plain-values.ts';
import { ScalarValue } from '../values/scalars.ts';
import type { TensorValue } from '../values/tensor.ts';
import { type CapturedValue, isTensor, isUnknown, itemsOf, ListValue, ObjectValue, UNKNOWN } from '../values/values.ts';

/** Calls an operator of PyTorch. */
export type CallAten = (name: string, args: readonly CapturedValue[]) => CapturedValue;

const SLICE = 'builtins.slice';

export const ELLIPSIS = new ObjectValue('builtins.Ellipsis');

export function sliceValue(from: CapturedValue, to: CapturedValue, step: CapturedValue): ObjectValue {
  const slice = new ObjectValue(SLICE);
  slice.attributes.set('start', from).set('stop', to).set('step', step);
  return slice;
}

export function isSlice(value: CapturedValue): value is ObjectValue {
  return value instanceof ObjectValue && value.className === SLICE;
}

/** `tensor[indices]`: a view, unless tensors are among the indices. */
export function indexTensor(call: CallAten, tensor: TensorValue, indices: readonly CapturedValue[]): CapturedValue {
  if (indices.some(isUnknown)) return UNKNOWN;
  const rank = tensor.shape?.length;
  if (rank === undefined) return UNKNOWN;
  let current: CapturedValue = tensor;
  let axis = 0;
  const picked = new Map<number, TensorValue>();
  const consumed = indices.filter((index) => index !== null && index !== ELLIPSIS).length;
  for (const index of indices) {
    if (index === null) current = call('unsqueeze', [current, BigInt(axis++)]);
    else if (index === ELLIPSIS) axis += rank - consumed;
    else if (typeof index === 'bigint' || index instanceof ScalarValue) {
      if (picked.size > 0) throw new ProgramError('an index of a number after one of a tensor');
      current = call('select', [current, BigInt(axis), index]);
    } else if (isSlice(index)) {
      const [from, to, step] = ['start', 'stop', 'step'].map((name) => index.attributes.get(name) ?? null);
      const whole = from === null && to === null && step === null;
      if (!whole) current = call('slice', [current, BigInt(axis), from ?? null, to ?? null, step ?? 1n]);
      axis++;
    } else {
      const at = itemsOf(index) ? call('tensor', [index]) : index;
      if (!isTensor(at)) throw new ProgramError('a tensor has no such index');
      picked.set(axis, at);
      axis += at.info?.dtype === 'bool' ? (at.shape?.length ?? 1) : 1;
    }
  }
  if (picked.size === 0) return current;
  const last = Math.max(...picked.keys());
  return call('index', [current, new ListValue(Array.from({ length: last + 1 }, (_, k) => picked.get(k) ?? null))]);
}
