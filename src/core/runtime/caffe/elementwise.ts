/** Layers that put two or more blobs together, element by element; Scale and Bias, whose second may be weights. */
import {
  axisAt,
  type Blob,
  blobOf,
  bottom,
  flag,
  type Layer,
  type LayerCall,
  mapped,
  numbers,
  product,
  refusal,
  sizesOf,
  weights,
} from './blob.ts';

/** SUM with coefficients, PROD or MAX of blobs of one shape: BVLC/caffe src/caffe/layers/eltwise_layer.cpp. */
const eltwise: Layer = (call) => {
  const { node, bottoms, means } = call;
  const operation = node.string('eltwise_param.operation', 'SUM');
  const given = means.eltwise.coefficients ? numbers(node, 'eltwise_param.coeff') : [];
  if (given.length > 0 && given.length !== bottoms.length)
    throw refusal(call, `it has ${given.length} coefficients for ${bottoms.length} bottoms`);
  if (given.length > 0 && operation !== 'SUM') throw refusal(call, 'only a SUM takes coefficients');
  const { shape } = bottom(call);
  const other = bottoms.find((x) => x.shape.join() !== shape.join());
  if (other) throw refusal(call, `its bottoms are ${sizesOf(shape)} and ${sizesOf(other.shape)}`);
  const y = new Float64Array(product(shape));
  bottoms.forEach(({ data }, k) => {
    const by = given[k] ?? 1;
    data.forEach((value, at) => {
      const before = y[at] ?? 0;
      if (operation === 'SUM') y[at] = before + by * value;
      else if (k === 0) y[at] = value;
      else y[at] = operation === 'PROD' ? before * value : Math.max(before, value);
    });
  });
  return blobOf(shape, Float32Array.from(y));
};

type Binary = (left: number, right: number) => number;

/** Blobs that go together as in numpy: ModelTC/NART art/modules/default/src/op/mul.cpp, add.cpp. */
const broadcast =
  (of: Binary): Layer =>
  (call) => {
    const [first, ...others] = call.bottoms;
    if (!first) throw refusal(call, 'it has no bottom');
    return others.reduce((x, other) => broadcastPair(call, x, other, of), first);
  };

function broadcastPair(call: LayerCall, a: Blob, b: Blob, of: Binary): Blob {
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = ({ shape }: Blob) => [...Array<number>(rank - shape.length).fill(1), ...shape];
  const [left, right] = [padded(a), padded(b)];
  const shape = left.map((size, k) => {
    const other = right[k] ?? 1;
    if (size !== other && size !== 1 && other !== 1)
      throw refusal(call, `${sizesOf(a.shape)} and ${sizesOf(b.shape)} do not go together`);
    return size === 1 ? other : size;
  });
  const y = blobOf(shape);
  for (let at = 0; at < y.data.length; at++) {
    y.data[at] = of(a.data[placeIn(left, shape, at)] ?? 0, b.data[placeIn(right, shape, at)] ?? 0);
  }
  return y;
}

/** The place of an element of the whole in an operand, whose axes of size 1 are repeated. */
function placeIn(operand: readonly number[], whole: readonly number[], at: number): number {
  let [rest, step, place] = [at, 1, 0];
  for (let k = whole.length - 1; k >= 0; k--) {
    const size = whole[k] ?? 1;
    const own = operand[k] ?? 1;
    if (own > 1) place += (rest % size) * step;
    step *= own;
    rest = Math.floor(rest / size);
  }
  return place;
}

/** Blobs of as many elements, whatever their shapes: Cambricon/caffe src/caffe/layers/mult_layer.cpp, add, sub. */
const alike =
  (of: Binary): Layer =>
  (call) => {
    const [x, other] = [bottom(call), bottom(call, 1)];
    if (x.data.length !== other.data.length)
      throw refusal(call, `its bottoms are ${sizesOf(x.shape)} and ${sizesOf(other.shape)}`);
    return mapped(x, (value, at) => of(value, other.data[at] ?? 0));
  };

