/**
 * Pooling backwards (Cambricon/caffe, src/caffe/layers/unpooling_layer.cpp). How much of each element there is in each row of the
 * result does not depend on columns, nor the other way round: two products with constant matrices.
 */
import type { Value } from '../../../ir/value.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';

const HOLDER = 'unpooling_param';

interface Windows {
  readonly from: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

function windowsOf(layer: Layer, axis: 'h' | 'w'): Windows {
  const place = axis === 'h' ? 2 : 3;
  const from = layer.size(layer.bottom(), place);
  if (layer.bottoms.length > 1) {
    const like = layer.size(layer.bottom(1), place);
    const kernel = Math.ceil(like / from);
    const stride = kernel === like ? 1 : kernel;
    return { from, kernel, stride, pad: Math.floor(((from - 1) * stride + kernel - like) / 2) };
  }
  const own = (name: string) => {
    const path = `${HOLDER}.out_${name}_${axis}`;
    return layer.has(path) ? layer.number(path) : undefined;
  };
  const joint = (name: string, otherwise: number) => layer.number(`${HOLDER}.out_${name}`, otherwise);
  const kernel = own('kernel') ?? joint('kernel_size', 0);
  const [stride, pad] = [own('stride') ?? joint('stride', 1), own('pad') ?? joint('pad', 0)];
  if (kernel < 1 || stride < 1 || pad >= kernel) layer.invalid('its windows have no size');
  return { from, kernel, stride, pad };
}

function sizeOf({ from, kernel, stride, pad }: Windows): number {
  return (from - 1) * stride - 2 * pad + kernel;
}

/** [size, from]: how much of each element there is at each place of the result. */
function shares(windows: Windows, method: string): Float32Array {
  const { from, kernel, stride, pad } = windows;
  const size = sizeOf(windows);
  const matrix = new Float32Array(size * from);
  for (let element = 0; element < from; element++) {
    const start = element * stride - pad;
    if (method === 'FIXED') {
      const place = Math.min(Math.max(Math.trunc((2 * start + kernel - 1) / 2), 0), size - 1);
      // Of several elements at one place the last stays.
      matrix.fill(0, place * from, (place + 1) * from);
      matrix[place * from + element] = 1;
      continue;
    }
    const length = Math.min(start + kernel, size + pad) - start;
    for (let place = Math.max(start, 0); place < Math.min(start + kernel, size); place++) {
      matrix[place * from + element] = method === 'DIV' ? 1 / length : 1;
    }
  }
  if (method === 'FIXED') return matrix;
  // What several windows reach is shared among them.
  return matrix.map((share, at) => {
    const row = Math.floor(at / from);
    return share / Math.max(matrix.subarray(row * from, (row + 1) * from).filter((other) => other > 0).length, 1);
  });
}

export const unpooling: LayerRules = {
  UnPooling(layer, onnx): Value {
    const method = layer.text(`${HOLDER}.unpool`, 'FIXED');
    const [down, right] = [windowsOf(layer, 'h'), windowsOf(layer, 'w')];
    const [rows, columns] = [sizeOf(down), sizeOf(right)];
    if (rows < 1 || columns < 1) layer.invalid(`it would be ${rows} x ${columns}`);
    const left = layer.made('rows', [rows, down.from], () => shares(down, method));
    const turned = () => {
      const matrix = shares(right, method);
      return Float32Array.from({ length: matrix.length }, (_, at) => {
        const [element, place] = [Math.floor(at / columns), at % columns];
        return matrix[place * right.from + element] ?? 0;
      });
    };
    return onnx.MatMul(onnx.MatMul(left, layer.bottom()), layer.made('columns', [right.from, columns], turned));
  },
};
