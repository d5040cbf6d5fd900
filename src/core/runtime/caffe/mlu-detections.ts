/**
 * What Cambricon's layers find, as their code for CPUs has it: Cambricon/caffe, src/caffe/layers/detection_out_layer.cpp with
 * include/caffe/util/bbox.hpp, yolov3_detection_layer.cpp and image_detect_layer.cpp. Sorts keep equals in their order.
 */
import { type Blob, blobOf, bottom, type Layer, type LayerCall, mapped, number, numbers, refusal } from './blob.ts';
import { type Box, overlap } from './suppression.ts';

const f = Math.fround;
const sigmoid = (x: number) => f(1 / f(1 + f(Math.exp(-x))));

/** The numbers of each box of each cell, cell by cell. */
function entriesOf(call: LayerCall, x: Blob, boxes: number, entries: number) {
  const [images = 1, channels = 0, height = 1, width = 1] = x.shape;
  if (images !== 1 || channels !== boxes * entries) throw refusal(call, `its bottom is ${x.shape.join('x')}`);
  const area = height * width;
  return Array.from({ length: area }, (_, cell) =>
    Array.from({ length: boxes }, (__, box) => ({
      box,
      row: Math.floor(cell / width),
      column: cell % width,
      values: Array.from({ length: entries }, (___, entry) => x.data[(box * entries + entry) * area + cell] ?? 0),
    })),
  ).flat();
}

const detectionOut: Layer = (call) => {
  const { node } = call;
  const value = (name: string, otherwise: number) => number(node, `detection_out_param.${name}`, otherwise);
  const [classes, boxes, side] = [value('num_classes', 20), value('num_box', 5), value('side', 13)];
  const biases = numbers(node, 'detection_out_param.biases');
  const [least, threshold] = [f(value('confidence_threshold', 0.01)), f(value('nms_threshold', 0.45))];
  const found = entriesOf(call, bottom(call), boxes, 5 + classes).map(({ box, row, column, values }) => {
    const kinds = values.slice(5);
    const most = Math.max(...kinds);
    const powers = kinds.map((kind) => f(Math.exp(f(kind - most))));
    const sum = powers.reduce((a, b) => f(a + b), 0);
    const at = (k: number) => values[k] ?? 0;
    const [x, y] = [f((column + sigmoid(at(0))) / side), f((row + sigmoid(at(1))) / side)];
    const [w, h] = [
      f((Math.exp(at(2)) * (biases[2 * box] ?? 0)) / side),
      f((Math.exp(at(3)) * (biases[2 * box + 1] ?? 0)) / side),
    ];
    const corners: Box = [
      Math.max(x - w / 2, 0),
      Math.max(y - h / 2, 0),
      Math.min(x + w / 2, 1),
      Math.min(y + h / 2, 1),
    ];
    const scores = powers.map((power) => f(sigmoid(at(4)) * (power / sum > least ? f(power / sum) : 0)));
    return { placed: [x, y, w, h], corners, scores };
  });
  const rows: number[][] = [];
  for (let label = 0; label < classes; label++) {
    const own = found
      .map(({ scores, ...rest }) => ({ ...rest, score: scores[label] ?? 0 }))
      .filter(({ score }) => score > least)
      .toSorted((a, b) => b.score - a.score);
    const hidden = new Set<number>();
    for (const [i, one] of own.entries()) {
      if (hidden.has(i)) continue;
      for (let j = i + 1; j < own.length; j++) {
        const other = own[j];
        if (other && !hidden.has(j) && overlap(one.corners, other.corners, 0) >= threshold) hidden.add(j);
      }
    }
    for (const [i, { score, placed }] of own.entries()) if (!hidden.has(i)) rows.push([0, label, score, ...placed]);
  }
  return blobOf([1, rows.length, 1, 7], Float32Array.from(rows.flat()));
};

/** Pixels count their own width, so boxes less than a pixel apart have something in common. */
function overlapOfPixels(a: Box, b: Box): number {
  const side = (low: number, high: number) => f(f(high - low) + 1);
  const [wide, high] = [
    side(Math.max(a[0], b[0]), Math.min(a[2], b[2])),
    side(Math.max(a[1], b[1]), Math.min(a[3], b[3])),
  ];
  const shared = wide > 0 && high > 0 ? f(wide * high) : 0;
  const area = (box: Box) => f(side(box[0], box[2]) * side(box[1], box[3]));
  return f(shared / f(f(area(a) + area(b)) - shared));
}

