/**
 * Pooling: BVLC/caffe, src/caffe/layers/pooling_layer.cpp. How many windows there are is computed here, by the rounding of the
 * dialect, and said to ONNX as padding at the end, which all runtimes understand alike.
 */
import type { StaticShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';
import { checked, perAxis } from '../windows.ts';

const HOLDER = 'pooling_param';

/** One axis: its size, its windows, and how many of them there are. */
interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly count: number;
}

/** Whether the number of windows is rounded down. */
function roundsDown(layer: Layer): boolean {
  const { floorPooling } = layer.backend.limits;
  if (!floorPooling) return false;
  const { path, value } = floorPooling;
  return typeof value === 'boolean' ? layer.flag(path, !value) === value : layer.text(path) === value;
}

/** ceil((size + 2 pad - kernel) / stride) + 1; the last window must begin within the image or the padding before it. */
function axesOf(layer: Layer, sizes: StaticShape): readonly Axis[] {
  const axes = sizes.length;
  const windows = checked(layer, {
    kernel: perAxis(layer, HOLDER, 'kernel_size', 'kernel', axes) ?? layer.invalid('it does not say kernel_size'),
    stride: perAxis(layer, HOLDER, 'stride', 'stride', axes) ?? Array<number>(axes).fill(1),
    pad: perAxis(layer, HOLDER, 'pad', 'pad', axes) ?? Array<number>(axes).fill(0),
    dilation: [],
  });
  const round = roundsDown(layer) ? Math.floor : Math.ceil;
  const padded = windows.pad.some((pad) => pad > 0);
  return sizes.map((size, k) => {
    const [kernel = 1, stride = 1, pad = 0] = [windows.kernel[k], windows.stride[k], windows.pad[k]];
    if (pad >= kernel) layer.invalid(`its padding ${pad} is not smaller than its kernel ${kernel}`);
    let count = round((size + 2 * pad - kernel) / stride) + 1;
    if (padded && (count - 1) * stride >= size + pad) count--;
    if (count < 1) layer.invalid(`its kernel of ${kernel} is larger than what it slides over`);
    if ((count - 1) * stride - pad >= size)
      layer.refuse(`a stride of ${stride}`, 'its last window lies behind the image');
    return { size, kernel, stride, pad, count };
  });
}

/** How far the last window reaches behind the image. */
function overhang({ size, kernel, stride, pad, count }: Axis): number {
  return Math.max((count - 1) * stride + kernel - pad - size, 0);
}

function attributesOf(axes: readonly Axis[]) {
  return {
    kernel_shape: axes.map(({ kernel }) => kernel),
    strides: axes.map(({ stride }) => stride),
    pads: [...axes.map(({ pad }) => pad), ...axes.map(overhang)],
  };
}

/** Averages over the image and its padding: what lies behind that does not count. */
function average(x: Value, axes: readonly Axis[], onnx: OnnxBuilder): Value {
  const y = onnx.AveragePool(x, { ...attributesOf(axes), count_include_pad: 1 });
  if (axes.every((axis) => overhang(axis) <= axis.pad)) return y;
  const full = axes.reduce((area, { kernel }) => area * kernel, 1);
  const counted = axes.map(({ size, kernel, stride, pad, count }) =>
    Array.from({ length: count }, (_, k) => Math.min(k * stride - pad + kernel, size + pad) - (k * stride - pad)),
  );
  const areas = counted.reduce<number[]>((all, row) => all.flatMap((a) => row.map((b) => a * b)), [1]);
  const shape = axes.map(({ count }) => count);
  return onnx.Mul(
    y,
    onnx.constant(
      Tensor.of(
        'float32',
        shape,
        areas.map((area) => full / area),
      ),
    ),
  );
}

export const pooling: LayerRules = {
  Pooling(layer, onnx) {
    const x = layer.bottom();
    const rank = layer.rank(x);
    const method = layer.text(`${HOLDER}.pool`, 'MAX');
    if (layer.flag(`${HOLDER}.global_pooling`)) {
      // BVLC/caffe lets a global pooling have no padding and no other stride than 1.
      for (const field of ['stride', 'pad']) perAxis(layer, HOLDER, field, field, rank - 2);
      roundsDown(layer);
      if (method === 'MAX') return onnx.GlobalMaxPool(x);
      if (method === 'AVE') return onnx.GlobalAveragePool(x);
    }
    const axes = axesOf(layer, layer.sizes(x).slice(2));
    if (method === 'MAX') return onnx.MaxPool(x, attributesOf(axes));
    if (method === 'AVE') return average(x, axes, onnx);
    return layer.refuse(`the method ${method}`, 'it is not known what it does');
  },
};
