/** Adapters of operators that cut, join and reshape. */
import { constantOf, dimsOf, intsOf, numberOf } from '../../dialects/onnx/data.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import type { DataType } from '../../ir/dtype.ts';
import { elementCount, isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import { type Adapter, type AdapterRule, adapter, down, operand, rankOf, sameUp, tooOld, up } from './adapter.ts';
import { naturals } from './decompositions/counting.ts';
import { typed } from './decompositions/forms.ts';
import { reshapedAlongOpenAxes } from './open-axes.ts';
import { paddedAlongAxes, wholePads } from './open-pads.ts';
import { slicedByPlaces } from './open-slices.ts';

/** The one list that is an attribute before a version and input 1 from it on, and what is done with one that is computed. */
function listMoved(version: number, name: string, computed: AdapterRule, ...operators: string[]): Adapter[] {
  const toAttribute: AdapterRule = (node, onnx) => {
    const list = node.input(1);
    if (list && intsOf(list) === undefined) return computed(node, onnx);
    return onnx.same([operand(node)], { [name]: list && intsOf(list) });
  };
  const toInput: AdapterRule = (node, onnx) => {
    const list = node.ints(name);
    return onnx.same([operand(node), list && onnx.ints(list)], { [name]: undefined });
  };
  return [adapter(down(version, ...operators), toAttribute), adapter(up(version, ...operators), toInput)];
}

/** Parts of sizes that are computed: each begins where the one before it ends. */
const cutAtOpenSizes: AdapterRule = (node, onnx) => {
  const [x, sizes] = [operand(node), operand(node, 1)];
  const axis = onnx.ints([normalAxis(node, node.int('axis', 0n), rankOf(node))]);
  let start = onnx.ints([0]);
  return node.outputs.map((_, k) => {
    const end = onnx.Add(start, onnx.Gather(sizes, onnx.ints([k])));
    const part = onnx.Slice(x, start, end, axis);
    start = end;
    return part;
  });
};

/** `num_outputs` parts of which the last may be smaller, from 18 on. */
const splitDown = adapter(down(18, 'Split'), (node, onnx) => {
  const x = operand(node);
  const parts = node.int('num_outputs');
  if (parts === undefined || node.input(1)) return onnx.same([x, node.input(1)], { num_outputs: undefined });
  const axis = normalAxis(node, node.int('axis', 0n), rankOf(node));
  const size = x.shape?.[axis];
  if (typeof size !== 'number') refuse('shape-unknown', node, { reason: 'the size that it splits decides' });
  const part = Math.ceil(size / Number(parts));
  const sizes = node.outputs.map((_, k) => Math.max(0, Math.min(part, size - k * part)));
  const even = sizes.every((each) => each === part);
  return onnx.same([x, even ? undefined : onnx.ints(sizes)], { num_outputs: undefined });
});

const splitUp = adapter(up(18, 'Split'), (node, onnx) => {
  if (node.input(1)) return undefined;
  return onnx.same([operand(node)], { num_outputs: node.outputs.length });
});

/** From 18 on Pad may name the axes that it pads. */
const padAxes = adapter(down(18, 'Pad'), (node, onnx) =>
  node.input(3) ? onnx.same([operand(node), wholePads(node, onnx), node.input(2)]) : undefined,
);

/** Wrapping around came with 19: along each axis places of the input again, which are counted where its sizes are known. */
const padWrap = adapter(down(19, 'Pad'), (node, onnx) => {
  if (node.string('mode', 'constant') !== 'wrap') return undefined;
  const { shape } = operand(node);
  const [given, named] = [intsOf(operand(node, 1)), node.input(3)];
  const isOpen = !given || given.some((pad) => pad < 0) || (named && !intsOf(named));
  if (isOpen || !isStatic(shape)) return paddedAlongAxes(node, onnx);
  const axes = ((named && intsOf(named)) ?? naturals(shape.length)).map((axis) => normalAxis(node, axis, shape.length));
  return axes.reduce((x, axis, k) => {
    const [size, before, after] = [shape[axis] ?? 0, given[k] ?? 0, given[k + axes.length] ?? 0];
    if (before === 0 && after === 0) return x;
    const places = naturals(Math.max(0, size + before + after)).map(
      (place) => (((place - before) % size) + size) % size,
    );
    return onnx.Gather(x, onnx.ints(places), { axis });
  }, operand(node));
});

/** Pads and value are attributes until 10. */
const padDown = adapter(down(11, 'Pad'), (node, onnx) => {
  const [pads, filling] = [intsOf(operand(node, 1)), node.input(2)];
  const value = filling && numberOf(filling);
  if (!pads || (filling && value === undefined)) return paddedAlongAxes(node, onnx);
  return onnx.same([operand(node)], { pads, value });
});

const padUp = adapter(up(11, 'Pad'), (node, onnx) => {
  const x = operand(node);
  const value = node.float('value', 0);
  const filled = value === 0 ? undefined : onnx.like(typed(node).value, value);
  return onnx.same([x, onnx.ints(node.ints('pads', [])), filled], { pads: undefined, value: undefined });
});

/** A 0 in the target copies a size unless `allowzero` is set: the same where the size is 0, or no element is. */
const reshapeDown = adapter(down(14, 'Reshape'), (node, onnx) => {
  if (node.int('allowzero', 0n) !== 0n) {
    const [x, target] = [operand(node), dimsOf(operand(node, 1))];
    const same = target?.every((dim, k) => typeof dim === 'number' && (dim !== 0 || x.shape?.[k] === 0));
    if (!same) {
      const empty = target && isStatic(target) && target.includes(0) && !target.includes(-1);
      if (!empty || !x.dtype || !FILLABLE.has(x.dtype)) tooOld(node, 14, 'a size of 0 in its target may mean 0');
      return onnx.ConstantOfShape(onnx.ints(target), { value: Tensor.of(x.dtype, [1], [0]) });
    }
  }
  node.deleteAttribute('allowzero');
  return undefined;
});

/** What ConstantOfShape makes in all opsets and Tensor.of in memory. */
const FILLABLE = new Set<DataType>(['float32', 'float64', 'float16', 'int32', 'int64', 'int8', 'uint8', 'bool']);

/** From 15 on Shape may give a part of the sizes. */
const shapeDown = adapter(down(15, 'Shape'), (node, onnx) => {
  const start = node.int('start', 0n);
  const end = node.int('end');
  if (start === 0n && end === undefined) return onnx.same([operand(node)], { start: undefined, end: undefined });
  const stop = end ?? 2n ** 31n - 1n;
  return onnx.Slice(onnx.Shape(operand(node)), onnx.ints([start]), onnx.ints([stop]), onnx.ints([0]));
});

/** Bounds are attributes until 9, and keep all 64 bits; steps there are none. */
const sliceDown = adapter(down(10, 'Slice'), (node, onnx) => {
  const [starts, ends] = [1, 2].map((index) => constantOf(operand(node, index))?.bigints());
  const [axes, steps] = [3, 4].map((index) => {
    const given = node.input(index);
    return given ? intsOf(given) : 'none';
  });
  if (!starts || !ends || !axes || !steps || (steps !== 'none' && steps.some((step) => step !== 1))) {
    return slicedByPlaces(node, onnx);
  }
  const { rank } = operand(node);
  if (axes === 'none') return onnx.same([operand(node)], { starts, ends });
  if (axes.some((axis) => axis < 0) && rank === undefined) rankOf(node);
  const fromFront = axes.map((axis) => (rank === undefined ? axis : normalAxis(node, axis, rank)));
  return onnx.same([operand(node)], { starts, ends, axes: fromFront });
});

const sliceUp = adapter(up(10, 'Slice'), (node, onnx) => {
  const list = (name: string): Value | undefined => {
    const values = node.ints(name);
    return values && onnx.ints(values);
  };
  return onnx.same([operand(node), list('starts'), list('ends'), list('axes')], {
    starts: undefined,
    ends: undefined,
    axes: undefined,
  });
});

/** Other types than floats came with 9; Reshape has them all. */
const flatten = adapter(down(9, 'Flatten'), (node, onnx) => {
  const x = operand(node);
  if (!x.dtype || x.dtype === 'float32' || x.dtype === 'float64' || x.dtype === 'float16') return undefined;
  const axis = Number(node.int('axis', 1n));
  // A 0 stands for the size of the first axis.
  if (axis <= 1) return onnx.Reshape(x, onnx.ints(axis === 0 ? [1, -1] : [0, -1]));
  const before = x.shape?.slice(0, axis);
  if (!isStatic(before)) refuse('shape-unknown', node, { reason: 'the sizes before its axis decide' });
  return onnx.Reshape(x, onnx.ints([elementCount(before), -1]));
});

/** Blocks in another order of channels came with 28. */
const spaceToDepth = adapter(down(28, 'SpaceToDepth'), (node, onnx) => {
  if (node.string('mode', 'DCR') === 'DCR') return onnx.same(node.inputs, { mode: undefined });
  const x = operand(node);
  const block = Number(node.int('blocksize', 1n));
  const { shape } = x;
  if (!isStatic(shape) || shape.length !== 4)
    refuse('shape-unknown', node, { reason: 'the sizes of its input decide' });
  const [n = 1, c = 1, h = 1, w = 1] = shape;
  const cut = onnx.reshape(x, [n, c, h / block, block, w / block, block]);
  return onnx.reshape(onnx.transpose(cut, [0, 1, 3, 5, 2, 4]), [n, c * block * block, h / block, w / block]);
});

/** Axes counted from the back came with 11. */
const AXIS = 'ArgMax ArgMin Compress Concat Flatten Gather Hardmax LogSoftmax Softmax Split'.split(' ');
const AXES = [
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
  'Squeeze',
];
const negativeAxis = adapter(down(11, ...AXIS), (node) => {
  const axis = node.int('axis');
  if (axis !== undefined && axis < 0n) {
    node.setAttribute('axis', { type: 'int', value: axis + BigInt(rankOf(node)) });
  }
  return undefined;
});
const negativeAxes = adapter(down(11, ...AXES), (node) => {
  const axes = node.ints('axes');
  if (axes?.some((axis) => axis < 0n)) {
    const rank = BigInt(rankOf(node));
    node.setAttribute('axes', { type: 'ints', value: axes.map((axis) => (axis < 0n ? axis + rank : axis)) });
  }
  return undefined;
});
const negativeUnsqueeze = adapter(down(11, 'Unsqueeze'), (node) => {
  const axes = node.ints('axes', []);
  if (axes.some((axis) => axis < 0n)) {
    const rank = BigInt(rankOf(node) + axes.length);
    node.setAttribute('axes', { type: 'ints', value: axes.map((axis) => (axis < 0n ? axis + rank : axis)) });
  }
  return undefined;
});

/** C may be left out from 11 on. */
const gemm = adapter(down(11, 'Gemm'), (node, onnx) => {
  if (node.input(2)) return undefined;
  const { value: a, dtype } = typed(node);
  return onnx.same([a, operand(node, 1), onnx.constant(Tensor.of(dtype, [1], [0]))]);
});

export const shapes: readonly Adapter[] = [
  ...listMoved(13, 'axes', reshapedAlongOpenAxes, 'Squeeze', 'Unsqueeze'),
  ...listMoved(13, 'split', cutAtOpenSizes, 'Split'),
  splitDown,
  splitUp,
  padAxes,
  sameUp(18, 'Pad'),
  padWrap,
  sameUp(19, 'Pad'),
  padDown,
  padUp,
  reshapeDown,
  shapeDown,
  sliceDown,
  sliceUp,
  flatten,
  sameUp(9, 'Flatten'),
  spaceToDepth,
  sameUp(28, 'SpaceToDepth'),
  negativeAxis,
  negativeAxes,
  negativeUnsqueeze,
  gemm,
];
