/**
 * Convolutions and pooling over 1 to 3 axes. Rules: ATen/native/ConvUtils.h (conv_output_size), Convolution.cpp,
 * Pool.h (pooling_output_shape), AdaptiveAveragePooling.cpp.
 */
import {
  add,
  atMost,
  ceilDivide,
  type Dim,
  floorDivide,
  minimum,
  multiply,
  type Shape,
  subtract,
} from '../../../ir/shape.ts';
import {
  agree,
  each,
  fresh,
  likeFormat,
  mismatch,
  packed,
  type Rule,
  type RuleArguments,
  type RuleTable,
  sizeAt,
  sizeText,
  spread,
  type TensorInfo,
} from '../rule.ts';

interface Window {
  readonly kernel: Shape;
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** `padding` undefined keeps the sizes, as `padding='same'` does (with stride 1). */
function convolve(args: RuleArguments, padding: readonly number[] | undefined): TensorInfo {
  const [input, weight] = [args.tensor('input'), args.tensor('weight')];
  const [filters, perGroup, ...kernel] = weight.shape;
  const { batch, channels, sizes } = split(input, kernel.length);
  agree(channels, multiply(perGroup, args.number('groups')), 'channels of a convolution');
  if (input.dtype !== weight.dtype) mismatch(`a convolution of ${input.dtype} with weights of ${weight.dtype}`);
  const window = { kernel, stride: args.numbers('stride'), dilation: args.numbers('dilation') };
  return convolved(input, weight, [...batch, filters, ...(padding ? slide(sizes, { ...window, padding }) : sizes)]);
}

/** A tensor of `axes` spatial axes, with or without a batch. */
function split(input: TensorInfo, axes: number): { batch: Shape; channels: Dim; sizes: Shape } {
  const rank = input.shape.length;
  if (rank !== axes + 1 && rank !== axes + 2) mismatch(`a convolution over ${axes} axes of a tensor of ${rank} axes`);
  return {
    batch: input.shape.slice(0, rank - axes - 1),
    channels: sizeAt(input.shape, -axes - 1),
    sizes: input.shape.slice(rank - axes),
  };
}

function convolved(input: TensorInfo, weight: TensorInfo, shape: Shape): TensorInfo {
  const batched = input.shape.length === weight.shape.length;
  return batched ? likeFormat(input.dtype, shape, input, weight) : packed(input.dtype, shape, input);
}

/** Sizes after a window has slid over them, rounded down. */
function slide(sizes: Shape, { kernel, stride, padding, dilation }: Window): Dim[] {
  const [s = [], p = [], d = []] = [stride, padding, dilation].map((values) => spread(values, sizes.length));
  checkSteps(s, p, d);
  return sizes.map((size, k) => {
    const reach = add(multiply(d[k], subtract(kernel[k], 1)), 1);
    const wide = add(size, 2 * (p[k] ?? 0));
    const out = add(floorDivide(subtract(wide, reach), s[k]), 1);
    return positive(out, `a window of ${sizeText(reach)} does not fit a size of ${sizeText(wide)}`);
  });
}

/** A size as it is, where it can be one: PyTorch refuses to make empty results here. */
function positive(size: Dim, complaint: string): Dim {
  return atMost(size, 0) ? mismatch(complaint) : size;
}

/** PyTorch refuses windows that do not move on, and padding that takes away. */
function checkSteps(stride: readonly number[], padding: readonly number[], dilation: readonly number[]): void {
  for (const [what, values, least] of [
    ['stride', stride, 1],
    ['dilation', dilation, 1],
    ['padding', padding, 0],
  ] as const) {
    const wrong = values.find((value) => value < least);
    if (wrong !== undefined) mismatch(`a window has a ${what} of ${wrong}`);
  }
}

function transposed(args: RuleArguments): TensorInfo {
  const [input, weight] = [args.tensor('input'), args.tensor('weight')];
  const [inputs, perGroup, ...kernel] = weight.shape;
  const { batch, channels, sizes } = split(input, kernel.length);
  agree(channels, inputs, 'channels of a transposed convolution');
  const names = ['stride', 'padding', 'dilation', 'output_padding'];
  const [stride = [], padding = [], dilation = [], extra = []] = names.map((name) =>
    spread(args.numbers(name), kernel.length),
  );
  checkSteps(stride, padding, dilation);
  const out = sizes.map((size, k) => {
    const [s = 1, p = 0, d = 1, e = 0] = [stride[k], padding[k], dilation[k], extra[k]];
    const reach = multiply(d, subtract(kernel[k], 1));
    const length = add(add(multiply(subtract(size, 1), s), reach), e + 1 - 2 * p);
    return positive(length, `a transposed convolution leaves ${sizeText(length)} of a size of ${sizeText(size)}`);
  });
  return convolved(input, weight, [...batch, multiply(perGroup, args.number('groups')), ...out]);
}

const plain: Rule = (args) => {
  const padding = args.get('padding');
  if (padding === 'same') return convolve(args, undefined);
  return convolve(args, padding === 'valid' ? [0] : args.numbers('padding'));
};

const general: Rule = (args) => (args.bool('transposed') ? transposed(args) : convolve(args, args.numbers('padding')));

/** Sizes after pooling; a window that would start in the right padding is left out even when rounding up. */
function pooledSizes(args: RuleArguments, sizes: Shape): Dim[] {
  const kernel = spread(args.numbers('kernel_size'), sizes.length);
  const given = args.optionalNumbers('stride') ?? [];
  const stride = given.length === 0 ? kernel : spread(given, sizes.length);
  const padding = spread(args.numbers('padding'), sizes.length);
  const dilation = spread(args.optionalNumbers('dilation') ?? [1], sizes.length);
  checkSteps([...kernel, ...stride], padding, dilation);
  const up = args.bool('ceil_mode');
  return sizes.map((size, k) => {
    const [w = 1, s = 1, p = 0, d = 1] = [kernel[k], stride[k], padding[k], dilation[k]];
    const room = add(size, 2 * p - d * (w - 1) - 1 + (up ? s - 1 : 0));
    const places = add(floorDivide(room, s), 1);
    // Place k begins at k * s: those at or behind size + p are left out.
    const out = up ? minimum(places, ceilDivide(add(size, p), s)) : places;
    return positive(out, `a pooling window of ${w} does not fit a size of ${sizeText(size)}`);
  });
}

const pool =
  (axes: number, indices = false): Rule =>
  (args) => {
    const self = args.tensor('self');
    const shape = [...self.shape.slice(0, -axes), ...pooledSizes(args, self.shape.slice(-axes))];
    const out = layoutOf(self, shape, axes);
    return indices ? [out, { ...out, dtype: 'int64' }] : out;
  };

const adaptive =
  (axes: number, indices = false): Rule =>
  (args) => {
    const self = args.tensor('self');
    const shape = [...self.shape.slice(0, -axes), ...spread(args.dims('output_size'), axes)];
    const out = layoutOf(self, shape, axes);
    return indices ? [out, { ...out, dtype: 'int64' }] : out;
  };

function layoutOf(self: TensorInfo, shape: Shape, axes: number): TensorInfo {
  return self.shape.length === axes + 2 && axes > 1
    ? likeFormat(self.dtype, shape, self)
    : packed(self.dtype, shape, self);
}

export const convolutions: RuleTable = {
  ...each('conv1d conv2d conv3d', plain),
  ...each('_convolution convolution', general),
  ...each('conv_transpose1d conv_transpose2d conv_transpose3d', transposed),
  ...each('max_pool1d avg_pool1d', pool(1)),
  ...each('max_pool2d avg_pool2d', pool(2)),
  ...each('max_pool3d avg_pool3d', pool(3)),
  max_pool1d_with_indices: pool(1, true),
  max_pool2d_with_indices: pool(2, true),
  max_pool3d_with_indices: pool(3, true),
  adaptive_avg_pool1d: adaptive(1),
  ...each('adaptive_avg_pool2d _adaptive_avg_pool2d', adaptive(2)),
  ...each('adaptive_avg_pool3d _adaptive_avg_pool3d', adaptive(3)),
  adaptive_max_pool1d: adaptive(1, true),
  adaptive_max_pool2d: adaptive(2, true),
  adaptive_max_pool3d: adaptive(3, true),
  conv_tbc: (args) => {
    const [self, weight] = [args.tensor('self'), args.tensor('weight')];
    const [kernel, , filters] = weight.shape;
    const time = add(subtract(add(self.shape[0], 2 * args.number('pad')), kernel), 1);
    return fresh(self.dtype, [time, self.shape[1], filters]);
  },
  ...each('max_unpool2d max_unpool3d', (args) => {
    const self = args.tensor('self');
    const sizes = args.dims('output_size');
    return packed(self.dtype, [...self.shape.slice(0, -sizes.length), ...sizes], self);
  }),
  im2col: (args) => {
    const self = args.tensor('self');
    const kernel = args.numbers('kernel_size');
    const [stride, padding, dilation] = [args.numbers('stride'), args.numbers('padding'), args.numbers('dilation')];
    const places = slide(self.shape.slice(-2), { kernel, stride, padding, dilation });
    const rows = multiply(sizeAt(self.shape, -3), (kernel[0] ?? 1) * (kernel[1] ?? 1));
    return packed(self.dtype, [...self.shape.slice(0, -3), rows, multiply(places[0], places[1])], self);
  },
  col2im: (args) => {
    const self = args.tensor('self');
    const [h = 1, w = 1] = args.numbers('kernel_size');
    return packed(
      self.dtype,
      [...self.shape.slice(0, -2), floorDivide(sizeAt(self.shape, -2), h * w), ...args.dims('output_size')],
      self,
    );
  },
};
