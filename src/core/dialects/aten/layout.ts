/**
 * How tensors lie in memory: strides of fresh results and of views. Rules: c10/core/Contiguity.h, MemoryFormat.h,
 * ATen/TensorUtils.cpp (computeStride), ATen/TensorIterator.cpp (reorder_dimensions), ATen/ExpandUtils.cpp. Where sizes
 * are symbols, a question may have no answer: it is undefined then, as are strides that depend on it.
 */
import {
  atMost,
  type Dim,
  isStatic,
  maximum,
  multiply,
  type Shape,
  type StaticShape,
  sameDim,
  sameShape,
} from '../../ir/shape.ts';

/** Elements between neighbours along each axis; undefined where PyTorch's choice is not known to us. */
export type Strides = readonly Dim[] | undefined;

export function contiguousStrides(shape: StaticShape): number[];
export function contiguousStrides(shape: Shape): Dim[];
export function contiguousStrides(shape: Shape): Dim[] {
  return packedStrides(shape, defaultOrder(shape.length));
}

/** Row-major without gaps; axes of size 1 may have any stride, and an empty tensor is always contiguous. */
export function isContiguous(shape: Shape, strides: readonly Dim[]): boolean | undefined {
  return liesInOrder(shape, strides, defaultOrder(shape.length));
}

/** Whether axes from the fastest to the slowest follow one another without gaps. */
function liesInOrder(shape: Shape, strides: readonly Dim[], order: readonly number[]): boolean | undefined {
  if (shape.includes(0)) return true;
  let certain = true;
  let step: Dim = 1;
  for (const axis of order) {
    const size = shape[axis];
    if (size === 1) continue;
    const same = sameDim(strides[axis], step);
    if (same === false && sameDim(size, 1) === false) return false;
    if (!same) certain = false;
    step = multiply(step, size);
  }
  return certain || undefined;
}

