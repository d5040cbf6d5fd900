/** Layers that change height and width, layers that compare blobs, and what comes out of heat maps: by hand. */
import { describe, expect, test } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { input, layer } from '../../formats/caffe/lines.ts';
import { run, single } from './networks.ts';

const counted = (count: number) => Array.from({ length: count }, (_, k) => k);

/** One channel of 3 x 3 elements 0 to 8, or what is given. */
function of(line: string, dialect: string, sizes: readonly number[] = [1, 1, 3, 3], data?: readonly number[]) {
  const count = sizes.reduce((a, b) => a * b, 1);
  const { y } = run([input('data', ...sizes), layer(`data => y: ${line}`)], dialect, { data: data ?? counted(count) });
  return [y?.shape.slice(1), y?.numbers] as const;
}

describe('Interp', () => {
  const interp = (parameters: string) => `Interp interp_param { ${parameters} }`;

  test('corners keep their places', () => {
    expect(of(interp('height: 2 width: 5'), 'cambricon')).toEqual([
      [1, 2, 5],
      [0, 0.5, 1, 1.5, 2, 6, 6.5, 7, 7.5, 8],
    ]);
    expect(of(interp('height: 1 width: 2'), 'cambricon')[1]).toEqual([0, 2]);
  });

  test('zoom_factor puts elements between, shrink_factor leaves elements out; both: first the one, then the other', () => {
    expect(of(interp('zoom_factor: 2'), 'cambricon')[1]?.slice(0, 5)).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(of(interp('shrink_factor: 2'), 'cambricon')).toEqual([
      [1, 2, 2],
      [0, 2, 6, 8],
    ]);
    expect(of(interp('shrink_factor: 2 zoom_factor: 3'), 'cambricon')[0]).toEqual([1, 4, 4]);
  });

  test('padding takes rows and columns away', () => {
    expect(of(interp('pad_beg: -1 height: 1 width: 2'), 'cambricon')[1]).toEqual([4, 5]);
    expect(of(interp('pad_end: -1 height: 2 width: 2'), 'cambricon')[1]).toEqual([0, 1, 3, 4]);
  });

  test('ncnn and Tengine multiply the size and take the middles of elements', () => {
    const row = [1, 1, 1, 2] as const;
    expect(of(interp('height: 1 width: 4'), 'ncnn', row)[1]).toEqual([0, 0.25, 0.75, 1]);
    expect(of(interp('zoom_factor: 2'), 'tengine', [1, 1, 1, 2])[0]).toEqual([1, 2, 4]);
  });

  test("NART's layers say their size in other ways, and take the element before", () => {
    expect(of(interp('scale_factor: 2'), 'nart')[0]).toEqual([1, 6, 6]);
    expect(of('NNInterp nninterp_param { height: 1 width: 4 }', 'nart')[1]).toEqual([0, 0, 1, 2]);
    expect(of('NNUpsample', 'nart', [1, 1, 1, 2])).toEqual([
      [1, 2, 4],
      [0, 0, 1, 1, 0, 0, 1, 1],
    ]);
    expect(of('Resize resize_param { height: 1 width: 5 }', 'nart')[1]).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(of('Resize resize_param { height: 1 width: 4 interp_mode: 0 }', 'nart')[1]).toEqual([0, 0, 1, 2]);
  });
});

describe('Upsample', () => {
  test('each element as often as the scale says', () => {
    const twice = [0, 0, 1, 1, 0, 0, 1, 1];
    for (const dialect of ['yolo-upsample', 'tengine']) {
      expect(of('Upsample upsample_param { scale: 2 }', dialect, [1, 1, 1, 2])[1]).toEqual(twice);
    }
    // Ascend, as darknet: the stride says how often, the scale is a factor.
    expect(of('Upsample upsample_param { stride_h: 1 stride_w: 2 scale: 3 }', 'ascend', [1, 1, 1, 2])[1]).toEqual([
      0, 0, 3, 3,
    ]);
  });

  test('Cambricon: the nearest where corners keep their places; halves go up', () => {
    const parameters = 'upsample_param { nearestneighbor_mode: true upsample_h: 2 upsample_w: 5 }';
    expect(of(`Upsample ${parameters}`, 'cambricon', [1, 1, 2, 3])[1]).toEqual([0, 1, 1, 2, 2, 3, 4, 4, 5, 5]);
  });

  test('a mask says where elements go', () => {
    const net = [
      input('data', 1, 2, 1, 2),
      input('mask', 1, 2, 1, 2),
      layer('data, mask => y: Upsample upsample_param { scale: 2 }'),
    ];
    const { y } = run(net, 'cambricon', { data: [1, 2, 3, 4], mask: [0, 7, 4, 3] });
    expect(y?.shape).toEqual([1, 2, 2, 4]);
    expect(y?.numbers).toEqual([1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4, 3, 0, 0, 0]);
  });
});

