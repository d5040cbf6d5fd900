/** Axes in another order: by the layer that a framework has for it, in the form that it takes, else by cutting and joining. */
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { type CaffeBuilder, type Parameters, sizesOf } from './builder.ts';
import { joined, reshaped, sliced } from './support.ts';

/** More pieces than that are not cut and joined one by one, or where one layer does the same. */
const [MOST_PIECES, FEW_PIECES] = [8, 2];

/** The blob with its axes in that order; no layer but a Reshape where only axes of size 1 move. */
export function transposed(caffe: CaffeBuilder, x: Value, order: readonly number[]): Value {
  const own = sizesOf(x);
  const to = order.map((axis) => own[axis] ?? 1);
  const moves = mergedMoves(own, order);
  if (moves.order.length < 2) return reshaped(caffe, x, to);
  const { permute, takes: { Permute: { orders } = {} } = {} } = caffe.backend.limits;
  if (orders?.includes(TURN.join())) return reshaped(caffe, byNeighbours(caffe, x, moves, turnedTwice), to);
  const { layer = 'Permute', field = 'order' } = permute ?? {};
  for (const form of [{ shape: own, order }, ...formsOf(moves, own)]) {
    if (!caffe.backend.has(layer) || !takes(caffe, layer, field, form)) continue;
    const turned = form.order.map((axis) => form.shape[axis] ?? 1);
    const given = reshaped(caffe, x, form.shape);
    return reshaped(caffe, caffe.layer(layer, [given], { [field]: form.order }, { shapes: [turned] }), to);
  }
  const made = byPieces(caffe, x, moves);
  if (!made && !caffe.backend.has('Im2col')) caffe.refuseOperator();
  return reshaped(caffe, made ?? byNeighbours(caffe, x, moves, swappedByColumns), to);
}

/** A shape, and the order that its axes are to have. */
interface Move {
  readonly shape: StaticShape;
  readonly order: readonly number[];
}

/** The same move with axes of size 1 left out, and neighbours that stay neighbours as one. */
function mergedMoves(own: StaticShape, order: readonly number[]): Move {
  const groups: number[][] = [];
  for (const axis of order.filter((each) => (own[each] ?? 1) > 1)) {
    const last = groups.at(-1)?.at(-1);
    const between = last === undefined ? [] : own.slice(last + 1, axis);
    if (last !== undefined && axis > last && between.every((size) => size === 1)) groups.at(-1)?.push(axis);
    else groups.push([axis]);
  }
  const inPlace = [...groups].sort(([a = 0], [b = 0]) => a - b);
  const shape = inPlace.map((group) => elementCount(group.map((axis) => own[axis] ?? 1)));
  return { shape, order: groups.map((group) => inPlace.indexOf(group)) };
}

/** Forms of a move for layers that take few axes, or leave the first one in place. */
function formsOf({ shape, order }: Move, [batch = 1]: StaticShape): readonly Move[] {
  const behind = (count: number): Move => ({
    shape: [...Array<number>(count).fill(1), ...shape],
    order: [...Array(count).keys(), ...order.map((axis) => axis + count)],
  });
  const padded = (move: Move): Move => ({
    shape: [...move.shape, ...Array<number>(4 - move.shape.length).fill(1)],
    order: [...move.order, ...Array.from({ length: 4 - move.order.length }, (_, k) => move.order.length + k)],
  });
  const plain = shape.length <= 4 ? [{ shape, order }, padded({ shape, order })] : [{ shape, order }];
  if (batch > 1) return plain;
  const kept = shape.length <= 3 ? [behind(4 - shape.length), padded(behind(1))] : [behind(1)];
  return [...kept, ...plain];
}

function takes(caffe: CaffeBuilder, layer: string, field: string, { shape, order }: Move): boolean {
  if (caffe.backend.blobRefusal(shape) !== undefined) return false;
  const parameters: Parameters = { [field]: order };
  return caffe.backend.refusal({ type: layer, bottoms: [shape], blobs: [], parameters }) === undefined;
}

