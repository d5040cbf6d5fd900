/** Operators of ONNX in the forms that models have them in, as `modelOf` reads them: the rows of docs/onnx-to-caffe.md. */

export interface OperatorForm {
  readonly operator: string;
  /** What is special about it; none for the plain one. */
  readonly form?: string;
  readonly graph: string;
}

const IMAGE = 'float[1,6,5,4] x';
const ROWS = 'float[1,6,8] x';

function forms(operator: string, rows: Readonly<Record<string, string>>): readonly OperatorForm[] {
  return Object.entries(rows).map(([form, graph]) => ({ operator, ...(form !== '' && { form }), graph }));
}

/** Operators of one input, alone. */
function plain(input: string, ...operators: readonly string[]): readonly OperatorForm[] {
  return operators.map((operator) => ({ operator, graph: `${input} => y = ${operator} (x)` }));
}

export const OPERATOR_FORMS: readonly OperatorForm[] = [
  ...plain(IMAGE, 'Abs', 'Acos'),
  ...forms('Add', {
    '': `${IMAGE}, float[1,6,5,4] x1 => y = Add (x, x1)`,
    'channels that spread': `${IMAGE}, float[1,6,1,1] x1 => y = Add (x, x1)`,
    'images that spread': `${IMAGE}, float[1,1,5,4] x1 => y = Add (x, x1)`,
    'a constant a channel': `${IMAGE}, float[6,1,1] c => y = Add (x, c)`,
    'a constant a column': `${IMAGE}, float[4] c => y = Add (x, c)`,
    'a whole constant': `${IMAGE}, float[1,6,5,4] c => y = Add (x, c)`,
  }),
  ...forms('ArgMax', {
    'of channels': `${IMAGE} => a = ArgMax <axis = 1, select_last_index = 1> (x) y = Cast <to = 1> (a)`,
    'the first of equals': `${IMAGE} => a = ArgMax <axis = 1> (x) y = Cast <to = 1> (a)`,
    'of the last axis': `float[1,8] x => a = ArgMax <axis = 1, keepdims = 0> (x) y = Cast <to = 1> (a)`,
    'as an output': `${IMAGE} => y = ArgMax <axis = 1> (x)`,
  }),
  ...forms('ArgMin', { '': `${IMAGE} => a = ArgMin <axis = 1, select_last_index = 1> (x) y = Cast <to = 1> (a)` }),
  ...forms('AveragePool', {
    '': `float[1,3,9,9] x => y = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (x)`,
    'counting its padding': `float[1,3,9,9] x => y = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1], count_include_pad = 1> (x)`,
    'rounding up': `float[1,3,8,8] x => y = AveragePool <kernel_shape = [3,3], strides = [2,2], ceil_mode = 1> (x)`,
    'of rows': `float[1,3,9] x => y = AveragePool <kernel_shape = [3], strides = [2]> (x)`,
  }),
  ...forms('BatchNormalization', {
    '': `${IMAGE}, float[6] s, float[6] b, float[6] m, float[6] variance => y = BatchNormalization (x, s, b, m, variance)`,
    'of rows': `${ROWS}, float[6] s, float[6] b, float[6] m, float[6] variance => y = BatchNormalization (x, s, b, m, variance)`,
  }),
  ...plain(IMAGE, 'Ceil', 'Celu'),
  ...forms('Clip', {
    'from 0 to 6': `${IMAGE} | float lo = {0}, float hi = {6} => y = Clip (x, lo, hi)`,
    'between two numbers': `${IMAGE} | float lo = {-0.5}, float hi = {0.7} => y = Clip (x, lo, hi)`,
    below: `${IMAGE} | float lo = {-0.5} => y = Clip (x, lo)`,
    above: `${IMAGE} | float hi = {0.5} => y = Clip (x, , hi)`,
  }),
  ...forms('Concat', {
    channels: `${IMAGE}, float[1,2,5,4] x1 => y = Concat <axis = 1> (x, x1)`,
    columns: `${IMAGE}, float[1,6,5,2] x1 => y = Concat <axis = 3> (x, x1)`,
    'with a constant': `${IMAGE}, float[1,2,5,4] c => y = Concat <axis = 1> (x, c)`,
  }),
  ...forms('Constant', {
    'an operand that spreads': `float[1,6,1,1] x, float[1,6,5,4] c => y = Mul (x, c)`,
    'an output': `${IMAGE}, float[1,6] c => y = Relu (x) y1 = Identity (c)`,
  }),
  ...forms('Conv', {
    '': `${IMAGE}, float[8,6,3,3] w, float[8] b => y = Conv <pads = [1,1,1,1]> (x, w, b)`,
    'of each channel': `${IMAGE}, float[6,1,3,3] w => y = Conv <group = 6, pads = [1,1,1,1]> (x, w)`,
    dilated: `float[1,3,9,9] x, float[4,3,3,3] w => y = Conv <dilations = [2,2], pads = [2,2,2,2]> (x, w)`,
    'dilated unlike': `float[1,3,9,9] x, float[4,3,3,3] w => y = Conv <dilations = [1,2], pads = [1,2,1,2]> (x, w)`,
    'padded unevenly': `float[1,2,8,8] x, float[2,2,3,3] w => y = Conv <pads = [0,0,1,1], strides = [2,2]> (x, w)`,
    'of rows': `float[1,6,9] x, float[4,6,3] w => y = Conv <pads = [1,1]> (x, w)`,
    'of volumes': `float[1,2,5,5,5] x, float[2,2,3,3,3] w => y = Conv (x, w)`,
    'by computed weights': `float[1,6,5,4] x, float[8,6,3,3] x1 => y = Conv (x, x1)`,
  }),
  ...forms('ConvTranspose', {
    '': `${IMAGE}, float[6,3,4,4] w => y = ConvTranspose <strides = [2,2], pads = [1,1,1,1]> (x, w)`,
    'with output_padding': `${IMAGE}, float[6,3,3,3] w => y = ConvTranspose <strides = [2,2], pads = [1,1,1,1], output_padding = [1,1]> (x, w)`,
    'outside of every window': `${IMAGE}, float[6,3,2,2] w, float[3] b => y = ConvTranspose <strides = [2,2], output_padding = [1,1]> (x, w, b)`,
    'in groups': `${IMAGE}, float[6,2,3,3] w => y = ConvTranspose <group = 3, strides = [2,2]> (x, w)`,
    dilated: `${IMAGE}, float[6,3,2,2] w => y = ConvTranspose <dilations = [2,2]> (x, w)`,
    'padded unevenly': `${IMAGE}, float[6,3,3,3] w => y = ConvTranspose <strides = [2,2], pads = [0,0,1,1]> (x, w)`,
    'of rows': `float[1,6,9] x, float[6,4,3] w => y = ConvTranspose <strides = [2]> (x, w)`,
  }),
  ...plain(IMAGE, 'Cos'),
  ...forms('CumSum', { '': `${IMAGE} | int64 axis = {2} => y = CumSum (x, axis)` }),
  ...forms('DepthToSpace', {
    DCR: `float[1,12,3,4] x => y = DepthToSpace <blocksize = 2> (x)`,
    CRD: `float[1,12,3,4] x => y = DepthToSpace <blocksize = 2, mode = "CRD"> (x)`,
  }),
  ...forms('Div', {
    '': `${IMAGE}, float[1,6,5,4] x1 => s = Sigmoid (x1) y = Div (x, s)`,
    'by a constant': `${IMAGE} | float c = {3} => y = Div (x, c)`,
  }),
  ...forms('Einsum', {
    'by a constant matrix': `${ROWS}, float[8,5] w => y = Einsum <equation = "bij,jk->bik"> (x, w)`,
    'of two operands': `${ROWS}, float[1,8,5] x1 => y = Einsum <equation = "bij,bjk->bik"> (x, x1)`,
    'axes in another order': `${ROWS} => y = Einsum <equation = "bij->bji"> (x)`,
  }),
  ...plain(IMAGE, 'Elu', 'Erf', 'Exp'),
  ...forms('Expand', {
    channels: `float[1,1,5,4] x | int64[4] s = {1,6,5,4} => y = Expand (x, s)`,
    'rows and columns': `float[1,6,1,1] x | int64[4] s = {1,6,5,4} => y = Expand (x, s)`,
    images: `float[1,6,5] x | int64[3] s = {3,6,5} => y = Expand (x, s)`,
  }),
  ...forms('Flatten', { '': `${IMAGE} => y = Flatten (x)` }),
  ...plain(IMAGE, 'Floor'),
  ...forms('Gather', {
    one: `${IMAGE} | int64 k = {2} => y = Gather <axis = 1> (x, k)`,
    several: `${IMAGE} | int64[3] k = {4,0,2} => y = Gather <axis = 2> (x, k)`,
    'rows of a table': `float[1,3] x, float[10,4] w => i = Cast <to = 7> (x) y = Gather (w, i)`,
  }),
  ...forms('Gelu', {
    'by erf': `${ROWS} => y = Gelu (x)`,
    'by tanh': `${ROWS} => y = Gelu <approximate = "tanh"> (x)`,
  }),
  ...forms('Gemm', {
    '': `float[1,6] x, float[4,6] w, float[4] b => y = Gemm <transB = 1> (x, w, b)`,
    transA: `float[6,1] x, float[4,6] w, float[4] b => y = Gemm <transA = 1, transB = 1> (x, w, b)`,
    'a computed summand': `float[1,6] x, float[4,6] w, float[1,4] x1 => y = Gemm <transB = 1> (x, w, x1)`,
    'two operands': `float[1,6] x, float[6,4] x1 => y = Gemm (x, x1)`,
  }),
  ...plain(IMAGE, 'GlobalAveragePool'),
  ...forms('GlobalLpPool', { '': `${IMAGE} => y = GlobalLpPool (x)` }),
  ...plain(IMAGE, 'GlobalMaxPool'),
  ...forms('Greater', { '': `${IMAGE} | float c = {0.5} => g = Greater (x, c) y = Cast <to = 1> (g)` }),
  ...forms('GridSample', { '': `${IMAGE}, float[1,3,3,2] x1 => y = GridSample (x, x1)` }),
  ...forms('GroupNormalization', {
    '': `${IMAGE}, float[6] s, float[6] b => y = GroupNormalization <num_groups = 3> (x, s, b)`,
  }),
  ...forms('GRU', {
    'resetting behind the product': `float[5,1,4] x, float[1,9,4] w, float[1,9,3] r, float[1,18] b => y, h = GRU <hidden_size = 3, linear_before_reset = 1> (x, w, r, b)`,
    '': `float[5,1,4] x, float[1,9,4] w, float[1,9,3] r, float[1,18] b => y, h = GRU <hidden_size = 3> (x, w, r, b)`,
  }),
  ...forms('HardSigmoid', {
    '': `${IMAGE} => y = HardSigmoid (x)`,
    'of relu6': `${IMAGE} => y = HardSigmoid <alpha = 0.16666667, beta = 0.5> (x)`,
  }),
  ...plain(IMAGE, 'HardSwish', 'Identity'),
  ...forms('InstanceNormalization', {
    '': `${IMAGE}, float[6] s, float[6] b => y = InstanceNormalization (x, s, b)`,
  }),
  ...forms('LayerNormalization', { '': `${ROWS}, float[8] s, float[8] b => y = LayerNormalization (x, s, b)` }),
  ...plain(IMAGE, 'LeakyRelu'),
  ...forms('Log', { '': `${IMAGE} => s = Sigmoid (x) y = Log (s)` }),
  ...forms('LogSoftmax', { '': `${ROWS} => y = LogSoftmax <axis = 1> (x)` }),
  ...forms('LpNormalization', {
    'of channels': `${IMAGE} => y = LpNormalization <axis = 1> (x)`,
    'of the last axis': `float[1,8] x => y = LpNormalization (x)`,
    'by magnitudes': `${IMAGE} => y = LpNormalization <axis = 1, p = 1> (x)`,
    'as F.normalize': `${IMAGE} | int64[1] axes = {1}, float low = {1e-12} => n = ReduceL2 (x, axes) m = Clip (n, low) y = Div (x, m)`,
    'with an eps under the root': `${IMAGE} | int64[1] axes = {1}, float e = {1e-10} => q = Mul (x, x) n = ReduceSum (q, axes) m = Add (n, e) r = Sqrt (m) y = Div (x, r)`,
  }),
  ...forms('LpPool', { '': `${IMAGE} => y = LpPool <kernel_shape = [2,2]> (x)` }),
  ...forms('LRN', {
    '': `${IMAGE} => y = LRN <size = 5, alpha = 0.001> (x)`,
    'with a bias of 2': `${IMAGE} => y = LRN <size = 3, alpha = 0.001, bias = 2.0> (x)`,
    'of an even size': `${IMAGE} => y = LRN <size = 4, alpha = 0.1> (x)`,
  }),
  ...forms('LSTM', {
    'from a state': `float[5,1,4] x, float[1,1,3] x1, float[1,1,3] x2, float[1,12,4] w, float[1,12,3] r, float[1,24] b => y, y1, c = LSTM <hidden_size = 3, direction = "reverse"> (x, w, r, b, , x1, x2)`,
    '': `float[5,1,4] x, float[1,12,4] w, float[1,12,3] r, float[1,24] b => y, h, c = LSTM <hidden_size = 3> (x, w, r, b)`,
    'the last states too': `float[5,1,4] x, float[1,12,4] w, float[1,12,3] r, float[1,24] b => y, y1, y2 = LSTM <hidden_size = 3> (x, w, r, b)`,
    'both ways': `float[5,1,4] x, float[2,12,4] w, float[2,12,3] r, float[2,24] b => y, h, c = LSTM <hidden_size = 3, direction = "bidirectional"> (x, w, r, b)`,
    'several sequences': `float[5,2,4] x, float[1,12,4] w, float[1,12,3] r, float[1,24] b => y, h, c = LSTM <hidden_size = 3> (x, w, r, b)`,
  }),
  ...forms('MatMul', {
    'by a constant': `${ROWS}, float[8,5] w => y = MatMul (x, w)`,
    'of a constant': `${ROWS}, float[5,6] w => y = MatMul (w, x)`,
    'of two operands': `${ROWS}, float[1,8,5] x1 => y = MatMul (x, x1)`,
    'by constants of several matrices': `float[1,2,6,8] x, float[1,2,8,5] w => y = MatMul (x, w)`,
  }),
  ...forms('Max', { '': `${IMAGE}, float[1,6,5,4] x1 => y = Max (x, x1)` }),
  ...forms('MaxPool', {
    '': `float[1,2,12,12] x => y = MaxPool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (x)`,
    'rounding up': `float[1,2,12,12] x => y = MaxPool <kernel_shape = [3,3], strides = [2,2], ceil_mode = 1> (x)`,
    dilated: `float[1,2,9,9] x => y = MaxPool <kernel_shape = [3,3], dilations = [2,2]> (x)`,
    'of rows': `float[1,3,9] x => y = MaxPool <kernel_shape = [3], strides = [2]> (x)`,
    'of volumes': `float[1,2,4,4,4] x => y = MaxPool <kernel_shape = [2,2,2], strides = [2,2,2]> (x)`,
    'with its indices': `float[1,2,4,4] x => y, i = MaxPool <kernel_shape = [2,2], strides = [2,2]> (x) y1 = Cast <to = 1> (i)`,
  }),
  ...forms('Mean', { '': `${IMAGE}, float[1,6,5,4] x1 => y = Mean (x, x1)` }),
  ...forms('Min', { '': `${IMAGE}, float[1,6,5,4] x1 => y = Min (x, x1)` }),
  ...plain(IMAGE, 'Mish'),
  ...forms('Mod', { '': `${IMAGE} | float c = {0.5} => y = Mod <fmod = 1> (x, c)` }),
  ...forms('Mul', {
    '': `${IMAGE}, float[1,6,5,4] x1 => y = Mul (x, x1)`,
    'a number a channel': `${IMAGE}, float[1,6,1,1] x1 => y = Mul (x, x1)`,
    'a constant a channel': `${IMAGE}, float[6,1,1] c => y = Mul (x, c)`,
    'a whole constant': `${IMAGE}, float[1,6,5,4] c => y = Mul (x, c)`,
  }),
  ...plain(IMAGE, 'Neg'),
  ...forms('OneHot', {
    '': `float[1,6] x | int64 depth = {4}, float[2] v = {0,1} => i = Cast <to = 7> (x) y = OneHot (i, depth, v)`,
  }),
  ...forms('Pad', {
    'zeros around': `${IMAGE} | int64[8] pads = {0,0,1,2,0,0,3,0} => y = Pad (x, pads)`,
    'another number': `${IMAGE} | int64[8] pads = {0,1,1,2,0,0,3,0}, float v = {0.5} => y = Pad (x, pads, v)`,
    reflect: `${IMAGE} | int64[8] pads = {0,0,1,2,0,0,3,0} => y = Pad <mode = "reflect"> (x, pads)`,
    edge: `${IMAGE} | int64[8] pads = {0,0,1,2,0,0,3,0} => y = Pad <mode = "edge"> (x, pads)`,
    negative: `${IMAGE} | int64[8] pads = {0,0,-1,0,0,0,0,-2} => y = Pad (x, pads)`,
  }),
  ...forms('Pow', {
    squares: `${IMAGE} | float two = {2} => y = Pow (x, two)`,
    'a broken exponent': `${IMAGE} | float e = {1.5} => s = Sigmoid (x) y = Pow (s, e)`,
    'a computed exponent': `${IMAGE}, float[1,6,5,4] x1 => s = Sigmoid (x) y = Pow (s, x1)`,
  }),
  ...forms('PRelu', {
    'a slope a channel': `${IMAGE}, float[6,1,1] slope => y = PRelu (x, slope)`,
    'one slope': `${IMAGE} | float slope = {0.25} => y = PRelu (x, slope)`,
    'a slope an element': `${IMAGE}, float[6,5,4] slope => y = PRelu (x, slope)`,
  }),
  ...forms('Reciprocal', { '': `${IMAGE} => s = Sigmoid (x) y = Reciprocal (s)` }),
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
    'ReduceSum',
  ].flatMap((operator) =>
    forms(operator, { 'axes 1 and 3': `${IMAGE} | int64[2] axes = {1,3} => y = ${operator} (x, axes)` }),
  ),
  ...forms('ReduceMean', {
    'of planes': `${IMAGE} | int64[2] axes = {2,3} => y = ReduceMean (x, axes)`,
    'of everything': `${IMAGE} => y = ReduceMean <keepdims = 0> (x)`,
  }),
  ...forms('ReduceSumSquare', {
    'axis 2': `${IMAGE} | int64[1] axes = {2} => y = ReduceSumSquare <keepdims = 0> (x, axes)`,
  }),
  ...forms('Relu', {
    '': `${IMAGE} => y = Relu (x)`,
    'as where(x > 0, x, 0)': `${IMAGE} | float zero = {0} => g = Greater (x, zero) y = Where (g, x, zero)`,
  }),
  ...forms('Reshape', {
    '': `${IMAGE} | int64[3] s = {1,6,20} => y = Reshape (x, s)`,
    'of five axes': `${IMAGE} | int64[5] s = {1,2,3,5,4} => a = Reshape (x, s) y = Neg (a)`,
  }),
  ...forms('Resize', {
    'nearest, twice': `${IMAGE} | float[4] s = {1,1,2,2} => y = Resize <mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (x, , s)`,
    'nearest, half pixels': `${IMAGE} | int64[4] s = {1,6,7,9} => y = Resize <mode = "nearest", coordinate_transformation_mode = "half_pixel"> (x, , , s)`,
    'linear, half pixels': `${IMAGE} | float[4] s = {1,1,2,2} => y = Resize <mode = "linear", coordinate_transformation_mode = "half_pixel"> (x, , s)`,
    'linear, pytorch_half_pixel': `${IMAGE} | int64[4] s = {1,6,10,7} => y = Resize <mode = "linear", coordinate_transformation_mode = "pytorch_half_pixel"> (x, , , s)`,
    'linear, corners': `${IMAGE} | int64[4] s = {1,6,9,9} => y = Resize <mode = "linear", coordinate_transformation_mode = "align_corners"> (x, , , s)`,
    cubic: `${IMAGE} | int64[4] s = {1,6,8,8} => y = Resize <mode = "cubic", coordinate_transformation_mode = "half_pixel"> (x, , , s)`,
    'linear, antialias': `${IMAGE} | int64[4] s = {1,6,3,2} => y = Resize <mode = "linear", antialias = 1> (x, , , s)`,
  }),
  ...forms('RNN', {
    '': `float[5,1,4] x, float[1,3,4] w, float[1,3,3] r, float[1,6] b => y, h = RNN <hidden_size = 3> (x, w, r, b)`,
  }),
  ...plain(IMAGE, 'Round', 'Selu'),
  ...forms('ScatterND', {
    '': `${IMAGE}, float[1,5,4] x1 | int64[1,2] k = {0,2} => y = ScatterND (x, k, x1)`,
  }),
  ...plain(IMAGE, 'Sigmoid', 'Sign', 'Sin'),
  ...forms('Slice', {
    channels: `${IMAGE} | int64[1] s = {1}, int64[1] e = {4}, int64[1] a = {1} => y = Slice (x, s, e, a)`,
    'every second': `float[1,3,4,20] x | int64[1] s = {1}, int64[1] e = {20}, int64[1] a = {3}, int64[1] d = {2} => y = Slice (x, s, e, a, d)`,
    'the last first': `float[1,3,4,20] x | int64[1] s = {-1}, int64[1] e = {-99}, int64[1] a = {3}, int64[1] d = {-1} => y = Slice (x, s, e, a, d)`,
    'as Focus of YOLOv5': `float[1,3,8,8] x | int64[2] s = {0,1}, int64[2] e = {8,8}, int64[2] a = {2,3}, int64[2] d = {2,2} => y = Slice (x, s, e, a, d)`,
  }),
  ...forms('Softmax', {
    'of channels': `${IMAGE} => y = Softmax <axis = 1> (x)`,
    'of the last axis': `${ROWS} => y = Softmax (x)`,
  }),
  ...plain(IMAGE, 'Softplus', 'Softsign'),
  ...forms('SpaceToDepth', { '': `float[1,3,4,6] x => y = SpaceToDepth <blocksize = 2> (x)` }),
  ...forms('Split', {
    channels: `${IMAGE} => y, y1, y2 = Split <axis = 1, num_outputs = 3> (x)`,
    unevenly: `${IMAGE} | int64[2] s = {1,4} => y, y1 = Split <axis = 2> (x, s)`,
  }),
  ...forms('Sqrt', { '': `${IMAGE} => s = Sigmoid (x) y = Sqrt (s)` }),
  ...forms('Squeeze', { '': `float[1,6,1,4] x | int64[1] a = {2} => y = Squeeze (x, a)` }),
  ...forms('Sub', {
    '': `${IMAGE}, float[1,6,5,4] x1 => y = Sub (x, x1)`,
    'from a constant': `${IMAGE} | float c = {1} => y = Sub (c, x)`,
  }),
  ...forms('Sum', { 'of three': `${IMAGE}, float[1,6,5,4] x1 => y = Sum (x, x1, x)` }),
  ...forms('Swish', {
    'as x * sigmoid(x)': `${IMAGE} => s = Sigmoid (x) y = Mul (x, s)`,
    'as x * sigmoid(1.702 x)': `${IMAGE} | float a = {1.702} => m = Mul (x, a) s = Sigmoid (m) y = Mul (x, s)`,
  }),
  ...plain(IMAGE, 'Tan', 'Tanh'),
  ...forms('ThresholdedRelu', { '': `${IMAGE} => y = ThresholdedRelu <alpha = 0.5> (x)` }),
  ...forms('Tile', { '': `${IMAGE} | int64[4] t = {1,2,1,3} => y = Tile (x, t)` }),
  ...forms('TopK', { '': `${IMAGE} | int64[1] k = {2} => y, i = TopK <axis = 1> (x, k)` }),
  ...forms('Transpose', {
    'channels last': `${IMAGE} => y = Transpose <perm = [0,2,3,1]> (x)`,
    'two long axes': `float[1,20,30] x => y = Transpose <perm = [0,2,1]> (x)`,
    'two long axes of images': `float[1,4,20,30] x => y = Transpose <perm = [0,1,3,2]> (x)`,
    'of five axes': `float[1,2,3,5,4] x => y = Transpose <perm = [0,2,1,4,3]> (x)`,
    'heads of attention': `float[1,10,4,12] x => y = Transpose <perm = [0,2,1,3]> (x)`,
  }),
  ...forms('Unsqueeze', { '': `${ROWS} | int64[1] a = {2} => y = Unsqueeze (x, a)` }),
  ...forms('Where', {
    '': `${IMAGE}, float[1,6,5,4] x1 | float c = {0.5} => g = Greater (x, c) y = Where (g, x, x1)`,
    'by a constant': `${IMAGE}, float[1,6,5,4] x1 | bool[4] c = {1,0,1,0} => y = Where (c, x, x1)`,
  }),
];
