/** Layers that change height and width: onnxruntime on what was converted, against the interpreter. */
import { describe, expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, operatorsOf, problemsOf } from './support.ts';

const DATA = input('data', 2, 4, 5, 7);

const of = (line: string, dialect: string, data = DATA) => agrees([data, layer(`data => y: ${line}`)], { dialect });

describe('Interp', () => {
  test.each([
    ['openvino', 'height: 9 width: 4'],
    ['openvino', 'height: 1 width: 1'],
    ['openvino', 'zoom_factor: 3'],
    ['openvino', 'height: 9 width: 4 zoom_factor: 2'],
    ['openvino', 'height: 9 width: 4 zoom_factor: 2 shrink_factor: 3'],
    ['mnn', 'zoom_factor: 3'],
    ['mnn', 'shrink_factor: 2 pad_beg: -1'],
    ['mnn', 'shrink_factor: 3 zoom_factor: 2'],
    ['mnn', 'height: 9 width: 4 zoom_factor: 2'],
    ['ascend', 'shrink_factor: 2'],
    ['cambricon', 'shrink_factor: 2 zoom_factor: 3'],
    ['cambricon', 'height: 9 width: 4 pad_beg: -1 pad_end: -2 align_corners: true'],
    ['ascend', 'zoom_factor: 2 pad_beg: -1'],
    ['ncnn', 'height: 9 width: 4 pad_beg: -1'],
    ['ncnn', 'zoom_factor: 2'],
    ['tengine', 'zoom_factor: 3 height: 4 width: 4'],
    ['nart', 'scale_factor: 1.5'],
    ['nart', 'height: 3 width: 20'],
    ['nart', 'zoom_factor: 2'],
  ])('%s: %s', async (dialect, parameters) => {
    const result = await of(`Interp interp_param { ${parameters} }`, dialect);
    expect(operatorsOf(result).filter((operator) => operator !== 'Slice')).toEqual(['Resize']);
  });

  test.each(['', 'height: 3 width: 3', 'zoom_factor: 2', 'shrink_factor: 2'])(
    "to the size of OpenVINO's second bottom, whatever else it says: %s",
    async (parameters) => {
      const net = [DATA, input('like', 1, 2, 9, 4), layer(`data, like => y: Interp interp_param { ${parameters} }`)];
      const { found } = await agrees(net, { dialect: 'openvino' });
      expect(found.get('y')?.shape).toEqual([2, 4, 9, 4]);
    },
  );

  test('what is not known is refused', () => {
    const refused = (line: string, dialect: string) => problemsOf([DATA, layer(line)], dialect)[0];
    expect(
      refused('data => y: Interp interp_param { height: 2 width: 2 align_corners: false }', 'cambricon'),
    ).toContain('corners');
    expect(refused('data, data => y: Interp', 'ncnn')).toContain('another blob');
    expect(refused('data, data => y: Interp interp_param { pad_beg: -1 }', 'openvino')).toContain('padding');
    expect(refused('data => y: Interp interp_param { pad_beg: 1 zoom_factor: 2 }', 'cambricon')).toContain(
      'does not pad',
    );
    expect(refused('data => y: Interp interp_param { height: 2 }', 'openvino')).toContain('its size');
    expect(refused('data => y: Interp interp_param { shrink_factor: 2 }', 'openvino')).toContain('shrink_factor');
    expect(refused('data => y: Interp interp_param { zoom_factor: 2 pad_end: -1 }', 'openvino')).toContain('padding');
    expect(refused('data => y: Upsample', 'mnn')).toContain('0 x 0');
  });
});