/**
 * Two neighbouring axes change places: pieces along the shorter one are reshaped and joined along it. Undefined for other moves,
 * and where that would be many pieces.
 */
function byPieces(caffe: CaffeBuilder, x: Value, { shape, order }: Move): Value | undefined {
  const at = order.findIndex((axis, k) => axis !== k);
  const swap = order.every((axis, k) => axis === (k === at ? at + 1 : k === at + 1 ? at : k));
  const [a = 1, b = 1] = [shape[at], shape[at + 1]];
  const most = caffe.backend.has('Im2col') ? FEW_PIECES : MOST_PIECES;
  if (!swap || Math.min(a, b) > most) return undefined;
  const [outer, inner] = [elementCount(shape.slice(0, at)), elementCount(shape.slice(at + 2))];
  const image = reshaped(caffe, x, [outer, a, b, inner]);
  if (a <= b) {
    // Every row becomes a column.
    const rows = a === 1 ? [image] : sliced(caffe, image, 1, points(a));
    return joined(
      caffe,
      rows.map((row) => reshaped(caffe, row, [outer, b, 1, inner])),
      2,
    );
  }
  const columns = sliced(caffe, image, 2, points(b));
  return joined(
    caffe,
    columns.map((column) => reshaped(caffe, column, [outer, 1, a, inner])),
    1,
  );
}

/** [outer, a, b, inner] as [outer, b, a, inner], perhaps in another shape. */
type Swap = (caffe: CaffeBuilder, x: Value, parts: readonly number[]) => Value;

/** Any move by swaps: axis after axis comes to its place in front of those that stand between. */
function byNeighbours(caffe: CaffeBuilder, x: Value, { shape, order }: Move, swapped: Swap): Value {
  const left = [...shape.keys()];
  let made = x;
  for (const [place, axis] of order.entries()) {
    const at = left.indexOf(axis);
    if (at === place) continue;
    const sizesNow = left.map((each) => shape[each] ?? 1);
    const between = elementCount(sizesNow.slice(place, at));
    const parts = [
      elementCount(sizesNow.slice(0, place)),
      between,
      shape[axis] ?? 1,
      elementCount(sizesNow.slice(at + 1)),
    ];
    made = swapped(caffe, made, parts);
    left.splice(place, 0, ...left.splice(at, 1));
  }
  return made;
}

/** Channels become the last axis. */
const TURN = [0, 2, 3, 1];

function turnedTwice(caffe: CaffeBuilder, x: Value, [outer = 1, a = 1, b = 1, inner = 1]: readonly number[]): Value {
  const turn = (blob: Value, from: StaticShape, to: StaticShape) => {
    const turned = TURN.map((axis) => from[axis] ?? 1);
    const image = reshaped(caffe, blob, from);
    return reshaped(caffe, caffe.layer('Permute', [image], { order: TURN }, { shapes: [turned] }), to);
  };
  if (inner === 1) return turn(x, [outer, a, b, 1], [outer, b, a, 1]);
  const once = turn(x, [outer, a, b, inner], [outer * b, inner, a, 1]);
  return turn(once, [outer * b, inner, a, 1], [outer, b, a, inner]);
}

/**
 * [outer, a, b, inner] as [outer, b, a, inner]: windows of one row and `b` elements that lie `inner` apart stand one behind the
 * other as channels. BVLC/caffe src/caffe/layers/im2col_layer.cpp, src/caffe/util/im2col.cpp.
 */
function swappedByColumns(
  caffe: CaffeBuilder,
  x: Value,
  [outer = 1, a = 1, b = 1, inner = 1]: readonly number[],
): Value {
  const image = reshaped(caffe, x, [1, outer, a, b * inner]);
  const windows = { kernel_h: 1, kernel_w: b, dilation: inner === 1 ? undefined : [1, inner] };
  return caffe.layer('Im2col', [image], windows, { shapes: [[1, outer * b, a, inner]] });
}

const points = (count: number): readonly number[] => Array.from({ length: count - 1 }, (_, k) => k + 1);
