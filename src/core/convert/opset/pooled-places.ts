/**
 * The second output of MaxPool, for opsets whose MaxPool does not give it: of all places that a window looks at the first with the
 * largest element, from tables that are constants. Definition: the ONNX operator specification, MaxPool.
 */
import type { Node } from '../../ir/node.ts';
import { elementCount, stridesOf } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { operand, sizesOf, tooOld } from './adapter.ts';
import { naturals } from './decompositions/counting.ts';
import { type Padded, paddedAxes, placesOf } from './dilated-windows.ts';

/** Larger tables take more than 64 MB. */
const MOST_ELEMENTS = 1 << 23;

/** Where the largest element of each window lies, as the attributes of the node say. */
export function pooledPlaces(node: Node, onnx: OnnxBuilder, needed: number): Value {
  const [batch = 0, channels = 0, ...sizes] = sizesOf(node);
  const axes = paddedAxes(node, needed);
  const windows = axes.map((axis, k) => insideAlone(node, axis, sizes[k] ?? 0, needed));
  const outer = windows.map((along) => along.length);
  const [count, places] = [elementCount(outer), elementCount(axes.map((axis) => axis.count))];
  if (count * places > MOST_ELEMENTS) tooOld(node, needed, 'the table of the places of its windows is too large');
  const rows = stridesOf(sizes);
  // Columns first: the first axis changes fastest.
  const told = node.int('storage_order', 0n) === 0n ? rows : stridesOf(sizes.toReversed()).toReversed();
  const size = elementCount(sizes);
  const x = operand(node);
  // No runtime looks for the largest half float.
  const wide = x.dtype === 'float16' ? onnx.cast(x, 'float32') : x;
  const flat = onnx.Reshape(wide, onnx.ints([batch, channels, size]));
  const held = onnx.Gather(flat, onnx.constant(Tensor.of('int64', [count, places], numbers(windows, rows))), {
    axis: 2,
  });
  const largest = onnx.ArgMax(held, { axis: 3, keepdims: 0 });
  const table = onnx.constant(Tensor.of('int64', [count * places], numbers(windows, told)));
  const starts = onnx.constant(
    Tensor.of(
      'int64',
      [count],
      naturals(count).map((k) => k * places),
    ),
  );
  const channel = naturals(batch * channels).map((k) => k * size);
  const found = onnx.Add(
    onnx.Gather(table, onnx.Add(largest, starts)),
    onnx.constant(Tensor.of('int64', [batch, channels, 1], channel)),
  );
  return onnx.Reshape(found, onnx.ints([batch, channels, ...outer]));
}

/** The places of each window along an axis; the first that lies inside stands for those that do not. */
function insideAlone(node: Node, axis: Padded, size: number, needed: number): readonly (readonly number[])[] {
  return placesOf(axis, size).map((places) => {
    const isInside = (place: number) => place >= 0 && place < size;
    const first = places.find(isInside);
    if (first === undefined) tooOld(node, needed, 'one of its windows lies in the padding');
    return places.map((place) => (isInside(place) ? place : first));
  });
}

/** The numbers of all places of all windows, those of the last axis fastest. */
function numbers(windows: readonly (readonly (readonly number[])[])[], steps: readonly number[]): number[] {
  const each = windows.map((along, k) => along.map((places) => places.map((place) => place * (steps[k] ?? 0))));
  const joined = each.reduce<readonly (readonly number[])[]>(
    (before, along) => before.flatMap((some) => along.map((more) => some.flatMap((a) => more.map((b) => a + b)))),
    [[0]],
  );
  return joined.flat();
}
