/** Shape rules of operators that move, cut, join or make tensors. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import {
  add,
  type Dim,
  elementCount,
  floorDivide,
  isStatic,
  multiply,
  type Shape,
  sameDim,
  subtract,
} from '../../../ir/shape.ts';
import { tensorType } from '../../../ir/type.ts';
import { constantAttribute, dimsOf, intsOf, numberOf } from '../data.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import {
  agree,
  broadcast,
  clash,
  each,
  normalAxes,
  normalAxis,
  type Outcome,
  product,
  type Rules,
  shapeOf,
  unknownShape,
  withDim,
} from './rule.ts';
import { slicedSize, sliceOf } from './slice.ts';

export const shapes: Rules = {
  Shape: (node) => {
    const shape = shapeOf(node);
    const end = node.int('end');
    const part = shape?.slice(Number(node.int('start', 0n)), end === undefined ? undefined : Number(end));
    return [[part?.length]];
  },
  Size: () => [[]],
  Reshape: (node) => [reshaped(node)],
  Flatten: (node) => {
    const shape = shapeOf(node);
    if (!shape) return [unknownShape(2)];
    const axis = Number(node.int('axis', 1n));
    const at = axis < 0 ? axis + shape.length : axis;
    if (at < 0 || at > shape.length) clash(node, `axis ${axis} lies outside of rank ${shape.length}`);
    return [[product(shape, 0, at), product(shape, at)]];
  },
  Squeeze: (node) => [squeezed(node)],
  Unsqueeze: (node) => [unsqueezed(node)],
  Transpose: (node) => {
    const shape = shapeOf(node);
    const given = node.ints('perm');
    if (!shape) return [given && unknownShape(given.length)];
    if (given && given.length !== shape.length)
      clash(node, `perm has ${given.length} numbers for rank ${shape.length}`);
    const order = given ? normalAxes(node, given, shape.length) : [...shape.keys()].reverse();
    return [order.map((axis) => shape[axis])];
  },
  Expand: (node) => {
    const wanted = intsOrDims(node, 1);
    const shape = shapeOf(node);
    if (wanted) return [broadcast(node, [shape, wanted])];
    const rank = lengthOf(node, 1);
    return [shape && rank !== undefined ? broadcast(node, [shape, unknownShape(rank)]) : undefined];
  },
  Tile: (node) => {
    const shape = shapeOf(node);
    const repeats = intsOrDims(node, 1);
    if (!shape) return [undefined];
    return [
      repeats?.length === shape.length ? shape.map((dim, k) => multiply(dim, repeats[k])) : unknownShape(shape.length),
    ];
  },
  Concat: (node) => [concatenated(node)],
  Split: (node) => split(node),
  Slice: (node) => {
    const shape = shapeOf(node);
    const slices = shape && sliceOf(node, shape.length);
    if (!shape || !slices) return [shape && unknownShape(shape.length)];
    return [slices.reduce((result, cut) => withDim(result, cut.axis, slicedSize(shape[cut.axis], cut)), shape)];
  },
  Pad: (node) => [padded(node)],
  ...each('DepthToSpace', (node) => {
    const shape = shapeOf(node);
    const block = Number(node.int('blocksize', 1n));
    if (shape && shape.length !== 4) clash(node, `the data has rank ${shape.length}, not 4`);
    if (!shape) return [unknownShape(4)];
    return [[shape[0], floorDivide(shape[1], block * block), multiply(shape[2], block), multiply(shape[3], block)]];
  }),
  SpaceToDepth: (node) => {
    const shape = shapeOf(node);
    const block = Number(node.int('blocksize', 1n));
    if (shape && shape.length !== 4) clash(node, `the data has rank ${shape.length}, not 4`);
    if (!shape) return [unknownShape(4)];
    return [[shape[0], multiply(shape[1], block * block), floorDivide(shape[2], block), floorDivide(shape[3], block)]];
  },
  Resize: (node, opset) => [opset < 11 ? upsampled(node, 1) : resized(node)],
  Upsample: (node) => [upsampled(node, 1)],
  CenterCropPad: (node) => {
    const shape = shapeOf(node);
    const sizes = intsOrDims(node, 1);
    if (!shape) return [undefined];
    const axes = normalAxes(node, node.ints('axes') ?? [...shape.keys()], shape.length);
    return [axes.reduce((result, axis, k) => withDim(result, axis, sizes?.[k]), shape)];
  },
  Crop: (node) => {
    const shape = shapeOf(node);
    const [left = 0, top = 0, right = 0, bottom = 0] = node.ints('border', []).map(Number);
    const scale = node.ints('scale')?.map(Number);
    if (!shape) return [undefined];
    const [height, width] = [subtract(shape[2], top + bottom), subtract(shape[3], left + right)];
    return [[shape[0], shape[1], scale?.[0] ?? height, scale?.[1] ?? width]];
  },

  Constant: (node) => {
    const tensor = constantAttribute(node);
    return [tensor && tensorType(tensor.dtype, tensor.shape)];
  },
  ConstantOfShape: (node) => {
    const value = node.attribute('value', 'tensor');
    const rank = lengthOf(node, 0);
    const shape = intsOrDims(node, 0) ?? (rank === undefined ? undefined : unknownShape(rank));
    return [tensorType(value?.dtype ?? 'float32', shape)];
  },
  ConstantFill: () => [undefined],
  Range: (node) => {
    const [start, limit, delta] = [numberOf(node.input(0)), numberOf(node.input(1)), numberOf(node.input(2))];
    if (start !== undefined && limit !== undefined && delta) return [[Math.max(0, Math.ceil((limit - start) / delta))]];
    return [[start === 0 && delta === 1 ? intsOrDims(node, 1)?.[0] : undefined]];
  },
  ...each('RandomNormal RandomUniform', (node) => {
    const dtype = dtypeOfCode(node.int('dtype', 1n));
    return [dtype && tensorType(dtype, node.ints('shape', []).map(Number))];
  }),
  Multinomial: (node) => {
    const dtype = dtypeOfCode(node.int('dtype', 6n)) ?? 'int32';
    return [tensorType(dtype, [shapeOf(node)?.[0], Number(node.int('sample_size', 1n))])];
  },
  OneHot: (node) => {
    const shape = shapeOf(node);
    const type = node.input(2)?.dtype;
    if (!shape) return [undefined];
    const axis = normalAxis(node, node.int('axis', -1n), shape.length + 1);
    const result = [...shape.slice(0, axis), numberOf(node.input(1)), ...shape.slice(axis)];
    return [type ? tensorType(type, result) : result];
  },
};

/** The sizes that the elements of an input spell, where they are known. */
function intsOrDims(node: Node, index: number): Shape | undefined {
  const value = node.input(index);
  return value && dimsOf(value);
}

