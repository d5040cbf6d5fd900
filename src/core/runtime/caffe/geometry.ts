/**
 * Kernels, strides, pads and dilations along the axes of an image: one for all, one for each, or under names of their own
 * (BVLC/caffe src/caffe/layers/base_conv_layer.cpp). Images are computed with three such axes, depth, height and width;
 * those that an image lacks are of size 1 in front.
 */
import { type Blob, type LayerCall, numbers, refusal } from './blob.ts';

export type Triple = readonly [depth: number, height: number, width: number];

export interface Geometry {
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly pad: Triple;
  readonly dilation: Triple;
}

/** The sizes of a layer: the message that they stand in, and how many axes the image has. */
export interface Where {
  readonly call: LayerCall;
  /** `convolution_param`. */
  readonly holder: string;
  readonly axes: number;
}

/** The names of a size: for all axes together, then for each alone. */
interface Names {
  readonly joint: readonly string[];
  readonly alone: readonly (readonly string[])[];
}

const KERNEL: Names = {
  joint: ['kernel_size', 'kernel_size_3d'],
  alone: [['kernel_d', 'kernel_depth'], ['kernel_h'], ['kernel_w']],
};
const STRIDE: Names = {
  joint: ['stride', 'stride_3d'],
  alone: [['stride_d', 'temporal_stride'], ['stride_h'], ['stride_w']],
};
const PAD: Names = { joint: ['pad', 'pad_3d'], alone: [['pad_d', 'temporal_pad'], ['pad_h'], ['pad_w']] };
/** NART calls dilation a hole. */
const DILATION: Names = { joint: ['dilation', 'hole'], alone: [['hole_d'], ['hole_h'], ['hole_w']] };

/** Throws InputError `runtime-failed` where a kernel or stride has no size, or a list goes with other axes. */
export function geometryOf(where: Where, kernel: Triple = sizes(where, KERNEL, 0, 1)): Geometry {
  if (kernel.some((size) => size < 1)) throw refusal(where.call, 'its kernel has no size');
  const stride = sizes(where, STRIDE, where.holder === 'pooling_param' ? where.call.means.pooling.stride : 1, 1);
  if (stride.some((size) => size < 1)) throw refusal(where.call, 'its stride is 0');
  return { kernel, stride, pad: sizes(where, PAD, 0, 0), dilation: sizes(where, DILATION, 1, 1) };
}

/** `lacking` is the size along an axis that the image does not have. */
function sizes({ call, holder, axes }: Where, names: Names, otherwise: number, lacking: number): Triple {
  const alone = names.alone.map((each) => each.flatMap((name) => numbers(call.node, `${holder}.${name}`))[0]);
  const said = names.joint.map((name) => numbers(call.node, `${holder}.${name}`)).find((each) => each.length > 0);
  const joint = listed(call, holder, said) ?? [otherwise];
  const counts = pairCounts(call, holder, alone, said);
  if (joint.length !== 1 && joint.length !== axes)
    throw refusal(call, `${names.joint[0]} has ${joint.length} sizes for ${axes} axes`);
  const size = (axis: number) => {
    const own = axis - (3 - axes);
    if (own < 0) return lacking;
    // Of time Convolution3D and Pooling3D say by itself; the size for all axes is one of space.
    if (axis === 0 && call.node.op.endsWith('3D')) return alone[0] ?? otherwise;
    return (counts ? alone[axis] : undefined) ?? (joint.length === 1 ? joint[0] : joint[own]) ?? otherwise;
  };
  return [size(0), size(1), size(2)];
}

/** A list in the order of the axes. */
function listed({ means }: LayerCall, holder: string, list: readonly number[] | undefined): typeof list {
  if (list === undefined || list.length < 2 || holder !== 'convolution_param') return list;
  if (means.lists === 'the first for both') return list.slice(0, 1);
  return means.lists === 'width and height' && list.length === 2 ? list.toReversed() : list;
}

/** Whether what is said for height and width counts. */
function pairCounts(
  { means }: LayerCall,
  holder: string,
  [, height, width]: readonly (number | undefined)[],
  joint: readonly number[] | undefined,
): boolean {
  const windows = holder === 'convolution_param' ? 'convolution' : holder === 'pooling_param' ? 'pooling' : undefined;
  if (!means.pairs || windows === undefined) return true;
  return height !== undefined && width !== undefined && (joint === undefined || means.pairs[windows] === 'pair');
}

/** Depth, height and width of an image whose first two axes are images and channels. */
export function spaceOf(x: Blob): Triple {
  const [width = 1, height = 1, depth = 1] = x.shape.slice(2).toReversed();
  return [depth, height, width];
}

/** How many axes an image has behind its channels. Throws InputError `runtime-failed` where those are not 1 to 3. */
export function imageAxes(call: LayerCall, x: Blob): number {
  const axes = x.shape.length - 2;
  if (axes < 1 || axes > 3)
    throw refusal(call, `it takes images of one to three axes, not a blob of ${x.shape.length}`);
  return axes;
}

/** The shape of an image with other channels and sizes, and as many axes as before. */
export function imageShape(x: Blob, channels: number, space: Triple): readonly number[] {
  return [x.shape[0] ?? 1, channels, ...space.slice(5 - x.shape.length)];
}
