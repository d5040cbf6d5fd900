/**
 * The boxes that YOLO's grids stand for, those that others hide left out: YoloDetectionOutput and Yolov3DetectionOutput of
 * Tencent/ncnn, src/layer/yolodetectionoutput.cpp and yolov3detectionoutput.cpp. Of equal scores the first box comes first.
 */
import { type Blob, blobOf, bottom, type Layer, type LayerCall, number, numbers, refusal } from './blob.ts';
import { type Box, byScore, type Candidate, overlap, suppressed } from './suppression.ts';

const f = Math.fround;

interface Found extends Candidate {
  readonly label: number;
}

/** What one cell says of one box: four numbers for the box, one for the object, one for each class. */
interface Cell {
  readonly row: number;
  readonly column: number;
  readonly values: readonly number[];
}

/** Cells box by box, row by row. */
function cellsOf({ shape, data }: Blob, boxes: number, entries: number): readonly (readonly Cell[])[] {
  const [, , height = 1, width = 1] = shape;
  const area = height * width;
  return Array.from({ length: boxes }, (_, box) =>
    Array.from({ length: area }, (_, place) => ({
      row: Math.floor(place / width),
      column: place % width,
      values: Array.from({ length: entries }, (_, entry) => data[(box * entries + entry) * area + place] ?? 0),
    })),
  );
}

function sigmoid(x: number): number {
  return f(1 / f(1 + f(Math.exp(-x))));
}

function softmax(scores: readonly number[]): readonly number[] {
  const most = Math.max(...scores);
  const powers = scores.map((score) => f(Math.exp(score - most)));
  const sum = powers.reduce((a, b) => f(a + b), 0);
  return powers.map((power) => f(power / sum));
}

/** The first of the greatest. */
function greatest(values: readonly number[]): number {
  return values.reduce((most, value, k) => (value > (values[most] ?? 0) ? k : most), 0);
}

/** The box of a cell in parts of the image: its anchor is measured in cells, or in pixels of a network of given size. */
function boxOf({ row, column, values }: Cell, anchor: readonly number[], grid: Size, net: Size): Box {
  const [x = 0, y = 0, wide = 0, high = 0] = values;
  const middle = [f(f(column + sigmoid(x)) / grid.width), f(f(row + sigmoid(y)) / grid.height)] as const;
  const half = [
    f(f(f(f(Math.exp(wide)) * (anchor[0] ?? 0)) / net.width) * 0.5),
    f(f(f(f(Math.exp(high)) * (anchor[1] ?? 0)) / net.height) * 0.5),
  ] as const;
  return [f(middle[0] - half[0]), f(middle[1] - half[1]), f(middle[0] + half[0]), f(middle[1] + half[1])];
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** What differs between the two layers of ncnn. */
interface Heads {
  readonly holder: string;
  readonly boxes: number;
  anchor(head: number, box: number): readonly number[];
  /** What anchors are measured by. */
  net(head: number, grid: Size): Size;
  confidence(object: number, classes: readonly number[], label: number): number;
}

function detected(call: LayerCall, heads: Heads): readonly number[][] {
  const { node, bottoms } = call;
  const classes = number(node, `${heads.holder}.num_classes`, 20);
  const least = f(number(node, `${heads.holder}.confidence_threshold`, 0.01));
  const found: Found[] = [];
  for (const [head, x] of bottoms.entries()) {
    const [batch = 1, channels = 0, height = 1, width = 1] = x.shape;
    if (batch !== 1 || channels !== heads.boxes * (5 + classes))
      throw refusal(call, `its bottom ${head} is ${x.shape.join('x')}`);
    const grid = { height, width };
    for (const [box, cells] of cellsOf(x, heads.boxes, 5 + classes).entries()) {
      for (const cell of cells) {
        const kinds = cell.values.slice(5);
        const label = greatest(kinds);
        const score = heads.confidence(cell.values[4] ?? 0, kinds, label);
        if (score < least) continue;
        found.push({ label, score, box: boxOf(cell, heads.anchor(head, box), grid, heads.net(head, grid)) });
      }
    }
  }
  const threshold = number(node, `${heads.holder}.nms_threshold`, 0.45);
  const kept = suppressed(byScore(found), { threshold, eta: 1, overlap: (a, b) => overlap(a, b, 0) });
  return kept.map(({ label, score, box }) => [label + 1, score, ...box]);
}

function rowsOf(rows: readonly number[][]): Blob {
  return blobOf([1, 1, rows.length, 6], Float32Array.from(rows.flat()));
}

/** YOLO 2: anchors in cells, classes by softmax. The layer writes over its bottom, which stays where it finds nothing. */
const yolo2: Layer = (call) => {
  const holder = 'yolo_detection_output_param';
  const biases = numbers(call.node, `${holder}.biases`);
  const rows = detected(call, {
    holder,
    boxes: number(call.node, `${holder}.num_box`, 5),
    anchor: (_, box) => biases.slice(box * 2, box * 2 + 2),
    net: (_, grid) => grid,
    confidence: (object, classes, label) => f(sigmoid(object) * (softmax(classes)[label] ?? 0)),
  });
  return rows.length > 0 ? rowsOf(rows) : bottom(call);
};

/** YOLO 3: a bottom for each scale, whose anchors `mask` chooses. */
const yolo3: Layer = (call) => {
  const holder = 'yolov3_detection_output_param';
  const [biases, mask, scales] = ['biases', 'mask', 'anchors_scale'].map((name) =>
    numbers(call.node, `${holder}.${name}`),
  ) as [readonly number[], readonly number[], readonly number[]];
  const boxes = number(call.node, `${holder}.num_box`, 3);
  const rows = detected(call, {
    holder,
    boxes,
    anchor: (head, box) => {
      const at = mask[head * boxes + box] ?? 0;
      return biases.slice(at * 2, at * 2 + 2);
    },
    net: (head, grid) => ({ height: (scales[head] ?? 0) * grid.height, width: (scales[head] ?? 0) * grid.width }),
    // Not the product of two sigmoids, though ncnn's comment says so: the brackets stand elsewhere.
    confidence: (object, classes, label) =>
      f(1 / f(1 + f(f(Math.exp(-object)) * f(1 + f(Math.exp(-(classes[label] ?? 0))))))),
  });
  return rowsOf(rows);
};

export const yoloOutputLayers: Readonly<Record<string, Layer>> = {
  YoloDetectionOutput: yolo2,
  Yolov3DetectionOutput: yolo3,
};
