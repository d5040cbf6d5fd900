/** Convolution and its kin on images of one to three axes: BVLC/caffe src/caffe/layers/base_conv_layer.cpp. */
import { type Blob, blobOf, flag, type Layer, type LayerCall, number, product, refusal, weightsOf } from './blob.ts';
import { type Geometry, geometryOf, imageAxes, imageShape, spaceOf, type Triple } from './geometry.ts';
import { multiplyRows, ROWS_AT_ONCE } from './rows.ts';
import { placesOf, type Run, rowsOf, runsOf, type Seen, seenFrom, tapsOf } from './taps.ts';

/** What a convolution of one bottom is made of. */
interface Convolution {
  readonly geometry: Geometry;
  readonly outputs: number;
  readonly group: number;
  readonly weight: Float32Array;
  readonly shift: Float32Array | undefined;
}

interface Kind {
  readonly holder?: string;
  /** Each channel by itself, whatever `group` says. */
  readonly depthwise?: boolean;
  readonly run: (call: LayerCall, x: Blob, by: Convolution) => Blob;
}

/** One top for each bottom, by the same weights. */
const convolving =
  ({ holder = 'convolution_param', depthwise = false, run }: Kind): Layer =>
  (call) => {
    const { node } = call;
    if (number(node, `${holder}.axis`, 1) !== 1) throw refusal(call, 'its channels are not at axis 1');
    return call.bottoms.map((x) => {
      const channels = x.shape[1] ?? 1;
      const outputs = number(node, `${holder}.num_output`, 0);
      const group = depthwise ? channels : number(node, `${holder}.group`, 1);
      if (channels % group !== 0 || outputs % group !== 0 || outputs < 1)
        throw refusal(call, `${channels} channels and ${outputs} outputs have no ${group} groups`);
      const geometry = geometryOf({ call, holder, axes: imageAxes(call, x) });
      const count = ((channels * outputs) / group) * product(geometry.kernel);
      const shift = flag(node, `${holder}.bias_term`, true) ? weightsOf(call, 1, outputs).data : undefined;
      return run(call, x, { geometry, outputs, group, weight: weightsOf(call, 0, count).data, shift });
    });
  };

/** out[o, y] = sum over i and k of weight[o, i, k] in[i, y s - p + k d]. */
export function convolve(call: LayerCall, x: Blob, by: Convolution): Blob {
  const out = placesOf(call, spaceOf(x), by.geometry);
  // Windows pay where several outputs look through them.
  return by.outputs / by.group < ROWS_AT_ONCE ? tapByTap(x, out, by) : windowByWindow(x, out, by);
}

function tapByTap(x: Blob, out: Triple, { geometry, outputs, group, weight, shift }: Convolution): Blob {
  const [images = 1, channels = 1] = x.shape;
  const space = spaceOf(x);
  const y = blobOf(imageShape(x, outputs, out));
  const [inGroup, outGroup] = [channels / group, outputs / group];
  const sum = new Float64Array(product(out));
  const taps = tapsOf(geometry.kernel).map((tap) => runsOf(space, out, geometry, tap));
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < outputs; o++) {
      sum.fill(shift?.[o] ?? 0);
      for (let i = 0; i < inGroup; i++) {
        const plane = (n * channels + Math.floor(o / outGroup) * inGroup + i) * product(space);
        for (const [k, runs] of taps.entries()) {
          const by = weight[(o * inGroup + i) * taps.length + k] ?? 0;
          for (const run of runs) addRun(sum, x.data, plane, by, run);
        }
      }
      y.data.set(sum, (n * outputs + o) * product(out));
    }
  }
  return y;
}

function addRun(
  sum: Float64Array,
  data: Float32Array,
  plane: number,
  by: number,
  { to, from, step, count }: Run,
): void {
  for (let at = 0, place = plane + from; at < count; at++, place += step) {
    sum[to + at] = (sum[to + at] as number) + by * (data[place] as number);
  }
}

/** As many numbers of windows as a processor holds near. */
const NEAR = 16_384;

/** What a kernel sees at a place is a row; the weights of an output are one as well. */
function windowByWindow(x: Blob, out: Triple, { geometry, outputs, group, weight, shift }: Convolution): Blob {
  const [images = 1, channels = 1] = x.shape;
  const y = blobOf(imageShape(x, outputs, out));
  const [inGroup, outGroup, places] = [channels / group, outputs / group, product(out)];
  const length = inGroup * product(geometry.kernel);
  const seen = seenFrom(spaceOf(x), out, geometry);
  const most = Math.max(2, Math.floor(NEAR / length));
  const windows = new Float32Array(most * length);
  for (let part = 0; part < images * group; part++) {
    const first = (part % group) * outGroup;
    const weights = { data: weight, from: first * length, count: outGroup, length };
    const starts = shift?.subarray(first, first + outGroup);
    const to = (Math.floor(part / group) * outputs + first) * places;
    const planes = part * inGroup * product(spaceOf(x));
    for (let place = 0; place < places; place += most) {
      const count = Math.min(most, places - place);
      look(windows, { x, planes, inGroup, seen, place, count });
      const rows = { data: windows, from: 0, count, length };
      multiplyRows(weights, rows, { data: y.data, from: to + place, step: places }, starts);
    }
  }
  return y;
}