describe('UnPooling', () => {
  const unpooled = (parameters: string, data: readonly number[]) =>
    of(`UnPooling unpooling_param { ${parameters} }`, 'cambricon', [1, 1, 1, data.length], data);

  test('elements go to the middle of their windows', () => {
    expect(unpooled('out_kernel_h: 1 out_kernel_w: 3 out_stride_h: 1 out_stride_w: 3', [1, 2])).toEqual([
      [1, 1, 6],
      [0, 1, 0, 0, 2, 0],
    ]);
  });

  test('or all over them, shared where windows overlap, by their areas with DIV', () => {
    const windows = 'out_kernel_h: 1 out_kernel_w: 3 out_stride_h: 1 out_stride_w: 2';
    expect(unpooled(`unpool: REP ${windows}`, [6, 12])[1]).toEqual([6, 6, 9, 12, 12]);
    expect(unpooled(`unpool: DIV ${windows}`, [6, 12])[1]).toEqual([2, 2, 3, 4, 4]);
  });
});

test('SubpixelUp spreads channels over blocks, SubpixelDown gathers them', () => {
  expect(of('SubpixelUp subpixel_up_param { upsample: 2 }', 'nart', [1, 4, 1, 2])).toEqual([
    [1, 2, 4],
    [0, 2, 1, 3, 4, 6, 5, 7],
  ]);
  expect(of('SubpixelDown subpixel_down_param { downsample: 2 }', 'nart', [1, 1, 2, 4])).toEqual([
    [4, 1, 2],
    [0, 2, 1, 3, 4, 6, 5, 7],
  ]);
});

describe('Correlation', () => {
  const between = (parameters: string, a: readonly number[], b: readonly number[], sizes: readonly number[]) =>
    run(
      [input('a', ...sizes), input('b', ...sizes), layer(`a, b => y: Correlation correlation_param { ${parameters} }`)],
      'openvino',
      { a, b },
    ).y;

  test('the mean of products at each displacement, row by row', () => {
    const y = between('kernel_size: 1 max_displacement: 1 pad: 1', [2, 4], [10, 30], [1, 2, 1, 1]);
    // One place; only the displacement of nothing meets the image.
    expect(y?.shape).toEqual([1, 9, 1, 1]);
    expect(y?.numbers).toEqual([0, 0, 0, 0, 70, 0, 0, 0, 0]);
    const row = between('kernel_size: 1 max_displacement: 1 pad: 1', [1, 2, 3], [10, 20, 30], [1, 1, 1, 3]);
    expect(row?.numbers.slice(9, 18)).toEqual([0, 20, 60, 10, 40, 90, 20, 60, 0]);
    const wide = between(
      'kernel_size: 1 max_displacement: 2 stride_2: 2 pad: 2',
      [1, 2, 3],
      [10, 20, 30],
      [1, 1, 1, 3],
    );
    expect(wide?.numbers.slice(9, 18)).toEqual([0, 0, 30, 10, 40, 90, 30, 0, 0]);
  });

  test('kernels, strides and differences', () => {
    const picture = counted(25);
    const y = between('kernel_size: 3 max_displacement: 0 stride_1: 2', picture, Array(25).fill(1), [1, 1, 5, 5]);
    expect(y?.shape).toEqual([1, 1, 2, 2]);
    expect(y?.numbers).toEqual([6, 8, 16, 18]);
    const less = between(
      'kernel_size: 1 max_displacement: 2 stride_2: 2 pad: 2 correlation_type: SUBTRACT',
      [5],
      [2],
      [1, 1, 1, 1],
    );
    expect(less?.numbers).toEqual([5, 5, 5, 5, 3, 5, 5, 5, 5]);
  });

  test('NART, along rows: displacements to the left, the farthest first', () => {
    const net = [
      input('a', 1, 2, 1, 3),
      input('b', 1, 2, 1, 3),
      layer('a, b => y: Correlation1D correlation_param { max_displacement: 1 kernel_size: 1 }'),
    ];
    const { y } = run(net, 'nart', { a: [1, 2, 3, 4, 5, 6], b: [1, 10, 100, 2, 20, 200] });
    expect(y?.shape).toEqual([1, 2, 1, 3]);
    expect(y?.numbers).toEqual([0, 0, 7.5, 0, 6, 75]);
  });

  test('NART: the first bottom slides over the second', () => {
    const sliding = (groups: number, kernel: readonly number[], sizes: readonly number[]) =>
      run(
        [
          input('kernel', ...sizes),
          input('x', 1, 2, 1, 3),
          layer(`kernel, x => y: Correlation correlation_param { groups: ${groups} }`),
        ],
        'nart',
        { kernel, x: [1, 2, 3, 4, 5, 6] },
      ).y?.numbers;
    expect(sliding(2, [1, 10, 100, 1000], [1, 2, 1, 2])).toEqual([21, 32, 5400, 6500]);
    expect(sliding(1, [1, 10, 100, 1000], [1, 2, 1, 2])).toEqual([5421, 6532]);
  });
});

