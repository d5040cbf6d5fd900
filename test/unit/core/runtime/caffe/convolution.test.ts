/** Convolution and its kin by numbers computed by hand. */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, type Numbers, refused, weights } from './support.ts';

const convolution = (fields: string, blobs: readonly Numbers[], type = 'Convolution') =>
  layer(type, `convolution_param { ${fields} } ${weights(...blobs)}`);

describe('Convolution', () => {
  const x = counted(1, 1, 3, 3);
  const ones = blob([1, 1, 2, 2], [1]);

  test('sums under the kernel, plus a bias', () =>
    gives(
      convolution('num_output: 1 kernel_size: 2', [blob([1, 1, 2, 2], [1, 10, 100, 1000]), blob([1], [0.5])]),
      { x },
      { y: blob([1, 1, 2, 2], [5421.5, 6532.5, 8754.5, 9865.5]) },
    ));

  test('stride rounds down, pad is of zeros', () =>
    gives(
      convolution('num_output: 1 kernel_size: 2 stride: 2 pad: 1 bias_term: false', [ones]),
      { x },
      // 1; 2 + 3; 4 + 7; 5 + 6 + 8 + 9
      { y: blob([1, 1, 2, 2], [1, 5, 11, 28]) },
    ));

  test('dilation spreads the kernel', () =>
    gives(
      convolution('num_output: 1 kernel_size: 2 dilation: 2 bias_term: false', [ones]),
      { x },
      { y: blob([1, 1, 1, 1], [1 + 3 + 7 + 9]) },
    ));

  test('height and width have sizes of their own, in a list or by name', () => {
    const wide = blob([1, 1, 1, 2], [1]);
    const y = blob([1, 1, 2, 2], [3, 5, 15, 17]);
    gives(
      convolution('num_output: 1 kernel_h: 1 kernel_w: 2 stride_h: 2 stride_w: 1 bias_term: false', [wide]),
      { x },
      { y },
    );
    gives(
      convolution('num_output: 1 kernel_size: 1 kernel_size: 2 stride: 2 stride: 1 bias_term: false', [wide]),
      { x },
      { y },
    );
  });

  test('groups see their own channels only', () =>
    gives(
      convolution('num_output: 4 kernel_size: 1 group: 2 bias_term: false', [blob([4, 1, 1, 1], [1, 10, 100, 1000])]),
      { x: blob([1, 2, 1, 1], [2, 3]) },
      { y: blob([1, 4, 1, 1], [2, 20, 300, 3000]) },
    ));

  test('many outputs at many places are the same sums', () => {
    // Five outputs a group and fifteen places: whole blocks of four by two, and what is left over on both sides.
    const [x, weight] = [
      counted(2, 4, 3, 5),
      blob(
        [10, 2, 3, 3],
        Array.from({ length: 180 }, (_, k) => (k % 7) - 3),
      ),
    ];
    const at = (n: number, c: number, row: number, column: number) =>
      row < 0 || row > 2 || column < 0 || column > 4 ? 0 : (x.values[((n * 4 + c) * 3 + row) * 5 + column] ?? 0);
    const sumAt = (n: number, o: number, row: number, column: number) => {
      let sum = o + 1;
      for (let k = 0; k < 18; k++) {
        const [i, down, right] = [Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3];
        const seen = at(n, (o < 5 ? 0 : 2) + i, row - 1 + down, column - 1 + right);
        sum += (weight.values[o * 18 + k] ?? 0) * seen;
      }
      return sum;
    };
    const places = Array.from({ length: 2 * 10 * 15 }, (_, k) => {
      const [n, o, place] = [Math.floor(k / 150), Math.floor(k / 15) % 10, k % 15];
      return sumAt(n, o, Math.floor(place / 5), place % 5);
    });
    gives(
      convolution('num_output: 10 kernel_size: 3 pad: 1 group: 2', [weight, counted(10)]),
      { x },
      { y: blob([2, 10, 3, 5], places) },
    );
  });

  test('several bottoms have the same weights', () =>
    gives(
      layer(
        'Convolution',
        `convolution_param { num_output: 1 kernel_size: 1 bias_term: false } ${weights(blob([1, 1, 1, 1], [3]))}`,
        ['a', 'b'],
        ['y', 'z'],
      ),
      { a: blob([1, 1, 1, 1], [2]), b: blob([1, 1, 1, 2], [4, 5]) },
      { y: blob([1, 1, 1, 1], [6]), z: blob([1, 1, 1, 2], [12, 15]) },
    ));

  test('images of one and three axes', () => {
    gives(
      convolution('num_output: 1 kernel_size: 2 pad: 1 bias_term: false', [blob([1, 1, 2], [1, 10])]),
      { x: counted(1, 1, 2) },
      { y: blob([1, 1, 3], [10, 21, 2]) },
    );
    gives(
      convolution('num_output: 1 kernel_size: 2 bias_term: false', [blob([1, 1, 2, 2, 2], [1])]),
      { x: counted(1, 1, 2, 2, 3) },
      { y: blob([1, 1, 1, 1, 2], [48, 56]) },
    );
  });

  test.each([
    ['num_output: 1 kernel_size: 0', 'its kernel has no size'],
    ['num_output: 1 kernel_size: 2 stride: 0', 'its stride is 0'],
    ['num_output: 3 kernel_size: 1 group: 2', '1 channels and 3 outputs have no 2 groups'],
    ['num_output: 1 kernel_size: 2 kernel_size: 2 kernel_size: 2', 'kernel_size has 3 sizes for 2 axes'],
    ['num_output: 1 kernel_size: 2 axis: 2', 'its channels are not at axis 1'],
    ['num_output: 1 kernel_size: 4 bias_term: false', 'its kernel is larger than the padded image'],
  ])('%s is refused', (fields, why) =>
    expect(refused(convolution(fields, [blob([1, 1, 4, 4], [1])]), { x })).toContain(why),
  );
});

