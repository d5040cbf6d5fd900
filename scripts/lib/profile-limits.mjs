/**
 * Conditions under which targets take operators, as facts: what their lists say in words. A list that names a condition which
 * stands here for no operator ends scripts/profile-lists.mjs.
 */

const SAME_DIRECTIONS = { unchecked: 'both directions of a bidirectional one have the same activations' };
const SEED = { unchecked: 'its seed is ignored' };
const CONSTANT_AXES = { constants: ['axes'] };
const RESIZE = {
  attributes: {
    coordinate_transformation_mode: [
      ...['half_pixel', 'pytorch_half_pixel', 'tf_half_pixel_for_nn', 'asymmetric', 'align_corners'],
    ],
    mode: ['nearest', 'linear'],
    nearest_mode: ['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'],
  },
};
const REDUCTIONS = [
  ...['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd'],
  ...['ReduceSum', 'ReduceSumSquare'],
];

/** onnx-tensorrt docs/operators.md, branch 8.6-GA. */
export const TENSORRT_8 = {
  AveragePool: { ranks: [4, 5] },
  CumSum: { constants: ['axis'] },
  DequantizeLinear: { zeros: ['x_zero_point'] },
  Einsum: { unchecked: 'no ellipsis, no diagonal and no broadcasting in its equation' },
  GRU: SAME_DIRECTIONS,
  If: { unchecked: 'what its branches give has shapes that broadcast, and other names' },
  LSTM: SAME_DIRECTIONS,
  MaxPool: { ranks: [4, 5], outputs: 1 },
  QuantizeLinear: { zeros: ['y_zero_point'] },
  RandomNormal: SEED,
  RandomNormalLike: SEED,
  RandomUniform: SEED,
  RandomUniformLike: SEED,
  Resize: RESIZE,
  RNN: SAME_DIRECTIONS,
  Slice: CONSTANT_AXES,
  Squeeze: CONSTANT_AXES,
  Unsqueeze: CONSTANT_AXES,
};

const UNDILATED = { dilations: [1] };

/** onnx-tensorrt docs/operators.md, branch 10.1-GA. */
export const TENSORRT_10 = {
  ...TENSORRT_8,
  Einsum: undefined,
  AveragePool: { ranks: [4, 5], attributes: UNDILATED },
  Constant: { attributes: { sparse_value: [], value_string: [], value_strings: [] } },
  DeformConv: { ranks: [3, 4], unchecked: 'its pads are the same at both ends of each axis' },
  Dropout: { zeros: ['training_mode'] },
  EyeLike: { unchecked: 'the sizes of its input are known' },
  GridSample: { ranks: [4, 4] },
  Hardmax: { unchecked: 'the size of its axis is known when the engine is built' },
  If: { unchecked: 'what its branches give has the same rank, and other names' },
  LayerNormalization: { outputs: 1 },
  Loop: { unchecked: 'the length of its scan outputs is known, and what it carries keeps its shape' },
  LSTM: { attributes: { input_forget: [0], layout: [0] }, ...SAME_DIRECTIONS },
  LpPool: { attributes: UNDILATED },
  MaxPool: { ranks: [4, 5], outputs: 1, attributes: UNDILATED },
  OneHot: { unchecked: 'its depth is known when the engine is built' },
  Pad: CONSTANT_AXES,
  ...Object.fromEntries(REDUCTIONS.map((name) => [name, CONSTANT_AXES])),
  Resize: {
    attributes: { ...RESIZE.attributes, keep_aspect_ratio_policy: ['stretch'], antialias: [0] },
    unchecked: 'where scales are given, axes name all axes in order',
  },
  ScatterND: { attributes: { reduction: ['none'] } },
  TopK: { attributes: { sorted: [1] }, unchecked: 'K is less than 3840' },
};

/** OpenVINO's list marks operators on sequences so. */
export const OPENVINO = { unchecked: 'it stands in a pattern that the frontend knows' };

const THEN_SQUEEZED = { unchecked: 'a Squeeze, or a Transpose and a Reshape, follows it' };

/** The notes of pnnx's list of ONNX operators. */
export const NCNN = {
  BatchNormalization: { attributes: { training_mode: [0] } },
  ConvTranspose: { attributes: { auto_pad: ['NOTSET', 'VALID'] } },
  DepthToSpace: { attributes: { mode: ['CRD'] } },
  GRU: THEN_SQUEEZED,
  LSTM: THEN_SQUEEZED,
  RNN: THEN_SQUEEZED,
  // Several axes become several layers: no condition.
  ReduceProd: {},
  Unsqueeze: {},
  Shrink: { unchecked: 'its bias is 0 or its lambda' },
};

/** What pnnx and ncnn were seen to run of the tests of ONNX, and the list lacks (scripts/profile-compare.mjs). */
export const NCNN_TRIED = {
  ...Object.fromEntries(['Acosh', 'Asinh', 'Atanh', 'Cosh', 'Erf', 'Round', 'Sign', 'Sinh'].map((name) => [name, {}])),
  Expand: { constants: ['shape'] },
  GridSample: {},
  Upsample: { constants: ['scales'] },
};

const ONE_IMAGE = { sizes: { 0: 1 } };

/** The remarks of RKNN-Toolkit2's list. */
export const RKNN = {
  EyeLike: { constants: ['input'] },
  If: { constants: ['cond'] },
  // Its input is sequence, batch, features.
  GRU: { sizes: { 1: 1 } },
  LogSoftmax: ONE_IMAGE,
  Resize: { ranks: [4, 4], attributes: { mode: ['nearest', 'linear'] } },
  RoiAlign: { ...ONE_IMAGE, attributes: { mode: ['avg'] } },
  Slice: ONE_IMAGE,
  Softmax: ONE_IMAGE,
  Tile: { ...ONE_IMAGE, unchecked: 'it spreads nothing' },
};

const SIMULATED = { unchecked: 'its list does not support it, and its simulator runs it' };

/**
 * What the compiler of RKNN-Toolkit2 leaves to a custom operator and the list has (undefined), and what its simulator was seen to
 * run of the tests of ONNX and the list has not (scripts/profile-compare.mjs).
 */
export const RKNN_TRIED = {
  Min: undefined,
  Mish: undefined,
  ...Object.fromEntries(
    [
      'Abs',
      'GatherND',
      'Hardmax',
      'Neg',
      'Not',
      'Reciprocal',
      'ReduceL2',
      'Round',
      'Sum',
      'ThresholdedRelu',
      'Upsample',
    ].map((name) => [name, SIMULATED]),
  ),
};