/** How many elements an input of rank 1 has. */
function lengthOf(node: Node, index: number): number | undefined {
  const size = shapeOf(node, index)?.[0];
  return typeof size === 'number' ? size : undefined;
}

/** A target with 0 (copies, unless allowzero) and one -1 (what is left). Opsets before 5 have it as an attribute. */
function reshaped(node: Node): Shape | undefined {
  const from = shapeOf(node);
  const target: Shape | undefined = node.ints('shape')?.map(Number) ?? intsOrDims(node, 1);
  if (!target) {
    const rank = lengthOf(node, 1);
    return rank === undefined ? undefined : unknownShape(rank);
  }
  const zeroIsZero = node.int('allowzero', 0n) !== 0n;
  const copied = target.map((dim, k): Dim => (dim === 0 && !zeroIsZero ? from?.[k] : dim));
  const open = target.indexOf(-1);
  // An element that is not known may be the -1 or a 0.
  if (target.includes(undefined)) {
    return withOneUnknown(
      from,
      copied.map((dim) => (dim === -1 ? undefined : dim)),
      target,
    );
  }
  if (open < 0) {
    if (from && isStatic(from) && isStatic(copied) && elementCount(from) !== elementCount(copied)) {
      clash(node, `${elementCount(from)} elements do not fill [${copied.join(', ')}]`);
    }
    return copied;
  }
  return withDim(copied, open, rest(node, from, copied, open));
}

