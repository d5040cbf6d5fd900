/** Linear maps with constant weights, such as a convolution or a matrix product, and two of them one after the other. */
import type { DataType } from '../../ir/dtype.ts';
import type { Tensor } from '../../ir/tensor.ts';
import { isBounded, type Numbers } from './numbers.ts';
import { boundedTensor, elementsOf, greatest } from './weights.ts';

/** What stands where in a weight: how far apart outputs and inputs of a group are. The places of a window are neighbours. */
export interface Places {
  readonly output: number;
  readonly input: number;
}

/** Channels to channels, each output by the inputs of its group, at each place of a window. */
export interface LinearMap {
  readonly weight: Tensor;
  readonly places: Places;
  readonly outputs: number;
  /** All of them, not those of a group. */
  readonly inputs: number;
  readonly groups: number;
  /** Places of a window. */
  readonly window: number;
  /** One number for each output; undefined where nothing is added. */
  readonly bias: Numbers | undefined;
}

/** The map that two make together: its weight, where its places are the given ones, and its bias. */
export interface Composed {
  readonly groups: number;
  /** Computed where somebody asks for its bytes. */
  weight(shape: readonly number[], places: Places): Tensor | undefined;
  readonly bias: Numbers | undefined;
}

/** More multiplications would take longer than anybody waits for a file. */
const MOST_PRODUCTS = 1 << 27;

/**
 * `second` after `first`, one of which has windows of one place. Undefined where the two together have fewer weights, the
 * result would take too long, or its numbers might be too large for the type.
 */
export function composed(first: LinearMap, second: LinearMap, dtype: DataType): Composed | undefined {
  const { inputs, groups: g1 } = first;
  const { outputs, groups: g2 } = second;
  const groups = g1 % g2 === 0 ? g2 : g2 % g1 === 0 ? g1 : 1;
  const window = first.window * second.window;
  const between = second.inputs / g2;
  const products = outputs * between * (inputs / g1) * window;
  const weights = outputs * (inputs / groups) * window;
  if (weights > first.weight.count + second.weight.count || products > MOST_PRODUCTS) return undefined;
  const bias = biasOf(first, second);
  if (bias && !isBounded(bias, dtype)) return undefined;
  const most = greatest(first.weight) * greatest(second.weight) * between;
  return {
    groups,
    bias,
    weight: (shape, places) => boundedTensor(dtype, shape, most, () => weightsOf(first, second, groups, places)),
  };
}

/** What the bias of the first becomes behind the second, whose windows lie within what the first gives. */
function biasOf(first: LinearMap, second: LinearMap): Numbers | undefined {
  if (!first.bias) return second.bias;
  const { outputs, groups, window, places } = second;
  const between = second.inputs / groups;
  const weights = elementsOf(second.weight) ?? new Float32Array();
  const values = new Float64Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const group = Math.floor(output / (outputs / groups));
    let sum = second.bias?.values[output] ?? 0;
    for (let k = 0; k < between; k++) {
      const added = first.bias.values[group * between + k] ?? 0;
      const at = output * places.output + k * places.input;
      for (let place = 0; place < window; place++) sum += added * (weights[at + place] ?? 0);
    }
    values[output] = sum;
  }
  return { shape: [outputs], values };
}

function weightsOf(first: LinearMap, second: LinearMap, groups: number, places: Places): Float64Array {
  const [a, b] = [first, second].map(({ weight }) => elementsOf(weight) ?? new Float32Array());
  const { outputs } = second;
  const between = second.inputs / second.groups;
  const perGroup = first.inputs / first.groups;
  const window = first.window * second.window;
  const sums = new Float64Array(outputs * (first.inputs / groups) * window);
  for (let output = 0; output < outputs; output++) {
    const group = Math.floor(output / (outputs / second.groups));
    // The first input of the group in which the output is now.
    const start = Math.floor(output / (outputs / groups)) * (first.inputs / groups);
    for (let k = 0; k < between; k++) {
      const middle = group * between + k;
      const from = Math.floor(middle / (first.outputs / first.groups)) * perGroup - start;
      const inFirst = middle * first.places.output;
      const inSecond = output * second.places.output + k * second.places.input;
      for (let input = 0; input < perGroup; input++) {
        const to = output * places.output + (from + input) * places.input;
        const x = inFirst + input * first.places.input;
        for (let place = 0; place < window; place++) {
          const [p, q] = second.window === 1 ? [place, 0] : [0, place];
          sums[to + place] = (sums[to + place] ?? 0) + (a?.[x + p] ?? 0) * (b?.[inSecond + q] ?? 0);
        }
      }
    }
  }
  return sums;
}
