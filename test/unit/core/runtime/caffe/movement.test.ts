/** Joining, cutting, turning and repeating, by places worked out by hand. */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, refused, weights } from './support.ts';

describe('Concat', () => {
  const given = { a: counted(2, 1, 2), b: blob([2, 1, 2], [5, 6, 7, 8]) };

  test.each([
    ['', [2, 2, 2], [1, 2, 5, 6, 3, 4, 7, 8]],
    ['axis: 0', [4, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]],
    ['axis: -1', [2, 1, 4], [1, 2, 5, 6, 3, 4, 7, 8]],
    ['concat_dim: 2', [2, 1, 4], [1, 2, 5, 6, 3, 4, 7, 8]],
  ])('%s', (fields, shape, y) =>
    gives(layer('Concat', `concat_param { ${fields} }`, ['a', 'b']), given, { y: blob(shape, y) }),
  );

  test('blobs that differ beside the axis are refused', () =>
    expect(refused(layer('Concat', '', ['a', 'b']), { a: counted(1, 2), b: counted(2, 2) })).toContain(
      '1x2 and 2x2 differ beside axis 1',
    ));
});

describe('Slice', () => {
  const slice = (fields: string, tops: readonly string[]) =>
    layer('Slice', `slice_param { ${fields} }`, ['x'], [...tops]);
  const x = counted(1, 4, 1);

  test('into equal parts without points', () =>
    gives(slice('', ['a', 'b']), { x }, { a: blob([1, 2, 1], [1, 2]), b: blob([1, 2, 1], [3, 4]) }));

  test('at points, along slice_dim as it was called before', () =>
    gives(
      slice('slice_dim: 1 slice_point: 1 slice_point: 3', ['a', 'b', 'c']),
      { x },
      { a: blob([1, 1, 1], [1]), b: blob([1, 2, 1], [2, 3]), c: blob([1, 1, 1], [4]) },
    ));

  test('what does not cover the axis is refused', () => {
    expect(refused(slice('', ['a', 'b', 'c']), { x })).toContain('axis 1 of 4 has no 3 equal parts');
    expect(refused(slice('slice_point: 1', ['a', 'b', 'c']), { x })).toContain('it cuts 2 parts for 3 tops');
    expect(refused(slice('slice_point: 4', ['a', 'b']), { x })).toContain('its points 4 do not rise within 4');
  });
});

describe('Crop', () => {
  const x = counted(1, 1, 3, 4);
  const crop = (fields: string) => layer('Crop', `crop_param { ${fields} }`, ['x', 'like']);

  test('the axes from 2 on are as long as those of the second bottom', () =>
    gives(crop('offset: 1 offset: 2'), { x, like: counted(1, 9, 2, 2) }, { y: blob([1, 1, 2, 2], [7, 8, 11, 12]) }));

  test('one offset is for all axes; axis may be another', () =>
    gives(
      crop('axis: 3 offset: 1'),
      { x, like: counted(1, 1, 1, 2) },
      { y: blob([1, 1, 3, 2], [2, 3, 6, 7, 10, 11]) },
    ));

  test('what reaches over the border is refused', () =>
    expect(refused(crop('offset: 2'), { x, like: counted(1, 1, 2, 2) })).toContain('axis 2 of 3 does not reach to 4'));
});

describe('order of axes', () => {
  const x = counted(1, 2, 3);

  test('Permute: axes that are not said follow', () => {
    gives(layer('Permute', 'permute_param { order: 2 }'), { x }, { y: blob([3, 1, 2], [1, 4, 2, 5, 3, 6]) }, 'ssd');
    gives(
      layer('Permute', 'permute_param { order: 0 order: 2 order: 1 }'),
      { x },
      { y: blob([1, 3, 2], [1, 4, 2, 5, 3, 6]) },
      'ssd',
    );
  });

  test('Transpose says all of them', () => {
    gives(
      layer('Transpose', 'transpose_param { dim: 0 dim: 2 dim: 1 }'),
      { x },
      { y: blob([1, 3, 2], [1, 4, 2, 5, 3, 6]) },
      'nart',
    );
    expect(refused(layer('Transpose', 'transpose_param { dim: 2 }'), { x }, 'nart')).toContain(
      '2 is no order of 3 axes',
    );
  });

  test('Exchange: width, images, channels, height', () =>
    gives(layer('Exchange'), { x: counted(1, 1, 2, 2) }, { y: blob([2, 1, 1, 2], [1, 3, 2, 4]) }, 'nart'));
});

