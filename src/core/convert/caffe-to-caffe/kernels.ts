/** Kernels whose elements stand apart, for frameworks that cannot say it: kernels with zeros between the elements. */
import { isIgnored } from '../../dialects/caffe/as-read.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import type { Rewording } from './rewordings.ts';
import { ofInt, type Wording } from './wording.ts';

const CONVOLUTIONS = ['Convolution', 'HoleConvolution', 'Deconvolution', 'DeConvolution'];
const TRANSPOSED = ['Deconvolution', 'DeConvolution'];
const field = (name: string) => `convolution_param.${name}`;

/** How far the elements of a kernel stand apart, by the field of the source; undefined for kernels of other than two axes. */
function distances(layer: Wording): readonly [high: number, wide: number] | undefined {
  const [both = 1] = layer.numbers(field('hole'));
  const [hole, holeWide] = ['hole_h', 'hole_w'].map((name) => layer.numbers(field(name))[0] ?? both);
  const [high = hole ?? 1, wide = layer.numbers(field('dilation'))[0] ?? holeWide ?? 1, ...more] = layer.numbers(
    field('dilation'),
  );
  return more.length > 0 ? undefined : [high, wide];
}

/** Whether the framework's convolution of this type takes such distances. */
function takes({ limits }: CaffeBackend, type: string, [high, wide]: readonly [number, number]): boolean {
  const isTransposed = TRANSPOSED.includes(type);
  if (high === 1 && wide === 1) return true;
  if (isTransposed && (limits.dilation || isIgnored(limits, 'Deconvolution', field('dilation')))) return false;
  const joint = limits.takes?.[isTransposed ? (limits.deconvolution ?? 'Deconvolution') : 'Convolution']?.joint;
  return high === wide || !joint?.includes('dilation');
}

function filled(layer: Wording): void {
  const [high, wide] = distances(layer) ?? layer.refuse(field('dilation'), 'kernels have two axes');
  const [kernel] = layer.blobs;
  if (kernel?.shape.length !== 4) layer.refuse(field('dilation'), 'its weights, to be spread, are not there');
  const spread = withZeros(kernel, [high, wide]);
  layer.drop(...['dilation', 'hole', 'hole_h', 'hole_w', 'kernel_size', 'kernel_h', 'kernel_w'].map(field));
  layer.set(field('kernel_h'), ofInt(spread.shape[2] ?? 1));
  layer.set(field('kernel_w'), ofInt(spread.shape[3] ?? 1));
  layer.replaceBlob(0, spread);
  const type = TRANSPOSED.includes(layer.node.op) ? (layer.to.limits.deconvolution ?? 'Deconvolution') : 'Convolution';
  layer.rename(type);
}

function withZeros(kernel: Tensor, [high, wide]: readonly [number, number]): Tensor {
  const [outer = 1, inner = 1, rows = 1, columns = 1] = kernel.shape;
  const shape = [outer, inner, (rows - 1) * high + 1, (columns - 1) * wide + 1] as const;
  const given = kernel.numbers();
  const made = new Float32Array(outer * inner * shape[2] * shape[3]);
  for (let k = 0; k < given.length; k++) {
    const column = k % columns;
    const row = Math.floor(k / columns) % rows;
    const plane = Math.floor(k / columns / rows);
    made[(plane * shape[2] + row * high) * shape[3] + column * wide] = given[k] ?? 0;
  }
  return Tensor.ofBytes('float32', shape, new Uint8Array(made.buffer));
}

export const SPREAD: readonly Rewording[] = [
  {
    of: CONVOLUTIONS,
    needs: [],
    source: 'BVLC/caffe src/caffe/layers/base_conv_layer.cpp, src/caffe/util/im2col.cpp',
    where: (layer) => {
      const apart = distances(layer);
      return apart !== undefined && !takes(layer.to, layer.node.op, apart);
    },
    reword: filled,
  },
];
