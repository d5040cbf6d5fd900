/** How the basic views lie in memory: each from a tensor and plain numbers. Rules: ATen/native/TensorShape.cpp, ExpandUtils.cpp. */
import { elementCount } from '../../ir/shape.ts';
import { contiguousStrides, viewStrides } from './layout.ts';
import { axisOf, inferSize, mismatch, sizeAt, type TensorInfo } from './rule.ts';
import type { View } from './view.ts';

export function same(self: TensorInfo): View {
  return { aliasing: 'same', info: self, offset: 0, step: { kind: 'alias' } };
}

/** The same elements in another shape: a view wherever PyTorch demands one. */
export function viewed(self: TensorInfo, shape: readonly number[]): View {
  const to = inferSize(shape, elementCount(self.shape));
  const strides =
    self.strides &&
    (viewStrides(self.shape, self.strides, to) ??
      mismatch(`a view as [${to.join(', ')}] of memory that does not lie that way`));
  return {
    aliasing: 'view',
    info: { ...self, shape: to, strides },
    offset: 0,
    step: { kind: 'reshape', from: self.shape, to },
  };
}

/** The same elements in another shape: a view where the memory lies that way, else a copy. */
export function reshaped(self: TensorInfo, shape: readonly number[]): View {
  const to = inferSize(shape, elementCount(self.shape));
  const step = { kind: 'reshape', from: self.shape, to } as const;
  const info = { ...self, shape: to };
  if (!self.strides) return { aliasing: 'maybe', info: { ...info, strides: undefined }, offset: 0, step };
  const strides = viewStrides(self.shape, self.strides, to);
  if (strides) return { aliasing: 'view', info: { ...info, strides }, offset: 0, step };
  return { aliasing: 'copy', info: { ...info, strides: contiguousStrides(to) }, offset: 0, step };
}

export function permuted(self: TensorInfo, axes: readonly number[]): View {
  const dims = axes.map((axis) => axisOf(axis, self.shape.length));
  if (new Set(dims).size !== self.shape.length)
    mismatch(`axes [${axes.join(', ')}] of a tensor of ${self.shape.length} axes`);
  const shape = dims.map((axis) => self.shape[axis] ?? 1);
  const strides = self.strides && dims.map((axis) => self.strides?.[axis] ?? 1);
  return { aliasing: 'view', info: { ...self, shape, strides }, offset: 0, step: { kind: 'permute', dims } };
}

export function swapped(self: TensorInfo, a: number, b: number): View {
  const rank = self.shape.length;
  const [x, y] = [axisOf(a, rank), axisOf(b, rank)];
  return permuted(
    self,
    self.shape.map((_, axis) => (axis === x ? y : axis === y ? x : axis)),
  );
}

export function without(self: TensorInfo, axes: ReadonlySet<number>): View {
  const keep = (_: unknown, axis: number) => !(axes.has(axis) && self.shape[axis] === 1);
  const shape = self.shape.filter(keep);
  const info = { ...self, shape, strides: self.strides?.filter(keep) };
  return { aliasing: 'view', info, offset: 0, step: { kind: 'reshape', from: self.shape, to: shape } };
}

export function unsqueezed(self: TensorInfo, dim: number): View {
  const axis = axisOf(dim, self.shape.length + 1);
  const insert = <T>(items: readonly T[], item: T) => [...items.slice(0, axis), item, ...items.slice(axis)];
  const stride = axis < self.shape.length ? (self.shape[axis] ?? 1) * (self.strides?.[axis] ?? 1) : 1;
  const shape = insert(self.shape, 1);
  const info = { ...self, shape, strides: self.strides && insert(self.strides, stride) };
  return { aliasing: 'view', info, offset: 0, step: { kind: 'reshape', from: self.shape, to: shape } };
}

export function selected(self: TensorInfo, dim: number, index: number): View {
  const axis = axisOf(dim, self.shape.length);
  const size = sizeAt(self.shape, axis);
  const at = index < 0 ? index + size : index;
  if (at < 0 || at >= size) mismatch(`index ${index} of an axis of ${size}`);
  const others = (_: unknown, k: number) => k !== axis;
  const info = { ...self, shape: self.shape.filter(others), strides: self.strides?.filter(others) };
  const offset = at * (self.strides?.[axis] ?? 0);
  return { aliasing: 'view', info, offset, step: { kind: 'select', dim: axis, index: at } };
}

/** Python's slicing: bounds count from the end where negative, and are clamped. */
export function sliced(
  self: TensorInfo,
  dim: number,
  from: number | undefined,
  to: number | undefined,
  step: number,
): View {
  const axis = axisOf(dim, self.shape.length);
  const size = sizeAt(self.shape, axis);
  if (step <= 0) mismatch(`a slice by steps of ${step}`);
  const bound = (value: number) => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  const start = bound(from ?? 0);
  const end = Math.max(bound(to ?? size), start);
  const stride = self.strides?.[axis] ?? 0;
  const change = (items: readonly number[], item: number) => items.map((old, k) => (k === axis ? item : old));
  const info = {
    ...self,
    shape: change(self.shape, Math.ceil((end - start) / step)),
    strides: self.strides && change(self.strides, stride * step),
  };
  return { aliasing: 'view', info, offset: start * stride, step: { kind: 'slice', dim: axis, start, end, step } };
}

export function expanded(self: TensorInfo, size: readonly number[]): View {
  const added = size.length - self.shape.length;
  if (added < 0) mismatch(`expanding a tensor of ${self.shape.length} axes to ${size.length}`);
  const shape = new Array<number>(size.length);
  const strides = new Array<number>(size.length);
  for (let k = size.length - 1; k >= 0; k--) {
    const own = k < added ? 1 : (self.shape[k - added] ?? 1);
    const wanted = size[k] === -1 && k >= added ? own : (size[k] ?? 1);
    if (wanted < 0 || (own !== 1 && own !== wanted))
      mismatch(`expanding [${self.shape.join(', ')}] to [${size.join(', ')}]`);
    const packed = k + 1 < size.length ? (shape[k + 1] ?? 1) * (strides[k + 1] ?? 1) : 1;
    const stride = k < added ? packed : (self.strides?.[k - added] ?? 1);
    shape[k] = wanted;
    strides[k] = own === wanted ? stride : 0;
  }
  return {
    aliasing: 'view',
    info: { ...self, shape, strides: self.strides && strides },
    offset: 0,
    step:
      elementCount(shape) === elementCount(self.shape)
        ? { kind: 'reshape', from: self.shape, to: shape }
        : { kind: 'expand', to: shape },
  };
}

/** Cuts an axis at the ends of pieces. */
export function cut(self: TensorInfo, dim: number, sizes: readonly number[]): View[] {
  let start = 0;
  return sizes.map((size) => {
    const piece = sliced(self, dim, start, start + size, 1);
    start += size;
    return piece;
  });
}

export function equalPieces(total: number, size: number): number[] {
  if (total === 0 || size <= 0) return [total];
  return Array.from({ length: Math.ceil(total / size) }, (_, k) => Math.min(size, total - k * size));
}
