/** Shape rules of operators that join, cut, pad and repeat. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, floorDivide, modulo, multiply, type Shape, subtract } from '../../../ir/shape.ts';
import { intsOf, numberOf } from '../data.ts';
import {
  agree,
  clash,
  lengthOf,
  needRank,
  normalAxes,
  normalAxis,
  type Outcome,
  type Rules,
  rankAlone,
  shapeOf,
  spelled,
  unknownShape,
  withDim,
} from './rule.ts';
import { slicedSize, sliceOf } from './slice.ts';

export const parts: Rules = {
  Concat: (node, version) => [concatenated(node, version)],
  Split: (node, version) => split(node, version),
  Slice: (node) => {
    const shape = shapeOf(node);
    const slices = shape && sliceOf(node, shape.length);
    if (!shape || !slices) return [shape && unknownShape(shape.length)];
    return [slices.reduce((result, cut) => withDim(result, cut.axis, slicedSize(shape[cut.axis], cut)), shape)];
  },
  Pad: (node, version) => [padded(node, version)],
  Tile: (node, version) => [version < 6 ? tiledAlong(node) : tiled(node)],
  DepthToSpace: (node) => {
    const [n, c, h, w] = needRank(node, 0, 4) ?? [];
    const block = blockOf(node);
    return [[n, floorDivide(c, block * block), multiply(h, block), multiply(w, block)]];
  },
  SpaceToDepth: (node) => {
    const [n, c, h, w] = needRank(node, 0, 4) ?? [];
    const block = blockOf(node);
    return [[n, multiply(c, block * block), floorDivide(h, block), floorDivide(w, block)]];
  },
  CenterCropPad: (node) => {
    const shape = shapeOf(node);
    const sizes = spelled(node, 1);
    if (!node.input(1)) clash(node, 'it lacks the wanted shape');
    if (!shape) return [undefined];
    const axes = normalAxes(node, node.ints('axes') ?? [...shape.keys()], shape.length);
    if (sizes && sizes.length !== axes.length) clash(node, `${sizes.length} sizes for ${axes.length} axes`);
    return [axes.reduce((result, axis, k) => withDim(result, axis, sizes?.[k]), shape)];
  },
};

function blockOf(node: Node): number {
  const block = Number(node.int('blocksize') ?? clash(node, 'it lacks the attribute blocksize'));
  if (block <= 0) clash(node, `blocksize is ${block}`);
  return block;
}

function concatenated(node: Node, version: number): Shape | undefined {
  const parts = node.inputs.map((value) => value?.shape);
  const known = parts.filter((shape) => shape !== undefined);
  const [first] = known;
  // Opsets before 4 default to axis 1.
  const wanted = node.int('axis') ?? (version < 4 ? 1n : clash(node, 'it lacks the attribute axis'));
  if (!first) return undefined;
  const other = known.find((shape) => shape.length !== first.length);
  if (other) clash(node, `ranks ${first.length} and ${other.length} do not concatenate`);
  const axis = normalAxis(node, wanted, first.length);
  return first.map((_, k) => {
    if (k === axis) return parts.reduce((sum: Dim, shape) => add(sum, shape?.[k]), 0);
    return known.reduce((dim: Dim, shape) => agree(node, dim, shape[k], `size of axis ${k}`), undefined);
  });
}

function split(node: Node, version: number): Outcome[] {
  const shape = shapeOf(node);
  const count = node.outputs.length;
  const parts = splitCount(node, version);
  if (!shape) return Array(count).fill(undefined);
  const axis = normalAxis(node, node.int('axis', 0n), shape.length);
  const given: Shape | undefined = node.ints('split')?.map(Number) ?? spelled(node, 1);
  if (given) {
    const whole = given.reduce(add, 0);
    if (given.length !== count) clash(node, `${given.length} sizes for ${count} outputs`);
    agree(node, whole, shape[axis], `sum of the sizes along axis ${axis}`);
    return given.map((size) => withDim(shape, axis, size));
  }
  if (node.input(1)) return Array(count).fill(withDim(shape, axis, undefined));
  const size = shape[axis];
  const uneven = typeof size === 'number' && size % parts !== 0;
  if (uneven && version < 18) clash(node, `${size} does not divide into ${parts} parts`);
  return node.outputs.map((_, k) => withDim(shape, axis, partSize(size, parts, k, version)));
}

/** How many equal parts there are. From opset 18 on either their sizes or their number is told. */
function splitCount(node: Node, version: number): number {
  const parts = node.int('num_outputs');
  if (version < 18) return node.outputs.length;
  if (parts !== undefined && node.input(1)) clash(node, 'it has both split and num_outputs');
  if (parts === undefined && !node.input(1)) clash(node, 'it has neither split nor num_outputs');
  if (parts !== undefined && parts < 1n) clash(node, `num_outputs is ${parts}`);
  if (parts !== undefined && Number(parts) !== node.outputs.length)
    clash(node, `num_outputs is ${parts}, but it has ${node.outputs.length} outputs`);
  return Number(parts ?? node.outputs.length);
}

