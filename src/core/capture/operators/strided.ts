/** `as_strided`: the memory of a tensor seen in any other way. Its elements are found by the layout that the tensor has. */
import { isDense } from '../../dialects/aten/layout.ts';
import { fresh } from '../../dialects/aten/rule.ts';
import { isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import { Storage, TensorValue } from '../values/tensor.ts';
import { type CapturedValue, isTensor, itemsOf, ListValue } from '../values/values.ts';
import type { Operators } from './operators.ts';

/** More elements than this are not listed one by one. */
const MOST = 1 << 20;

/** The result; undefined where the layout of the tensor is not known, or the view reaches beyond its elements. */
export function asStrided(operators: Operators, args: readonly CapturedValue[]): CapturedValue | undefined {
  const [self, size, stride, offset = null] = args;
  if (!isTensor(self) || !self.info) return undefined;
  const { shape, strides, dtype } = self.info;
  const [to, steps] = [numbersOf(size), numbersOf(stride)];
  const start = offset === null ? 0 : typeof offset === 'bigint' ? Number(offset) - Number(self.offset) : undefined;
  if (!isStatic(shape) || !strides || !isStatic(strides) || !to || !steps || start === undefined) return undefined;
  if (!isDense(shape, strides)) return undefined;
  const asBefore =
    to.length === shape.length && to.every((each, k) => each === shape[k] && (each === 1 || steps[k] === strides[k]));
  const nothing = { keywords: new Map() };
  if (start === 0 && asBefore) return operators.call('alias', { positional: [self], ...nothing });
  const places = placesOf(to, steps, start, shape, strides);
  if (!places) return undefined;
  const list = new Storage(() =>
    operators.recorder.graph.addInitializer({
      name: operators.recorder.unique('constant'),
      constant: Tensor.of('int64', [places.length], places),
    }),
  );
  const flat = operators.call('reshape', { positional: [self, new ListValue([-1n])], ...nothing });
  const index = new TensorValue(list, fresh('int64', [places.length]));
  const picked = operators.call('index_select', { positional: [flat, 0n, index], ...nothing });
  const result = operators.call('view', { positional: [picked, new ListValue(to.map(BigInt))], ...nothing });
  if (!isTensor(result)) return undefined;
  result.info = { dtype, shape: to, strides: steps };
  // A write through either would show in the other.
  operators.memory.link(self.storage, result.storage);
  return result;
}

/** Where each element of the view stands among the elements of the tensor in their order. */
function placesOf(
  to: readonly number[],
  steps: readonly number[],
  start: number,
  shape: readonly number[],
  strides: readonly number[],
): number[] | undefined {
  const count = to.reduce((product, each) => product * each, 1);
  if (count > MOST) return undefined;
  const total = shape.reduce((product, each) => product * each, 1);
  // Axes from the one whose neighbours lie farthest apart.
  const order = shape.map((_, axis) => axis).sort((a, b) => (strides[b] ?? 0) - (strides[a] ?? 0));
  const weights = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, each) => product * each, 1));
  const places = new Array<number>(count);
  for (let flat = 0; flat < count; flat++) {
    let [rest, memory] = [flat, start];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const at = to[axis] ?? 1;
      memory += (rest % at) * (steps[axis] ?? 0);
      rest = Math.floor(rest / at);
    }
    if (memory < 0 || memory >= total) return undefined;
    let place = 0;
    for (const axis of order) {
      if ((shape[axis] ?? 1) === 1) continue;
      const step = strides[axis] ?? 1;
      place += Math.floor(memory / step) * (weights[axis] ?? 1);
      memory %= step;
    }
    places[flat] = place;
  }
  return places;
}

function numbersOf(value: CapturedValue | undefined): number[] | undefined {
  const items = itemsOf(value);
  return items?.every((item) => typeof item === 'bigint') ? items.map(Number) : undefined;
}
