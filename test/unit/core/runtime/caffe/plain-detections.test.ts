/** Detections of the frameworks that leave the number of the image out: boxes whose overlaps and orders are plain to see. */
import { describe, expect, test } from 'vitest';
import { blob, layer, type Numbers, ran } from './support.ts';

/** Four boxes: the second lies within the first (they share 3/4), the last within the third. */
const PRIORS = [
  [0, 0, 0.4, 0.4],
  [0, 0, 0.4, 0.3],
  [0.5, 0.5, 0.9, 0.9],
  [0.5, 0.5, 0.9, 0.8],
];
/** Of each box: the background, then two classes. */
const SCORES = [
  [0, 0.9, 0.1],
  [0, 0.8, 0.3],
  [0, 0.2, 0.7],
  [0, 0.6, 0.05],
];
const VARIANCES = Array.from({ length: 16 }, (_, k) => (k % 4 < 2 ? 0.1 : 0.2));

const still = Array.from({ length: 16 }, () => 0);
/** The third box goes to the right by a tenth of its width. */
const toTheRight = still.map((_, k) => (k === 8 ? 1 : 0));
const MOVED = [0.54, 0.5, 0.94, 0.9];

function found(dialect: string, parameters: string, more: Readonly<Record<string, Numbers>> = {}): Numbers | undefined {
  const net = layer(
    'DetectionOutput',
    `detection_output_param { num_classes: 3 confidence_threshold: 0.08 ${parameters} }`,
    ['loc', 'conf', 'prior', ...Object.keys(more)],
  );
  const given = {
    loc: blob([1, 16], toTheRight),
    conf: blob([1, 12], SCORES.flat()),
    prior: blob([1, 2, 16], [...PRIORS.flat(), ...VARIANCES]),
    ...more,
  };
  return ran(net, given, dialect).y;
}

function rowsOf(numbers: Numbers | undefined): number[][] {
  const values = (numbers?.values ?? []).map((value) => Math.round(value * 1e5) / 1e5);
  return Array.from({ length: values.length / 6 }, (_, k) => values.slice(6 * k, 6 * k + 6));
}

/** Class 1: the first hides the second, the last hides the third. Class 2: the third and, of the first two, the second. */
const ALL = [
  [1, 0.9, ...(PRIORS[0] ?? [])],
  [2, 0.7, ...MOVED],
  [1, 0.6, ...(PRIORS[3] ?? [])],
  [2, 0.3, ...(PRIORS[1] ?? [])],
];
const NMS = 'nms_threshold: 0.5';

describe.each([
  ['ncnn', (rows: number) => [1, 1, rows, 6]],
  ['mnn', (rows: number) => [1, 1, rows, 6]],
  ['tengine', (rows: number) => [1, rows, 6, 1]],
] as const)('%s', (dialect, shape) => {
  test('rows of label, score and box, the best first, wherever offsets are said to be from', () => {
    const all = found(dialect, `keep_top_k: 9 code_type: CORNER nms_param { ${NMS} top_k: 8 }`);
    expect(all?.shape).toEqual(shape(4));
    expect(rowsOf(all)).toEqual(ALL);
    const best = found(dialect, `keep_top_k: 3 background_label_id: 1 nms_param { ${NMS} top_k: 8 }`);
    expect(best?.shape).toEqual(shape(3));
    expect(rowsOf(best)).toEqual(ALL.slice(0, 3));
  });

  test('candidates of each class: one, but for MNN, which does not read top_k', () => {
    const rows = rowsOf(found(dialect, `keep_top_k: 9 nms_param { ${NMS} top_k: 1 }`));
    expect(rows).toEqual(dialect === 'mnn' ? ALL : ALL.slice(0, 2));
  });

  test('nothing found is no row', () => {
    const none = found(dialect, `keep_top_k: 9 nms_param { ${NMS} top_k: 8 }`, {
      conf: blob(
        [1, 12],
        SCORES.flat().map(() => 0.08),
      ),
    });
    expect(none?.shape).toEqual(shape(0));
  });

  test('without a keep_top_k it does not run', () => {
    expect(() => found(dialect, `nms_param { ${NMS} top_k: 8 }`)).toThrow('how many it keeps');
  });
});

test('candidates where top_k is not said: ncnn wants it, MNN takes all, Tengine a hundred', () => {
  const boxes = Array.from({ length: 101 }, (_, k) => [k, 0, k + 0.5, 1]).flat();
  const net = layer(
    'DetectionOutput',
    'detection_output_param { num_classes: 2 keep_top_k: 200 nms_param { nms_threshold: 0.5 } }',
    ['loc', 'conf', 'prior'],
  );
  const given = {
    loc: blob(
      [1, 404],
      boxes.map(() => 0),
    ),
    conf: blob(
      [1, 202],
      Array.from({ length: 202 }, (_, k) => (k % 2) / (k + 2)),
    ),
    prior: blob([1, 2, 404], [...boxes, ...boxes.map(() => 0.1)]),
  };
  expect(() => ran(net, given, 'ncnn')).toThrow('how many it keeps');
  expect(ran(net, given, 'mnn').y?.shape).toEqual([1, 1, 101, 6]);
  expect(ran(net, given, 'tengine').y?.shape).toEqual([1, 100, 6, 1]);
});

test('MNN: a fourth and fifth bottom say which boxes hold something, and move them first (RefineDet)', () => {
  const holds = blob([1, 8], [0.5, 0.5, 0.5, 0.5, 0.995, 0.005, 0.5, 0.5]);
  // The first box by half its width.
  const first = blob(
    [1, 16],
    still.map((_, k) => (k === 0 ? 5 : 0)),
  );
  const rows = rowsOf(found('mnn', `keep_top_k: 9 nms_param { ${NMS} }`, { holds, first }));
  expect(rows).toEqual([
    [1, 0.9, 0.2, 0, 0.6, 0.4],
    [1, 0.8, ...(PRIORS[1] ?? [])],
    [1, 0.6, ...(PRIORS[3] ?? [])],
    [2, 0.3, ...(PRIORS[1] ?? [])],
    [2, 0.1, 0.2, 0, 0.6, 0.4],
  ]);
});
