/** Kernels, strides, pads and dilations of a layer: once for all axes, once for each, or under names of their own. */
import type { Layer } from './layer.ts';

export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly pad: readonly number[];
  readonly dilation: readonly number[];
}

/** What a field is called: for all axes (not in every schema), and before `_h` for one of them. */
export interface FieldNames {
  readonly joint?: string;
  readonly single: string;
}

export const KERNEL: FieldNames = { joint: 'kernel_size', single: 'kernel' };
export const STRIDE: FieldNames = { joint: 'stride', single: 'stride' };
export const PAD: FieldNames = { joint: 'pad', single: 'pad' };
export const DILATION: FieldNames = { joint: 'dilation', single: 'dilation' };
/** NART's name of a dilation. */
export const HOLE: FieldNames = { joint: 'hole', single: 'hole' };

/** Ends of names for the last axes, from the front. */
const SUFFIXES = ['_d', '_h', '_w'];

/** The values of a field along `axes` axes; undefined where the layer does not have it at all. */
export function perAxis(layer: Layer, holder: string, names: FieldNames, axes: number): number[] | undefined {
  const { joint, single } = names;
  const own = SUFFIXES.slice(-axes).map((suffix) => `${holder}.${single}${suffix}`);
  const given = own.filter((path) => layer.has(path));
  const values = joint === undefined ? [] : layer.numbers(`${holder}.${joint}`);
  if (given.length > 0) {
    // Every framework stops where both are said, but for one that says what is so in any case.
    if (joint !== undefined && layer.has(`${holder}.${joint}`) && values.some((value) => value !== 0))
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

/** All four; what is absent is what `absent` says, or does nothing. A kernel must be there. */
export function windowsOf(layer: Layer, holder: string, axes: number, dilation = DILATION): Windows {
  const each = (names: FieldNames, absent: number) =>
    perAxis(layer, holder, names, axes) ?? Array<number>(axes).fill(absent);
  return checked(layer, {
    kernel: perAxis(layer, holder, KERNEL, axes) ?? layer.invalid('it does not say kernel_size'),
    stride: each(STRIDE, 1),
    pad: each(PAD, 0),
    dilation: each(dilation, 1),
  });
}

/** Refuses windows of no size, and steps of none. */
export function checked(layer: Layer, windows: Windows): Windows {
  const { kernel, stride, dilation } = windows;
  if ([...kernel, ...stride, ...dilation].some((size) => size < 1))
    layer.invalid('its kernel, stride or dilation is 0 along an axis');
  return windows;
}

/** The same for volumes, in the words of C3D: depth and time have names of their own (facebookarchive/C3D, caffe.proto). */
export function volumeWindows(layer: Layer, holder: string): Windows {
  const one = (name: string, absent?: number) =>
    layer.number(`${holder}.${name}`) ?? absent ?? layer.invalid(`it does not say ${name}`);
  const cube = (depth: number, side: number) => [depth, side, side];
  return checked(layer, {
    kernel: cube(one('kernel_depth'), one('kernel_size')),
    stride: cube(one('temporal_stride', 1), one('stride', 1)),
    pad: cube(one('temporal_pad', 0), one('pad', 0)),
    dilation: [1, 1, 1],
  });
}
