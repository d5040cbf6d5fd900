/** Images in other sizes: what all rules that resize have in common. */
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import type { Layer } from './layer.ts';

/** Height and width. */
export type Size = readonly [number, number];

/** Height and width of an image as numbers. */
export function sizeOf(layer: Layer, x: Value): Size {
  if (layer.rank(x) !== 4) layer.invalid('its bottom is no batch of images');
  return [layer.size(x, 2), layer.size(x, 3)];
}

export function both([height, width]: Size, change: (size: number) => number): Size {
  return [change(height), change(width)];
}

/** In another size; where a size stays, corners and borders stay too. */
export function resized(x: Value, to: Size, attributes: { mode: string; keeps: string }, onnx: OnnxBuilder): Value {
  const [batch, channels] = x.shape ?? [];
  const sizes = onnx.sizes([batch, channels, ...to]);
  const { mode, keeps } = attributes;
  return onnx.Resize(x, undefined, undefined, sizes, {
    mode,
    coordinate_transformation_mode: keeps,
    ...(mode === 'nearest' && { nearest_mode: 'floor' }),
  });
}

export function onlyOneBottom(layer: Layer): void {
  layer.bottom();
  if (layer.bottoms.length > 1) layer.refuse('a size that another blob has', 'it changes from run to run');
}

export function checked(layer: Layer, to: Size): Size {
  if (to.some((size) => size < 1)) layer.invalid(`it would be ${to.join(' x ')}`);
  return to;
}