describe('its other names', () => {
  test.each([
    ['ConvolutionDepthwise', 'ncnn'],
    ['DepthwiseConvolution', 'ncnn'],
    ['DepthwiseConv', 'mnn'],
  ])('%s of %s: each channel by itself', (type, dialect) =>
    gives(
      convolution('num_output: 2 kernel_size: 1 bias_term: false', [blob([2, 1, 1, 1], [10, 100])], type),
      { x: blob([1, 2, 1, 1], [2, 3]) },
      { y: blob([1, 2, 1, 1], [20, 300]) },
      dialect,
    ),
  );

  test('HoleConvolution calls dilation a hole', () =>
    gives(
      convolution(
        'num_output: 1 kernel_size: 2 hole_h: 2 hole_w: 1 bias_term: false',
        [blob([1, 1, 2, 2], [1])],
        'HoleConvolution',
      ),
      { x: counted(1, 1, 3, 3) },
      { y: blob([1, 1, 1, 2], [1 + 2 + 7 + 8, 2 + 3 + 8 + 9]) },
      'nart',
    ));

  test('ConvolutionReLU and InnerProductReLU rectify', () => {
    gives(
      convolution('num_output: 2 kernel_size: 1 bias_term: false', [blob([2, 1, 1, 1], [-1, 1])], 'ConvolutionReLU'),
      { x: blob([1, 1, 1, 1], [2]) },
      { y: blob([1, 2, 1, 1], [0, 2]) },
      'nart',
    );
    gives(
      layer(
        'InnerProductReLU',
        `inner_product_param { num_output: 2 bias_term: false } ${weights(blob([2, 1], [-1, 1]))}`,
      ),
      { x: blob([1, 1], [2]) },
      { y: blob([1, 2], [0, 2]) },
      'nart',
    );
  });

  test('Convolution3D has sizes in time and space', () =>
    gives(
      layer(
        'Convolution3D',
        `convolution3d_param { num_output: 1 kernel_size: 1 kernel_depth: 2 temporal_stride: 2 temporal_pad: 1 bias_term: false }
         ${weights(blob([1, 1, 2, 1, 1], [1, 10]))}`,
      ),
      { x: counted(1, 1, 3, 1, 1) },
      // zeros, 1 2 3, zeros: 0 10; 2 30
      { y: blob([1, 1, 2, 1, 1], [10, 32]) },
      'mnn',
    ));
});

