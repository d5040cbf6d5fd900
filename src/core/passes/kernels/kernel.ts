/** What a kernel is: one ONNX operator computed on small constants. 64-bit integers are bigints, all else numbers. */
import type { DataType } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';

export type Element = number | bigint;

/** A small tensor with its elements in row-major order. */
export interface Elements {
  readonly dtype: DataType;
  readonly shape: StaticShape;
  readonly values: readonly Element[];
}

/** The outputs of a node, or undefined where the kernel does not hold (another opset's form, a division by zero). */
export type Kernel = (node: Node, inputs: readonly (Elements | undefined)[]) => readonly Elements[] | undefined;

export type Kernels = Readonly<Record<string, Kernel>>;

const COMPUTED = new Set<DataType>([
  'float32',
  'float64',
  'float16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
]);

/** Whether kernels know the type. */
export function isComputed(dtype: DataType): boolean {
  return COMPUTED.has(dtype);
}

export function isWide(dtype: DataType): boolean {
  return dtype === 'int64' || dtype === 'uint64';
}

export function load(tensor: Tensor): Elements {
  return {
    dtype: tensor.dtype,
    shape: tensor.shape,
    values: isWide(tensor.dtype) ? tensor.bigints() : tensor.numbers(),
  };
}

/** Rounds floats to their type and wraps integers around. */
export function store({ dtype, shape, values }: Elements): Tensor {
  return Tensor.of(dtype, shape, values);
}

/** A list of integers from an input, or from the attribute that older opsets have in its place. */
export function intsAt(
  node: Node,
  inputs: readonly (Elements | undefined)[],
  index: number,
  attribute: string,
): number[] | undefined {
  const found = inputs[index]?.values ?? node.ints(attribute);
  return found?.map(Number);
}

/** An axis counted from the front. */
export function axisFrom(axis: number | bigint, rank: number): number {
  const number = Number(axis);
  return number < 0 ? number + rank : number;
}

/** How many elements lie between neighbours along each axis. */
export function stridesOf(shape: StaticShape): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}

/** The coordinates of all elements of a shape, in row-major order. */
export function* coordinates(shape: StaticShape): Iterable<readonly number[]> {
  const count = elementCount(shape);
  const at = Array<number>(shape.length).fill(0);
  for (let k = 0; k < count; k++) {
    yield at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (at[axis] ?? 0) + 1;
      at[axis] = next < (shape[axis] ?? 1) ? next : 0;
      if (at[axis] !== 0) break;
    }
  }
}

/** A tensor of `shape` whose element at each place is the element of `x` at the coordinates that `from` gives. */
export function moved(x: Elements, shape: StaticShape, from: (at: readonly number[]) => readonly number[]): Elements {
  const strides = stridesOf(x.shape);
  const values: Element[] = [];
  for (const at of coordinates(shape)) {
    const source = from(at).reduce((sum, each, axis) => sum + each * (strides[axis] ?? 1), 0);
    values.push(x.values[source] ?? 0);
  }
  return { dtype: x.dtype, shape, values };
}

/** Numpy's common shape; undefined where there is none. */
export function broadcastShape(a: StaticShape, b: StaticShape): StaticShape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let k = 0; k < rank; k++) {
    const x = a[k - rank + a.length] ?? 1;
    const y = b[k - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    shape.push(x === 1 ? y : x);
  }
  return shape;
}

/** `x` repeated to a shape that it broadcasts to. */
export function broadcast(x: Elements, shape: StaticShape): Elements {
  if (x.shape.length === shape.length && x.shape.every((size, k) => size === shape[k])) return x;
  const lead = shape.length - x.shape.length;
  return moved(x, shape, (at) => x.shape.map((size, axis) => (size === 1 ? 0 : (at[lead + axis] ?? 0))));
}