/** The size of part `k`: all are as large, but the last ones smaller where they do not divide (from opset 18 on). */
function partSize(size: Dim, parts: number, k: number, version: number): Dim {
  if (version < 18 || modulo(size, parts) === 0) return floorDivide(size, parts);
  const part = floorDivide(add(size, parts - 1), parts);
  if (typeof size === 'number' && typeof part === 'number') return Math.max(0, Math.min(part, size - k * part));
  if (k === 0) return part;
  return parts === 2 ? subtract(size, part) : undefined;
}

/** Pads are an attribute until opset 10 (`paddings` in opset 1), an input after; axes choose from opset 18 on. */
function padded(node: Node, version: number): Shape | undefined {
  const shape = shapeOf(node);
  const attribute = node.ints('pads') ?? node.ints('paddings');
  if (version < 11 && !attribute) clash(node, 'it lacks the attribute pads');
  if (version >= 11) needRank(node, 1, 1);
  if (!shape) return undefined;
  const pads: Shape | undefined = attribute?.map(Number) ?? spelled(node, 1);
  const axesInput = node.input(3);
  const axes = axesInput ? intsOf(axesInput) : [...shape.keys()];
  const normal = axes && normalAxes(node, axes, shape.length);
  if (!pads || !axes || !normal) return unknownShape(shape.length);
  if (pads.length !== 2 * axes.length) clash(node, `pads has ${pads.length} numbers for ${axes.length} axes`);
  return normal.reduce<Shape>((result, axis, k) => {
    return withDim(result, axis, add(add(shape[axis], pads[k]), pads[k + axes.length]));
  }, shape);
}

function tiled(node: Node): Shape | undefined {
  const shape = shapeOf(node);
  needRank(node, 1, 1);
  const repeats = spelled(node, 1);
  if (repeats?.some((count) => typeof count === 'number' && count < 0))
    clash(node, `repeats are [${repeats.join(', ')}]`);
  const count = repeats?.length ?? lengthOf(node, 1);
  if (!shape) return rankAlone(node, count);
  if (count !== undefined && count !== shape.length) clash(node, `${count} repeats for rank ${shape.length}`);
  return repeats ? shape.map((dim, k) => multiply(dim, repeats[k])) : unknownShape(shape.length);
}

/** Version 1 repeats along one axis. */
function tiledAlong(node: Node): Shape | undefined {
  const [shape, axis, tiles] = [shapeOf(node), numberOf(node.input(2)), numberOf(node.input(1))];
  if (!shape || axis === undefined) return shape && unknownShape(shape.length);
  const at = normalAxis(node, axis, shape.length);
  return withDim(shape, at, multiply(shape[at], tiles));
}
