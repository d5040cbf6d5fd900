/** Reshape, Flatten, channel shuffles and folded places, worked out by hand. */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, refused } from './support.ts';

describe('Reshape', () => {
  const x = counted(1, 2, 3, 4);
  const reshape = (fields: string) => layer('Reshape', `reshape_param { ${fields} }`);
  const shape = (...dims: readonly number[]) => `shape { ${dims.map((dim) => `dim: ${dim}`).join(' ')} }`;

  test.each([
    ['0 keeps, -1 takes the rest', shape(0, -1, 4), [1, 6, 4]],
    ['num_axes axes from `axis` on', `${shape(3, 2)} axis: 1 num_axes: 2`, [1, 3, 2, 4]],
    ['0 counts from `axis` on', `${shape(0, -1)} axis: 1`, [1, 2, 12]],
    ['a negative axis counts from behind the last: here it adds axes', `${shape(1, 1)} axis: -1`, [1, 2, 3, 4, 1, 1]],
    ['num_axes 0 adds axes', `${shape(1)} axis: 1 num_axes: 0`, [1, 1, 2, 3, 4]],
    ['no dims take axes away', `shape { } axis: 0 num_axes: 1`, [2, 3, 4]],
  ])('%s', (_, fields, to) => gives(reshape(fields), { x }, { y: counted(...to) }));

  test('sizes that do not go together are refused', () => {
    expect(refused(reshape(shape(5, -1)), { x })).toContain('1x2x3x4 is no 5x-1');
    expect(refused(reshape(shape(-1, -1)), { x })).toContain('it has more than one size to find');
    expect(refused(reshape(shape(1, 2, 3, 4, 0)), { x })).toContain('there is no axis 4 to keep');
  });
});

test.each([
  ['', [1, 24]],
  ['axis: 2', [1, 2, 12]],
  ['axis: 1 end_axis: 2', [1, 6, 4]],
  ['axis: -2', [1, 2, 12]],
])('Flatten %s', (fields, to) =>
  gives(layer('Flatten', `flatten_param { ${fields} }`), { x: counted(1, 2, 3, 4) }, { y: counted(...to) }),
);

describe('ShuffleChannel', () => {
  // Two groups of three: 1 2 3 and 4 5 6 become pairs.
  test('channel i of each group side by side', () =>
    gives(
      layer('ShuffleChannel', 'shuffle_channel_param { group: 2 }'),
      { x: counted(1, 6, 1) },
      { y: blob([1, 6, 1], [1, 4, 2, 5, 3, 6]) },
      'ncnn',
    ));

  test('ChannelShuffle of NART is the same', () =>
    gives(
      layer('ChannelShuffle', 'channel_shuffle_param { group: 3 }'),
      { x: counted(1, 6) },
      { y: blob([1, 6], [1, 3, 5, 2, 4, 6]) },
      'nart',
    ));

  test('groups that do not divide the channels are refused', () =>
    expect(
      refused(layer('ShuffleChannel', 'shuffle_channel_param { group: 4 }'), { x: counted(1, 6) }, 'ncnn'),
    ).toContain('6 channels have no 4 groups'));
});

describe('places folded into channels', () => {
  // One channel of 4 x 4: ncnn and SubpixelDown give each channel one place of each block.
  const quarters = [1, 3, 9, 11, 2, 4, 10, 12, 5, 7, 13, 15, 6, 8, 14, 16];

  test('SubpixelDown, and SubpixelUp back', () => {
    const [whole, folded] = [counted(1, 1, 4, 4), blob([1, 4, 2, 2], quarters)];
    gives(layer('SubpixelDown', 'subpixel_down_param { downsample: 2 }'), { x: whole }, { y: folded }, 'nart');
    gives(layer('SubpixelUp', 'subpixel_up_param { upsample: 2 }'), { x: folded }, { y: whole }, 'nart');
  });

  // Four channels of 2 x 2, numbered 1 to 16, read as one channel of 4 x 4: channel k has the places k of its blocks.
  test('Reorg numbers as darknet does', () =>
    gives(
      layer('Reorg', 'reorg_param { stride: 2 }'),
      { x: counted(1, 4, 2, 2) },
      { y: blob([1, 16, 1, 1], [1, 3, 9, 11, 2, 4, 10, 12, 5, 7, 13, 15, 6, 8, 14, 16]) },
      'intel',
    ));

  test('Reorg with reverse makes an image of channels', () =>
    gives(
      layer('Reorg', 'reorg_param { stride: 2 reverse: true }'),
      { x: blob([1, 4, 2, 2], quarters) },
      { y: counted(1, 1, 4, 4) },
      'intel',
    ));
});
