/** Convolution, Deconvolution and Pooling by their definitions (BVLC/caffe, base_conv_layer.cpp, deconv_layer.cpp, pooling_layer.cpp). */
import { blobOf, bottom, flag, type Layer, type LayerCall, number, numbers, weights } from './blob.ts';

/** A size that stands once for both axes, once for each, or under names of its own. */
function pair(call: LayerCall, holder: string, joint: string, single: string, otherwise: number): [number, number] {
  const both = numbers(call.node, `${holder}.${joint}`);
  const [first = otherwise, second = first] = both;
  return [number(call.node, `${holder}.${single}_h`, first), number(call.node, `${holder}.${single}_w`, second)];
}

function geometry(call: LayerCall, holder: string) {
  const [kernelH, kernelW] = pair(call, holder, 'kernel_size', 'kernel', 0);
  const [strideH, strideW] = pair(call, holder, 'stride', 'stride', 1);
  const [padH, padW] = pair(call, holder, 'pad', 'pad', 0);
  const [dilationH, dilationW] = pair(call, holder, 'dilation', 'dilation', 1);
  return { kernelH, kernelW, strideH, strideW, padH, padW, dilationH, dilationW };
}

/** out[o, y, x] = sum over i, ky, kx of weight[o, i, ky, kx] * in[i, y s - p + ky d, x s - p + kx d]. */
export const convolution: Layer = (call) => {
  const x = bottom(call);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const g = geometry(call, 'convolution_param');
  const outputs = number(call.node, 'convolution_param.num_output', 0);
  const group = number(call.node, 'convolution_param.group', 1);
  const outH = Math.floor((height + 2 * g.padH - (g.dilationH * (g.kernelH - 1) + 1)) / g.strideH) + 1;
  const outW = Math.floor((width + 2 * g.padW - (g.dilationW * (g.kernelW - 1) + 1)) / g.strideW) + 1;
  const weight = weights(call, 0).data;
  const [inGroup, outGroup] = [channels / group, outputs / group];
  const y = blobOf([batch, outputs, outH, outW]);
  const sum = new Float64Array(outH * outW);
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      sum.fill(biasOf(call, o));
      for (let i = 0; i < inGroup; i++) {
        const plane = (n * channels + Math.floor(o / outGroup) * inGroup + i) * height * width;
        for (let ky = 0; ky < g.kernelH; ky++) {
          for (let kx = 0; kx < g.kernelW; kx++) {
            const w = weight[((o * inGroup + i) * g.kernelH + ky) * g.kernelW + kx] ?? 0;
            const shift = kx * g.dilationW - g.padW;
            const from = Math.max(0, Math.ceil(-shift / g.strideW));
            const to = Math.min(outW - 1, Math.floor((width - 1 - shift) / g.strideW));
            for (let oy = 0; oy < outH; oy++) {
              const iy = oy * g.strideH - g.padH + ky * g.dilationH;
              if (iy < 0 || iy >= height) continue;
              const row = plane + iy * width + shift;
              const out = oy * outW;
              for (let ox = from; ox <= to; ox++) {
                sum[out + ox] = (sum[out + ox] ?? 0) + w * (x.data[row + ox * g.strideW] ?? 0);
              }
            }
          }
        }
      }
      y.data.set(sum, (n * outputs + o) * outH * outW);
    }
  }
  return y;
};

function biasOf(call: LayerCall, output: number): number {
  if (!flag(call.node, 'convolution_param.bias_term', true)) return 0;
  return weights(call, 1).data[output] ?? 0;
}

