/** RNN and LSTM by hand. Weights are chosen so that each term of the definition shows alone. */
import { describe, expect, test } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { input, layer } from '../../formats/caffe/lines.ts';
import { run } from './networks.ts';

const blob = (shape: readonly number[], numbers: readonly number[]) => Tensor.of('float32', shape, numbers);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function near(found: readonly number[] | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [k, value] of expected.entries()) expect(found?.[k]).toBeCloseTo(value, 5);
}

describe('LSTM', () => {
  /** One number in, one out; gates input, forget, output, candidate. */
  const weights = blob([4, 1], [0.5, -1, 2, 1]);
  const bias = blob([4], [0.1, 0.2, 0.3, 0.4]);
  const own = blob([4, 1], [0.7, 0.6, -0.5, 0.9]);
  const step = (x: number, h: number, c: number, added = [0, 0, 0, 0]) => {
    const gate = (k: number) =>
      (weights.numbers()[k] ?? 0) * x + (bias.numbers()[k] ?? 0) + (own.numbers()[k] ?? 0) * h + (added[k] ?? 0);
    const next = sigmoid(gate(1)) * c + sigmoid(gate(0)) * Math.tanh(gate(3));
    return [sigmoid(gate(2)) * Math.tanh(next), next] as const;
  };

  test('a state goes on from step to step', () => {
    const net = [
      input('x', 2, 1, 1),
      input('cont', 2, 1),
      layer('x, cont => y: LSTM recurrent_param { num_output: 1 }', [weights, bias, own]),
    ];
    const [h, c] = step(0.5, 0, 0);
    const { y } = run(net, 'bvlc', { x: [0.5, -0.8], cont: [0, 1] });
    expect(y?.shape).toEqual([2, 1, 1]);
    near(y?.numbers, [h, step(-0.8, h, c)[0]]);
  });

  test('where a sequence begins the state is zero; each stream has its own', () => {
    const net = [
      input('x', 2, 2, 1),
      input('cont', 2, 2),
      layer('x, cont => y: LSTM recurrent_param { num_output: 1 }', [weights, bias, own]),
    ];
    const [h, c] = step(0.25, 0, 0);
    const { y } = run(net, 'bvlc', { x: [0.5, 0.25, -0.8, 0.3], cont: [0, 0, 0, 1] });
    near(y?.numbers, [step(0.5, 0, 0)[0], h, step(-0.8, 0, 0)[0], step(0.3, h, c)[0]]);
  });

  test('a static input adds to every step; its weights stand before those of the state', () => {
    const fixed = blob([4, 1], [0.2, 0.4, -0.6, 0.8]);
    const net = [
      input('x', 2, 1, 1),
      input('cont', 2, 1),
      input('fixed', 1, 1),
      layer('x, cont, fixed => y: LSTM recurrent_param { num_output: 1 }', [weights, bias, fixed, own]),
    ];
    const added = fixed.numbers().map((value) => value * 1.5);
    const [h, c] = step(0.5, 0, 0, added);
    near(run(net, 'bvlc', { x: [0.5, -0.8], cont: [0, 1], fixed: [1.5] }).y?.numbers, [h, step(-0.8, h, c, added)[0]]);
  });

  test('states that go in and out', () => {
    const net = [
      input('x', 1, 1, 1),
      input('cont', 1, 1),
      input('h0', 1, 1, 1),
      input('c0', 1, 1, 1),
      layer('x, cont, h0, c0 => y, h, c: LSTM recurrent_param { num_output: 1 expose_hidden: true }', [
        weights,
        bias,
        own,
      ]),
    ];
    const [h, c] = step(0.5, 0.3, -0.9);
    const found = run(net, 'bvlc', { x: [0.5], cont: [1], h0: [0.3], c0: [-0.9] });
    near(found.y?.numbers, [h]);
    near(found.h?.numbers, [h]);
    near(found.c?.numbers, [c]);
    expect(found.c?.shape).toEqual([1, 1, 1]);
  });
});

test('RNN: a state of tanh, an output of tanh', () => {
  const net = [
    input('x', 2, 1, 2),
    input('cont', 2, 1),
    layer('x, cont => y: RNN recurrent_param { num_output: 1 }', [
      blob([1, 2], [0.5, -1]),
      blob([1], [0.1]),
      blob([1, 1], [0.7]),
      blob([1, 1], [2]),
      blob([1], [-0.2]),
    ]),
  ];
  const first = Math.tanh(0.5 * 0.4 - 0.6 + 0.1);
  const second = Math.tanh(0.5 * -1 - 0.25 + 0.1 + 0.7 * first);
  const { y } = run(net, 'bvlc', { x: [0.4, 0.6, -1, 0.25], cont: [0, 1] });
  near(y?.numbers, [Math.tanh(2 * first - 0.2), Math.tanh(2 * second - 0.2)]);
});
