/** What rules of shape arithmetic share: reading inputs, broadcasting small data, keeping numbers exact. */
import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { type Dim, elementCount, isStatic, type StaticShape, stridesOf } from '../../../ir/shape.ts';
import { type Data, type DataRule, dataOf, MOST_INTEGERS } from '../data.ts';

export type DataRules = Readonly<Record<string, DataRule>>;

/** One rule for each row of a table. */
export function perEntry<T>(table: Readonly<Record<string, T>>, rule: (entry: T) => DataRule): DataRules {
  return Object.fromEntries(Object.entries(table).map(([op, entry]) => [op, rule(entry)]));
}

/** What is known of an input. */
export function input(node: Node, index: number): Data | undefined {
  const value = node.input(index);
  return value && dataOf(value);
}

/** A rule that works element by element. */
export function mapped(node: Node, operation: (a: Dim) => Dim): Data | undefined {
  const from = input(node, 0);
  return from && { ...from, elements: from.elements.map((a) => rounded(operation(a), from.dtype)) };
}

/** A rule that broadcasts two or more inputs. */
export function combined(
  node: Node,
  operation: (dtype: DataType) => (a: Dim, b: Dim) => Dim,
  to?: DataType,
): Data | undefined {
  let result: Data | undefined = input(node, 0);
  if (!result) return undefined;
  const { dtype } = result;
  for (let k = 1; k < node.inputCount; k++) {
    const other = input(node, k);
    const shape: StaticShape | undefined = other && broadcastShape(result.shape, other.shape);
    if (!other || !shape) return undefined;
    const a = expanded(result, shape);
    const b = expanded(other, shape);
    const elements: Dim[] = a.map((x, at) => rounded(operation(dtype)(x, b[at]), to ?? dtype));
    result = { dtype: to ?? dtype, shape, elements };
  }
  return result;
}

/** Floats as wide as their type; integers beyond what doubles hold exactly are unknown. */
export function rounded(value: Dim, dtype: DataType): Dim {
  if (typeof value !== 'number') return isFloat(dtype) ? undefined : value;
  if (isFloat(dtype)) return dtype === 'float32' ? Math.fround(value) : value;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The common shape of two; undefined where they do not broadcast, or where it is large. */
export function broadcastShape(a: StaticShape | undefined, b: StaticShape): StaticShape | undefined {
  if (!a) return undefined;
  const rank = Math.max(a.length, b.length);
  const sizes = Array.from({ length: rank }, (_, k) => {
    const [x, y] = [a[k - rank + a.length] ?? 1, b[k - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return undefined;
    return x === 1 ? y : x;
  });
  return isStatic(sizes) && elementCount(sizes) <= MOST_INTEGERS ? sizes : undefined;
}

/** The elements broadcast to a larger shape. */
export function expanded(data: Data, shape: StaticShape): readonly Dim[] {
  if (data.elements.length === 1) return Array<Dim>(elementCount(shape)).fill(data.elements[0]);
  const missing = shape.length - data.shape.length;
  const own = stridesOf(data.shape).map((stride, k) => (data.shape[k] === 1 ? 0 : stride));
  return strided(data, shape, [...Array<number>(missing).fill(0), ...own]);
}

/** The elements that lie that far apart along each axis of a shape, from the one at `start` on. */
export function strided({ elements }: Data, shape: StaticShape, strides: readonly number[], start = 0): readonly Dim[] {
  return Array.from({ length: elementCount(shape) }, (_, flat) => {
    let rest = flat;
    let from = start;
    for (let k = shape.length - 1; k >= 0; k--) {
      const size = shape[k] ?? 1;
      from += (rest % size) * (strides[k] ?? 0);
      rest = Math.floor(rest / size);
    }
    return elements[from];
  });
}
