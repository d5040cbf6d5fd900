/**
 * What comes out of heat maps and of YOLO's grids: HeatMap2Coord (ModelTC/NART, art/modules/default/src/op/heatmap2coord.c),
 * RegionYolo (opencv/dldt, ngraph reference region_yolo.hpp).
 */
import { around, blobOf, bottom, flag, type Layer, number, numbers } from './blob.ts';

/** The place of the greatest element of each map in a picture of given size, and that element: x, y, score. */
const heatMapToCoordinates: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const size = { x: number(node, 'heatmap_param.coord_w', 0), y: number(node, 'heatmap_param.coord_h', 0) };
  const repositions = flag(node, 'heatmap_param.coord_reposition', false);
  const y = blobOf([batch, channels * 3]);
  for (let map = 0; map < batch * channels; map++) {
    const data = x.data.subarray(map * height * width, (map + 1) * height * width);
    const best = data.reduce((most, value, at) => (value > (data[most] ?? 0) ? at : most), 0);
    const [row, column] = [Math.floor(best / width), best % width];
    // A quarter towards the larger of its two neighbours.
    const towards = (before: number, after: number, within: boolean) =>
      repositions && within ? 0.25 * Math.sign((data[after] ?? 0) - (data[before] ?? 0)) : 0;
    const right = column + towards(best - 1, best + 1, column > 0 && column < width - 1);
    const down = row + towards(best - width, best + width, row > 0 && row < height - 1);
    y.data.set([((right + 0.5) * size.x) / width, ((down + 0.5) * size.y) / height, data[best] ?? 0], map * 3);
  }
  return y;
};

/**
 * For each region x, y, width, height, a score, then classes: x and y, the score and, without softmax, the classes go
 * through a sigmoid.
 */
const regionYolo: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const [batch = 1, , height = 1, width = 1] = x.shape;
  const value = (name: string, otherwise: number) => number(node, `region_yolo_param.${name}`, otherwise);
  const [coordinates, classes] = [value('coords', 4), value('classes', 20)];
  const softmax = flag(node, 'region_yolo_param.do_softmax', true);
  const regions = softmax ? value('num', 1) : numbers(node, 'region_yolo_param.mask').length;
  const entries = coordinates + classes + 1;
  const area = height * width;
  const all = blobOf([batch, regions * entries, height, width]);
  for (let image = 0; image < batch; image++) {
    for (let region = 0; region < regions; region++) {
      for (let place = 0; place < area; place++) {
        const at = (entry: number) => ((image * regions + region) * entries + entry) * area + place;
        const scores = Array.from({ length: classes }, (_, k) => x.data[at(coordinates + 1 + k)] ?? 0);
        const most = Math.max(...scores);
        const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0);
        for (let entry = 0; entry < entries; entry++) {
          const own = x.data[at(entry)] ?? 0;
          const isClass = entry > coordinates;
          if (isClass && softmax) all.data[at(entry)] = Math.exp(own - most) / sum;
          else if (isClass || entry === coordinates || entry < 2) all.data[at(entry)] = 1 / (1 + Math.exp(-own));
          else all.data[at(entry)] = own;
        }
      }
    }
  }
  if (!softmax) return all;
  // As OpenVINO has it for YOLO 2: the axes from `axis` to `end_axis` become one.
  const rank = 4;
  const from = number(node, 'flatten_param.axis', 1);
  const to = number(node, 'flatten_param.end_axis', -1);
  const [start, end] = [from < 0 ? from + rank : from, to < 0 ? to + rank : to];
  const [, , behind] = around(all.shape, end);
  const [before] = around(all.shape, start);
  const middle = all.data.length / before / behind;
  return blobOf([...all.shape.slice(0, start), middle, ...all.shape.slice(end + 1)], all.data);
};

export const yoloLayers: Readonly<Record<string, Layer>> = {
  HeatMap2Coord: heatMapToCoordinates,
  RegionYolo: regionYolo,
};