describe('Deconvolution', () => {
  test('spreads what it is given by stride, and cuts the pad off', () => {
    const kernel = blob([1, 1, 1, 3], [1, 10, 100]);
    gives(
      convolution('num_output: 1 kernel_h: 1 kernel_w: 3 stride: 2 bias_term: false', [kernel], 'Deconvolution'),
      { x: blob([1, 1, 1, 2], [1, 2]) },
      { y: blob([1, 1, 1, 5], [1, 10, 102, 20, 200]) },
    );
    gives(
      convolution(
        'num_output: 1 kernel_h: 1 kernel_w: 3 stride: 2 pad_h: 0 pad_w: 1 bias_term: false',
        [kernel],
        'Deconvolution',
      ),
      { x: blob([1, 1, 1, 2], [1, 2]) },
      { y: blob([1, 1, 1, 3], [10, 102, 20]) },
    );
  });

  test('weights are inputs by outputs of a group', () =>
    gives(
      convolution(
        'num_output: 2 kernel_size: 1 bias_term: false',
        [blob([2, 2, 1, 1], [1, 10, 100, 1000])],
        'Deconvolution',
      ),
      { x: blob([1, 2, 1, 1], [2, 3]) },
      { y: blob([1, 2, 1, 1], [302, 3020]) },
    ));

  test('groups, dilation and a bias', () =>
    gives(
      convolution(
        'num_output: 2 kernel_h: 1 kernel_w: 2 dilation: 2 group: 2',
        [blob([2, 1, 1, 2], [1, 10, 100, 1000]), blob([2], [0.5, 0.25])],
        'Deconvolution',
      ),
      { x: blob([1, 2, 1, 1], [2, 3]) },
      { y: blob([1, 2, 1, 3], [2.5, 0.5, 20.5, 300.25, 0.25, 3000.25]) },
    ));

  test('Deconvolution has the name DeConvolution in Tengine', () =>
    gives(
      convolution('num_output: 1 kernel_size: 1 bias_term: false', [blob([1, 1, 1, 1], [3])], 'DeConvolution'),
      { x: blob([1, 1, 1, 1], [2]) },
      { y: blob([1, 1, 1, 1], [6]) },
      'tengine',
    ));
});

test('Im2col puts what stands under the kernel into channels', () =>
  gives(
    layer('Im2col', 'convolution_param { kernel_size: 2 }'),
    { x: counted(1, 1, 2, 3) },
    { y: blob([1, 4, 1, 2], [1, 2, 2, 3, 4, 5, 5, 6]) },
  ));

describe('DeformableConvolution', () => {
  const x = counted(1, 1, 2, 2);
  const fields = 'num_output: 1 kernel_size: 1 deformable_group: 1 bias_term: false';
  const deformable = layer(
    'DeformableConvolution',
    `deformable_convolution_param { ${fields} } ${weights(blob([1, 1, 1, 1], [1]))}`,
    ['x', 'bend'],
  );

  // Rows are bent by half a row, columns not: halves between 1 and 3, 2 and 4; the last row reaches no further.
  test('row offsets, then column offsets; linear in between', () =>
    gives(
      deformable,
      { x, bend: blob([1, 2, 2, 2], [0.5, 0.5, 0.5, 0.5, 0]) },
      { y: blob([1, 1, 2, 2], [2, 3, 3, 4]) },
      'nart',
    ));

  test('beyond the image is nothing', () =>
    gives(
      deformable,
      { x, bend: blob([1, 2, 2, 2], [-0.5, 0, 1, 0, 0]) },
      { y: blob([1, 1, 2, 2], [0, 2, 0, 4]) },
      'nart',
    ));
});
