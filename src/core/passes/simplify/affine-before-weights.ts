/**
 * Scales and shifts of channels that become part of the weights of the operator behind them. A shift may go only where
 * nothing is padded: what is padded is not shifted. Regroups floating point; weights that would overflow stay. So does what
 * normalises before convolutions: where its statistics do not fit the values, their sums lose digits that it keeps, in
 * visformer_tiny of the zoo so many that outputs moved by 1.2e-4. Before a Gemm it is what ends a network.
 */
import type { Node } from '../../ir/node.ts';
import { sameShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { AFFINE_OPERATORS, type Affine, affineOf, perChannel } from './affine.ts';
import { combined, isBounded, numbersOf, tensorOf } from './numbers.ts';
import { instead, named, producerOf, type Replacement, type Site, simplification } from './rule.ts';
import { scaledInput, weightOf } from './weight-inputs.ts';
import { elementsOf, type Layout } from './weights.ts';

const MOST_CHANNELS = 1 << 16;

/** How an operator with constant weights reads its first input. */
interface Reader {
  readonly rank: number;
  /** Along which axis of the input the channels lie, and how many there are. */
  readonly axis: number;
  readonly channels: number;
  readonly layout: Layout;
  /** Undefined where no shift may go in. */
  readonly outputs?: Outputs;
}

/** To which of its channels an operator takes what stands at a row and a column of its weights, and how many there are. */
interface Outputs {
  readonly count: number;
  readonly columns: number;
  readonly of: (row: number, column: number) => number;
}

const before = simplification({
  name: 'scale-before-weights',
  title: 'Makes what scales and shifts channels part of the weights behind it',
  operators: 'Conv ConvTranspose Gemm MatMul',
  reassociates: true,
  replace(node, site): Replacement | undefined {
    const input = node.input(0);
    const inner = producerOf(input, node, ...AFFINE_OPERATORS);
    const reader = inner && readerOf(node);
    const affine = reader && affineOf(inner, reader.rank);
    if (!input || !affine || input.useCount !== 1) return undefined;
    if (inner.op === 'BatchNormalization' && node.op !== 'Gemm')
      return site.missed('what normalises before a convolution stays, or digits might be lost', inner, node);
    // A single number of a higher rank makes more axes of what it scales.
    if (affine.x.rank !== input.rank) return undefined;
    const single = [affine.scale, affine.shift].every((each) => !each || each.values.length === 1);
    if (!single && sameShape(affine.x.shape, input.shape) !== true) return undefined;
    const value = folded(node, reader, affine, site);
    return value && instead(node, value, `what ${named(inner)} does to channels ${named(node)} can`);
  },
});

function folded(node: Node, reader: Reader, affine: Affine, site: Site): Value | undefined {
  const { rank, axis, channels, layout, outputs } = reader;
  const scale = perChannel(affine.scale, 1, rank, axis, channels);
  const shift = perChannel(affine.shift, 0, rank, axis, channels);
  if (!scale || !shift) return site.missed('the constants before it vary along other axes, or are not finite', node);
  const moves = shift.some((value) => value !== 0);
  if (moves && !outputs) return site.missed('what is added before it would be added to its padding as well', node);
  const scaled = scaledInput(node, 1, layout, scale, site);
  if (!scaled) return site.missed('its weights are not finite, would overflow, or are read elsewhere', node);
  const onnx = site.from(node);
  if (!moves || !outputs) return onnx.same([affine.x, scaled, ...node.inputs.slice(2)])[0];
  const moved = shiftedBias(node, reader, shift);
  const weight = weightOf(node, 1);
  if (!moved || !weight || !isBounded(moved, weight.dtype)) return undefined;
  // A Gemm without a bias may say anything of its beta.
  const changes = node.op === 'Gemm' ? { beta: undefined } : {};
  return onnx.same([affine.x, scaled, onnx.constant(tensorOf(moved, weight.dtype))], changes)[0];
}

/** The bias with what a shift of the input adds. */
function shiftedBias(node: Node, { layout, outputs }: Reader, shift: Float64Array) {
  const weight = weightOf(node, 1);
  const values = weight && elementsOf(weight);
  const given = node.input(2);
  const own = given ? numbersOf(given, MOST_CHANNELS) : { shape: [], values: Float64Array.of(0) };
  if (!values || !outputs || !own) return undefined;
  const sums = new Float64Array(outputs.count);
  const inner = values.length / (layout.rows * outputs.columns);
  for (let row = 0, at = 0; row < layout.rows; row++) {
    const first = layout.at(row);
    for (let column = 0; column < outputs.columns; column++) {
      let sum = 0;
      for (const end = at + inner; at < end; at++) sum += values[at] ?? 0;
      const to = outputs.of(row, column);
      sums[to] = (sums[to] ?? 0) + sum * (shift[layout.columns === 1 ? first : first + column] ?? 0);
    }
  }
  const [alpha, beta] = node.op === 'Gemm' ? [node.float('alpha', 1), given ? node.float('beta', 1) : 1] : [1, 1];
  const row = { shape: [outputs.count], values: sums };
  return combined(own, row, (b, sum) => beta * b + alpha * sum, MOST_CHANNELS);
}

function readerOf(node: Node): Reader | undefined {
  const weight = weightOf(node, 1);
  if (!weight || weight.shape.length < 2) return undefined;
  const [rows = 1, columns = 1] = weight.shape;
  const rank = weight.shape.length;
  switch (node.op) {
    case 'Conv': {
      const group = Number(node.int('group', 1n));
      const perGroup = rows / group;
      const layout: Layout = { rows, columns, at: (row) => Math.floor(row / perGroup) * columns };
      const outputs = { count: rows, columns, of: (row: number) => row };
      return { rank, axis: 1, channels: columns * group, layout, ...(isUnpadded(node) && { outputs }) };
    }
    case 'ConvTranspose':
      return { rank, axis: 1, channels: rows, layout: { rows, columns: 1, at: (row) => row } };
    case 'Gemm': {
      if (rank !== 2 || node.int('transA', 0n) !== 0n) return undefined;
      const turned = node.int('transB', 0n) !== 0n;
      const layout: Layout = turned ? { rows, columns, at: () => 0 } : { rows, columns: 1, at: (row) => row };
      const of = turned ? (row: number) => row : (_: number, column: number) => column;
      return {
        rank,
        axis: 1,
        channels: turned ? columns : rows,
        layout,
        outputs: { count: turned ? rows : columns, columns, of },
      };
    }
    default: {
      const x = node.input(0);
      if (x?.rank === undefined || x.rank < 2) return undefined;
      const [channels = 1, width = 1] = weight.shape.slice(-2);
      const layout: Layout = { rows: weight.count / width, columns: 1, at: (row) => row % channels };
      return { rank: x.rank, axis: x.rank - 1, channels, layout };
    }
  }
}

function isUnpadded(node: Node): boolean {
  const auto = node.string('auto_pad', 'NOTSET');
  return auto === 'VALID' || (auto === 'NOTSET' && (node.ints('pads') ?? []).every((pad) => pad === 0n));
}

export const affineBeforeRules: readonly PatternRule[] = [before];
