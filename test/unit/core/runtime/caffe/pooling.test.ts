/** Pooling and SPP by numbers computed by hand. */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, refused } from './support.ts';

const pool = (fields: string, tops = ['y']) => layer('Pooling', `pooling_param { ${fields} }`, ['x'], tops);

describe('Pooling', () => {
  // 1 2 3 4 / 5 6 7 8 / 9 10 11 12 / 13 14 15 16
  const x = counted(1, 1, 4, 4);

  test('MAX is what is not said', () =>
    gives(pool('kernel_size: 2 stride: 2'), { x }, { y: blob([1, 1, 2, 2], [6, 8, 14, 16]) }));

  test('rounds up: the last window may reach over the border', () =>
    gives(pool('kernel_size: 3 stride: 2'), { x }, { y: blob([1, 1, 2, 2], [11, 12, 15, 16]) }));

  test('round_mode FLOOR rounds down', () =>
    gives(pool('kernel_size: 3 stride: 2 round_mode: FLOOR'), { x }, { y: blob([1, 1, 1, 1], [11]) }));

  // ceil((4 + 2 - 2) / 3) + 1 = 3, but the third would begin at 6 - 1, behind image and pad.
  test('with a pad, the last window begins within the image or the pad before it', () =>
    gives(pool('kernel_size: 2 stride: 3 pad: 1'), { x }, { y: blob([1, 1, 2, 2], [1, 4, 13, 16]) }));

  // The corner window has 1 place in the image, those at its sides 2: 1, 3 + 4, 9 + 13; all 4 places count.
  test('AVE divides by the window with its padding', () =>
    gives(
      pool('pool: AVE kernel_size: 2 stride: 3 pad: 1'),
      { x },
      { y: blob([1, 1, 2, 2], [1 / 4, 7 / 4, 22 / 4, 54 / 4]) },
    ));

  // The second window has 3 and 4 and ends with the image.
  test('AVE does not count what reaches over the border without padding', () =>
    gives(
      pool('pool: AVE kernel_h: 1 kernel_w: 3 stride_h: 1 stride_w: 2'),
      { x: counted(1, 1, 1, 4) },
      { y: blob([1, 1, 1, 2], [2, 3.5]) },
    ));

  test('global_pooling has one window', () =>
    gives(pool('pool: AVE global_pooling: true'), { x }, { y: blob([1, 1, 1, 1], [8.5]) }));

  test('a second top says where the greatest stand; of equals the first', () =>
    gives(
      pool('kernel_size: 2 stride: 2', ['y', 'place']),
      { x: blob([1, 2, 2, 2], [1, 7, 7, 0, -5, -1, -3, -9]) },
      { y: blob([1, 2, 1, 1], [7, -1]), place: blob([1, 2, 1, 1], [1, 1]) },
    ));

  // (1 + 9) / (1 + 3); where the sum is not above 0, 0.
  test('STOCHASTIC weights the elements by themselves', () =>
    gives(
      pool('pool: STOCHASTIC kernel_h: 1 kernel_w: 2 stride_h: 1 stride_w: 2'),
      { x: blob([1, 1, 1, 4], [1, 3, -2, 1]) },
      { y: blob([1, 1, 1, 2], [2.5, 0]) },
    ));

  test('images of one and three axes', () => {
    gives(pool('kernel_size: 2 stride: 2'), { x: counted(1, 1, 4) }, { y: blob([1, 1, 2], [2, 4]) });
    gives(
      pool('pool: AVE kernel_size: 2 stride: 2'),
      { x: counted(1, 1, 2, 2, 4) },
      // 1 2 5 6 9 10 13 14 and 3 4 7 8 11 12 15 16
      { y: blob([1, 1, 1, 1, 2], [7.5, 9.5]) },
      'intel',
    );
  });

  test('a pad as large as the kernel, and STOCHASTIC with a pad, are refused', () => {
    expect(refused(pool('kernel_size: 2 pad: 2'), { x })).toContain('its pad is as large as its kernel');
    expect(refused(pool('pool: STOCHASTIC kernel_size: 2 pad: 1'), { x })).toContain('pad goes with MAX and AVE alone');
    expect(refused(pool('kernel_size: 5'), { x })).toContain('its kernel is larger than the padded image');
  });
});

describe('SPP', () => {
  const pyramid = (fields: string) => layer('SPP', `spp_param { ${fields} }`);

  // One window of all, then four of 2 x 2 with a pad of 1 row and column.
  test('levels of 1, 4, ... windows, one behind the other', () =>
    gives(pyramid('pyramid_height: 2'), { x: counted(1, 1, 3, 3) }, { y: blob([1, 5], [9, 1, 3, 7, 9]) }));

  test('one level stays an image', () =>
    gives(pyramid('pyramid_height: 1 pool: AVE'), { x: counted(1, 1, 3, 3) }, { y: blob([1, 1, 1, 1], [5]) }));
});
