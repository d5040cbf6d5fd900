/**
 * SpatialTransformer (daerduoCarey/SpatialTransformerLayer and openvinotoolkit/training_toolbox_caffe, src/caffe/layers/st_layer.cpp
 * and .cu); PowerFile and CTCGreedyDecoder of opencv/dldt (powerfile.cpp before a19413c; ngraph/core/reference, ctc_greedy_decoder.hpp).
 */
import { blobOf, bottom, flag, isGiven, type Layer, mapped, number, refusal } from './blob.ts';

const f = Math.fround;

const spatialTransformer: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const [images = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [rows, columns] = [number(node, 'st_param.output_H', height), number(node, 'st_param.output_W', width)];
  const paths = ['1_1', '1_2', '1_3', '2_1', '2_2', '2_3'].map((name) => `st_param.theta_${name}`);
  const open = paths.filter((path) => !isGiven(node, path)).length;
  const given = bottom(call, 1).data;
  if (given.length !== images * open) throw refusal(call, `it is given ${given.length} numbers for ${images * open}`);
  const y = blobOf([images, channels, rows, columns]);
  let at = 0;
  for (let image = 0; image < images; image++) {
    let next = image * open;
    const theta = paths.map((path) => (isGiven(node, path) ? number(node, path, 0) : (given[next++] ?? 0)));
    const place = (row: number, of: number, column: number) =>
      (theta[of] ?? 0) * ((row / rows) * 2 - 1) +
      (theta[of + 1] ?? 0) * ((column / columns) * 2 - 1) +
      (theta[of + 2] ?? 0);
    for (let channel = 0; channel < channels; channel++) {
      const plane = (image * channels + channel) * height * width;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const down = ((place(row, 0, column) + 1) / 2) * height;
          const right = ((place(row, 3, column) + 1) / 2) * width;
          let sum = 0;
          for (const m of [Math.floor(down), Math.floor(down) + 1]) {
            for (const n of [Math.floor(right), Math.floor(right) + 1]) {
              if (m < 0 || m >= height || n < 0 || n >= width) continue;
              sum += (1 - Math.abs(down - m)) * (1 - Math.abs(right - n)) * (x.data[plane + m * width + n] ?? 0);
            }
          }
          y.data[at++] = sum;
        }
      }
    }
  }
  return y;
};

/** What OpenVINO adds, whatever file is named. */
const powerFile: Layer = (call) =>
  mapped(bottom(call), (value, at) => f(value + (at % 6 === 0 || at % 6 === 4 ? 1 : 0)));

const ctcGreedyDecoder: Layer = (call) => {
  const [logits, masks] = [bottom(call), bottom(call, 1)];
  const [steps = 1, streams = 1, classes = 1] = logits.shape;
  const merges = flag(call.node, 'ctc_decoder_param.ctc_merge_repeated', true);
  const y = blobOf([streams, steps, 1, 1]);
  y.data.fill(-1);
  for (let n = 0; n < streams; n++) {
    let [last, count] = [-1, 0];
    for (let t = 0; t < steps && masks.data[t * streams + n] !== 0; t++) {
      const row = logits.data.subarray((t * streams + n) * classes, (t * streams + n + 1) * classes);
      const best = row.indexOf(Math.max(...row));
      if (best < classes - 1 && !(merges && best === last)) y.data[n * steps + count++] = best;
      last = best;
    }
  }
  return y;
};

export const transformerLayers: Readonly<Record<string, Layer>> = {
  CTCGreedyDecoder: ctcGreedyDecoder,
  PowerFile: powerFile,
  SpatialTransformer: spatialTransformer,
};
