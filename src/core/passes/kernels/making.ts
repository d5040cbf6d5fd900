/** Kernels that make tensors out of sizes, and that reduce them. Rules: the ONNX operator specification. */

import { isFloat } from '../../ir/dtype.ts';
import { elementCount } from '../../ir/shape.ts';
import { larger, smaller } from './elementwise.ts';
import {
  axisFrom,
  coordinates,
  type Element,
  intsAt,
  isWide,
  type Kernel,
  type Kernels,
  load,
  stridesOf,
} from './kernel.ts';

/** More elements than anybody folds: a wild size must not fill the memory. */
const MOST = 1 << 16;

const constantOfShape: Kernel = (node, [sizes]) => {
  const shape = sizes?.values.map(Number);
  const count = shape && elementCount(shape);
  if (!shape || count === undefined || count < 0 || count > MOST) return undefined;
  const value = node.attribute('value', 'tensor');
  const { dtype, values } = value ? load(value) : { dtype: 'float32' as const, values: [0] };
  return [{ dtype, shape, values: Array<Element>(count).fill(values[0] ?? 0) }];
};

const range: Kernel = (_, [start, limit, delta]) => {
  const [from, to, by] = [start?.values[0], limit?.values[0], delta?.values[0]];
  if (!start || from === undefined || to === undefined || by === undefined || Number(by) === 0) return undefined;
  const count = Math.max(Math.ceil((Number(to) - Number(from)) / Number(by)), 0);
  if (count > MOST) return undefined;
  const wide = typeof from === 'bigint';
  const at = (k: number): Element => (wide ? from + BigInt(k) * BigInt(by) : from + k * Number(by));
  return [{ dtype: start.dtype, shape: [count], values: Array.from({ length: count }, (__, k) => at(k)) }];
};

type Fold = (values: readonly Element[]) => Element;

const REDUCTIONS: Readonly<Record<string, Fold>> = {
  ReduceSum: (values) => values.reduce((a, b) => plus(a, b)),
  ReduceProd: (values) => values.reduce((a, b) => times(a, b)),
  ReduceMax: (values) => values.reduce(larger),
  ReduceMin: (values) => values.reduce(smaller),
};

const plus = (a: Element, b: Element): Element =>
  typeof a === 'bigint' ? BigInt.asIntN(64, a + BigInt(b)) : a + Number(b);
const times = (a: Element, b: Element): Element =>
  typeof a === 'bigint' ? BigInt.asIntN(64, a * BigInt(b)) : a * Number(b);

function reduce(fold: Fold): Kernel {
  return (node, inputs) => {
    const [x] = inputs;
    if (!x || x.values.length === 0 || !(isFloat(x.dtype) || isWide(x.dtype) || x.dtype === 'int32')) return undefined;
    const rank = x.shape.length;
    const given = intsAt(node, inputs, 1, 'axes');
    if (!given?.length && node.int('noop_with_empty_axes', 0n) === 1n) return [x];
    const axes = new Set(given?.length ? given.map((axis) => axisFrom(axis, rank)) : x.shape.keys());
    const kept = x.shape.map((size, k) => (axes.has(k) ? 1 : size));
    const strides = stridesOf(kept);
    const groups = Array.from({ length: elementCount(kept) }, (): Element[] => []);
    let k = 0;
    for (const at of coordinates(x.shape)) {
      const group = at.reduce((sum, each, axis) => sum + (axes.has(axis) ? 0 : each * (strides[axis] ?? 1)), 0);
      groups[group]?.push(x.values[k++] ?? 0);
    }
    const shape = node.int('keepdims', 1n) === 1n ? kept : x.shape.filter((_, axis) => !axes.has(axis));
    return [{ dtype: x.dtype, shape, values: groups.map(fold) }];
  };
}

export const making: Kernels = {
  ConstantOfShape: constantOfShape,
  Range: range,
  ...Object.fromEntries(Object.entries(REDUCTIONS).map(([op, fold]) => [op, reduce(fold)])),
};
