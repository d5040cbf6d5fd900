/** Pooling backwards (Cambricon/caffe, src/caffe/layers/unpooling_layer.cpp). */
import { blobOf, bottom, type Layer, type LayerCall, number, product } from './blob.ts';

const HOLDER = 'unpooling_param';

/** Along one axis: windows of the result, one for each element. */
interface Windows {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly size: number;
}

/** As the layer says, or so that the result is about as large as a second bottom. */
function windowsOf(call: LayerCall, axis: 'h' | 'w'): Windows {
  const { node } = call;
  const place = axis === 'h' ? 2 : 3;
  const from = bottom(call).shape[place] ?? 1;
  const like = call.bottoms[1]?.shape[place];
  if (like !== undefined) {
    const kernel = Math.ceil(like / from);
    const stride = kernel === like ? 1 : kernel;
    const pad = Math.floor(((from - 1) * stride + kernel - like) / 2);
    return { kernel, stride, pad, size: (from - 1) * stride - 2 * pad + kernel };
  }
  const value = (name: string, joint: string, otherwise: number) =>
    number(node, `${HOLDER}.${name}_${axis}`, number(node, `${HOLDER}.${joint}`, otherwise));
  const kernel = value('out_kernel', 'out_kernel_size', 0);
  const stride = value('out_stride', 'out_stride', 1);
  const pad = value('out_pad', 'out_pad', 0);
  return { kernel, stride, pad, size: (from - 1) * stride - 2 * pad + kernel };
}

/** Elements go to the middle of their windows (FIXED), or all over them, shared among windows (REP), by their areas (DIV). */
const unpooling: Layer = (call) => {
  const x = bottom(call);
  const [height = 1, width = 1] = x.shape.slice(2);
  const [down, right] = [windowsOf(call, 'h'), windowsOf(call, 'w')];
  const method = call.node.string(`${HOLDER}.unpool`, 'FIXED');
  const y = blobOf([...x.shape.slice(0, 2), down.size, right.size]);
  const area = down.size * right.size;
  const counts = new Float32Array(area);
  const each = (then: (element: number, row: number, column: number, share: number) => void) => {
    for (let element = 0; element < height * width; element++) {
      const top = Math.floor(element / width) * down.stride - down.pad;
      const left = (element % width) * right.stride - right.pad;
      const rows = Math.min(top + down.kernel, down.size + down.pad) - top;
      const columns = Math.min(left + right.kernel, right.size + right.pad) - left;
      for (let row = Math.max(top, 0); row < Math.min(top + down.kernel, down.size); row++) {
        for (let column = Math.max(left, 0); column < Math.min(left + right.kernel, right.size); column++) {
          then(element, row, column, method === 'DIV' ? rows * columns : 1);
        }
      }
    }
  };
  each((_, row, column) => {
    const at = row * right.size + column;
    counts[at] = (counts[at] ?? 0) + 1;
  });
  for (let plane = 0; plane < product(x.shape.slice(0, 2)); plane++) {
    const value = (element: number) => x.data[plane * height * width + element] ?? 0;
    if (method === 'FIXED') {
      for (let element = 0; element < height * width; element++) {
        const row = middle(Math.floor(element / width), down);
        const column = middle(element % width, right);
        y.data[plane * area + row * right.size + column] = value(element);
      }
      continue;
    }
    each((element, row, column, share) => {
      const at = row * right.size + column;
      y.data[plane * area + at] = (y.data[plane * area + at] ?? 0) + value(element) / share / (counts[at] ?? 1);
    });
  }
  return y;
};

/** Between the first and last element of a window, before the middle where these are even; halves of integers lose their rest. */
function middle(at: number, { kernel, stride, pad, size }: Windows): number {
  const start = at * stride - pad;
  return Math.min(Math.max(Math.trunc((2 * start + kernel - 1) / 2), 0), size - 1);
}

export const unpoolingLayers: Readonly<Record<string, Layer>> = { UnPooling: unpooling };
