/** Layers that OpenVINO alone reads: against what OpenVINO 2026.4.1 gives by its Python package, to six places, or by hand. */
import { describe, expect, test } from 'vitest';
import { blob, gives, layer, type Numbers, ran, refused, waves, weights } from './support.ts';

const dialect = 'openvino';

function near(found: Numbers | undefined, expected: readonly number[]): void {
  expect(found?.values).toHaveLength(expected.length);
  const far = expected.map((value, k) => Math.abs(value - (found?.values[k] ?? 0)));
  expect(Math.max(...far)).toBeLessThan(2e-6);
}

describe('Resample', () => {
  const resampled = (parameters: string, x: Numbers) =>
    ran(layer('Resample', `resample_param { ${parameters} }`), { x }, dialect).y;

  test.each([
    [
      'LINEAR',
      [
        ...[0.841471, 0.906085, 0.987472, 0.970581, 0.900584, 0.77748, 0.578353, 0.433051],
        ...[0.432957, 0.374937, 0.288735, 0.172694, 0.050323, -0.078378, -0.198013, -0.281052],
        ...[0.024443, -0.156212, -0.410001, -0.625194, -0.799938, -0.934236, -0.974378, -0.995155],
      ],
    ],
    [
      'CUBIC',
      [
        ...[0.894165, 0.996747, 1.1174, 1.140649, 1.07016, 0.938264, 0.694615, 0.523902],
        ...[0.445269, 0.390949, 0.286217, 0.185088, 0.04346, -0.073708, -0.2161, -0.298672],
        ...[-0.003628, -0.214848, -0.544966, -0.770473, -0.98324, -1.085679, -1.126816, -1.121246],
      ],
    ],
    [
      'NEAREST',
      [
        ...[0.841471, 0.841471, 0.989161, 0.962136, 0.962136, 0.765169, 0.433051, 0.433051],
        ...[0.841471, 0.841471, 0.989161, 0.962136, 0.962136, 0.765169, 0.433051, 0.433051],
        ...[0.024443, 0.024443, -0.388482, -0.73279, -0.73279, -0.947665, -0.995155, -0.995155],
      ],
    ],
  ])('%s', (type, expected) => {
    near(resampled(`height: 3 width: 8 type: ${type}`, waves(1, 1, 1, 1, 2, 5)), expected);
  });

  test('smaller: triangles that are as wide as an element of the result, of which only what is in the image counts', () => {
    // From 4 to 2: around 0.5 and 2.5, twice as wide.
    const x = blob([1, 1, 1, 4], [0, 0, 16, 0]);
    near(resampled('height: 1 width: 2', x), [16 * (0.25 / 1.75), 16 * (0.75 / 1.75)]);
    near(resampled('height: 1 width: 2 antialias: false', x), [0, 8]);
  });
});

test('SpatialTransformer: rows, then columns; -1 is the first element, 1 is behind the last', () => {
  const net = (parameters = '') => layer('SpatialTransformer', `st_param { ${parameters} }`, ['x', 'theta']);
  const x = blob([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]);
  const given = (...theta: readonly number[]) => ({ x, theta: blob([1, theta.length], theta) });
  gives(net(), given(1, 0, 0, 0, 1, 0), { y: x }, dialect);
  // A row further down, half a column to the right; outside are zeros.
  gives(net(), given(1, 0, 1, 0, 1, 1 / 3), { y: blob([1, 1, 2, 3], [4.5, 5.5, 3, 0, 0, 0]) }, dialect);
  // Twice as many columns; two numbers are said.
  gives(
    net('output_W: 6 theta_1_2: 0 theta_2_1: 0'),
    given(1, 0, 1, 0),
    { y: blob([1, 1, 2, 6], [1, 1.5, 2, 2.5, 3, 1.5, 4, 4.5, 5, 5.5, 6, 3]) },
    dialect,
  );
  expect(refused(net(), given(1, 0, 0), dialect)).toContain('3 numbers');
});

