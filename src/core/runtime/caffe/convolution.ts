/** Convolution and its kin on images of one to three axes: BVLC/caffe src/caffe/layers/base_conv_layer.cpp. */
import { type Blob, blobOf, flag, type Layer, type LayerCall, number, product, refusal, weightsOf } from './blob.ts';
import { type Geometry, geometryOf, imageAxes, imageShape, spaceOf, type Triple } from './geometry.ts';

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

/** How many places a kernel has along each axis: conv_layer.cpp. */
export function placesOf(call: LayerCall, space: Triple, { kernel, stride, pad, dilation }: Geometry): Triple {
  const along = (axis: 0 | 1 | 2) =>
    Math.floor((space[axis] + 2 * pad[axis] - (dilation[axis] * (kernel[axis] - 1) + 1)) / stride[axis]) + 1;
  const places: Triple = [along(0), along(1), along(2)];
  if (places.some((count) => count < 1)) throw refusal(call, 'its kernel is larger than the padded image');
  return places;
}

/** out[o, y] = sum over i and k of weight[o, i, k] in[i, y s - p + k d]. */
export function convolve(call: LayerCall, x: Blob, { geometry, outputs, group, weight, shift }: Convolution): Blob {
  const [images = 1, channels = 1] = x.shape;
  const space = spaceOf(x);
  const out = placesOf(call, space, geometry);
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

/** Elements that a tap reaches one behind the other: where they begin on both sides, how far they lie apart, and how many. */
interface Run {
  readonly to: number;
  readonly from: number;
  readonly step: number;
  readonly count: number;
}

/** The rows of a tap; those that lie behind each other on both sides are one run. */
function runsOf(large: Triple, small: Triple, geometry: Geometry, tap: Triple): readonly Run[] {
  const step = geometry.stride[2];
  const runs: Run[] = [];
  rowsOf(large, small, geometry, tap, ({ from, to, first, count }) => {
    const run = { to, from: from + first * step, step, count };
    const last = runs.at(-1);
    const follows = last && last.to + last.count === run.to && last.from + last.count * step === run.from;
    if (last && follows) runs[runs.length - 1] = { ...last, count: last.count + count };
    else runs.push(run);
  });
  return runs;
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

/** The places of a kernel, in order. */
export function tapsOf([depth, height, width]: Triple): readonly Triple[] {
  const taps: Triple[] = [];
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) taps.push([z, y, x]);
  }
  return taps;
}

/** A row of the small image, and the places of the large one that a tap of the kernel reaches from it. */
interface Row {
  /** The place of column 0 in the large image, which may lie before its row. */
  readonly from: number;
  /** The place of the first column that counts in the small image. */
  readonly to: number;
  readonly first: number;
  readonly count: number;
}

/** All rows of the small image from which a tap reaches into the large one. */
function rowsOf(
  large: Triple,
  small: Triple,
  { stride, pad, dilation }: Geometry,
  tap: Triple,
  use: (row: Row) => void,
): void {
  const reach = (axis: 0 | 1 | 2) => tap[axis] * dilation[axis] - pad[axis];
  const shift = reach(2);
  const first = Math.max(0, Math.ceil(-shift / stride[2]));
  const last = Math.min(small[2] - 1, Math.floor((large[2] - 1 - shift) / stride[2]));
  if (last < first) return;
  for (let z = 0; z < small[0]; z++) {
    const depth = z * stride[0] + reach(0);
    if (depth < 0 || depth >= large[0]) continue;
    for (let y = 0; y < small[1]; y++) {
      const height = y * stride[1] + reach(1);
      if (height < 0 || height >= large[1]) continue;
      const from = (depth * large[1] + height) * large[2] + shift;
      const to = (z * small[1] + y) * small[2] + first;
      use({ from, to, first, count: last - first + 1 });
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
