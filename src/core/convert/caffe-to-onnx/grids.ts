/** YOLO's grids: each cell says of several boxes where they are, how large, whether something is there, and what. */
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import type { Layer } from './layer.ts';

/** One bottom: its numbers in parts, [boxes, numbers, height x width] each. */
export interface Grid {
  readonly place: Value;
  readonly size: Value;
  readonly object: Value;
  readonly classes: Value;
  readonly boxes: number;
  readonly height: number;
  readonly width: number;
}

/** How a grid is laid out, and who lays it out. */
export interface GridRule {
  readonly boxes: number;
  readonly classes: number;
  readonly framework: string;
}

/** A bottom as a grid. Refuses where it is not one. */
export function gridOf(layer: Layer, index: number, { boxes, classes, framework }: GridRule, onnx: OnnxBuilder): Grid {
  const [batch = 0, channels = 0, height = 0, width = 0] = layer.sizes(layer.bottom(index));
  if (batch !== 1) layer.refuse(`${batch} images`, `${framework} runs one image at a time`);
  const entries = 5 + classes;
  if (boxes < 1 || channels !== boxes * entries)
    layer.invalid(`its bottom ${index} has ${channels} channels for ${boxes} boxes of ${entries} numbers`);
  const x = onnx.reshape(layer.bottom(index), [boxes, entries, height * width]);
  const parts = onnx.many('Split', [x, onnx.ints([2, 2, 1, classes])], { axis: 1 }, 4);
  const [place, size, object, kinds] = parts as [Value, Value, Value, Value];
  return { place, size, object, classes: kinds, boxes, height, width };
}

/** Middles and sizes of the boxes in parts of the image, [boxes, 2, cells]; anchors are [width, height], measured as `net` is. */
export function placesOf(
  layer: Layer,
  { place, size, boxes, height, width }: Grid,
  anchors: readonly (readonly number[])[],
  net: readonly [width: number, height: number],
  onnx: OnnxBuilder,
): { readonly middle: Value; readonly size: Value } {
  const area = height * width;
  const pair = (x: number, y: number) => onnx.constant(Tensor.of('float32', [2, 1], [x, y]));
  const cells = layer.made('cells', [2, area], () =>
    Float32Array.from({ length: 2 * area }, (_, k) => (k < area ? k % width : Math.floor((k - area) / width))),
  );
  const anchor = onnx.constant(Tensor.of('float32', [boxes, 2, 1], anchors.flat()));
  return {
    middle: onnx.Div(onnx.Add(onnx.Sigmoid(place), cells), pair(width, height)),
    size: onnx.Div(onnx.Mul(onnx.Exp(size), anchor), pair(...net)),
  };
}
