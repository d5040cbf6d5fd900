/**
 * Convolutions: BVLC/caffe, src/caffe/layers/base_conv_layer.cpp, conv_layer.cpp, deconv_layer.cpp, im2col_layer.cpp; and the
 * types that other frameworks have of them.
 */
import { elementCount } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import { eachBottom, type LayerRule, type LayerRules } from '../rule.ts';
import { DILATION, type FieldNames, HOLE, volumeWindows, type Windows, windowsOf } from '../windows.ts';

const HOLDER = 'convolution_param';

/** No name at all. */
const NONE: FieldNames = { single: 'dilation' };

/** NART's plain convolutions read the names of the axes alone (caffe_to_onnx.py, class Convolution). */
const HOLE_PER_AXIS: FieldNames = { single: 'hole' };

interface Convolution extends Windows {
  readonly outputs: number;
  readonly group: number;
  /** Whether a bias is added. */
  readonly biased: boolean;
}

type Geometry = (layer: Layer, axes: number) => Convolution;

/** What the parameters say, but for the windows. */
function rest(layer: Layer, holder: string): Omit<Convolution, keyof Windows> {
  return {
    outputs: layer.number(`${holder}.num_output`) ?? layer.invalid('it does not say num_output'),
    group: layer.number(`${holder}.group`, 1),
    biased: layer.flag(`${holder}.bias_term`, true),
  };
}

function planar(dilation: FieldNames = DILATION, holder = HOLDER): Geometry {
  return (layer, axes) => ({ ...windowsOf(layer, holder, axes, dilation), ...rest(layer, holder) });
}

/** One group for each output, unless it is said: Tencent/ncnn caffe2ncnn.cpp, alibaba/MNN Convolution.cpp, OAID/Tengine caffe2tengine.cpp. */
const depthwise: Geometry = (layer, axes) => {
  const plain = planar()(layer, axes);
  return plain.group > 1 ? plain : { ...plain, group: plain.outputs };
};

/** In the words of C3D. The filters of a group see all channels there (Cambricon/caffe, convolution3d_layer.cpp). */
const volumes: Geometry = (layer) => {
  const holder = 'convolution3d_param';
  layer.number(`${holder}.filter_group`);
  return { ...volumeWindows(layer, holder), ...rest(layer, holder) };
};

/** The axis of channels; what stands before it are images of their own. */
function imagesOf(layer: Layer, x: Value, onnx: OnnxBuilder): { readonly images: Value; readonly axes: number } {
  const dims = layer.dims(x);
  const axis = layer.axis(`${HOLDER}.axis`, dims.length, 1);
  const axes = dims.length - axis - 1;
  if (axes < 1) layer.invalid(`there are no axes behind that of its channels, ${axis}`);
  if (axis === 1) return { images: x, axes };
  return { images: onnx.reshape(x, [elementCount(dims.slice(0, axis)), ...dims.slice(axis)]), axes };
}

/** Does the same to every bottom, whatever the axis of its channels is. */
function convolved(run: (x: Value, axes: number, layer: Layer, onnx: OnnxBuilder) => Value): LayerRule {
  return eachBottom((x, layer, onnx) => {
    const { images, axes } = imagesOf(layer, x, onnx);
    const y = run(images, axes, layer, onnx);
    if (images === x) return y;
    const before = layer.dims(x).slice(0, layer.rank(x) - axes - 1);
    return onnx.reshape(y, [...before, ...layer.dims(y).slice(1)]);
  });
}

function attributesOf({ kernel, stride, pad, dilation, group }: Convolution) {
  return { kernel_shape: kernel, strides: stride, pads: [...pad, ...pad], dilations: dilation, group };
}

function biasOf(layer: Layer, { biased, outputs }: Convolution): Value | undefined {
  return biased ? layer.weight(1, [outputs]) : undefined;
}