test.each([
  [true, [0, 2, 0, -1, -1, -1, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1]],
  [false, [0, 0, 2, 0, -1, -1, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1]],
])('CTCGreedyDecoder, merging: %s', (merges, expected) => {
  const mask = blob([6, 3], [1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1]);
  const net = layer('CTCGreedyDecoder', `ctc_decoder_param { ctc_merge_repeated: ${merges} }`, ['x', 'mask']);
  gives(net, { x: waves(1, 3, 6, 3, 4), mask }, { y: blob([3, 6, 1, 1], expected) }, dialect);
});

test('PowerFile: what OpenVINO adds, whatever the file', () => {
  gives(layer('PowerFile'), { x: blob([1, 7], [0]) }, { y: blob([1, 7], [1, 0, 0, 0, 1, 0, 1]) }, dialect);
});

test('Accum: each bottom between its corners, as large as the largest', () => {
  const bottoms = { a: blob([1, 1, 2, 2], [0, 2, 4, 6]), b: blob([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]) };
  const y = [0, 1, 2, 4, 5, 6, 1, 2, 3, 4, 5, 6];
  gives(layer('Accum', '', ['a', 'b']), bottoms, { y: blob([1, 2, 2, 3], y) }, dialect);
});

describe('DataAugmentation', () => {
  const augmented = (parameters: string, ...blobs: readonly Numbers[]) =>
    layer('DataAugmentation', `augmentation_param { ${parameters} } ${weights(...blobs)}`);

  test('the middle, whose last element is a twentieth nearer', () => {
    const x = { x: blob([1, 1, 2, 4], [0, 1, 2, 3, 4, 5, 6, 7]) };
    // Columns 1 and 2; of the rows the second is 0.95 below the first.
    gives(augmented('crop_width: 2 crop_height: 2'), x, { y: blob([1, 1, 2, 2], [1, 2, 4.8, 5.8]) }, dialect);
  });

  test('less the mean that it has found', () => {
    const x = { x: blob([1, 2, 1, 2], [1, 2, 3, 4]) };
    const found = (batches: number) => [
      blob([1], [batches]),
      blob([1, 2, 1, 2], [1, 0, 2, 4]),
      blob([1, 2, 1, 1], [0.5, 3]),
    ];
    gives(augmented('recompute_mean: 5', ...found(5)), x, { y: blob([1, 2, 1, 2], [0, 2, 1, 0]) }, dialect);
    const channels = { y: blob([1, 2, 1, 2], [0.5, 1.5, 0, 1]) };
    gives(augmented('recompute_mean: 5 mean_per_pixel: false', ...found(5)), x, channels, dialect);
    expect(refused(augmented('recompute_mean: 5', ...found(4)), x, dialect)).toContain('still looks for its mean');
  });
});

test('Axpy, as OpenVINO 2023.3 gives it: one factor for each channel of each image', () => {
  const counting = (from: number, ...shape: number[]) =>
    blob(
      shape,
      Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, k) => k + from),
    );
  const [a, x, z] = [counting(-4, 2, 3, 1, 1), counting(6, 2, 3, 2, 2), counting(16, 2, 3, 2, 2)];
  const first = [-8, -11, -14, -17, -10, -12, -14, -16, -4, -5, -6, -7];
  const second = [10, 10, 10, 10, 32, 33, 34, 35, 62, 64, 66, 68];
  const y = blob([2, 3, 2, 2], [...first, ...second]);
  gives(layer('Axpy', '', ['a', 'x', 'z']), { a, x, z }, { y }, dialect);
});

test('Binarization gives 1 above 0, else -1', () => {
  gives(layer('Binarization'), { x: blob([1, 4], [-2, 0, 1e-20, 3]) }, { y: blob([1, 4], [-1, -1, 1, 1]) }, dialect);
});
