/** Products of matrices: InnerProduct, MatMul, Embed. */
import {
  axisAt,
  type Blob,
  blobOf,
  bottom,
  flag,
  type Layer,
  type LayerCall,
  number,
  product,
  refusal,
  sizesOf,
  weightsOf,
} from './blob.ts';
import { multiplyRows } from './rows.ts';

/** How a bottom is read as a matrix, and what the top's sizes are but for the outputs. */
interface Rows {
  readonly rows: number;
  readonly length: number;
  shape(outputs: number): readonly number[];
}

/** Which axes are multiplied away is the dialect's: see Semantics. */
function rowsOf(call: LayerCall, x: Blob, weightCount: number, outputs: number): Rows {
  const { rows: rule } = call.means.innerProduct;
  const last = x.shape.at(-1) ?? 1;
  const byRows = rule === 'images or rows' && x.shape.length === 3 && last * outputs === weightCount;
  const axis = byRows ? 2 : rule === 'by axis' ? axisAt(call, 'inner_product_param.axis', 1, x.shape.length) : 1;
  const kept = rule === 'images, rank kept' ? Array<number>(Math.max(x.shape.length - 2, 0)).fill(1) : [];
  return {
    rows: product(x.shape.slice(0, axis)),
    length: product(x.shape.slice(axis)),
    shape: (count) => [...x.shape.slice(0, axis), count, ...kept],
  };
}

/**
 * y = x w' + bias, where x has all axes from `axis` on in a row (BVLC/caffe src/caffe/layers/inner_product_layer.cpp);
 * with `transpose` the weights stand the other way round.
 */
const innerProduct: Layer = (call) => {
  const { node, means } = call;
  const x = bottom(call);
  const outputs = number(node, 'inner_product_param.num_output', 0);
  const { rows, length, shape } = rowsOf(call, x, call.blobs[0]?.data.length ?? 0, outputs);
  const matrix = weightsOf(call, 0, outputs * length).data;
  const turned = means.innerProduct.transpose && flag(node, 'inner_product_param.transpose', false);
  const shift = flag(node, 'inner_product_param.bias_term', true) ? weightsOf(call, 1, outputs).data : undefined;
  const weights = turned ? transposed(matrix, length, outputs) : matrix;
  const sums = new Float32Array(outputs * rows);
  multiplyRows(
    { data: weights, from: 0, count: outputs, length },
    { data: x.data, from: 0, count: rows, length },
    { data: sums, from: 0, step: rows },
    shift,
  );
  return { shape: shape(outputs), data: transposed(sums, outputs, rows) };
};

/** A matrix of so many rows and columns the other way round. */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = matrix[row * columns + column] as number;
  }
  return turned;
}

/** A row of the weights for each number: BVLC/caffe src/caffe/layers/embed_layer.cpp; Tengine calls it Embedding. */
const embed: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const outputs = number(node, 'embed_param.num_output', 0);
  const rows = number(node, 'embed_param.input_dim', 0);
  const table = weightsOf(call, 0, rows * outputs).data;
  const shift = flag(node, 'embed_param.bias_term', true) ? weightsOf(call, 1, outputs).data : undefined;
  const y = blobOf([...x.shape, outputs]);
  x.data.forEach((index, k) => {
    if (!Number.isInteger(index) || index < 0 || index >= rows)
      throw refusal(call, `${index} is no row of a table of ${rows}`);
    for (let o = 0; o < outputs; o++) y.data[k * outputs + o] = (table[index * outputs + o] ?? 0) + (shift?.[o] ?? 0);
  });
  return y;
};

/** The matrices of a blob, and whether they are read across. */
interface Matrices {
  readonly blob: Blob;
  readonly turned: boolean;
}

/** Products of the matrices in the last two axes; axes before them go together as in numpy. */
function matrixProduct(call: LayerCall, left: Matrices, right: Matrices): Blob {
  const [a, b] = [sidesOf(call, left), sidesOf(call, right)];
  if (a.columns !== b.rows)
    throw refusal(call, `${sizesOf(left.blob.shape)} and ${sizesOf(right.blob.shape)} cannot be multiplied`);
  const batch = together(call, a.batch, b.batch);
  const y = blobOf([...batch, a.rows, b.columns]);
  let at = 0;
  for (let k = 0; k < product(batch); k++) {
    const [fromA, fromB] = [a.place(batch, k), b.place(batch, k)];
    for (let row = 0; row < a.rows; row++) {
      for (let column = 0; column < b.columns; column++) {
        let sum = 0;
        for (let i = 0; i < a.columns; i++) sum += a.at(fromA, row, i) * b.at(fromB, i, column);
        y.data[at++] = sum;
      }
    }
  }
  return y;
}

function sidesOf(call: LayerCall, { blob, turned }: Matrices) {
  const { shape, data } = blob;
  if (shape.length < 2) throw refusal(call, `${sizesOf(shape)} is no matrix`);
  const [high = 1, wide = 1] = shape.slice(-2);
  const batch = shape.slice(0, -2);
  return {
    batch,
    rows: turned ? wide : high,
    columns: turned ? high : wide,
    at: (from: number, row: number, column: number) =>
      data[from * high * wide + (turned ? column * wide + row : row * wide + column)] ?? 0,
    place: (whole: readonly number[], k: number) => placeOf(batch, whole, k),
  };
}

function together(call: LayerCall, a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, k) => {
    const [left = 1, right = 1] = [a[k - rank + a.length], b[k - rank + b.length]];
    if (left !== right && left !== 1 && right !== 1)
      throw refusal(call, `${sizesOf(a)} and ${sizesOf(b)} matrices do not go together`);
    return Math.max(left, right);
  });
}

/** Which matrix of an operand stands for the k-th of the whole. */
function placeOf(own: readonly number[], whole: readonly number[], k: number): number {
  let [rest, step, place] = [k, 1, 0];
  for (let axis = 1; axis <= whole.length; axis++) {
    const size = whole.at(-axis) ?? 1;
    const ours = axis > own.length ? 1 : (own.at(-axis) ?? 1);
    if (ours > 1) place += (rest % size) * step;
    step *= ours;
    rest = Math.floor(rest / size);
  }
  return place;
}

/** `mode` says which of the two is read across: NN, NT, TN, TT (ModelTC/NART python/nart/proto/nart_caffe.proto). */
const matMul: Layer = (call) => {
  const mode = call.node.string('matmul_param.mode', 'NN');
  const left = { blob: bottom(call), turned: mode.startsWith('T') };
  return matrixProduct(call, left, { blob: bottom(call, 1), turned: mode.endsWith('T') });
};

/** Huawei-Ascend/tensorflow inc/register/proto/caffe/caffe.proto, BatchMatMulParameter. */
const batchMatMul: Layer = (call) => {
  const turned = (name: string) => flag(call.node, `batch_matmul_param.${name}`, false);
  return matrixProduct(
    call,
    { blob: bottom(call), turned: turned('adj_x1') },
    { blob: bottom(call, 1), turned: turned('adj_x2') },
  );
};

/** Followed by a rectifier: ModelTC/NART python/nart/utils/caffe_utils/caffe_to_onnx.py names it. */
const innerProductRelu: Layer = (call) => {
  const [y = blobOf([])] = [innerProduct(call)].flat();
  return blobOf(
    y.shape,
    y.data.map((value) => Math.max(value, 0)),
  );
};

export const productLayers: Readonly<Record<string, Layer>> = {
  BatchMatMul: batchMatMul,
  Embed: embed,
  Embedding: embed,
  InnerProduct: innerProduct,
  InnerProductReLU: innerProductRelu,
  MatMul: matMul,
};
