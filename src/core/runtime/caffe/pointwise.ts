/** Layers that work element by element, or along one axis (BVLC/caffe, the layer sources of the same names; ReLU6 of OpenCV). */
import {
  around,
  axisAt,
  type Blob,
  blobOf,
  bottom,
  flag,
  type Layer,
  type LayerCall,
  number,
  numbers,
  product,
  weights,
} from './blob.ts';

/** A function of each element; what does not change is read once. */
function each(prepare: (call: LayerCall) => (value: number) => number): Layer {
  return (call) => {
    const x = bottom(call);
    return blobOf(x.shape, x.data.map(prepare(call)));
  };
}

function exponential(call: LayerCall, holder: string): { base: number; scale: number; shift: number } {
  const value = (name: string, otherwise: number) => number(call.node, `${holder}.${name}`, otherwise);
  const base = value('base', -1);
  return { base: base < 0 ? Math.E : base, scale: value('scale', 1), shift: value('shift', 0) };
}

const eltwise: Layer = (call) => {
  const { node, bottoms } = call;
  const operation = node.string('eltwise_param.operation', 'SUM');
  const coefficients = numbers(node, 'eltwise_param.coeff');
  const y = blobOf(bottom(call).shape);
  bottoms.forEach((x, k) => {
    if (x.shape.join() !== y.shape.join()) throw new Error(`layer ${node.name}: Eltwise takes equal shapes`);
    for (let at = 0; at < y.data.length; at++) {
      const [left, right] = [y.data[at] ?? 0, x.data[at] ?? 0];
      if (operation === 'SUM') y.data[at] = left + (coefficients[k] ?? 1) * right;
      else if (k === 0) y.data[at] = right;
      else y.data[at] = operation === 'PROD' ? left * right : Math.max(left, right);
    }
  });
  return y;
};

/** Along `axis` and the axes behind it as the factors have; they come as a second bottom or as a blob. */
function along(call: LayerCall, holder: string): { x: Blob; by: Blob; index: (at: number) => number } {
  const x = bottom(call);
  const by = call.bottoms.length > 1 ? bottom(call, 1) : weights(call, 0);
  const axis = by.shape.length === 0 ? 0 : axisAt(call.node, `${holder}.axis`, 1, x.shape.length);
  const end = axis + by.shape.length;
  if (x.shape.slice(axis, end).join() !== by.shape.join())
    throw new Error(`layer ${call.node.name}: shapes do not fit`);
  const inner = product(x.shape.slice(end));
  const count = by.data.length;
  return { x, by, index: (at) => Math.floor(at / inner) % count };
}

const scale: Layer = (call) => {
  const { x, by, index } = along(call, 'scale_param');
  const shift = flag(call.node, 'scale_param.bias_term', false) ? call.blobs.at(-1) : undefined;
  return blobOf(
    x.shape,
    x.data.map((value, at) => value * (by.data[index(at)] ?? 1) + (shift?.data[index(at)] ?? 0)),
  );
};

const bias: Layer = (call) => {
  const { x, by, index } = along(call, 'bias_param');
  return blobOf(
    x.shape,
    x.data.map((value, at) => value + (by.data[index(at)] ?? 0)),
  );
};

const batchNorm: Layer = (call) => {
  const x = bottom(call);
  const [, channels, inner] = around(x.shape, 1);
  const [mean, variance, factor] = [weights(call, 0), weights(call, 1), weights(call, 2).data[0] ?? 0];
  // A factor of 0 stands for statistics that were never gathered.
  const by = factor === 0 ? 0 : 1 / factor;
  const epsilon = number(call.node, 'batch_norm_param.eps', 1e-5);
  return blobOf(
    x.shape,
    x.data.map((value, at) => {
      const c = Math.floor(at / inner) % channels;
      return (value - by * (mean.data[c] ?? 0)) / Math.sqrt(by * (variance.data[c] ?? 0) + epsilon);
    }),
  );
};

