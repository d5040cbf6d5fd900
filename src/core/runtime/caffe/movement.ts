/** Layers that move elements (BVLC/caffe, the layer sources of the same names; Permute of SSD and OpenCV, Const of OpenCV). */
import { around, axisAt, type Blob, blobOf, bottom, type Layer, number, numbers, product, weights } from './blob.ts';

const concat: Layer = ({ node, bottoms }) => {
  const [first] = bottoms;
  if (!first) throw new Error(`layer ${node.name} has no bottom`);
  const axis = axisAt(node, 'concat_param.axis', number(node, 'concat_param.concat_dim', 1), first.shape.length);
  const total = bottoms.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  const y = blobOf(first.shape.with(axis, total));
  const [outer, , inner] = around(first.shape, axis);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const { shape, data } of bottoms) {
      const length = (shape[axis] ?? 0) * inner;
      y.data.set(data.subarray(o * length, (o + 1) * length), at);
      at += length;
    }
  }
  return y;
};

const slice: Layer = (call) => {
  const { node, tops } = call;
  const x = bottom(call);
  const axis = axisAt(node, 'slice_param.axis', number(node, 'slice_param.slice_dim', 1), x.shape.length);
  const [, size] = around(x.shape, axis);
  const given = numbers(node, 'slice_param.slice_point');
  const points = given.length > 0 ? given : Array.from({ length: tops - 1 }, (_, k) => ((k + 1) * size) / tops);
  const ends = [...points, size];
  if (ends.length !== tops) throw new Error(`layer ${node.name} makes ${ends.length} parts for ${tops} tops`);
  return ends.map((end, k) => part(x, axis, ends[k - 1] ?? 0, end));
};

function part(x: Blob, axis: number, from: number, to: number): Blob {
  const [outer, size, inner] = around(x.shape, axis);
  const y = blobOf(x.shape.with(axis, to - from));
  for (let o = 0; o < outer; o++) {
    y.data.set(x.data.subarray((o * size + from) * inner, (o * size + to) * inner), o * (to - from) * inner);
  }
  return y;
}

/** Every axis from `axis` on as long as that of the second bottom, from an offset on. */
const crop: Layer = (call) => {
  const { node } = call;
  let x = bottom(call);
  const like = bottom(call, 1);
  const first = axisAt(node, 'crop_param.axis', 2, x.shape.length);
  const offsets = numbers(node, 'crop_param.offset');
  for (let axis = first; axis < x.shape.length; axis++) {
    const from = (offsets.length === 1 ? offsets[0] : offsets[axis - first]) ?? 0;
    x = part(x, axis, from, from + (like.shape[axis] ?? 0));
  }
  return x;
};

const reshape: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const given = number(node, 'reshape_param.axis', 0);
  const start = given < 0 ? x.shape.length + given + 1 : given;
  const covered = number(node, 'reshape_param.num_axes', -1);
  const end = covered < 0 ? x.shape.length : start + covered;
  const dims = numbers(node, 'reshape_param.shape.dim').map((dim, k) => (dim === 0 ? (x.shape[start + k] ?? 1) : dim));
  const rest = product(x.shape.slice(start, end)) / product(dims.filter((dim) => dim > 0));
  const shape = [...x.shape.slice(0, start), ...dims.map((dim) => (dim < 0 ? rest : dim)), ...x.shape.slice(end)];
  if (product(shape) !== x.data.length) throw new Error(`layer ${node.name} loses elements`);
  return blobOf(shape, x.data);
};

const flatten: Layer = (call) => {
  const x = bottom(call);
  const start = axisAt(call.node, 'flatten_param.axis', 1, x.shape.length);
  const end = axisAt(call.node, 'flatten_param.end_axis', -1, x.shape.length) + 1;
  const middle = product(x.shape.slice(start, end));
  return blobOf([...x.shape.slice(0, start), middle, ...x.shape.slice(end)], x.data);
};

const permute: Layer = (call) => {
  const x = bottom(call);
  const given = numbers(call.node, 'permute_param.order');
  const order = [...given, ...x.shape.map((_, k) => k).filter((k) => !given.includes(k))];
  const y = blobOf(order.map((axis) => x.shape[axis] ?? 1));
  const strides = order.map((axis) => product(x.shape.slice(axis + 1)));
  for (let at = 0; at < y.data.length; at++) {
    let [rest, from] = [at, 0];
    for (let k = y.shape.length - 1; k >= 0; k--) {
      const size = y.shape[k] ?? 1;
      from += (rest % size) * (strides[k] ?? 0);
      rest = Math.floor(rest / size);
    }
    y.data[at] = x.data[from] ?? 0;
  }
  return y;
};

export const movementLayers: Readonly<Record<string, Layer>> = {
  Concat: concat,
  Const: (call) => weights(call, 0),
  Crop: crop,
  Flatten: flatten,
  Parameter: (call) => weights(call, 0),
  Permute: permute,
  Reshape: reshape,
  Silence: () => [],
  Slice: slice,
  Split: (call) => Array<Blob>(call.tops).fill(bottom(call)),
};
