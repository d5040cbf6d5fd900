/**
 * Convolution that looks where the network says (ModelTC/NART, art/modules/default/src/op/deform_conv_2d.cpp). DeformConv of ONNX
 * fades out at the borders of the image, this does not, so that it is GridSample and a product of matrices.
 */
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { LayerRules } from '../rule.ts';
import { HOLE, windowsOf } from '../windows.ts';

const HOLDER = 'deformable_convolution_param';

/** Along one axis: where each element of the kernel looks if it is not moved, [elements, rows, columns]. */
interface Looking {
  readonly size: number;
  readonly places: Value;
}

/** In GridSample's measure: -1 is the first element, 1 the last. */
function measured(place: Value, size: number, onnx: OnnxBuilder): Value {
  const scaled = onnx.Mul(place, onnx.constant(size > 1 ? 2 / (size - 1) : 0, 'float32'));
  return onnx.Sub(scaled, onnx.constant(1, 'float32'));
}

/** 1 where a place lies in the image, up to a whole element behind the last, else 0. */
function inImage(place: Value, size: number, onnx: OnnxBuilder): Value {
  const begun = onnx.GreaterOrEqual(place, onnx.constant(0, 'float32'));
  return onnx.And(begun, onnx.Less(place, onnx.constant(size, 'float32')));
}

export const deformable: LayerRules = {
  DeformableConvolution(layer, onnx) {
    const [x, offsets] = [layer.bottom(), layer.bottom(1)];
    const [batch = 1, channels = 1, height = 1, width = 1] = layer.sizes(x);
    const outputs = layer.number(`${HOLDER}.num_output`, 0);
    const [group, moving] = [layer.number(`${HOLDER}.group`, 1), layer.number(`${HOLDER}.deformable_group`, 4)];
    const { kernel, stride, pad, dilation } = windowsOf(layer, HOLDER, 2, HOLE);
    const [kernelHeight = 1, kernelWidth = 1] = kernel;
    const area = kernelHeight * kernelWidth;
    const counts = [height, width].map((size, k) => {
      const reach = (dilation[k] ?? 1) * ((kernel[k] ?? 1) - 1) + 1;
      return Math.floor((size + 2 * (pad[k] ?? 0) - reach) / (stride[k] ?? 1)) + 1;
    });
    const [rows = 0, columns = 0] = counts;
    if (rows < 1 || columns < 1) layer.invalid('its kernel is larger than its bottom');
    if (layer.sizes(offsets).join() !== [batch, moving * 2 * area, rows, columns].join())
      layer.invalid(`its offsets are not [${batch}, ${moving * 2 * area}, ${rows}, ${columns}]`);
    const still = (axis: 0 | 1) => {
      const numbers = () =>
        Float32Array.from({ length: area * rows * columns }, (_, at) => {
          const [element, place] = [Math.floor(at / (rows * columns)), at % (rows * columns)];
          const own = axis === 0 ? Math.floor(element / kernelWidth) : element % kernelWidth;
          const out = axis === 0 ? Math.floor(place / columns) : place % columns;
          return out * (stride[axis] ?? 1) - (pad[axis] ?? 0) + own * (dilation[axis] ?? 1);
        });
      return layer.made(axis === 0 ? 'rows' : 'columns', [area, rows, columns], numbers);
    };
    const groups = batch * moving;
    const pairs = onnx.reshape(offsets, [groups, area, 2, rows, columns]);
    const looking = ([height, width] as const).map((size, k): Looking => {
      const moved = onnx.Gather(pairs, onnx.constant(BigInt(k)), { axis: 2 });
      return { size, places: onnx.Add(moved, still(k === 0 ? 0 : 1)) };
    });
    const [down, right] = looking as [Looking, Looking];
    const flat = (value: Value) => onnx.reshape(value, [groups, area * rows, columns]);
    const grid = [right, down].map(({ places, size }) => onnx.unsqueeze(flat(measured(places, size, onnx)), [3]));
    const sampled = onnx.GridSample(
      onnx.reshape(x, [groups, channels / moving, height, width]),
      onnx.Concat(...grid, { axis: 3 }),
      { mode: 'linear', padding_mode: 'border', align_corners: 1 },
    );
    const inside = onnx.And(inImage(down.places, down.size, onnx), inImage(right.places, right.size, onnx));
    const seen = onnx.Where(
      onnx.reshape(inside, [groups, 1, area * rows, columns]),
      sampled,
      onnx.constant(0, 'float32'),
    );
    const matrix = onnx.reshape(seen, [batch, group, (channels / group) * area, rows * columns]);
    const weights = layer.weight(0, [group, outputs / group, (channels / group) * area]);
    const y = onnx.reshape(onnx.MatMul(weights, matrix), [batch, outputs, rows, columns]);
    return layer.flag(`${HOLDER}.bias_term`, true) ? onnx.Add(y, layer.weight(1, [outputs, 1, 1])) : y;
  },
};