/** Some places of the planes that a group of channels begins with. */
interface View {
  readonly x: Blob;
  readonly planes: number;
  readonly inGroup: number;
  readonly seen: Seen;
  readonly place: number;
  readonly count: number;
}

/** Fills a row for each place: what is under the taps of the kernel, channel by channel. */
function look(windows: Float32Array, { x, planes, inGroup, seen: { under, taps }, place, count }: View): void {
  const area = product(spaceOf(x));
  for (let i = 0; i < inGroup; i++) {
    const plane = planes + i * area;
    for (let at = 0; at < count; at++) {
      const [from, to] = [(place + at) * taps, (at * inGroup + i) * taps];
      for (let k = 0; k < taps; k++) {
        const element = under[from + k] as number;
        windows[to + k] = element < 0 ? 0 : (x.data[plane + element] as number);
      }
    }
  }
}

/** Every input spreads weight[i, o, k] over the output, where a convolution would have read it: deconv_layer.cpp. */
function deconvolve(call: LayerCall, x: Blob, { geometry: given, outputs, group, weight, shift }: Convolution): Blob {
  const dilates = call.means.deconvolution.dilates;
  const geometry: Geometry = dilates ? given : { ...given, dilation: [1, 1, 1] };
  const { kernel, stride, pad, dilation } = geometry;
  const [images = 1, channels = 1] = x.shape;
  const space = spaceOf(x);
  const along = (axis: 0 | 1 | 2) =>
    stride[axis] * (space[axis] - 1) + dilation[axis] * (kernel[axis] - 1) + 1 - 2 * pad[axis];
  const out: Triple = [along(0), along(1), along(2)];
  if (out.some((size) => size < 1)) throw refusal(call, 'its pad takes the whole image away');
  const y = blobOf(imageShape(x, outputs, out));
  const [inGroup, outGroup] = [channels / group, outputs / group];
  const sum = new Float64Array(product(out));
  const taps = tapsOf(kernel);
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < outputs; o++) {
      sum.fill(shift?.[o] ?? 0);
      const begin = Math.floor(o / outGroup) * inGroup;
      for (let i = begin; i < begin + inGroup; i++) {
        const plane = (n * channels + i) * product(space);
        taps.forEach((tap, k) => {
          const by = weight[(i * outGroup + (o % outGroup)) * taps.length + k] ?? 0;
          rowsOf(out, space, geometry, tap, ({ from, to, first, count }) => {
            for (let at = 0; at < count; at++) {
              const place = from + (first + at) * stride[2];
              sum[place] = (sum[place] ?? 0) + by * (x.data[plane + to + at] ?? 0);
            }
          });
        });
      }
      y.data.set(sum, (n * outputs + o) * product(out));
    }
  }
  return y;
}

/** All elements under a kernel as channels: BVLC/caffe src/caffe/layers/im2col_layer.cpp. */
const imageToColumns: Layer = (call) =>
  call.bottoms.map((x) => {
    const geometry = geometryOf({ call, holder: 'convolution_param', axes: imageAxes(call, x) });
    const [images = 1, channels = 1] = x.shape;
    const space = spaceOf(x);
    const out = placesOf(call, space, geometry);
    const taps = tapsOf(geometry.kernel);
    const y = blobOf(imageShape(x, channels * taps.length, out));
    for (let plane = 0; plane < images * channels; plane++) {
      taps.forEach((tap, k) => {
        const start = (plane * taps.length + k) * product(out);
        rowsOf(space, out, geometry, tap, ({ from, to, first, count }) => {
          for (let at = 0; at < count; at++) {
            y.data[start + to + at] = x.data[plane * product(space) + from + (first + at) * geometry.stride[2]] ?? 0;
          }
        });
      });
    }
    return y;
  });

/** Followed by a rectifier: ModelTC/NART python/nart/utils/caffe_utils/caffe_to_onnx.py names it. */
const convolutionRelu: Layer = (call) =>
  [convolution(call)].flat().map((y) =>
    blobOf(
      y.shape,
      y.data.map((value) => Math.max(value, 0)),
    ),
  );

const convolution = convolving({ run: convolve });
const depthwise = convolving({ depthwise: true, run: convolve });
const deconvolution = convolving({ run: deconvolve });

export const convolutionLayers: Readonly<Record<string, Layer>> = {
  Convolution: convolution,
  Convolution3D: convolving({ holder: 'convolution3d_param', run: convolve }),
  Convolution3d: convolving({ holder: 'convolution3d_param', run: convolve }),
  // openvino-dev 2023.3, mo/front/caffe/binary_conv_ext.py: its weights are multiplied as they are.
  ConvolutionBinary: convolution,
  ConvolutionDepthwise: depthwise,
  ConvolutionReLU: convolutionRelu,
  CuDNNGroupedConvolutionForward: convolution,
  DeConvolution: deconvolution,
  Deconvolution: deconvolution,
  Deconvolution3d: convolving({ holder: 'deconvolution3d_param', run: deconvolve }),
  DeconvolutionDepthwise: convolving({ depthwise: true, run: deconvolve }),
  DepthwiseConv: depthwise,
  DepthwiseConvolution: depthwise,
  HoleConvolution: convolution,
  Im2col: imageToColumns,
};
