/** Kernels, strides, pads and dilations of a layer: once for all axes, once for each, or under names of their own. */
import type { Layer } from './layer.ts';

export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly pad: readonly number[];
  readonly dilation: readonly number[];
}

/** Names of a field for the last axes, from the front: `kernel_d`, `kernel_h`, `kernel_w`. */
const SUFFIXES = ['_d', '_h', '_w'];

/** The values of a field along `axes` axes; undefined where the layer does not have it at all. */
export function perAxis(
  layer: Layer,
  holder: string,
  joint: string,
  single: string,
  axes: number,
): number[] | undefined {
  const own = SUFFIXES.slice(-axes).map((suffix) => `${holder}.${single}${suffix}`);
  const given = own.filter((path) => layer.has(path));
  const values = layer.numbers(`${holder}.${joint}`);
  if (given.length > 0) {
    if (layer.has(`${holder}.${joint}`) && values.some((value) => value !== 0))
      layer.invalid(`it has both ${joint} and ${given.map((path) => path.slice(holder.length + 1)).join(', ')}`);
    // An axis that is left out has what the schema says of its own name.
    return own.map((path) => layer.number(path) ?? layer.invalid(`it has no ${path}`));
  }
  if (values.length === 0) return undefined;
  const [first = 0] = values;
  if (values.length === 1) return Array<number>(axes).fill(first);
  if (values.length !== axes) layer.invalid(`it has ${values.length} values of ${joint} for ${axes} axes`);
  return [...values];
}

/** Refuses windows of no size, and steps of none. */
export function checked(layer: Layer, windows: Windows): Windows {
  const { kernel, stride, dilation } = windows;
  if ([...kernel, ...stride, ...dilation].some((size) => size < 1))
    layer.invalid('its kernel, stride or dilation is 0 along an axis');
  return windows;
}
