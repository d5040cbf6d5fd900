/** How Slice reads its bounds (attributes until opset 9, inputs after) and what sizes it leaves. */
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, maximum, minimum, subtract } from '../../../ir/shape.ts';
import { dimsOf } from '../data.ts';
import { clash, normalAxes } from './rule.ts';

/** What one axis is cut to. */
export class AxisSlice {
  constructor(
    readonly axis: number,
    readonly start: Dim,
    readonly end: Dim,
    readonly step: number,
  ) {}

  /** The first index taken of `size`, where `start` is a number. */
  first(size: number): number {
    const start = typeof this.start === 'number' ? this.start : 0;
    const from = start < 0 ? start + size : start;
    return this.step > 0 ? Math.min(Math.max(from, 0), size) : Math.min(Math.max(from, 0), size - 1);
  }
}

/** The cuts of a Slice of data of that rank; undefined where axes or steps are not constant. */
export function sliceOf(node: Node, rank: number): AxisSlice[] | undefined {
  const byInput = node.inputCount > 1;
  const read = (name: string, index: number): readonly Dim[] | 'none' | undefined => {
    const value = node.input(index);
    if (byInput) return value ? dimsOf(value) : 'none';
    return node.ints(name)?.map(Number) ?? 'none';
  };
  const starts = read('starts', 1);
  const ends = read('ends', 2);
  const axes = read('axes', 3);
  const steps = byInput ? read('steps', 4) : 'none';
  // Bounds that are not known still leave the rank and the other axes as they are, if the axes are known.
  const count = axes !== 'none' && axes ? axes.length : lengthOf(node, starts, byInput);
  if (count === undefined || axes === undefined) return undefined;
  const order = axes === 'none' ? Array.from({ length: count }, (_, k) => k) : axes;
  if (!order.every((axis) => typeof axis === 'number')) return undefined;
  for (const [name, list] of [
    ['starts', starts],
    ['ends', ends],
    ['steps', steps],
  ] as const) {
    if (list && list !== 'none' && list.length !== count) clash(node, `${list.length} ${name} for ${count} axes`);
  }
  const normal = normalAxes(node, order as number[], rank);
  return normal.map((axis, k) => {
    const step = steps === 'none' ? 1 : steps?.[k];
    if (step === 0) clash(node, 'a step is 0');
    const at = (bounds: typeof starts): Dim => (bounds === 'none' || !bounds ? undefined : bounds[k]);
    return typeof step === 'number'
      ? new AxisSlice(axis, at(starts), at(ends), step)
      : new AxisSlice(axis, undefined, undefined, 1);
  });
}

/** The size that a cut leaves of `size`; unknown where that depends on more than is known. */
export function slicedSize(size: Dim, { start, end, step }: AxisSlice): Dim {
  if (start === undefined || end === undefined) return undefined;
  if (step !== 1) {
    if (typeof size !== 'number' || typeof start !== 'number' || typeof end !== 'number') return undefined;
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + size : bound, step > 0 ? low : -1), high);
    const from = step > 0 ? clamp(start) : Math.min(Math.max(start < 0 ? start + size : start, 0), size - 1);
    // An end before the first element, counted backwards, takes the first element too.
    const to = end < -size && step < 0 ? -1 : clamp(end);
    return Math.max(0, Math.ceil((to - from) / step));
  }
  const from = bound(start, size);
  const to = bound(end, size);
  const left = subtract(to, from);
  return typeof left === 'number' ? Math.max(0, left) : left;
}

/** A bound within 0 and size. */
function bound(value: Dim, size: Dim): Dim {
  if (typeof value !== 'number') return minimum(value, size);
  if (value >= 2 ** 31 - 1) return size;
  if (value >= 0) return value === 0 ? 0 : minimum(value, size);
  return typeof size === 'number' ? Math.max(0, size + value) : value <= -(2 ** 31) ? 0 : maximum(0, add(size, value));
}

function lengthOf(node: Node, starts: readonly Dim[] | 'none' | undefined, byInput: boolean): number | undefined {
  if (starts !== 'none' && starts) return starts.length;
  const size = byInput ? node.input(1)?.shape?.[0] : undefined;
  return typeof size === 'number' ? size : undefined;
}
