/** Windows of signal processing, as constants, by the formulas of torch.signal. Periodic ones leave out the last point. */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { range, resultType } from '../support.ts';

interface Window {
  readonly window_length: number;
  readonly periodic?: boolean | undefined;
}

/** `at` gives the window at a place from 0 to 1. */
function sampled(onnx: OnnxBuilder, args: Window, node: Node, at: (place: number) => number): Value {
  const { window_length: count, periodic = true } = args;
  const last = periodic ? count : count - 1;
  const values = count === 1 ? [1] : range(count).map((k) => at(k / last));
  return onnx.constant(Tensor.of(resultType(node), [count], values));
}

const cosines =
  (...terms: readonly number[]): Lowering<Window> =>
  (args, onnx, node) =>
    sampled(onnx, args, node, (place) => sumOfCosines(terms, place));

function sumOfCosines(terms: readonly number[], place: number): number {
  return terms.reduce((sum, term, k) => sum + (k % 2 === 0 ? term : -term) * Math.cos(2 * Math.PI * k * place), 0);
}

/** The modified Bessel function of order 0, by its series: it converges for every argument. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

export const windows = lowerings({
  'aten::hann_window': cosines(0.5, 0.5),
  'aten::blackman_window': cosines(0.42, 0.5, 0.08),
  'aten::bartlett_window': (args, onnx, node) => sampled(onnx, args, node, (place) => 1 - Math.abs(2 * place - 1)),
  'aten::hamming_window': (args, onnx, node) =>
    sampled(onnx, args, node, (place) => sumOfCosines([args.alpha ?? 0.54, args.beta ?? 0.46], place)),
  'aten::kaiser_window': (args, onnx, node) => {
    const beta = args.beta ?? 12;
    return sampled(onnx, args, node, (place) => bessel(beta * Math.sqrt(1 - (2 * place - 1) ** 2)) / bessel(beta));
  },
});
