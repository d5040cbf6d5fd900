/**
 * How tensors lie in memory: strides of fresh results and of views. Rules: c10/core/Contiguity.h, MemoryFormat.h,
 * ATen/TensorUtils.cpp (computeStride), ATen/TensorIterator.cpp (reorder_dimensions), ATen/ExpandUtils.cpp.
 */
import type { StaticShape } from '../../ir/shape.ts';

/** Elements between neighbours along each axis; undefined where PyTorch's choice is not known to us. */
export type Strides = readonly number[] | undefined;

export function contiguousStrides(shape: StaticShape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= Math.max(shape[axis] ?? 1, 1);
  }
  return strides;
}

/** Row-major without gaps; axes of size 1 may have any stride, and an empty tensor is always contiguous. */
export function isContiguous(shape: StaticShape, strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    if (size === 1) continue;
    if (strides[axis] !== step) return false;
    step *= size;
  }
  return true;
}

/** No two elements share memory and there are no gaps, in whatever order of axes. */
export function isDense(shape: StaticShape, strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  const axes = shape.flatMap((size, axis) => (size > 1 ? [{ size, stride: strides[axis] ?? 0 }] : []));
  axes.sort((a, b) => a.stride - b.stride);
  let step = 1;
  for (const { size, stride } of axes) {
    if (stride !== step) return false;
    step *= size;
  }
  return true;
}

/** Whether two elements may lie at one place: an axis longer than 1 with stride 0, or axes that interleave. */
export function overlapsItself(shape: StaticShape, strides: readonly number[]): boolean {
  if (shape.includes(0)) return false;
  const axes = shape.flatMap((size, axis) => (size > 1 ? [{ size, stride: strides[axis] ?? 0 }] : []));
  axes.sort((a, b) => a.stride - b.stride);
  let reach = 0;
  for (const { size, stride } of axes) {
    if (stride <= reach) return true;
    reach += stride * (size - 1);
  }
  return false;
}

/** Axes from the fastest to the slowest for channels_last of 4 axes (NHWC) and of 5 (NDHWC). */
const CHANNELS_LAST_ORDER: Readonly<Record<number, readonly number[]>> = { 4: [1, 3, 2, 0], 5: [1, 4, 3, 2, 0] };

export function channelsLastStrides(shape: StaticShape): number[] {
  return packedStrides(shape, CHANNELS_LAST_ORDER[shape.length] ?? defaultOrder(shape.length));
}

/** What `suggest_memory_format` calls channels_last: decided by strides alone, contiguous where both fit. */
export function looksChannelsLast(shape: StaticShape, strides: readonly number[]): boolean {
  const order = CHANNELS_LAST_ORDER[shape.length];
  if (!order || strides[1] === 0) return false;
  let least = 0;
  for (const axis of order) {
    const size = shape[axis] ?? 0;
    const stride = strides[axis] ?? 0;
    if (size === 0 || stride < least) return false;
    if (axis === 0 && least === strides[1]) return false;
    least = size > 1 ? stride * size : stride;
  }
  return true;
}

/** Strides without gaps where `order` lists the axes from the fastest to the slowest. */
function packedStrides(shape: StaticShape, order: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  let step = 1;
  for (const axis of order) {
    strides[axis] = step;
    step *= Math.max(shape[axis] ?? 1, 1);
  }
  return strides;
}

const defaultOrder = (rank: number) => Array.from({ length: rank }, (_, k) => rank - 1 - k);

/**
 * The strides that a pointwise operator gives its result: operands agree on an order of axes where they can.
 * Operands are already of the result's shape, with stride 0 where they are broadcast.
 */
export function pointwiseStrides(
  shape: StaticShape,
  operands: readonly { readonly shape: StaticShape; readonly strides: Strides }[],
): Strides {
  const known: (readonly number[])[] = [];
  for (const operand of operands) {
    if (operand.strides === undefined) return undefined;
    known.push(operand.strides);
  }
  const sameShape = operands.every((operand) => equal(operand.shape, shape));
  if (sameShape && known[0]) {
    const [first] = known;
    if (known.every((strides) => isContiguous(shape, strides))) return contiguousStrides(shape);
    if (shape.length === 4 && known.every((strides) => isChannelsLastContiguous(shape, strides)))
      return channelsLastStrides(shape);
    if (isDense(shape, first) && known.every((strides) => equal(strides, first))) return first;
  }
  const aligned = operands.map((operand, k) => broadcastStrides(operand.shape, known[k] ?? [], shape));
  return packedStrides(shape, commonOrder(shape, aligned));
}

function isChannelsLastContiguous(shape: StaticShape, strides: readonly number[]): boolean {
  const wanted = channelsLastStrides(shape);
  return !shape.includes(0) && shape.every((size, axis) => size === 1 || strides[axis] === wanted[axis]);
}

/** Axes from the fastest to the slowest, by the insertion sort that TensorIterator uses (its result is not unique). */
function commonOrder(shape: StaticShape, operands: readonly (readonly number[])[]): number[] {
  const order = defaultOrder(shape.length);
  const compare = (a: number, b: number): number => {
    for (const strides of operands) {
      const x = strides[a] ?? 0;
      const y = strides[b] ?? 0;
      if (x === 0 || y === 0) continue;
      if (x !== y) return x < y ? -1 : 1;
      if ((shape[a] ?? 0) > (shape[b] ?? 0)) return 1;
    }
    return 0;
  };
  for (let i = 1; i < order.length; i++) {
    let at = i;
    for (let before = i - 1; before >= 0; before--) {
      const [x = 0, y = 0] = [order[before], order[at]];
      const sign = compare(x, y);
      if (sign < 0) break;
      if (sign > 0) {
        order[before] = y;
        order[at] = x;
        at = before;
      }
    }
  }
  return order;
}

/** The strides of a copy that keeps the order of axes (`preserve_format`): the same where there are no gaps. */
export function preservedStrides(shape: StaticShape, strides: Strides): Strides {
  if (strides === undefined) return undefined;
  return isDense(shape, strides) ? strides : packedStrides(shape, commonOrder(shape, [strides]));
}

/** The strides of a tensor expanded to a shape of at least its rank: 0 where it repeats. */
export function broadcastStrides(from: StaticShape, strides: readonly number[], to: StaticShape): number[] {
  const added = to.length - from.length;
  return to.map((size, axis) => {
    if (axis < added) return 0;
    return from[axis - added] === size ? (strides[axis - added] ?? 0) : 0;
  });
}

/** The strides with which the same memory is seen in another shape, or null where it must be copied. */
export function viewStrides(from: StaticShape, strides: readonly number[], to: StaticShape): number[] | null {
  if (from.includes(0)) return equal(from, to) ? [...strides] : contiguousStrides(to);
  const result = new Array<number>(to.length).fill(1);
  let axis = to.length - 1;
  let base = strides.at(-1) ?? 1;
  let had = 1;
  let viewed = 1;
  for (let k = from.length - 1; k >= 0; k--) {
    had *= from[k] ?? 1;
    const splits = k === 0 || ((from[k - 1] ?? 1) !== 1 && strides[k - 1] !== had * base);
    if (!splits) continue;
    while (axis >= 0 && (viewed < had || to[axis] === 1)) {
      result[axis] = viewed * base;
      viewed *= to[axis] ?? 1;
      axis--;
    }
    if (viewed !== had) return null;
    if (k > 0) {
      base = strides[k - 1] ?? 1;
      had = 1;
      viewed = 1;
    }
  }
  // A tensor without axes has one element: every axis of the view has size 1.
  return from.length === 0 || axis === -1 ? result : null;
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((x, k) => x === b[k]);
}
