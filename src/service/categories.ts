/** Which kind of operator a node is: what colours it in the graph. Names of ONNX, of PyTorch (aten) and of Caffe, in one table. */
import type { OperatorCategory } from '../shared/graph.ts';

const WORDS: Readonly<Record<Exclude<OperatorCategory, 'custom' | 'other'>, string>> = {
  convolution: `Conv ConvTranspose ConvInteger QLinearConv DeformConv FusedConv
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d convolution _convolution deform_conv2d
    Convolution Deconvolution ConvolutionDepthwise DepthwiseConvolution`,
  linear: `Gemm MatMul MatMulInteger QLinearMatMul Einsum LSTM GRU RNN
    linear matmul mm bmm addmm baddbmm einsum lstm gru mv dot InnerProduct`,
  normalization: `BatchNormalization LayerNormalization InstanceNormalization GroupNormalization LRN LpNormalization
    MeanVarianceNormalization RMSNormalization SkipLayerNormalization
    batch_norm _native_batch_norm_legit_no_training layer_norm native_layer_norm group_norm instance_norm rms_norm
    local_response_norm BatchNorm Scale MVN Normalize`,
  activation: `Relu LeakyRelu PRelu ThresholdedRelu Elu Celu Selu Gelu Sigmoid HardSigmoid HardSwish Swish Mish Tanh
    Softplus Softsign Softmax LogSoftmax Hardmax Clip Dropout FastGelu BiasGelu QuickGelu
    relu relu6 leaky_relu prelu elu celu selu gelu sigmoid hardsigmoid hardswish hardtanh silu mish tanh softplus
    softsign softmax _softmax log_softmax clamp dropout threshold logsigmoid glu
    ReLU ReLU6 PReLU ELU TanH Swish Threshold`,
  pooling: `MaxPool AveragePool GlobalMaxPool GlobalAveragePool LpPool GlobalLpPool MaxUnpool MaxRoiPool RoiAlign
    max_pool1d max_pool2d max_pool3d max_pool2d_with_indices avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d
    adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d roi_align Pooling SPP ROIPooling`,
  attention: `Attention MultiHeadAttention GroupQueryAttention RotaryEmbedding
    scaled_dot_product_attention _native_multi_head_attention`,
  arithmetic: `Add Sub Mul Div Pow Sqrt Exp Log Abs Neg Reciprocal Floor Ceil Round Sign Mod Erf Sin Cos Tan Asin Acos
    Atan Sinh Cosh Asinh Acosh Atanh Min Max Sum Mean And Or Xor Not Equal Greater GreaterOrEqual Less LessOrEqual Where
    IsNaN IsInf BitShift BitwiseAnd BitwiseOr BitwiseXor BitwiseNot CumSum
    add sub rsub mul div floor_divide pow sqrt rsqrt square exp log abs neg reciprocal floor ceil round sign remainder fmod
    erf sin cos minimum maximum eq ne gt ge lt le logical_and logical_or logical_not bitwise_and bitwise_or bitwise_not
    where masked_fill cumsum addcmul Eltwise Power Exp Log AbsVal Bias`,
  reduction: `ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
    ReduceSumSquare ArgMax ArgMin TopK NonMaxSuppression
    mean sum max min amax amin prod argmax argmin topk any all std var norm linalg_vector_norm logsumexp
    ArgMax Reduction`,
  shape: `Reshape Flatten Transpose Squeeze Unsqueeze Expand Concat Split Slice Gather GatherElements GatherND
    ScatterElements ScatterND Tile Pad Resize Upsample DepthToSpace SpaceToDepth Shape Size ReverseSequence Compress
    NonZero Trilu GridSample
    view reshape _unsafe_view flatten unflatten permute transpose t squeeze unsqueeze expand expand_as repeat cat concat
    stack split split_with_sizes chunk unbind slice select narrow index index_select gather scatter index_put slice_scatter
    select_scatter pad constant_pad_nd roll flip pixel_shuffle pixel_unshuffle unfold upsample_nearest2d upsample_bilinear2d
    interpolate tril triu
    Concat Slice Split Crop Permute Reorg Interp Upsample ShuffleChannel PriorBox Tile`,
  data: `Constant ConstantOfShape Identity Cast CastLike Range EyeLike OneHot RandomNormal RandomUniform
    RandomNormalLike RandomUniformLike Bernoulli Multinomial Embedding
    to _to_copy type_as clone contiguous copy alias detach lift_fresh_copy arange full full_like zeros zeros_like ones
    ones_like empty scalar_tensor embedding one_hot bernoulli Input Data DummyData Silence Embed`,
  control: `If Loop Scan SequenceAt SequenceConstruct SequenceEmpty SequenceInsert SequenceErase SequenceLength
    SplitToSequence ConcatFromSequence SequenceMap Optional OptionalGetElement OptionalHasElement`,
  quantization: `QuantizeLinear DequantizeLinear DynamicQuantizeLinear quantize_per_tensor quantize_per_channel dequantize
    fake_quantize_per_tensor_affine fake_quantize_per_channel_affine`,
};

const CATEGORIES = new Map<string, OperatorCategory>(
  Object.entries(WORDS).flatMap(([category, words]) =>
    words.split(/\s+/).map((word) => [word, category as OperatorCategory] as const),
  ),
);

/** Namespaces whose operators belong to their framework; every other one is somebody's own. */
const FRAMEWORK_DOMAINS = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'aten',
  'caffe',
  'com.microsoft',
  'torchvision',
  'quantized',
]);

export function categoryOf(operator: { readonly domain: string; readonly op: string }): OperatorCategory {
  if (!FRAMEWORK_DOMAINS.has(operator.domain)) return 'custom';
  return CATEGORIES.get(operator.op) ?? 'other';
}
