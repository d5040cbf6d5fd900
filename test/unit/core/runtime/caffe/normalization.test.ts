/** BatchNorm and BN, LRN, MVN, Normalize, GRN by numbers computed by hand. */
import { describe, expect, test } from 'vitest';
import { blob, gives, layer, refused, weights } from './support.ts';

describe('BatchNorm', () => {
  // (x - mean) / sqrt(variance + eps), two channels: (3 - 1) / 2 and (3 - 5) / 4.
  const x = blob([1, 2, 1, 2], [3, 5, 3, 13]);
  const [mean, variance] = [blob([2], [1, 5]), blob([2], [3, 15])];
  const eps = 'batch_norm_param { eps: 1 }';

  test('a factor of 1 leaves mean and variance as they are', () =>
    gives(
      layer('BatchNorm', `${eps} ${weights(mean, variance, blob([1], [1]))}`),
      { x },
      { y: blob([1, 2, 1, 2], [1, 2, -0.5, 2]) },
    ));

  test('mean and variance are divided by the factor', () =>
    gives(
      layer('BatchNorm', `${eps} ${weights(blob([2], [2, 10]), blob([2], [6, 30]), blob([1], [2]))}`),
      { x },
      { y: blob([1, 2, 1, 2], [1, 2, -0.5, 2]) },
    ));

  test('a factor of 0 makes both 0', () =>
    gives(
      layer('BatchNorm', `batch_norm_param { eps: 0.25 } ${weights(mean, variance, blob([1], [0]))}`),
      { x },
      { y: blob([1, 2, 1, 2], [6, 10, 6, 26]) },
    ));

  test('eps is 1e-5 where it is not given', () =>
    gives(
      layer('BatchNorm', weights(blob([1], [0]), blob([1], [0]), blob([1], [1]))),
      { x: blob([1, 1, 1, 1], [1]) },
      { y: blob([1, 1, 1, 1], [1 / Math.sqrt(1e-5)]) },
    ));

  // Channel 0: mean 4, variance 1; channel 1: mean 8, variance 25.
  test('use_global_stats: false takes the statistics of what it is given', () =>
    gives(
      layer(
        'BatchNorm',
        `batch_norm_param { eps: 0 use_global_stats: false } ${weights(mean, variance, blob([1], [1]))}`,
      ),
      { x },
      { y: blob([1, 2, 1, 2], [-1, 1, -1, 1]) },
    ));

  test('channels are axis 1, also of two axes', () =>
    gives(
      layer('BatchNorm', `${eps} ${weights(mean, variance, blob([1], [1]))}`),
      { x: blob([2, 2], [3, 3, 5, 13]) },
      { y: blob([2, 2], [1, -0.5, 2, 2]) },
    ));

  test('blobs of other sizes are refused', () =>
    expect(refused(layer('BatchNorm', weights(blob([3], [1]), blob([3], [1]), blob([1], [1]))), { x })).toBe(
      'layer y (BatchNorm) is not run here: its blob 0 has 3 numbers in the place of 2',
    ));
});

describe('LRN', () => {
  const lrn = (fields: string) => layer('LRN', `lrn_param { ${fields} }`);

  // k + alpha / 3 * sums of squares: 1 + 5, 1 + 14, 1 + 13.
  test('across channels, with fewer at the borders', () =>
    gives(
      lrn('local_size: 3 alpha: 3 beta: 1'),
      { x: blob([1, 3, 1, 1], [1, 2, 3]) },
      { y: blob([1, 3, 1, 1], [1 / 6, 2 / 15, 3 / 14]) },
    ));

  test('k begins the sum; beta is 0.75 and alpha 1', () =>
    gives(
      lrn('local_size: 1 k: 12'),
      { x: blob([1, 1, 1, 1], [2]) },
      { y: blob([1, 1, 1, 1], [2 / 8]) }, // (12 + 4) ^ 0.75
    ));

  // Windows of 3 x 3 in an image of 2 x 2 have all four: 1 + 9 / 9 * 30.
  test('within a channel k does not count', () =>
    gives(
      lrn('local_size: 3 alpha: 9 beta: 1 k: 7 norm_region: WITHIN_CHANNEL'),
      { x: blob([1, 1, 2, 2], [1, 2, 3, 4]) },
      { y: blob([1, 1, 2, 2], [1 / 31, 2 / 31, 3 / 31, 4 / 31]) },
    ));

  test('an even size is refused', () =>
    expect(refused(lrn('local_size: 4'), { x: blob([1, 1, 1, 1], [2]) })).toContain('local_size is even'));
});

describe('MVN', () => {
  const mvn = (fields: string) => layer('MVN', `mvn_param { ${fields} }`);
  const x = blob([1, 2, 1, 2], [1, 3, 10, 18]);

  // Means 2 and 14, deviations 1 and 4.
  test('eps is added to the deviation, not under the root', () =>
    gives(mvn('eps: 1'), { x }, { y: blob([1, 2, 1, 2], [-1 / 2, 1 / 2, -4 / 5, 4 / 5]) }));

  test('normalize_variance: false only takes the mean away', () =>
    gives(mvn('normalize_variance: false'), { x }, { y: blob([1, 2, 1, 2], [-1, 1, -4, 4]) }));

  // The mean is 8; squares of -7, -5, 2, 10 have the mean 44.5.
  test('across_channels takes images whole', () => {
    const deviation = Math.sqrt(44.5);
    gives(
      mvn('across_channels: true'),
      { x },
      {
        y: blob(
          [1, 2, 1, 2],
          [-7, -5, 2, 10].map((value) => value / deviation),
        ),
      },
    );
  });
});

describe('Normalize', () => {
  const normalize = (fields: string, ...scale: readonly number[]) =>
    layer('Normalize', `norm_param { ${fields} } ${weights(blob([scale.length], scale))}`);
  const x = blob([1, 2, 1, 2], [3, 1, 4, 2]);

  // 3, 4 are 5 long; eps is 11: sqrt(25 + 11) = 6, sqrt(5 + 11) = 4.
  test('over the channels, eps under the root, a scale for each channel', () =>
    gives(
      normalize('across_spatial: false channel_shared: false eps: 11', 2, 10),
      { x },
      { y: blob([1, 2, 1, 2], [1, 0.5, 40 / 6, 5]) },
      'ssd',
    ));

  // All squares are 30; eps is 6.
  test('over the whole image with one scale, which is what is not said', () =>
    gives(normalize('eps: 6', 3), { x }, { y: blob([1, 2, 1, 2], [1.5, 0.5, 2, 1]) }, 'ssd'));

  test('eps is 1e-10 where it is not given', () =>
    gives(normalize('', 1), { x: blob([1, 1, 1, 1], [1e-5]) }, { y: blob([1, 1, 1, 1], [Math.SQRT1_2]) }, 'ssd'));
});

test('GRN divides by the length over the channels, with its bias under the root', () =>
  gives(
    layer('GRN', 'grn_param { bias: 11 }'),
    { x: blob([1, 2, 1, 1], [3, 4]) },
    { y: blob([1, 2, 1, 1], [0.5, 4 / 6]) },
    'openvino',
  ));