/** No two elements share memory and there are no gaps, in whatever order of axes. */
export function isDense(shape: Shape, strides: readonly Dim[]): boolean | undefined {
  if (!isStatic(shape) || !isStatic(strides)) {
    if (liesInOrder(shape, strides, defaultOrder(shape.length))) return true;
    return isChannelsLastContiguous(shape, strides) || undefined;
  }
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

/**
 * Whether two elements may lie at one place: an axis longer than 1 with stride 0, or axes that interleave. Symbolic sizes
 * never interleave: only windows do, and those are not written.
 */
export function overlapsItself(shape: Shape, strides: readonly Dim[]): boolean {
  if (shape.includes(0)) return false;
  if (!isStatic(shape) || !isStatic(strides)) return shape.some((size, axis) => size !== 1 && strides[axis] === 0);
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

export function channelsLastStrides(shape: Shape): Dim[] {
  return packedStrides(shape, CHANNELS_LAST_ORDER[shape.length] ?? defaultOrder(shape.length));
}

/** What `suggest_memory_format` calls channels_last: decided by strides alone, contiguous where both fit. */
export function looksChannelsLast(shape: Shape, strides: readonly Dim[]): boolean | undefined {
  const order = CHANNELS_LAST_ORDER[shape.length];
  if (!order || strides[1] === 0) return false;
  let least: Dim = 0;
  for (const axis of order) {
    const [size, stride] = [shape[axis], strides[axis]];
    const fits = atMost(least, stride);
    if (size === 0 || !fits) return size === 0 ? false : fits;
    if (axis === 0) {
      const ambiguous = sameDim(least, strides[1]);
      if (ambiguous !== false) return ambiguous === true ? false : undefined;
    }
    least = size === 1 ? stride : multiply(stride, size);
  }
  return true;
}

/** Strides without gaps where `order` lists the axes from the fastest to the slowest. */
function packedStrides(shape: Shape, order: readonly number[]): Dim[] {
  const strides = new Array<Dim>(shape.length).fill(1);
  let step: Dim = 1;
  for (const axis of order) {
    strides[axis] = step;
    step = multiply(step, maximum(shape[axis], 1));
  }
  return strides;
}

const defaultOrder = (rank: number) => Array.from({ length: rank }, (_, k) => rank - 1 - k);

/**
 * The strides that a pointwise operator gives its result: operands agree on an order of axes where they can.
 * Operands are already of the result's shape, with stride 0 where they are broadcast.
 */
export function pointwiseStrides(
  shape: Shape,
  operands: readonly { readonly shape: Shape; readonly strides: Strides }[],
): Strides {
  const known: (readonly Dim[])[] = [];
  for (const operand of operands) {
    if (operand.strides === undefined) return undefined;
    known.push(operand.strides);
  }
  const all = operands.every((operand) => sameShape(operand.shape, shape));
  if (all && known[0]) {
    const [first] = known;
    if (known.every((strides) => isContiguous(shape, strides))) return contiguousStrides(shape);
    if (shape.length === 4 && known.every((strides) => isChannelsLastContiguous(shape, strides)))
      return channelsLastStrides(shape);
    if (isDense(shape, first) && known.every((strides) => sameShape(strides, first))) return first;
  }
  const aligned = operands.map((operand, k) => broadcastStrides(operand.shape, known[k] ?? [], shape));
  const order = commonOrder(shape, aligned);
  return order && packedStrides(shape, order);
}

function isChannelsLastContiguous(shape: Shape, strides: readonly Dim[]): boolean {
  const wanted = channelsLastStrides(shape);
  return !shape.includes(0) && shape.every((size, axis) => size === 1 || sameDim(strides[axis], wanted[axis]) === true);
}

/**
 * Axes from the fastest to the slowest, by the insertion sort that TensorIterator uses (its result is not unique);
 * undefined where symbols decide.
 */
function commonOrder(shape: Shape, operands: readonly (readonly Dim[])[]): number[] | undefined {
  const order = defaultOrder(shape.length);
  const compare = (a: number, b: number): number | undefined => {
    for (const strides of operands) {
      const [x, y] = [strides[a], strides[b]];
      if (x === 0 || y === 0) continue;
      if (!sameDim(x, y)) return atMost(x, y) ? -1 : atMost(y, x) ? 1 : undefined;
      const longer = atMost(shape[a], shape[b]);
      if (longer === undefined) return undefined;
      if (!longer) return 1;
    }
    return 0;
  };
  for (let i = 1; i < order.length; i++) {
    let at = i;
    for (let before = i - 1; before >= 0; before--) {
      const [x = 0, y = 0] = [order[before], order[at]];
      const sign = compare(x, y);
      if (sign === undefined) return undefined;
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
export function preservedStrides(shape: Shape, strides: Strides): Strides {
  if (strides === undefined) return undefined;
  const dense = isDense(shape, strides);
  if (dense) return strides;
  const order = dense === undefined ? undefined : commonOrder(shape, [strides]);
  return order && packedStrides(shape, order);
}

/** The strides of a tensor expanded to a shape of at least its rank: 0 where it repeats. */
export function broadcastStrides(from: Shape, strides: readonly Dim[], to: Shape): Dim[] {
  const added = to.length - from.length;
  return to.map((size, axis) => {
    if (axis < added) return 0;
    return sameDim(from[axis - added], size) ? strides[axis - added] : 0;
  });
}

/** The strides with which the same memory is seen in another shape, null where it must be copied, undefined where that is not certain. */
export function viewStrides(from: Shape, strides: readonly Dim[], to: Shape): Dim[] | null | undefined {
  if (from.includes(0)) return sameShape(from, to) ? [...strides] : contiguousStrides(to);
  if (!isStatic(from) || !isStatic(strides) || !isStatic(to)) return symbolicViewStrides(from, strides, to);
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

/** As for numbers, in so far as it is certain which axes belong together. */
function symbolicViewStrides(from: Shape, strides: readonly Dim[], to: Shape): Dim[] | undefined {
  if (isContiguous(from, strides)) return contiguousStrides(to);
  const result = new Array<Dim>(to.length).fill(1);
  let axis = to.length - 1;
  let base = strides.at(-1);
  let had: Dim = 1;
  let viewed: Dim = 1;
  for (let k = from.length - 1; k >= 0; k--) {
    had = multiply(had, from[k]);
    const joins = k > 0 && (from[k - 1] === 1 || sameDim(strides[k - 1], multiply(had, base)));
    if (joins) continue;
    while (axis >= 0 && (!sameDim(viewed, had) || to[axis] === 1)) {
      result[axis] = multiply(viewed, base);
      viewed = multiply(viewed, to[axis]);
      axis--;
    }
    if (!sameDim(viewed, had)) return undefined;
    if (k > 0) {
      base = strides[k - 1];
      had = 1;
      viewed = 1;
    }
  }
  return axis === -1 ? result : undefined;
}
