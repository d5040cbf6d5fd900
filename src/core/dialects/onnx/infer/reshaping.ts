/** Shape rules of operators that see the same elements in another shape. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import { type Dim, elementCount, floorDivide, isStatic, type Shape, sameDim } from '../../../ir/shape.ts';
import { intsOf } from '../data.ts';
import {
  agree,
  broadcast,
  clash,
  lengthOf,
  needRank,
  normalAxes,
  product,
  type Rules,
  rankAlone,
  shapeOf,
  spelled,
  unknownShape,
  withDim,
} from './rule.ts';

export const reshaping: Rules = {
  Shape: (node) => {
    const shape = shapeOf(node);
    const end = node.int('end');
    const part = shape?.slice(Number(node.int('start', 0n)), end === undefined ? undefined : Number(end));
    return [[part?.length]];
  },
  Size: () => [[]],
  Reshape: (node, version) => [reshaped(node, version)],
  Flatten: (node, version) => {
    const shape = shapeOf(node);
    if (!shape) return [unknownShape(2)];
    const axis = Number(node.int('axis', 1n));
    const at = axis < 0 && version >= 11 ? axis + shape.length : axis;
    if (at < 0 || at > shape.length) clash(node, `axis ${axis} lies outside of rank ${shape.length}`);
    return [[product(shape, 0, at), product(shape, at)]];
  },
  Squeeze: (node) => [squeezed(node)],
  Unsqueeze: (node) => [unsqueezed(node)],
  Transpose: (node) => {
    const shape = shapeOf(node);
    const given = node.ints('perm');
    if (!shape) return [given && rankAlone(node, given.length)];
    if (given && given.length !== shape.length)
      clash(node, `perm has ${given.length} numbers for rank ${shape.length}`);
    if (given?.some((axis) => axis < 0n)) clash(node, `perm is [${given.join(', ')}]`);
    const order = given ? normalAxes(node, given, shape.length) : [...shape.keys()].reverse();
    return [order.map((axis) => shape[axis])];
  },
  Expand: (node) => {
    needRank(node, 1, 1);
    const wanted = spelled(node, 1);
    const shape = shapeOf(node);
    if (wanted) return [broadcast(node, [shape, wanted])];
    const rank = lengthOf(node, 1);
    return [broadcast(node, [shape, rankAlone(node, rank)])];
  },
};

/** A target with 0 (copies, unless allowzero) and one -1 (what is left). Opsets before 5 have it as an attribute. */
function reshaped(node: Node, version: number): Shape | undefined {
  const from = shapeOf(node);
  if (version >= 5) needRank(node, 1, 1);
  const target: Shape | undefined = node.ints('shape')?.map(Number) ?? spelled(node, 1);
  if (!target) {
    const rank = lengthOf(node, 1);
    return rankAlone(node, rank);
  }
  const zeroIsZero = node.int('allowzero', 0n) !== 0n;
  checkTarget(node, from, target, zeroIsZero);
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
    const count = from && product(from);
    if (typeof count === 'number' && sameDim(count, product(copied)) === false) {
      clash(node, `${count} elements do not fill [${copied.join(', ')}]`);
    }
    return copied;
  }
  return withDim(copied, open, rest(node, from, copied, open));
}

/** What no data could be reshaped to. */
function checkTarget(node: Node, from: Shape | undefined, target: Shape, zeroIsZero: boolean): void {
  const text = `[${target.map((dim) => dim ?? '?').join(', ')}]`;
  if (target.filter((dim) => dim === -1).length > 1) clash(node, `more than one -1 in ${text}`);
  if (target.some((dim) => typeof dim === 'number' && dim < -1)) clash(node, `a negative size in ${text}`);
  if (zeroIsZero && target.includes(-1) && target.includes(0)) clash(node, `both 0 and -1 in ${text}`);
  const beyond = zeroIsZero || !from ? -1 : target.lastIndexOf(0);
  if (from && beyond >= from.length) clash(node, `the 0 at ${beyond} of ${text} lies outside of rank ${from.length}`);
}

/** The size that -1 stands for: copied sizes cancel even where they are unknown. */
function rest(node: Node, from: Shape | undefined, copied: Shape, open: number): Dim {
  if (!from) return undefined;
  const left = from.map((dim, axis) => ({ dim, axis }));
  const others: Dim[] = [];
  copied.forEach((dim, k) => {
    if (k === open) return;
    // A size that is not known is certainly the same where it was copied from.
    const same = left.findIndex((one) =>
      one.dim === undefined ? one.axis === k && dim === undefined : sameDim(one.dim, dim),
    );
    if (same >= 0) left.splice(same, 1);
    else others.push(dim);
  });
  const [whole, taken] = [product(left.map(({ dim }) => dim)), product(others)];
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

/** Axes as an attribute, or, from opset 13 on, as an input; `none` where neither is given. */
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
    return rankAlone(node, count === undefined ? undefined : shape.length - count);
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
    return rankAlone(node, count === undefined ? undefined : shape.length + count);
  }
  const rank = shape.length + axes.length;
  const made = new Set(normalAxes(node, axes, rank));
  const left = [...shape];
  return Array.from({ length: rank }, (_, k) => (made.has(k) ? 1 : left.shift()));
}