const softmax: Layer = (call) => {
  const x = bottom(call);
  const [outer, size, inner] = around(x.shape, axisAt(call.node, 'softmax_param.axis', 1, x.shape.length));
  const y = blobOf(x.shape);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const place = (k: number) => (o * size + k) * inner + i;
      let [most, sum] = [Number.NEGATIVE_INFINITY, 0];
      for (let k = 0; k < size; k++) most = Math.max(most, x.data[place(k)] ?? 0);
      for (let k = 0; k < size; k++) sum += Math.exp((x.data[place(k)] ?? 0) - most);
      for (let k = 0; k < size; k++) y.data[place(k)] = Math.exp((x.data[place(k)] ?? 0) - most) / sum;
    }
  }
  return y;
};

const innerProduct: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const axis = axisAt(node, 'inner_product_param.axis', 1, x.shape.length);
  const [rows, length] = [product(x.shape.slice(0, axis)), product(x.shape.slice(axis))];
  const outputs = number(node, 'inner_product_param.num_output', 0);
  const matrix = weights(call, 0).data;
  const turned = flag(node, 'inner_product_param.transpose', false);
  const shift = flag(node, 'inner_product_param.bias_term', true) ? weights(call, 1) : undefined;
  const y = blobOf([...x.shape.slice(0, axis), outputs]);
  for (let row = 0; row < rows; row++) {
    for (let o = 0; o < outputs; o++) {
      let sum = shift?.data[o] ?? 0;
      for (let k = 0; k < length; k++) {
        sum += (x.data[row * length + k] ?? 0) * (matrix[turned ? k * outputs + o : o * length + k] ?? 0);
      }
      y.data[row * outputs + o] = sum;
    }
  }
  return y;
};

export const pointwiseLayers: Readonly<Record<string, Layer>> = {
  AbsVal: each(() => Math.abs),
  BatchNorm: batchNorm,
  Bias: bias,
  BNLL: each(() => (x) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)))),
  Clip: each(({ node }) => {
    const [low, high] = [number(node, 'clip_param.min', 0), number(node, 'clip_param.max', 0)];
    return (x) => Math.min(Math.max(x, low), high);
  }),
  Dropout: (call) => bottom(call),
  Eltwise: eltwise,
  ELU: each(({ node }) => {
    const alpha = number(node, 'elu_param.alpha', 1);
    return (x) => (x > 0 ? x : alpha * Math.expm1(x));
  }),
  Exp: each((call) => {
    const { base, scale: by, shift } = exponential(call, 'exp_param');
    return (x) => base ** (shift + by * x);
  }),
  InnerProduct: innerProduct,
  Log: each((call) => {
    const { base, scale: by, shift } = exponential(call, 'log_param');
    return (x) => Math.log(shift + by * x) / Math.log(base);
  }),
  Power: each(({ node }) => {
    const value = (name: string, otherwise: number) => number(node, `power_param.${name}`, otherwise);
    const [exponent, by, shift] = [value('power', 1), value('scale', 1), value('shift', 0)];
    return (x) => (shift + by * x) ** exponent;
  }),
  PReLU: (call) => {
    const x = bottom(call);
    const [, channels, inner] = around(x.shape, 1);
    const slopes = weights(call, 0).data;
    const slopeAt = (at: number) => slopes[slopes.length === 1 ? 0 : Math.floor(at / inner) % channels] ?? 0;
    return blobOf(
      x.shape,
      x.data.map((value, at) => (value > 0 ? value : value * slopeAt(at))),
    );
  },
  ReLU: each(({ node }) => {
    const slope = number(node, 'relu_param.negative_slope', 0);
    return (x) => Math.max(x, 0) + slope * Math.min(x, 0);
  }),
  ReLU6: each(() => (x) => Math.min(Math.max(x, 0), 6)),
  Scale: scale,
  Sigmoid: each(() => (x) => 1 / (1 + Math.exp(-x))),
  Softmax: softmax,
  Swish: each(({ node }) => {
    const beta = number(node, 'swish_param.beta', 1);
    return (x) => x / (1 + Math.exp(-beta * x));
  }),
  TanH: each(() => Math.tanh),
};
