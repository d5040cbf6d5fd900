/** Shape rules of gathering, searching and sorting. Rules: the ONNX operator specification. */
import { numberOf } from '../data.ts';
import { agree, clash, needRank, normalAxis, type Rules, shapeOf, spelled, unknownShape, withDim } from './rule.ts';

export const indexing: Rules = {
  Gather: (node) => {
    const [data, indices] = [shapeOf(node), shapeOf(node, 1)];
    if (!data || !indices) return [undefined];
    const axis = normalAxis(node, node.int('axis', 0n), data.length);
    return [[...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]];
  },
  GatherElements: (node) => [shapeOf(node, 1)],
  GatherND: (node) => {
    const [data, indices] = [shapeOf(node), shapeOf(node, 1)];
    if (data?.length === 0 || indices?.length === 0) clash(node, 'neither the data nor the indices may be scalars');
    const depth = indices?.at(-1);
    if (!data || !indices || typeof depth !== 'number') return [undefined];
    const batch = Number(node.int('batch_dims', 0n));
    if (batch + depth > data.length) clash(node, `indices of ${depth} axes reach beyond rank ${data.length}`);
    return [[...indices.slice(0, -1), ...data.slice(batch + depth)]];
  },
  TopK: (node) => {
    const shape = shapeOf(node);
    if (!shape) return [undefined, undefined];
    const axis = normalAxis(node, node.int('axis', -1n), shape.length);
    const attribute = node.int('k');
    if (attribute !== undefined && attribute <= 0n) clash(node, `k is ${attribute}`);
    const count = node.input(1) && needRank(node, 1, 1)?.[0];
    if (typeof count === 'number' && count !== 1) clash(node, `K has ${count} elements, not 1`);
    const k = attribute === undefined ? (spelled(node, 1)?.[0] ?? numberOf(node.input(1))) : Number(attribute);
    const result = withDim(shape, axis, k);
    return [result, result];
  },
  NonZero: (node) => [[shapeOf(node)?.length, undefined]],
  NonMaxSuppression: () => [[undefined, 3]],
  Compress: (node) => {
    const shape = shapeOf(node);
    if (shape?.length === 0) clash(node, 'the data has no axis');
    const axis = node.int('axis');
    if (axis === undefined) return [[undefined]];
    return [shape && withDim(shape, normalAxis(node, axis, shape.length), undefined)];
  },
  Unique: (node) => {
    const shape = shapeOf(node);
    const axis = node.int('axis');
    const values =
      axis === undefined ? [undefined] : shape && withDim(shape, normalAxis(node, axis, shape.length), undefined);
    return [values, [undefined], [undefined], [undefined]];
  },
  GridSample: (node) => {
    const [x, grid] = [shapeOf(node), shapeOf(node, 1)];
    if (x && grid && x.length !== grid.length) clash(node, `ranks ${x.length} and ${grid.length} differ`);
    const rank = (x ?? grid)?.length;
    if (rank === undefined) return [undefined];
    if (rank < 3) clash(node, `rank ${rank} has no spatial axes`);
    if (grid) agree(node, grid.at(-1), rank - 2, 'count of coordinates');
    return [
      [agree(node, x?.[0], grid?.[0], 'sizes of the batch'), x?.[1], ...(grid?.slice(1, -1) ?? unknownShape(rank - 2))],
    ];
  },
  Det: (node) => {
    const shape = shapeOf(node);
    if (!shape) return [undefined];
    if (shape.length < 2) clash(node, `the data has rank ${shape.length}, less than 2`);
    agree(node, shape.at(-1), shape.at(-2), 'sides of the matrices');
    return [shape.slice(0, -2)];
  },
};