/** The size that -1 stands for: copied sizes cancel even where they are unknown. */
function rest(node: Node, from: Shape | undefined, copied: Shape, open: number): Dim {
  if (!from) return undefined;
  const left = [...from];
  const others: Dim[] = [];
  copied.forEach((dim, k) => {
    if (k === open) return;
    const same = left.findIndex((one, at) => (one === undefined ? at === k && dim === undefined : sameDim(one, dim)));
    if (same >= 0) left.splice(same, 1);
    else others.push(dim);
  });
  const [whole, taken] = [elementCount(left), elementCount(others)];
  if (taken === 0) return undefined;
  if (typeof whole === 'number' && typeof taken === 'number' && whole % taken !== 0) {
    clash(node, `${whole} elements do not divide into [${copied.join(', ')}]`);
  }
  return floorDivide(whole, taken);
}

/** With exactly one unknown size and a known number of elements, the unknown one follows. */
function withOneUnknown(from: Shape | undefined, shape: Shape, target: Shape): Shape {
  if (!from || !isStatic(from) || target.includes(-1)) return shape;
  const at = shape.indexOf(undefined);
  const others = shape.filter((_, k) => k !== at);
  if (others.includes(undefined) || !isStatic(others) || elementCount(others) === 0) return shape;
  const size = elementCount(from) / elementCount(others);
  return Number.isInteger(size) ? withDim(shape, at, size) : shape;
}

function axesOf(node: Node): readonly (number | bigint)[] | 'none' | undefined {
  const given = node.ints('axes');
  if (given) return given;
  const value = node.input(1);
  return value ? intsOf(value) : 'none';
}

function squeezed(node: Node): Shape | undefined {
  const shape = shapeOf(node);
  const axes = axesOf(node);
  if (!shape) return undefined;
  if (axes === 'none') {
    // Which sizes are 1 must be certain.
    return shape.every((dim) => typeof dim === 'number') ? shape.filter((dim) => dim !== 1) : undefined;
  }
  if (!axes) {
    const count = lengthOf(node, 1);
    return count === undefined ? undefined : unknownShape(shape.length - count);
  }
  const gone = normalAxes(node, axes, shape.length);
  for (const axis of gone) agree(node, shape[axis], 1, `size of axis ${axis}`);
  return shape.filter((_, k) => !gone.includes(k));
}

function unsqueezed(node: Node): Shape | undefined {
  const shape = shapeOf(node);
  const axes = axesOf(node);
  if (!shape || axes === 'none') return undefined;
  if (!axes) {
    const count = lengthOf(node, 1);
    return count === undefined ? undefined : unknownShape(shape.length + count);
  }
  const rank = shape.length + axes.length;
  const made = normalAxes(node, axes, rank);
  const left = [...shape];
  return Array.from({ length: rank }, (_, k) => (made.includes(k) ? 1 : left.shift()));
}

function concatenated(node: Node): Shape | undefined {
  const parts = node.inputs.map((value) => value?.shape);
  const known = parts.filter((shape) => shape !== undefined);
  const [first] = known;
  if (!first) return undefined;
  // Opsets before 4 default to axis 1.
  const axis = normalAxis(node, node.int('axis', 1n), first.length);
  return first.map((_, k) => {
    if (k === axis) return parts.reduce((sum: Dim, shape) => add(sum, shape?.[k]), 0);
    return known.reduce((dim: Dim, shape) => {
      if (shape.length !== first.length) clash(node, `ranks ${first.length} and ${shape.length} do not concatenate`);
      return agree(node, dim, shape[k], `size of axis ${k}`);
    }, undefined);
  });
}

