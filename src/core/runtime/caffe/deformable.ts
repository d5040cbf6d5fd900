/** Convolution that looks where the network says (ModelTC/NART art/modules/default/src/op/deform_conv_2d.cpp). */
import { between } from './bilinear.ts';
import { type Blob, blobOf, bottom, flag, type Layer, number, refusal, weightsOf } from './blob.ts';
import { convolve } from './convolution.ts';
import { geometryOf, spaceOf } from './geometry.ts';
import { placesOf, tapsOf } from './taps.ts';

const HOLDER = 'deformable_convolution_param';

/**
 * The second bottom moves each tap of the kernel: for each of `deformable_group` groups of channels and each tap, down, then
 * right.
 */
const deformableConvolution: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  if (x.shape.length !== 4) throw refusal(call, `it takes images of two axes, not a blob of ${x.shape.length}`);
  const bent = bentColumns(call, x, bottom(call, 1));
  const [outputs, group] = [number(node, `${HOLDER}.num_output`, 0), number(node, `${HOLDER}.group`, 1)];
  const weight = weightsOf(call, 0, (outputs * (bent.shape[1] ?? 0)) / group).data;
  const shift = flag(node, `${HOLDER}.bias_term`, true) ? weightsOf(call, 1, outputs).data : undefined;
  // Every tap is a channel by now, so what is left is a convolution without reach.
  const geometry = { kernel: [1, 1, 1], stride: [1, 1, 1], pad: [0, 0, 0], dilation: [1, 1, 1] } as const;
  return convolve(call, bent, { geometry, outputs, group, weight, shift });
};

/** The elements under a kernel as channels, each from where its tap has been moved to. */
function bentColumns(call: Parameters<Layer>[0], x: Blob, offsets: Blob): Blob {
  const geometry = geometryOf({ call, holder: HOLDER, axes: 2 });
  const { stride, pad, dilation } = geometry;
  const [images = 1, channels = 1] = x.shape;
  const [, rows, columns] = placesOf(call, spaceOf(x), geometry);
  const taps = tapsOf(geometry.kernel);
  const groups = number(call.node, `${HOLDER}.deformable_group`, 4);
  const area = rows * columns;
  if (channels % groups !== 0 || offsets.data.length !== images * groups * 2 * taps.length * area)
    throw refusal(call, `its offsets do not go with ${groups} groups of ${channels} channels`);
  const y = blobOf([images, channels * taps.length, rows, columns]);
  let at = 0;
  for (let image = 0; image < images; image++) {
    for (let channel = 0; channel < channels; channel++) {
      const group = image * groups + Math.floor((channel * groups) / channels);
      taps.forEach(([, tapRow, tapColumn], k) => {
        const moved = (which: number, place: number) =>
          offsets.data[((group * taps.length + k) * 2 + which) * area + place] ?? 0;
        for (let place = 0; place < area; place++) {
          const [row, column] = [Math.floor(place / columns), place % columns];
          const down = row * stride[1] - pad[1] + tapRow * dilation[1] + moved(0, place);
          const right = column * stride[2] - pad[2] + tapColumn * dilation[2] + moved(1, place);
          y.data[at++] = element(x, image, channel, down, right);
        }
      });
    }
  }
  return y;
}

/** Nothing outside of the image, not even less than an element away from it. */
function element(x: Blob, image: number, channel: number, row: number, column: number): number {
  const [, , height = 1, width = 1] = x.shape;
  return row >= 0 && row < height && column >= 0 && column < width ? between(x, image, channel, row, column) : 0;
}

export const deformableLayers: Readonly<Record<string, Layer>> = { DeformableConvolution: deformableConvolution };
