/**
 * How alike two blobs are: at all displacements of the second (lmb-freiburg/flownet2, src/caffe/layers/correlation_layer.cpp and
 * .cu), or with one as the kernel that slides over the other (ModelTC/NART, art/modules/default/src/op/correlation.cpp).
 */
import { type Blob, blobOf, bottom, flag, type Layer, type LayerCall, number, refusal } from './blob.ts';

const HOLDER = 'correlation_param';

/** An element of an image with zeros around it. */
function element({ shape, data }: Blob, image: number, channel: number, row: number, column: number): number {
  const [, channels = 1, height = 1, width = 1] = shape;
  if (row < 0 || row >= height || column < 0 || column >= width) return 0;
  return data[((image * channels + channel) * height + row) * width + column] ?? 0;
}

/** For each displacement, the mean over channels and a square of products, or of absolute differences. */
function displaced(call: LayerCall): Blob {
  const { node } = call;
  const value = (name: string, otherwise: number) => number(node, `${HOLDER}.${name}`, otherwise);
  if (flag(node, `${HOLDER}.do_abs`, false) || value('single_direction', 0) !== 0) {
    throw refusal(call, 'it is not known what do_abs and single_direction do');
  }
  const [a, b] = [bottom(call), bottom(call, 1)];
  const [batch = 1, channels = 1, height = 1, width = 1] = a.shape;
  const [kernel, most, pad] = [value('kernel_size', 1), value('max_displacement', 0), value('pad', 0)];
  if (kernel % 2 === 0) throw refusal(call, 'its kernel is even');
  const [stride, step] = [value('stride_1', 1), value('stride_2', 1)];
  const border = most + (kernel - 1) / 2;
  const [rows, columns] = [height, width].map((size) => Math.ceil((size + 2 * pad - 2 * border) / stride));
  if (rows === undefined || columns === undefined || rows < 1 || columns < 1) {
    throw refusal(call, 'its displacements do not fit');
  }
  const radius = Math.floor(most / step);
  const differs = node.string(`${HOLDER}.correlation_type`) === 'SUBTRACT';
  const y = blobOf([batch, (2 * radius + 1) ** 2, rows, columns]);
  let at = 0;
  for (let image = 0; image < batch; image++) {
    for (let down = -radius; down <= radius; down++) {
      for (let right = -radius; right <= radius; right++) {
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            let sum = 0;
            for (let k = 0; k < kernel * kernel * channels; k++) {
              const channel = k % channels;
              const top = row * stride + most - pad + Math.floor(k / channels / kernel);
              const left = column * stride + most - pad + (Math.floor(k / channels) % kernel);
              const [first, second] = [
                element(a, image, channel, top, left),
                element(b, image, channel, top + down * step, left + right * step),
              ];
              sum += differs ? Math.abs(first - second) : first * second;
            }
            y.data[at++] = sum / (kernel * kernel * channels);
          }
        }
      }
    }
  }
  return y;
}

/** The first bottom slides over the second, image by image; with groups, channel by channel. */
function sliding(call: LayerCall): Blob {
  const [kernel, x] = [bottom(call), bottom(call, 1)];
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [kernels = 1, kernelChannels = 1, kernelHeight = 1, kernelWidth = 1] = kernel.shape;
  const grouped = number(call.node, `${HOLDER}.groups`, 1) !== 1;
  if (kernels !== batch) throw refusal(call, 'it has not as many kernels as images');
  const outputs = grouped ? channels : kernelChannels / channels;
  const y = blobOf([batch, outputs, height - kernelHeight + 1, width - kernelWidth + 1]);
  const [, , rows = 1, columns = 1] = y.shape;
  let at = 0;
  for (let image = 0; image < batch; image++) {
    for (let output = 0; output < outputs; output++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          let sum = 0;
          for (let channel = grouped ? output : 0; channel < (grouped ? output + 1 : channels); channel++) {
            for (let k = 0; k < kernelHeight * kernelWidth; k++) {
              const [down, right] = [Math.floor(k / kernelWidth), k % kernelWidth];
              sum +=
                element(x, image, channel, row + down, column + right) *
                element(kernel, image, grouped ? output : output * channels + channel, down, right);
            }
          }
          y.data[at++] = sum;
        }
      }
    }
  }
  return y;
}

/**
 * For each displacement to the left, the farthest first, the mean over channels of products; nothing where it leaves the image.
 * The engine reads neither pad nor single_direction (ModelTC/NART, art/modules/default/src/op/correlation1d.cpp).
 */
function alongRows(call: LayerCall): Blob {
  const [a, b] = [bottom(call), bottom(call, 1)];
  const most = number(call.node, `${HOLDER}.max_displacement`, 0);
  if (number(call.node, `${HOLDER}.kernel_size`, 1) !== 1) throw refusal(call, 'its kernel is not one element');
  const [batch = 1, channels = 1, height = 1, width = 1] = a.shape;
  const y = blobOf([batch, most + 1, height, width]);
  let at = 0;
  for (let image = 0; image < batch; image++) {
    for (let left = most + 1; left > 0; left--) {
      for (let place = 0; place < height * width; place++) {
        const [row, column] = [Math.floor(place / width), place % width];
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) {
          sum += element(a, image, channel, row, column) * element(b, image, channel, row, column - left);
        }
        y.data[at++] = sum / channels;
      }
    }
  }
  return y;
}

export const correlationLayers: Readonly<Record<string, Layer>> = {
  Correlation: (call) => (call.means.correlation === 'sliding' ? sliding(call) : displaced(call)),
  Correlation1D: alongRows,
};