describe('nearest elements', () => {
  test.each([
    ['yolo-upsample', 'Upsample upsample_param { scale: 2 }', ['Resize']],
    ['tengine', 'Upsample upsample_param { scale: 3 }', ['Resize']],
    ['ascend', 'Upsample upsample_param { stride: 2 }', ['Resize']],
    ['ascend', 'Upsample upsample_param { stride_h: 1 stride_w: 3 scale: 0.5 }', ['Resize', 'Mul']],
    [
      'cambricon',
      'Upsample upsample_param { nearestneighbor_mode: true upsample_h: 9 upsample_w: 17 }',
      ['Gather', 'Gather'],
    ],
    ['cambricon', 'Upsample upsample_param { nearestneighbor_mode: true scale: 3 }', ['Gather', 'Gather']],
    ['nart', 'NNInterp nninterp_param { height: 5 width: 20 }', ['Gather']],
    ['nart', 'NNInterp nninterp_param { height: 10 width: 14 }', ['Resize']],
    ['nart', 'NNUpsample nn_upsample_param { resize: 3 }', ['Resize']],
    ['nart', 'NNUpsample', ['Resize']],
    ['nart', 'Resize resize_param { height: 10 width: 9 interp_mode: 0 }', ['Gather', 'Gather']],
    ['nart', 'Resize resize_param { height: 10 width: 9 }', ['Resize']],
  ])('%s: %s', async (dialect, line, operators) => {
    expect(operatorsOf(await of(line, dialect))).toEqual(operators);
  });
});

describe('Upsample by a mask', () => {
  const net = (more = '') => [
    input('data', 1, 2, 2, 2),
    input('mask', 1, 2, 2, 2),
    layer(`data, mask => y: Upsample upsample_param { scale: 2 ${more} }`),
  ];

  test('zeros but where the mask says', async () => {
    const inputs = { mask: [0, 3, 9, 15, 5, 6, 1, 12] };
    await agrees(net(), { dialect: 'cambricon', inputs });
    await agrees(net('upsample_h: 3 upsample_w: 6'), { dialect: 'cambricon', inputs });
    const { model } = await agrees(net('pad_out_W: 1 pad_out_h: 1'), {
      dialect: 'cambricon',
      inputs: { mask: [0, 3, 7, 8, 5, 6, 1, 2] },
    });
    expect(model.graph.outputs[0]?.shape).toEqual([1, 2, 3, 3]);
  });

  test('of several at one place the last stays', async () => {
    const inputs = { data: [1, 2, 3, 4, 5, 6, 7, 8], mask: [0, 5, 5, 0, 3, 3, 3, 2] };
    const { model } = await agrees(net(), { dialect: 'cambricon', inputs });
    // Of ScatterElements without a reduction nobody says which stays.
    const scattering = [...model.graph.nodes].filter(({ op }) => op === 'ScatterElements');
    expect(scattering.map((node) => node.string('reduction'))).toEqual(['max']);
  });
});

describe('UnPooling', () => {
  test.each([
    'out_kernel_size: 2 out_stride: 2',
    'out_kernel_size: 3 out_stride: 2 out_pad: 1',
    'unpool: REP out_kernel_size: 3 out_stride: 2 out_pad: 1',
    'unpool: DIV out_kernel_size: 3 out_stride: 2 out_pad: 1',
    'unpool: DIV out_kernel_h: 2 out_kernel_w: 3 out_stride_h: 1 out_stride_w: 2 out_pad_h: 0 out_pad_w: 2',
    'out_kernel_size: 3 out_stride: 1 out_pad: 2',
  ])('%s', async (parameters) => {
    const result = await of(`UnPooling unpooling_param { ${parameters} }`, 'cambricon');
    expect(operatorsOf(result)).toEqual(['MatMul', 'MatMul']);
  });

  test.each([
    [10, 14],
    [11, 21],
    [5, 7],
  ])('as large as another blob of %d x %d', async (height, width) => {
    const net = [
      DATA,
      input('like', 1, 1, height, width),
      layer('data, like => y: UnPooling unpooling_param { unpool: REP }'),
    ];
    await agrees(net, { dialect: 'cambricon' });
  });
});

test.each([
  ['SubpixelUp subpixel_up_param { upsample: 2 }', input('data', 2, 8, 3, 5)],
  ['SubpixelDown subpixel_down_param { downsample: 3 }', input('data', 2, 2, 6, 9)],
])('%s', async (line, data) => {
  await of(line, 'nart', data);
});
