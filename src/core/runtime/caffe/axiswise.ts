/** Layers that make one number, or an order, of what stands along axes: Softmax, Reduction, ArgMax, HeatMap2Coord. */
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
  refusal,
} from './blob.ts';

/** e^x divided by its sum along `axis`, the channels where it is not given: BVLC/caffe src/caffe/layers/softmax_layer.cpp. */
const softmax: Layer = (call) => {
  const x = bottom(call);
  const [outer, size, inner] = around(x.shape, axisAt(call, 'softmax_param.axis', 1, x.shape.length));
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

type Reduce = (values: Float32Array) => number;

const sum = (values: Float32Array, of: (value: number) => number = (value) => value) =>
  values.reduce((total, value) => total + of(value), 0);
const square = (value: number) => value * value;

/** Those of Tengine are source/device/cpu/op/reduction of OAID/Tengine. */
const REDUCTIONS: Readonly<Record<string, Reduce>> = {
  SUM: (values) => sum(values),
  ASUM: (values) => sum(values, Math.abs),
  SUMSQ: (values) => sum(values, square),
  SQSUM: (values) => sum(values, square),
  MEAN: (values) => sum(values) / values.length,
  MAX: (values) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  MIN: (values) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  PROD: (values) => values.reduce((a, b) => a * b, 1),
  L2: (values) => Math.sqrt(sum(values, square)),
  LOGSUM: (values) => Math.log(sum(values)),
  LOGSUMEXP: (values) => Math.log(sum(values, Math.exp)),
};

function reduceBy(call: LayerCall, operation: string): Reduce {
  const found = Object.hasOwn(REDUCTIONS, operation) ? REDUCTIONS[operation] : undefined;
  if (!found) throw refusal(call, `a reduction by ${operation} is not known`);
  return found;
}

/**
 * All axes from `axis` on become one number, times `coeff`: BVLC/caffe src/caffe/layers/reduction_layer.cpp. Tengine names
 * the axes one by one, and they stay (tools/convert_tool/caffe/caffe2tengine.cpp).
 */
const reduction: Layer = (call) => {
  const { node, means } = call;
  const x = bottom(call);
  const reduce = reduceBy(call, node.string('reduction_param.operation', 'SUM'));
  if (means.reduction.axes === 'listed') return reducedAlong(call, x, reduce);
  const axis = axisAt(call, 'reduction_param.axis', 0, x.shape.length);
  const coefficient = number(node, 'reduction_param.coeff', 1);
  const y = blobOf(x.shape.slice(0, axis));
  const size = product(x.shape.slice(axis));
  for (let k = 0; k < y.data.length; k++) y.data[k] = coefficient * reduce(x.data.subarray(k * size, (k + 1) * size));
  return y;
};

function reducedAlong(call: LayerCall, x: Blob, reduce: Reduce): Blob {
  const listed = [0, 1, 2, 3]
    .map((k) => number(call.node, `reduction_param.dim_${k}`, 0))
    .filter((axis) => axis !== -2);
  const rank = x.shape.length;
  const axes = new Set(listed.map((axis) => (axis < 0 ? axis + rank : axis)));
  const y = blobOf(x.shape.map((size, axis) => (axes.has(axis) ? 1 : size)));
  const groups = Array.from(y.data, (): number[] => []);
  x.data.forEach((value, at) => {
    let [rest, step, place] = [at, 1, 0];
    for (let axis = rank - 1; axis >= 0; axis--) {
      const size = x.shape[axis] ?? 1;
      if (!axes.has(axis)) {
        place += (rest % size) * step;
        step *= size;
      }
      rest = Math.floor(rest / size);
    }
    groups[place]?.push(value);
  });
  groups.forEach((values, k) => {
    y.data[k] = reduce(Float32Array.from(values));
  });
  return y;
}

/**
 * Where the `top_k` greatest stand, the greatest first; of equals, the later first. Without `axis` a whole image is one
 * row, and the top has at least three axes: images, places (and with `out_max_val` values), and ranks (BVLC/caffe
 * src/caffe/layers/argmax_layer.cpp).
 */
const argMax: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const count = number(node, 'argmax_param.top_k', 1);
  const values = flag(node, 'argmax_param.out_max_val', false);
  const [axis] = numbers(node, 'argmax_param.axis');
  const at = axis === undefined ? 1 : axisAt(call, 'argmax_param.axis', 1, x.shape.length);
  const [outer, size, inner] =
    axis === undefined ? [x.shape[0] ?? 1, product(x.shape.slice(1)), 1] : around(x.shape, at);
  if (count < 1 || count > size) throw refusal(call, `there are no ${count} greatest of ${size}`);
  const ranked = (o: number, i: number) => {
    const row = Array.from({ length: size }, (_, k) => ({ k, value: x.data[(o * size + k) * inner + i] ?? 0 }));
    return row.sort((a, b) => b.value - a.value || b.k - a.k).slice(0, count);
  };
  if (axis === undefined) {
    const rest = Array<number>(Math.max(x.shape.length - 3, 0)).fill(1);
    const y = blobOf([outer, values ? 2 : 1, count, ...rest]);
    for (let o = 0; o < outer; o++) {
      const best = ranked(o, 0);
      const row = [...best.map(({ k }) => k), ...(values ? best.map(({ value }) => value) : [])];
      y.data.set(row, o * row.length);
    }
    return y;
  }
  const y = blobOf(x.shape.with(at, count));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      ranked(o, i).forEach(({ k, value }, rank) => {
        y.data[(o * count + rank) * inner + i] = values ? value : k;
      });
    }
  }
  return y;
};

/**
 * For each channel the place of its greatest value as x, y and the value, all in a row: ModelTC/NART
 * art/modules/default/src/op/heatmap2coord.c. With `coord_reposition` a quarter of a step towards the greater neighbour.
 */
const heatMapToCoordinates: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const [images = 1, channels = 1, height = 1, width = 1] = x.shape;
  const read = (name: string) => number(node, `heatmap_param.${name}`, 0);
  const [high, wide] = [read('coord_h'), read('coord_w')];
  const moves = flag(node, 'heatmap_param.coord_reposition', false);
  const y = blobOf([images, 3 * channels]);
  for (let plane = 0; plane < images * channels; plane++) {
    const map = x.data.subarray(plane * height * width, (plane + 1) * height * width);
    const at = map.indexOf(map.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY));
    const [row, column] = [Math.floor(at / width), at % width];
    const towards = (before: number, after: number) =>
      moves ? Math.sign((map[after] ?? 0) - (map[before] ?? 0)) / 4 : 0;
    const down = row > 0 && row < height - 1 ? towards(at - width, at + width) : 0;
    const right = column > 0 && column < width - 1 ? towards(at - 1, at + 1) : 0;
    y.data.set(
      [((column + right + 0.5) * wide) / width, ((row + down + 0.5) * high) / height, map[at] ?? 0],
      plane * 3,
    );
  }
  return y;
};

export const axiswiseLayers: Readonly<Record<string, Layer>> = {
  ArgMax: argMax,
  HeatMap2Coord: heatMapToCoordinates,
  Reduction: reduction,
  Softmax: softmax,
};
