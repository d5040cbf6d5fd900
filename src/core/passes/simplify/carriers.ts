/** Operators whose constant weights can take over scales and shifts of what they give: convolutions, products, normalisations. */
import { constantOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import { sameShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { affineOf } from './affine.ts';
import { combined, isBounded, numbersOf, tensorOf } from './numbers.ts';
import { producerOf, type Site } from './rule.ts';
import { MOST_CHANNELS, scaledInput, shifted, weightOf } from './weight-inputs.ts';
import type { Layout } from './weights.ts';

/** An operator whose weights can scale and shift what it gives. */
export interface Carrier {
  readonly node: Node;
  readonly rank: number;
  /** The axis of its output along which the channels lie, and how many there are. */
  readonly axis: number;
  readonly channels: number;
  build(scale: Float64Array, shift: Float64Array, site: Site): Value | undefined;
}

export const CARRIERS = [
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Add',
  'BatchNormalization',
  'InstanceNormalization',
  'LayerNormalization',
];

/** How an operator with constant weights can scale and shift what it gives; undefined where it cannot. */
export function carrierOf(node: Node): Carrier | undefined {
  switch (node.op) {
    case 'Conv':
    case 'ConvTranspose':
      return convolution(node);
    case 'Gemm':
      return gemm(node);
    case 'MatMul':
      return product(node, undefined);
    case 'Add':
      return biasedProduct(node);
    default:
      return normalization(node);
  }
}

function convolution(node: Node): Carrier | undefined {
  const [weight, bias] = [weightOf(node, 1), weightOf(node, 2)];
  if (!weight || (node.input(2) && !bias)) return undefined;
  const [rows = 1, columns = 1] = weight.shape;
  const group = Number(node.int('group', 1n));
  const perGroup = rows / group;
  const transposed = node.op === 'ConvTranspose';
  const channels = transposed ? columns * group : rows;
  const layout: Layout = transposed
    ? { rows, columns, at: (row) => Math.floor(row / perGroup) * columns }
    : { rows, columns: 1, at: (row) => row };
  return {
    node,
    rank: weight.shape.length,
    axis: 1,
    channels,
    build(scale, shift, site) {
      const scaled = scaledInput(node, 1, layout, scale, site);
      const moved = scaled && shifted(node, 2, scale, shift, weight, site);
      if (!moved) return undefined;
      return site.from(node).same([node.input(0), scaled, moved.value])[0];
    },
  };
}

function gemm(node: Node): Carrier | undefined {
  const weight = weightOf(node, 1);
  const added = numbersOf(node.input(2), MOST_CHANNELS);
  if (weight?.shape.length !== 2 || (node.input(2) && !added)) return undefined;
  const turned = node.int('transB', 0n) !== 0n;
  const [rows = 1, columns = 1] = weight.shape;
  const channels = turned ? rows : columns;
  const layout: Layout = turned ? { rows, columns: 1, at: (row) => row } : { rows, columns, at: () => 0 };
  return {
    node,
    rank: 2,
    axis: 1,
    channels,
    build(scale, shift, site) {
      const scaled = scaledInput(node, 1, layout, scale, site);
      const beta = added ? node.float('beta', 1) : 1;
      const row = { shape: [channels], values: scale };
      const grown = combined(
        added ?? { shape: [], values: Float64Array.of(0) },
        row,
        (c, s) => beta * c * s,
        MOST_CHANNELS,
      );
      const whole = grown && combined(grown, { shape: [channels], values: shift }, (a, b) => a + b, MOST_CHANNELS);
      if (!scaled || !whole || !isBounded(whole, weight.dtype)) return undefined;
      const onnx = site.from(node);
      const empty = !added && whole.values.every((value) => value === 0);
      const bias = empty ? undefined : onnx.constant(tensorOf(whole, weight.dtype));
      // A Gemm without a bias may say anything of its beta.
      return onnx.same([node.input(0), scaled, bias], { beta: undefined })[0];
    },
  };
}

/** A product with a constant matrix on its right; `bias` is an Add after it, which scales along. */
function product(node: Node, bias: { readonly add: Node; readonly constant: Value } | undefined): Carrier | undefined {
  const weight = weightOf(node, 1);
  const x = node.input(0);
  if (!weight || weight.shape.length < 2 || x?.rank === undefined || x.rank < 2) return undefined;
  const channels = weight.shape.at(-1) ?? 1;
  const rank = Math.max(x.rank, weight.shape.length);
  const layout: Layout = { rows: weight.count / channels, columns: channels, at: () => 0 };
  return {
    node: bias?.add ?? node,
    rank,
    axis: rank - 1,
    channels,
    build(scale, shift, site) {
      const moves = shift.some((value) => value !== 0);
      const flat = rank === 2 && x.rank === 2;
      if (!bias && moves && !flat) return undefined;
      const scaled = scaledInput(node, 1, layout, scale, site);
      const before = bias && numbersOf(bias.constant, MOST_CHANNELS);
      if (!scaled || (bias && !before)) return undefined;
      if (!bias && moves) {
        const row = { shape: [channels], values: shift };
        if (!isBounded(row, weight.dtype)) return undefined;
        const onnx = site.from(node);
        return onnx.Gemm(x, scaled, onnx.constant(tensorOf(row, weight.dtype)));
      }
      const result = scaled === node.input(1) ? node.output() : site.from(node).same([x, scaled])[0];
      if (!before || !result) return result;
      const grown = combined(before, { shape: [channels], values: scale }, (b, s) => b * s, MOST_CHANNELS);
      const whole = grown && combined(grown, { shape: [channels], values: shift }, (a, b) => a + b, MOST_CHANNELS);
      if (!whole || !isBounded(whole, weight.dtype)) return undefined;
      const onnx = site.from(bias.add);
      return onnx.Add(result, onnx.constant(tensorOf(whole, weight.dtype)));
    },
  };
}

function biasedProduct(node: Node): Carrier | undefined {
  for (const index of [0, 1]) {
    const matrix = producerOf(node.input(index), node, 'MatMul');
    const constant = node.input(1 - index);
    if (!matrix || !constant || matrix.output().useCount !== 1 || !constantOf(constant)) continue;
    const carrier = product(matrix, { add: node, constant });
    // A bias that broadcasts the product would change the channels.
    if (carrier && sameShape(matrix.output().shape, node.output().shape) === true) return carrier;
  }
  return undefined;
}

/** Normalisations have a scale and a shift of their own. */
function normalization(node: Node): Carrier | undefined {
  const [scaled, moved] = [weightOf(node, 1), weightOf(node, 2)];
  const rank = node.input(0)?.rank;
  if (rank === undefined || scaled?.shape.length !== 1 || (node.input(2) && !moved)) return undefined;
  if (node.outputs.some((value, k) => k > 0 && value.useCount > 0)) return undefined;
  const layers = node.op === 'LayerNormalization';
  if (layers && Number(node.int('axis', -1n)) !== -1 && Number(node.int('axis', -1n)) !== rank - 1) return undefined;
  if (node.op === 'BatchNormalization' && affineOf(node, rank) === undefined) return undefined;
  const channels = scaled.count;
  return {
    node,
    rank,
    axis: layers ? rank - 1 : 1,
    channels,
    build(scale, shift, site) {
      const gain = scaledInput(node, 1, { rows: channels, columns: 1, at: (row) => row }, scale, site);
      const bias = gain && shifted(node, 2, scale, shift, scaled, site);
      if (!bias) return undefined;
      return site.from(node).same([node.input(0), gain, bias.value, ...node.inputs.slice(3)])[0];
    },
  };
}