function forward(geometry: Geometry, after = fused): LayerRule {
  return convolved((x, axes, layer, onnx) => {
    const convolution = geometry(layer, axes);
    const channels = layer.size(x, 1);
    if (channels % convolution.group !== 0)
      layer.invalid(`${channels} channels do not make ${convolution.group} groups`);
    const weight = layer.weight(0, [convolution.outputs, channels / convolution.group, ...convolution.kernel]);
    return after(onnx.Conv(x, weight, biasOf(layer, convolution), attributesOf(convolution)), layer, onnx);
  });
}

/** Intel/caffe can take a ReLU into a convolution, which changes nothing; and a sum, which is another blob. */
function fused(y: Value, layer: Layer, onnx: OnnxBuilder): Value {
  const slope = layer.number(`${HOLDER}.negative_slope`, 0);
  if (!layer.flag(`${HOLDER}.relu`)) return y;
  return slope === 0 ? onnx.Relu(y) : onnx.LeakyRelu(y, { alpha: slope });
}

/** The transpose of a convolution: weights are inputs times outputs of a group. */
function backward(geometry: Geometry): LayerRule {
  return convolved((x, axes, layer, onnx) => {
    const convolution = geometry(layer, axes);
    const weight = layer.weight(0, [layer.size(x, 1), convolution.outputs / convolution.group, ...convolution.kernel]);
    return onnx.ConvTranspose(x, weight, biasOf(layer, convolution), attributesOf(convolution));
  });
}

/** Every place of every window as a channel of its own: a convolution whose filters each take one number. */
const windowsAsChannels: LayerRule = convolved((x, axes, layer, onnx) => {
  const { kernel, stride, pad, dilation } = windowsOf(layer, HOLDER, axes);
  const [channels, area] = [layer.size(x, 1), elementCount(kernel)];
  const compute = () => Float32Array.from({ length: channels * area * area }, (_, k) => Number(isDiagonal(k, area)));
  const weight = layer.made('windows', [channels * area, 1, ...kernel], compute);
  return onnx.Conv(x, weight, {
    kernel_shape: kernel,
    strides: stride,
    pads: [...pad, ...pad],
    dilations: dilation,
    group: channels,
  });
});

/** Whether the element of that number of a list of unit matrices is on a diagonal. */
function isDiagonal(k: number, size: number): boolean {
  const within = k % (size * size);
  return within % size === Math.floor(within / size);
}

const depthwiseForward = forward(depthwise);

export const convolution: LayerRules = {
  Convolution: forward(planar()),
  Convolution3D: forward(volumes, (y) => y),
  // openvino-dev 2023.3, mo/front/caffe/binary_conv_ext.py: a convolution like others, of the weights as they are stored (tried in
  // OpenVINO 2023.3 with 1 and -1 of 32 channels, and with other weights; of channels that fill no byte its CPU makes something else).
  ConvolutionBinary: forward(planar()),
  ConvolutionDepthwise: depthwiseForward,
  CuDNNGroupedConvolutionForward: forward(planar()),
  DeConvolution: backward(planar()),
  Deconvolution: backward(planar()),
  DeconvolutionDepthwise: backward(depthwise),
  DepthwiseConv: depthwiseForward,
  DepthwiseConvolution: depthwiseForward,
  Im2col: windowsAsChannels,
};

const nartVolumes = planar(HOLE, 'convolution3d_param');

/** ModelTC/NART, python/nart/utils/caffe_utils/caffe_to_onnx.py. */
const nart: LayerRules = {
  Convolution: forward(planar(HOLE_PER_AXIS)),
  Convolution3d: forward(nartVolumes, (y) => y),
  ConvolutionReLU: forward(planar(HOLE_PER_AXIS), (y, _, onnx) => onnx.Relu(y)),
  Deconvolution: backward(planar(HOLE_PER_AXIS)),
  Deconvolution3d: backward(planar(HOLE, 'deconvolution3d_param')),
  HoleConvolution: forward(planar(HOLE)),
};

/** opencv/opencv, modules/dnn/src/layers/convolution_layer.cpp: deconvolutions do not read `dilation`. */
const opencv: LayerRules = { Deconvolution: backward(planar(NONE)) };

export const convolutionOf: Readonly<Record<string, LayerRules>> = { nart, opencv };