function split(node: Node): Outcome[] {
  const shape = shapeOf(node);
  const count = node.outputs.length;
  if (!shape) return Array(count).fill(undefined);
  const axis = normalAxis(node, node.int('axis', 0n), shape.length);
  const given: Shape | undefined = node.ints('split')?.map(Number) ?? intsOrDims(node, 1);
  if (given) {
    const whole = given.reduce(add, 0);
    if (given.length !== count) clash(node, `${given.length} sizes for ${count} outputs`);
    agree(node, whole, shape[axis], `sum of the sizes along axis ${axis}`);
    return given.map((size) => withDim(shape, axis, size));
  }
  if (node.input(1)) return Array(count).fill(withDim(shape, axis, undefined));
  // Equal parts, the last one smaller where they do not divide (only from opset 18 on).
  const parts = Number(node.int('num_outputs', BigInt(count)));
  const size = shape[axis];
  if (typeof size !== 'number') return Array(count).fill(withDim(shape, axis, floorDivide(size, parts)));
  const part = Math.ceil(size / parts);
  return node.outputs.map((_, k) => withDim(shape, axis, Math.max(0, Math.min(part, size - k * part))));
}

/** Pads are an attribute until opset 10 (`paddings` in opset 1), an input after; axes choose from opset 18 on. */
function padded(node: Node): Shape | undefined {
  const shape = shapeOf(node);
  if (!shape) return undefined;
  const attribute = node.ints('pads') ?? node.ints('paddings');
  const pads: Shape | undefined = attribute?.map(Number) ?? intsOrDims(node, 1);
  const axesInput = node.input(3);
  const axes = axesInput ? intsOf(axesInput) : [...shape.keys()];
  if (!pads || !axes) return unknownShape(shape.length);
  if (pads.length !== 2 * axes.length) clash(node, `pads has ${pads.length} numbers for ${axes.length} axes`);
  const normal = normalAxes(node, axes, shape.length);
  return normal.reduce<Shape>((result, axis, k) => {
    return withDim(result, axis, add(add(shape[axis], pads[k]), pads[k + axes.length]));
  }, shape);
}

/** Upsample, and Resize of opset 10: sizes are floor(size * scale). */
function upsampled(node: Node, index: number): Shape | undefined {
  const shape = shapeOf(node);
  const input = node.input(index);
  const byName = [node.float('height_scale'), node.float('width_scale')];
  const scales =
    node.attribute('scales', 'floats') ??
    (byName[0] !== undefined ? [1, 1, byName[0], byName[1] ?? 1] : input && intsOf(input));
  return shape?.map((dim, k) => scaled(dim, scales?.[k]));
}

function scaled(dim: Dim, scale: number | undefined): Dim {
  if (scale === undefined || dim === undefined) return undefined;
  if (typeof dim === 'number') return Math.floor(dim * scale);
  return Number.isInteger(scale) ? multiply(dim, scale) : undefined;
}

function resized(node: Node): Shape | undefined {
  const shape = shapeOf(node);
  if (!shape) return undefined;
  const axes = normalAxes(node, node.ints('axes') ?? [...shape.keys()], shape.length);
  const sizes = lengthOf(node, 3) === 0 ? undefined : intsOrDims(node, 3);
  const scalesInput = node.input(2);
  const scales = scalesInput && lengthOf(node, 2) !== 0 ? intsOf(scalesInput) : undefined;
  const policy = node.string('keep_aspect_ratio_policy', 'stretch');
  if (sizes && policy !== 'stretch') return keepingAspect(shape, axes, sizes, policy);
  return axes.reduce<Shape>((result, axis, k) => {
    return withDim(result, axis, sizes ? sizes[k] : scaled(shape[axis], scales?.[k]));
  }, shape);
}

/** One scale for all axes: the smallest or the largest that the sizes ask for; halves round up. */
function keepingAspect(shape: Shape, axes: readonly number[], sizes: Shape, policy: string): Shape {
  const ratios = axes.map((axis, k) => {
    const [size, wanted] = [shape[axis], sizes[k]];
    return typeof size === 'number' && typeof wanted === 'number' ? wanted / size : Number.NaN;
  });
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return axes.reduce<Shape>((result, axis) => {
    const size = shape[axis];
    const known = typeof size === 'number' && !Number.isNaN(scale);
    return withDim(result, axis, known ? Math.floor(size * scale + 0.5) : undefined);
  }, shape);
}