/** The second bottom has one number for each channel: Cambricon/caffe src/caffe/layers/cycleadd_layer.cpp and others. */
const byChannel =
  (of: Binary): Layer =>
  (call) => {
    const [x, other] = [bottom(call), bottom(call, 1)];
    const channels = x.shape[1] ?? 1;
    if (other.data.length !== channels || other.shape[1] !== channels)
      throw refusal(call, `its second bottom is ${sizesOf(other.shape)} for ${channels} channels`);
    const inner = product(x.shape.slice(2));
    return mapped(x, (value, at) => of(value, other.data[Math.floor(at / inner) % channels] ?? 0));
  };

/** a x + y, with one a for each channel of each image: NVIDIA/caffe, intel/caffe src/caffe/layers/axpy_layer.cpp. */
const axpy: Layer = (call) => {
  const [a, x, y] = [bottom(call), bottom(call, 1), bottom(call, 2)];
  if (x.shape.join() !== y.shape.join() || a.data.length !== product(x.shape.slice(0, 2)))
    throw refusal(call, `its bottoms are ${[a, x, y].map(({ shape }) => sizesOf(shape)).join(', ')}`);
  const inner = product(x.shape.slice(2));
  return mapped(y, (value, at) => value + (a.data[Math.floor(at / inner)] ?? 0) * (x.data[at] ?? 0));
};

/** A map for each channel of an image: alibaba/MNN tools/converter/source/caffe/SpatialProduct.cpp. */
const spatialProduct: Layer = broadcast((a, b) => a * b);

/** Along `axis` and the axes behind it as the factors have; they come as a second bottom or as a blob. */
function along(call: LayerCall, holder: string): { x: Blob; by: Blob; index: (at: number) => number } {
  const x = bottom(call);
  const by = call.bottoms.length > 1 ? bottom(call, 1) : weights(call, 0);
  const axis = by.shape.length === 0 ? 0 : axisAt(call, `${holder}.axis`, 1, x.shape.length);
  const end = axis + by.shape.length;
  if (x.shape.slice(axis, end).join() !== by.shape.join())
    throw refusal(call, `${sizesOf(by.shape)} does not go with ${sizesOf(x.shape)} from axis ${axis} on`);
  const inner = product(x.shape.slice(end));
  const count = by.data.length;
  return { x, by, index: (at) => Math.floor(at / inner) % count };
}

/** x times a blob, plus the last blob with `bias_term`: BVLC/caffe src/caffe/layers/scale_layer.cpp. */
const scale: Layer = (call) => {
  const { x, by, index } = along(call, 'scale_param');
  const shift = flag(call.node, 'scale_param.bias_term', false) ? call.blobs.at(-1) : undefined;
  if (shift && shift.data.length !== by.data.length)
    throw refusal(call, `it has ${shift.data.length} shifts for ${by.data.length} scales`);
  return mapped(x, (value, at) => value * (by.data[index(at)] ?? 1) + (shift?.data[index(at)] ?? 0));
};

/** x plus a blob: BVLC/caffe src/caffe/layers/bias_layer.cpp. */
const bias: Layer = (call) => {
  const { x, by, index } = along(call, 'bias_param');
  return mapped(x, (value, at) => value + (by.data[index(at)] ?? 0));
};

const add: Binary = (a, b) => a + b;
const multiply: Binary = (a, b) => a * b;

export const elementwiseLayers: Readonly<Record<string, Layer>> = {
  Add: (call) => (call.means.arithmetic === 'broadcast' ? broadcast(add) : alike(add))(call),
  Axpy: axpy,
  Bias: bias,
  CycleAdd: byChannel(add),
  CycleMult: byChannel(multiply),
  CycleSub: byChannel((a, b) => a - b),
  Eltwise: eltwise,
  Max: broadcast(Math.max),
  Mul: broadcast(multiply),
  Mult: alike(multiply),
  Scale: scale,
  SpatialProduct: spatialProduct,
  Sub: alike((a, b) => a - b),
};