/** The transpose of a convolution: every input spreads weight[i, o, ky, kx] over the output. */
export const deconvolution: Layer = (call) => {
  const x = bottom(call);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const g = geometry(call, 'convolution_param');
  const outputs = number(call.node, 'convolution_param.num_output', 0);
  const group = number(call.node, 'convolution_param.group', 1);
  const outH = g.strideH * (height - 1) + g.dilationH * (g.kernelH - 1) + 1 - 2 * g.padH;
  const outW = g.strideW * (width - 1) + g.dilationW * (g.kernelW - 1) + 1 - 2 * g.padW;
  const weight = weights(call, 0).data;
  const [inGroup, outGroup] = [channels / group, outputs / group];
  const y = blobOf([batch, outputs, outH, outW]);
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      const sum = new Float64Array(outH * outW).fill(biasOf(call, o));
      const first = Math.floor(o / outGroup) * inGroup;
      for (let i = first; i < first + inGroup; i++) {
        for (let iy = 0; iy < height; iy++) {
          for (let ix = 0; ix < width; ix++) {
            const value = x.data[((n * channels + i) * height + iy) * width + ix] ?? 0;
            for (let ky = 0; ky < g.kernelH; ky++) {
              const oy = iy * g.strideH - g.padH + ky * g.dilationH;
              if (oy < 0 || oy >= outH) continue;
              for (let kx = 0; kx < g.kernelW; kx++) {
                const ox = ix * g.strideW - g.padW + kx * g.dilationW;
                if (ox < 0 || ox >= outW) continue;
                const w = weight[((i * outGroup + (o % outGroup)) * g.kernelH + ky) * g.kernelW + kx] ?? 0;
                sum[oy * outW + ox] = (sum[oy * outW + ox] ?? 0) + w * value;
              }
            }
          }
        }
      }
      y.data.set(sum, (n * outputs + o) * outH * outW);
    }
  }
  return y;
};

export const pooling: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const g = geometry(call, 'pooling_param');
  if (flag(node, 'pooling_param.global_pooling', false)) [g.kernelH, g.kernelW] = [height, width];
  const down = node.string('pooling_param.round_mode') === 'FLOOR' || !flag(node, 'pooling_param.ceil_mode', true);
  const padded = g.padH > 0 || g.padW > 0;
  const outH = windowsAlong(height, g.kernelH, g.strideH, g.padH, down, padded);
  const outW = windowsAlong(width, g.kernelW, g.strideW, g.padW, down, padded);
  const average = node.string('pooling_param.pool') === 'AVE';
  const y = blobOf([batch, channels, outH, outW]);
  let at = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let oy = 0; oy < outH; oy++) {
      for (let ox = 0; ox < outW; ox++) {
        const [top, left] = [oy * g.strideH - g.padH, ox * g.strideW - g.padW];
        const area =
          (Math.min(top + g.kernelH, height + g.padH) - top) * (Math.min(left + g.kernelW, width + g.padW) - left);
        let [sum, most] = [0, -3.4028234663852886e38];
        for (let iy = Math.max(top, 0); iy < Math.min(top + g.kernelH, height); iy++) {
          for (let ix = Math.max(left, 0); ix < Math.min(left + g.kernelW, width); ix++) {
            const value = x.data[(plane * height + iy) * width + ix] ?? 0;
            sum += value;
            if (value > most) most = value;
          }
        }
        y.data[at++] = average ? sum / area : most;
      }
    }
  }
  return y;
};

function windowsAlong(
  size: number,
  kernel: number,
  stride: number,
  pad: number,
  down: boolean,
  padded: boolean,
): number {
  const steps = (size + 2 * pad - kernel) / stride;
  const count = (down ? Math.floor(steps) : Math.ceil(steps)) + 1;
  // The last window must begin within the image or the padding before it.
  return padded && (count - 1) * stride >= size + pad ? count - 1 : count;
}

/** y = x (k + alpha / size * sum of squares of the neighbouring channels) ^ -beta. */
export const localResponse: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const [batch = 1, channels = 1, ...rest] = x.shape;
  const area = rest.reduce((a, b) => a * b, 1);
  const size = number(node, 'lrn_param.local_size', 5);
  const [alpha, beta, k] = [
    number(node, 'lrn_param.alpha', 1),
    number(node, 'lrn_param.beta', 0.75),
    number(node, 'lrn_param.k', 1),
  ];
  if (node.string('lrn_param.norm_region') === 'WITHIN_CHANNEL') throw new Error('LRN within channels is not run here');
  const y = blobOf(x.shape);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < area; p++) {
        let squares = 0;
        for (let j = Math.max(0, c - (size - 1) / 2); j <= Math.min(channels - 1, c + (size - 1) / 2); j++) {
          squares += (x.data[(n * channels + j) * area + p] ?? 0) ** 2;
        }
        const at = (n * channels + c) * area + p;
        y.data[at] = (x.data[at] ?? 0) * (k + (alpha / size) * squares) ** -beta;
      }
    }
  }
  return y;
};

export const windowLayers: Readonly<Record<string, Layer>> = {
  Convolution: convolution,
  Deconvolution: deconvolution,
  LRN: localResponse,
  Pooling: pooling,
};
