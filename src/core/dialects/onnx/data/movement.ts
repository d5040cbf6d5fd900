/** Shape arithmetic that moves, joins and sums up elements. Rules: the ONNX operator specification. */
import { isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import {
  add,
  type Dim,
  elementCount,
  isStatic,
  maximum,
  minimum,
  multiply,
  type Shape,
  stridesOf,
} from '../../../ir/shape.ts';
import { type Data, MOST_INTEGERS, numberOf } from '../data.ts';
import { slicedSize, sliceOf } from '../infer/slice.ts';
import { type DataRules, expanded, input, perEntry, rounded, strided } from './support.ts';

const REDUCTIONS: Readonly<Record<string, (elements: readonly Dim[]) => Dim>> = {
  ReduceSum: (elements) => elements.reduce(add, 0),
  ReduceProd: (elements) => elements.reduce(multiply, 1),
  ReduceMax: (elements) => elements.reduce(maximum),
  ReduceMin: (elements) => elements.reduce(minimum),
};

export const movement: DataRules = {
  ...Object.fromEntries(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'].map((op) => [op, reshaped])),
  Expand: (node) => stretched(node, 0),
  // Beside what is known, parts of which only the length is.
  Concat: (node) => {
    const parts = node.inputs.map((_, k) => input(node, k));
    if (parts.every((part) => !part)) return undefined;
    return joined(
      parts.map((part, k) => part ?? unknownPart(node, k)),
      1,
    );
  },
  Gather: (node) => {
    const [from, indices] = [input(node, 0), input(node, 1)];
    if (from?.shape.length !== 1 || !indices) return undefined;
    return { dtype: from.dtype, shape: indices.shape, elements: indices.elements.map((k) => at(from, k)) };
  },
  Slice: (node) => {
    const from = input(node, 0);
    const slices = from && sliceOf(node, from.shape.length);
    if (!from || !slices) return undefined;
    const [shape, strides] = [[...from.shape], stridesOf(from.shape)];
    let start = 0;
    for (const slice of slices) {
      const [length = 0, stride = 0] = [from.shape[slice.axis], strides[slice.axis]];
      const size = slicedSize(length, slice);
      if (typeof size !== 'number' || typeof slice.start !== 'number') return undefined;
      shape[slice.axis] = size;
      strides[slice.axis] = stride * slice.step;
      start += slice.first(length) * stride;
    }
    return { dtype: from.dtype, shape, elements: strided(from, shape, strides, start) };
  },
  Split: (node, index) => {
    const from = input(node, 0);
    const sizes: Shape = node.outputs.map((output) => output.shape?.[0]);
    if (from?.shape.length !== 1 || !isStatic(sizes)) return undefined;
    const start = sizes.slice(0, index).reduce((a, b) => a + b, 0);
    const elements = from.elements.slice(start, start + (sizes[index] ?? 0));
    return { dtype: from.dtype, shape: [elements.length], elements };
  },
  Tile: (node) => {
    const [from, repeats] = [input(node, 0), input(node, 1)];
    const [times] = repeats?.elements ?? [];
    if (from?.shape.length !== 1 || typeof times !== 'number' || !(times >= 0)) return undefined;
    if (times * from.elements.length > MOST_INTEGERS) return undefined;
    const elements = Array.from({ length: times }, () => from.elements).flat();
    return { dtype: from.dtype, shape: [elements.length], elements };
  },
  GatherElements: (node) => {
    const [from, indices] = [input(node, 0), input(node, 1)];
    if (from?.shape.length !== 1 || indices?.shape.length !== 1) return undefined;
    return { ...from, shape: indices.shape, elements: indices.elements.map((k) => at(from, k)) };
  },
  // Writes into a list, one element or one slice of it at a time.
  ...perEntry({ ScatterElements: 1, ScatterND: 2 }, (rank) => (node) => {
    const [from, indices, updates] = [input(node, 0), input(node, 1), input(node, 2)];
    if (from?.shape.length !== 1 || indices?.shape.length !== rank || updates?.shape.length !== 1) return undefined;
    const reduction = node.attributes.get('reduction');
    if (reduction && node.string('reduction') !== 'none') return undefined;
    if (indices.elements.length !== updates.elements.length) return undefined;
    const elements = [...from.elements];
    for (const [k, index] of indices.elements.entries()) {
      if (typeof index !== 'number') return undefined;
      const place = index < 0 ? index + elements.length : index;
      if (place < 0 || place >= elements.length) return undefined;
      elements[place] = updates.elements[k];
    }
    return { ...from, elements };
  }),
  CumSum: (node) => {
    const from = input(node, 0);
    if (from?.shape.length !== 1 || node.attributes.size > 0) return undefined;
    let sum: Dim = 0;
    const sums = from.elements.map((dim) => {
      sum = rounded(add(sum, dim), from.dtype);
      return sum;
    });
    return { ...from, elements: sums };
  },
  // Exporters stack and join sizes through sequences.
  ConcatFromSequence: (node) => {
    const made = node.input(0)?.producer;
    if (made?.op !== 'SequenceConstruct') return undefined;
    const stacked = node.int('new_axis', 0n) === 1n;
    return joined(
      made.inputs.map((_, k) => input(made, k)),
      stacked ? 0 : 1,
    );
  },
  SequenceAt: (node) => {
    const [made, index] = [node.input(0)?.producer, numberOf(node.input(1))];
    if (made?.op !== 'SequenceConstruct' || index === undefined) return undefined;
    return input(made, index < 0 ? index + made.inputCount : index);
  },
  Transpose: (node) => {
    const from = input(node, 0);
    const order = node.ints('perm')?.map(Number) ?? from?.shape.map((_, k) => k).toReversed();
    if (!from || order?.length !== from.shape.length) return undefined;
    const [sizes, steps] = [from.shape, stridesOf(from.shape)];
    const shape = order.map((axis) => sizes[axis] ?? 1);
    return {
      dtype: from.dtype,
      shape,
      elements: strided(
        from,
        shape,
        order.map((axis) => steps[axis] ?? 0),
      ),
    };
  },
  ...perEntry(REDUCTIONS, (operation) => (node) => {
    const from = input(node, 0);
    const shape = node.output().shape;
    if (!from || from.shape.length > 1 || from.elements.length === 0 || !isStatic(shape)) return undefined;
    if (elementCount(shape) !== 1) return undefined;
    return { dtype: from.dtype, shape, elements: [rounded(operation(from.elements), from.dtype)] };
  }),
};

/** The element at an index, counted from the end where it is negative. */
function at(from: Data, index: Dim): Dim {
  return typeof index === 'number' ? from.elements[index < 0 ? index + from.elements.length : index] : undefined;
}

/** A list of integers of which nothing is known but how long it is. */
function unknownPart(node: Node, index: number): Data | undefined {
  const { dtype, shape } = node.input(index) ?? {};
  const [length] = shape ?? [];
  if (!dtype || isFloat(dtype) || shape?.length !== 1 || typeof length !== 'number' || length > MOST_INTEGERS)
    return undefined;
  return { dtype, shape: [length], elements: Array<Dim>(length).fill(undefined) };
}

/** Lists of that rank one behind the other: scalars are stacked to a list. */
function joined(parts: readonly (Data | undefined)[], rank: number): Data | undefined {
  const [first] = parts;
  const count = parts.reduce((sum, part) => sum + (part?.elements.length ?? 0), 0);
  if (!first || count > MOST_INTEGERS || !parts.every((part) => part?.shape.length === rank)) return undefined;
  const elements = parts.flatMap((part) => part?.elements ?? []);
  return { dtype: first.dtype, shape: [elements.length], elements };
}

/** The same elements in the shape that inference found for the output. */
function reshaped(node: Node): Data | undefined {
  const from = input(node, 0);
  const shape = node.output().shape;
  if (!from || !isStatic(shape) || elementCount(shape) !== from.elements.length) return undefined;
  return { ...from, shape };
}

function stretched(node: Node, index: number): Data | undefined {
  const from = input(node, index);
  const shape = node.output().shape;
  if (!from || !isStatic(shape) || elementCount(shape) > MOST_INTEGERS) return undefined;
  return { ...from, shape, elements: expanded(from, shape) };
}