const yolov3Detection: Layer = (call) => {
  const { node, bottoms } = call;
  const value = (name: string, otherwise: number) => number(node, `yolov3_param.${name}`, otherwise);
  const [classes, most] = [value('num_classes', 80), value('num_box', 1024)];
  const [wide, high] = [value('im_w', 416), value('im_h', 416)];
  const [least, threshold] = [f(value('confidence_threshold', 0.5)), f(value('nms_threshold', 0.45))];
  const biases = numbers(node, 'yolov3_param.biases');
  let found = bottoms.flatMap((x, index) => {
    const [, , height = 1, width = 1] = x.shape;
    const stride = Math.trunc(wide / Math.sqrt(height * width));
    return entriesOf(call, x, 3, 5 + classes).flatMap(({ box, row, column, values }) => {
      const at = (k: number) => values[k] ?? 0;
      const object = sigmoid(at(4));
      if (object <= least) return [];
      const [cx, cy] = [f(stride * f(sigmoid(at(0)) + column)), f(stride * f(sigmoid(at(1)) + row))];
      const w = f(f(Math.exp(at(2))) * (biases[6 * index + 2 * box] ?? 0));
      const h = f(f(Math.exp(at(3))) * (biases[6 * index + 2 * box + 1] ?? 0));
      const corners: Box = [f(cx - w / 2), f(cy - h / 2), f(cx + w / 2), f(cy + h / 2)];
      const scores = values.slice(5).map((kind) => f(object * sigmoid(kind)));
      return [{ corners, scores: scores.map((score) => (score > least ? score : 0)) }];
    });
  });
  for (let label = 0; label < classes; label++) {
    found = found.toSorted((a, b) => (b.scores[label] ?? 0) - (a.scores[label] ?? 0));
    for (const [i, one] of found.entries()) {
      if (one.scores[label] === 0) continue;
      for (const other of found.slice(i + 1)) {
        if (overlapOfPixels(one.corners, other.corners) > threshold) other.scores[label] = 0;
      }
    }
  }
  const rows = found.flatMap(({ corners: [x0, y0, x1, y1], scores }) =>
    scores.flatMap((score, label) =>
      score > least ? [[0, label, score, f(x0 / wide), f(y0 / high), f(x1 / wide), f(y1 / high)]] : [],
    ),
  );
  const y = blobOf([1, 64 + most * 7, 1, 1]);
  y.data.fill(-1);
  y.data[0] = rows.length;
  y.data.set(rows.slice(0, most).flat(), 64);
  return y;
};

const imageDetect: Layer = (call) => {
  const value = (name: string, otherwise: number) => number(call.node, `image_detect_param.${name}`, otherwise);
  const [classes, high, wide] = [value('num_class', 21), value('im_h', 224), value('im_w', 224)];
  const [threshold, least, scale] = [f(value('nms_thresh', 0.3)), f(value('score_thresh', 0.05)), value('scale', 1)];
  const [deltas, scores, rois] = [bottom(call), bottom(call, 1).data, bottom(call, 2).data];
  const [count = 1] = deltas.shape;
  if (deltas.data.length !== count * classes * 4) throw refusal(call, `its bottom is ${deltas.shape.join('x')}`);
  const boxOf = (region: number, label: number): Box => {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = [1, 2, 3, 4].map((k) => f((rois[region * 5 + k] ?? 0) / scale));
    const [width, height] = [f(f(x1 - x0) + 1), f(f(y1 - y0) + 1)];
    const delta = (k: number) => deltas.data[(region * classes + label) * 4 + k] ?? 0;
    const x = f(f(x0 + width / 2) + f(width * delta(0)));
    const y = f(f(y0 + height / 2) + f(height * delta(1)));
    const [w, h] = [f(f(Math.exp(delta(2))) * width), f(f(Math.exp(delta(3))) * height)];
    const end = (place: number, size: number) => (place < size ? f(place) : size - 1);
    return [Math.max(f(x - 0.5 * w), 0), Math.max(f(y - 0.5 * h), 0), end(x + 0.5 * w, wide), end(y + 0.5 * h, high)];
  };
  const area = (box: Box) => f(f(box[3] - box[1]) * f(box[2] - box[0]));
  const rows: number[][] = [];
  for (let label = 0; label < classes; label++) {
    const boxes = Array.from({ length: count }, (_, region) => boxOf(region, label));
    const score = (region: number) => scores[region * classes + label] ?? 0;
    const hidden = new Set<number>();
    for (const [i, one] of boxes.entries()) {
      if (hidden.has(i)) continue;
      for (let j = i + 1; j < count; j++) {
        const other = boxes[j] ?? one;
        const side = (k: 0 | 1) =>
          Math.trunc(Math.max(0, Math.min(one[k + 2] ?? 0, other[k + 2] ?? 0) - Math.max(one[k], other[k])));
        const shared = side(0) * side(1);
        if (f(shared / f(f(area(one) + area(other)) - shared)) < threshold) continue;
        if (score(j) > score(i)) {
          hidden.add(i);
          break;
        }
        hidden.add(j);
      }
      if (!hidden.has(i) && score(i) > least) rows.push([...one, label, score(i)]);
    }
  }
  const y = blobOf([1, count * classes, 1, 6]);
  y.data.set(rows.flat());
  return y;
};

export const mluDetectionLayers: Readonly<Record<string, Layer>> = {
  DetectionOut: detectionOut,
  ImageDetect: imageDetect,
  MLUGrayNormalized: (call) => mapped(bottom(call), (value) => f(value / 255 - 0.5)),
  Yolov3Detection: yolov3Detection,
};