test('DeformableConvolution looks where the second bottom says', () => {
  const net = [
    input('data', 1, 1, 2, 3),
    input('offsets', 1, 2, 2, 3),
    layer(
      'data, offsets => y: DeformableConvolution deformable_convolution_param { num_output: 1 kernel_size: 1 deformable_group: 1 }',
      [Tensor.of('float32', [1, 1, 1, 1], [10]), Tensor.of('float32', [1], [1])],
    ),
  ];
  // Down by half, then right by half; at the last row what lies behind is the row itself, and 0 from a whole row on.
  const down = [0.5, 0, 0, 0.5, 1, 0];
  const right = [0, 0.5, -2.5, 0, 0, 0.5];
  const { y } = run(net, 'nart', { data: counted(6), offsets: [...down, ...right] });
  expect(y?.numbers).toEqual(single([16, 16, 1, 31, 1, 51]));
});

test('HeatMap2Coord: the place of the greatest element, a quarter towards its larger neighbour', () => {
  const map = [0, 3, 0, 5, 9, 4, 0, 3, 0];
  const at = (more: string) =>
    of(`HeatMap2Coord heatmap_param { coord_h: 30 coord_w: 60 ${more} }`, 'nart', [1, 1, 3, 3], map);
  expect(at('')).toEqual([[3], [30, 15, 9]]);
  expect(at('coord_reposition: true')[1]).toEqual([25, 15, 9]);
});

test('RegionYolo: sigmoids, and softmax over classes for YOLO 2', () => {
  const data = [0, 0, 1, 2, 0, 0, Math.log(3)];
  const [shape, numbers] = of(
    'RegionYolo region_yolo_param { classes: 2 coords: 4 num: 1 }',
    'openvino',
    [1, 7, 1, 1],
    data,
  );
  expect(shape).toEqual([7]);
  expect(numbers?.map((value) => Math.round(value * 1e5) / 1e5)).toEqual([0.5, 0.5, 1, 2, 0.5, 0.25, 0.75]);
  const masked = 'RegionYolo region_yolo_param { classes: 2 coords: 4 num: 3 mask: 1 do_softmax: false }';
  const [kept, third] = of(masked, 'openvino', [1, 7, 1, 1], data);
  expect(kept).toEqual([7, 1, 1]);
  expect(third?.map((value) => Math.round(value * 1e5) / 1e5)).toEqual([0.5, 0.5, 1, 2, 0.5, 0.5, 0.75]);
});
