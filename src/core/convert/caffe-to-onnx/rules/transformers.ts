/**
 * SpatialTransformer (daerduoCarey/SpatialTransformerLayer and openvinotoolkit/training_toolbox_caffe, src/caffe/layers/st_layer.cpp
 * and .cu), and what stands beside it in OpenVINO: PowerFile (opencv/dldt before a19413c, inference-engine/src/mkldnn_plugin/nodes/
 * powerfile.cpp), CTCGreedyDecoder (model-optimizer/extensions/front/caffe/ctcgreedydecoder_ext.py, ngraph/core/reference).
 */
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { problem } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Layer, TARGET } from '../layer.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

/** [images, 2, 3]: what the layer says of the transformation, and for the rest what its second bottom does. */
function thetaOf(layer: Layer, images: number, onnx: OnnxBuilder): Value {
  const said = [1, 2].flatMap((row) => [1, 2, 3].map((column) => layer.number(`st_param.theta_${row}_${column}`)));
  const open = said.filter((number) => number === undefined).length;
  const count = layer.sizes(layer.bottom(1)).reduce((a, b) => a * b, 1);
  if (count !== images * open) layer.invalid(`its second bottom has ${count} numbers for ${images} times ${open}`);
  const given = onnx.reshape(layer.bottom(1), [images, open]);
  let next = 0;
  const columns = said.map((number) => {
    if (number === undefined) return onnx.Gather(given, onnx.ints([next++]), { axis: 1 });
    return onnx.Expand(onnx.constant(number, 'float32'), onnx.ints([images, 1]));
  });
  return onnx.reshape(open === 6 ? given : onnx.Concat(...columns, { axis: 1 }), [images, 2, 3]);
}

/**
 * Places are rows, then columns, from -1 up to 1, which is one element behind the last; elements have whole numbers. GridSample
 * takes columns first, and has the elements half a step further.
 */
const spatialTransformer: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  const [images = 1, , height = 1, width = 1] = layer.sizes(x);
  for (const [name, only] of [
    ['transform_type', 'affine'],
    ['sampler_type', 'bilinear'],
  ] as const) {
    if (layer.text(`st_param.${name}`, only) !== only) layer.refuse(`st_param.${name}`, 'the layer has no other');
  }
  // Gradients alone.
  layer.flag('st_param.to_compute_dU');
  const [rows, columns] = [layer.number('st_param.output_H', height), layer.number('st_param.output_W', width)];
  if (rows < 1 || columns < 1) layer.invalid(`it would be ${rows} x ${columns}`);
  const grid = layer.made('grid', [1, rows * columns, 3], () =>
    Float32Array.from(
      Array.from({ length: rows * columns }, (_, at) => [
        (Math.floor(at / columns) / rows) * 2 - 1,
        ((at % columns) / columns) * 2 - 1,
        1,
      ]).flat(),
    ),
  );
  const turned = onnx.Gather(thetaOf(layer, images, onnx), onnx.ints([1, 0]), { axis: 1 });
  const places = onnx.MatMul(grid, onnx.transpose(turned, [0, 2, 1]));
  const half = onnx.constant(Tensor.of('float32', [2], [1 / width, 1 / height]));
  const sampled = onnx.reshape(onnx.Add(places, half), [images, rows, columns, 2]);
  return onnx.GridSample(x, sampled, { mode: 'linear', padding_mode: 'zeros', align_corners: 0 });
};

/** The numbers of a file are no part of the network; OpenVINO takes those of a transformation that changes nothing. */
const IDENTITY = [1, 0, 0, 0, 1, 0];

const powerFile: LayerRule = (layer, onnx) => {
  layer.text('power_file_param.shift_file');
  const x = layer.bottom();
  const sizes = layer.sizes(x);
  const reason = `its numbers are in a file: 1 0 0 0 1 0 are added, as OpenVINO does whatever the file says`;
  layer.problems.push(problem('inexact', layer.node, { target: TARGET, reason }));
  const shift = layer.made('shift', sizes, () =>
    Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, k) => IDENTITY[k % 6] ?? 0),
  );
  return onnx.Add(x, shift);
};

/**
 * The best class of each step up to the first that a mask leaves out, without blanks (the last class) and what is like the step
 * before; -1 behind them: [streams, steps, 1, 1].
 */
const ctcGreedyDecoder: LayerRule = (layer, onnx) => {
  const [logits, masks] = [layer.bottom(), layer.bottom(1)];
  const [steps = 0, streams = 0, classes = 0, ...further] = layer.sizes(logits);
  if (further.length > 0 || layer.sizes(masks).join() !== [steps, streams].join())
    layer.invalid(`its bottoms are ${layer.sizes(logits).join(' x ')} and ${layer.sizes(masks).join(' x ')}`);
  const merges = layer.flag('ctc_decoder_param.ctc_merge_repeated', true);
  const best = onnx.ArgMax(logits, { axis: 2, keepdims: 0 });
  const stops = onnx.cast(onnx.Equal(masks, onnx.constant(0, 'float32')), 'int64');
  const goes = onnx.Equal(onnx.CumSum(stops, onnx.constant(0n)), onnx.constant(0n));
  const isClass = onnx.And(goes, onnx.Less(best, onnx.constant(BigInt(classes - 1))));
  const before = () =>
    onnx.Concat(
      onnx.Expand(onnx.constant(-1n), onnx.ints([1, streams])),
      onnx.Slice(best, onnx.ints([0]), onnx.ints([steps - 1]), onnx.ints([0])),
      { axis: 0 },
    );
  const kept = merges ? onnx.And(isClass, onnx.Not(onnx.Equal(best, before()))) : isClass;
  const rank = onnx.CumSum(onnx.cast(kept, 'int64'), onnx.constant(0n));
  // What goes is written behind the last step, and cut off.
  const place = onnx.Where(kept, onnx.Sub(rank, onnx.constant(1n)), onnx.constant(BigInt(steps)));
  const none = onnx.Expand(onnx.constant(-1, 'float32'), onnx.ints([steps + 1, streams]));
  const written = onnx.ScatterElements(none, place, onnx.cast(best, 'float32'), { axis: 0 });
  const rows = onnx.Slice(written, onnx.ints([0]), onnx.ints([steps]), onnx.ints([0]));
  return onnx.reshape(onnx.transpose(rows, [1, 0]), [streams, steps, 1, 1]);
};

export const transformers: LayerRules = {
  CTCGreedyDecoder: ctcGreedyDecoder,
  PowerFile: powerFile,
  SpatialTransformer: spatialTransformer,
};
