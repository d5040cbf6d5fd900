/** Convolution that looks where the network says (ModelTC/NART, art/modules/default/src/op/deform_conv_2d.cpp). */
import { between } from './bilinear.ts';
import { type Blob, blobOf, bottom, flag, type Layer, type LayerCall, number, numbers, weights } from './blob.ts';

const HOLDER = 'deformable_convolution_param';

/** Height and width of a size. */
function pair({ node }: LayerCall, joint: string, single: string, otherwise: number): readonly [number, number] {
  const [first = otherwise, second = first] = numbers(node, `${HOLDER}.${joint}`);
  return [number(node, `${HOLDER}.${single}_h`, first), number(node, `${HOLDER}.${single}_w`, second)];
}

/** Nothing outside of the image, not even less than an element away from it. */
function element(x: Blob, image: number, channel: number, row: number, column: number): number {
  const [, , height = 1, width = 1] = x.shape;
  return row >= 0 && row < height && column >= 0 && column < width ? between(x, image, channel, row, column) : 0;
}

/** The second bottom moves each element of the kernel: for each deformable group and element, down then right. */
const deformableConvolution: Layer = (call) => {
  const { node } = call;
  const [x, offsets] = [bottom(call), bottom(call, 1)];
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const outputs = number(node, `${HOLDER}.num_output`, 0);
  const group = number(node, `${HOLDER}.group`, 1);
  const moving = number(node, `${HOLDER}.deformable_group`, 4);
  const [kernel, stride] = [pair(call, 'kernel_size', 'kernel', 0), pair(call, 'stride', 'stride', 1)];
  const [pad, hole] = [pair(call, 'pad', 'pad', 0), pair(call, 'hole', 'hole', 1)];
  const [rows, columns] = [height, width].map(
    (size, k) =>
      Math.floor((size + 2 * (pad[k] ?? 0) - ((hole[k] ?? 1) * ((kernel[k] ?? 1) - 1) + 1)) / (stride[k] ?? 1)) + 1,
  ) as [number, number];
  const matrix = weights(call, 0).data;
  const shift = flag(node, `${HOLDER}.bias_term`, true) ? weights(call, 1).data : undefined;
  const y = blobOf([batch, outputs, rows, columns]);
  const [inGroup, area] = [channels / group, kernel[0] * kernel[1]];
  let at = 0;
  for (let image = 0; image < batch; image++) {
    for (let output = 0; output < outputs; output++) {
      const first = Math.floor(output / (outputs / group)) * inGroup;
      for (let place = 0; place < rows * columns; place++) {
        const [row, column] = [Math.floor(place / columns), place % columns];
        let sum = shift?.[output] ?? 0;
        for (let k = 0; k < inGroup * area; k++) {
          const channel = first + Math.floor(k / area);
          const part = k % area;
          const moved = (image * moving + Math.floor(channel / (channels / moving))) * 2 * area + 2 * part;
          const offset = (which: number) => offsets.data[(moved + which) * rows * columns + place] ?? 0;
          const down = row * stride[0] - pad[0] + Math.floor(part / kernel[1]) * hole[0] + offset(0);
          const right = column * stride[1] - pad[1] + (part % kernel[1]) * hole[1] + offset(1);
          sum += (matrix[output * inGroup * area + k] ?? 0) * element(x, image, channel, down, right);
        }
        y.data[at++] = sum;
      }
    }
  }
  return y;
};

export const deformableLayers: Readonly<Record<string, Layer>> = { DeformableConvolution: deformableConvolution };