describe('repeating, turning round, padding', () => {
  test('Tile', () =>
    gives(
      layer('Tile', 'tile_param { tiles: 2 }'),
      { x: counted(1, 2, 2) },
      { y: blob([1, 4, 2], [1, 2, 3, 4, 1, 2, 3, 4]) },
    ));

  test('Tile along another axis', () =>
    gives(
      layer('Tile', 'tile_param { axis: 2 tiles: 2 }'),
      { x: counted(1, 2, 1) },
      { y: blob([1, 2, 2], [1, 1, 2, 2]) },
    ));

  test.each([
    ['constant', [9, 9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9]],
    ['edge', [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4]],
    ['reflect', [4, 3, 4, 3, 2, 1, 2, 1, 4, 3, 4, 3]],
  ])('Pad by %s', (mode, y) => {
    const pads = [0, 0, 1, 1, 0, 0, 0, 1].map((size) => `pads: ${size}`).join(' ');
    gives(
      layer('Pad', `pad_param { mode: "${mode}" value: 9 ${pads} }`),
      { x: counted(1, 1, 2, 2) },
      { y: blob([1, 1, 3, 4], y) },
      'nart',
    );
  });
});

describe('images by number', () => {
  const x = counted(3, 2);

  test('BatchReindex', () =>
    gives(layer('BatchReindex', '', ['x', 'by']), { x, by: blob([2], [2, 0]) }, { y: blob([2, 2], [5, 6, 1, 2]) }));

  test('Filter takes those whose number in the last bottom is not 0', () =>
    gives(
      layer('Filter', '', ['x', 'z', 'by'], ['y', 'w']),
      { x, z: counted(3, 1), by: blob([3, 1], [0, 2, 1]) },
      { y: blob([2, 2], [3, 4, 5, 6]), w: blob([2, 1], [2, 3]) },
    ));

  test('an image that is not there is refused', () =>
    expect(refused(layer('BatchReindex', '', ['x', 'by']), { x, by: blob([1], [3]) })).toContain(
      'there is no image 3 among 3',
    ));
});

test('Split gives the same to all, Silence nothing', () =>
  gives(
    `${layer('Split', '', ['x'], ['a', 'b', 'c'])} ${layer('Silence', '', ['c'], [])}`,
    { x: counted(1, 2) },
    { a: counted(1, 2), b: counted(1, 2) },
  ));

test('Parameter and Const give their blob', () => {
  gives(layer('Parameter', weights(blob([1, 2], [3, 4])), []), {}, { y: blob([1, 2], [3, 4]) });
  gives(layer('Const', weights(blob([1, 2], [3, 4])), []), {}, { y: blob([1, 2], [3, 4]) }, 'opencv');
});

describe('DummyData', () => {
  const dummy = (fields: string, tops: readonly string[]) =>
    layer('DummyData', `dummy_data_param { ${fields} }`, [], [...tops]);

  test('one filler and one shape for all, zeros where there is no filler', () => {
    gives(
      dummy('data_filler { value: 3 } shape { dim: 2 }', ['a', 'b']),
      {},
      { a: blob([2], [3, 3]), b: blob([2], [3, 3]) },
    );
    gives(dummy('num: 1 channels: 1 height: 1 width: 2', ['a']), {}, { a: blob([1, 1, 1, 2], [0, 0]) });
  });

  test('a filler and a shape for each', () =>
    gives(
      dummy('data_filler { value: 3 } data_filler { value: 4 } shape { dim: 1 } shape { dim: 2 }', ['a', 'b']),
      {},
      { a: blob([1], [3]), b: blob([2], [4, 4]) },
    ));

  test('numbers by chance are refused', () =>
    expect(refused(dummy('data_filler { type: "gaussian" } shape { dim: 2 }', ['a']), {})).toContain(
      'a filler of type gaussian gives other numbers each time',
    ));
});
