/**
 * LSTM, GRU and RNN over [steps, streams, numbers]. LSTM is one layer where the framework has BVLC's (src/caffe/layers/
 * {recurrent,lstm,lstm_unit}_layer.cpp: gates in the order input, forget, output, candidate; a second bottom says at each step
 * whether the state goes on). Elsewhere the steps are written out one by one. Operators: onnx.ai.
 */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { LARGEST_MATRIX, picked } from '../picking.ts';
import { type CaffeRule, type CaffeRules, optionalWeight, sizes, weight } from '../rule.ts';
import { affine, cut, joined, product, reshaped, sliced } from '../support.ts';
import { filled, weightOf } from '../weights.ts';
import { innerProduct } from './linear.ts';

/** One direction of a recurrent operator: its weights, and where it begins. */
interface Direction {
  readonly node: Node;
  readonly caffe: CaffeBuilder;
  readonly hidden: number;
  readonly steps: number;
  readonly streams: number;
  readonly backwards: boolean;
  /** [gates * hidden, numbers], [gates * hidden, hidden], and one number a gate of each. */
  readonly input: Tensor;
  readonly state: Tensor;
  readonly inputBias: Float32Array;
  readonly stateBias: Float32Array;
  /** States that it begins with, [streams, hidden]; zeros where absent. */
  readonly begins: readonly (Value | undefined)[];
}

/** What comes out of a direction: every state [steps * streams, hidden] in the order of the steps, and the last ones. */
interface Run {
  all(): Value;
  readonly last: readonly (() => Value | undefined)[];
}

/** The d-th part along the first axis. */
function partOf(tensor: Tensor, d: number): Tensor {
  const shape = tensor.shape.slice(1);
  const size = shape.reduce((a, b) => a * b, 1);
  return Tensor.of('float32', shape, Array.from(tensor.numbers().slice(d * size, (d + 1) * size)));
}

/** Blocks of rows, one a gate, in another order. */
function gatesInOrder(tensor: Tensor, hidden: number, order: readonly number[]): Tensor {
  const size = tensor.count / (tensor.shape[0] ?? 1);
  const numbers = tensor.numbers();
  const block = (gate: number) => Array.from(numbers.slice(gate * hidden * size, (gate + 1) * hidden * size));
  return Tensor.of('float32', tensor.shape, order.flatMap(block));
}

function vector(numbers: Float32Array | readonly number[]): Tensor {
  return Tensor.of('float32', [numbers.length], Array.from(numbers));
}

/** The state that a direction begins with, undefined where it is zeros. */
function beginning(node: Node, caffe: CaffeBuilder, index: number, d: number): Value | undefined {
  const value = node.input(index);
  if (!value) return undefined;
  const constant = caffe.blobOf(value) ? undefined : weightOf(value);
  if (constant?.numbers().every((each) => each === 0)) return undefined;
  const state = caffe.input(node, index);
  return reshaped(caffe, cut(caffe, state, 0, d, 1), sizesOf(state).slice(1));
}

function directionsOf(node: Node, caffe: CaffeBuilder, gates: number, states: number): readonly Direction[] {
  const [steps = 1, streams = 1] = sizes(node.input(0), node);
  const hidden = Number(node.int('hidden_size', 1n));
  const direction = node.string('direction', 'forward');
  if (node.int('layout', 0n) !== 0n) caffe.refuseAttribute('layout', 'the steps come first');
  if (node.attributes.has('clip')) caffe.refuseAttribute('clip', 'no layer bounds its gates');
  if (node.input(4) && !isWholeLength(node, caffe, steps))
    caffe.refuseAttribute('sequence_lens', 'all sequences have as many steps');
  if (node.input(7)) caffe.refuseAttribute('peepholes', 'its gates do not see the cells');
  if (node.int('input_forget', 0n) !== 0n) caffe.refuseAttribute('input_forget', 'its gates are apart');
  const [inputs, recurrent] = [weight(node, 1, caffe), weight(node, 2, caffe)];
  const bias = optionalWeight(node, 3, caffe)?.numbers();
  const rows = gates * hidden;
  const numbers = (d: number, half: 0 | 1): Float32Array => {
    const from = (2 * d + half) * rows;
    return bias ? Float32Array.from(bias.slice(from, from + rows)) : new Float32Array(rows);
  };
  return Array.from({ length: inputs.shape[0] ?? 1 }, (_, d) => ({
    ...{ node, caffe, hidden, steps, streams, backwards: direction === 'reverse' || d === 1 },
    input: partOf(inputs, d),
    state: partOf(recurrent, d),
    inputBias: numbers(d, 0),
    stateBias: numbers(d, 1),
    begins: Array.from({ length: states }, (_, k) => beginning(node, caffe, 5 + k, d)),
  }));
}

function isWholeLength(node: Node, caffe: CaffeBuilder, steps: number): boolean {
  return (
    optionalWeight(node, 4, caffe)
      ?.numbers()
      .every((each) => each === steps) ?? true
  );
}

/** The names of its functions; none where it has the usual ones. */
function activationsOf(node: Node): readonly string[] {
  const attribute = node.attributes.get('activations');
  return attribute?.type === 'strings' ? attribute.value.map(String) : [];
}

/** The names of the functions, where they are others than those that the operator has by itself. */
function checkActivations(node: Node, caffe: CaffeBuilder, usual: readonly string[]): void {
  const given = activationsOf(node);
  const other = given.find((each, k) => each.toLowerCase() !== usual[k % usual.length]?.toLowerCase());
  if (other !== undefined) caffe.refuseAttribute(`the activation ${other}`, `it has ${usual.join(', ')}`);
}

type Step = (input: Value, states: readonly (Value | undefined)[]) => readonly Value[];

/** Step by step: what the input adds is one product for all of them; `step` makes the next states of it and of the last ones. */
function writtenOut(by: Direction, inputBias: Tensor, step: Step): Run {
  const { caffe, node, steps, streams, state, backwards } = by;
  if (steps * state.count > LARGEST_MATRIX)
    caffe.refuseAttribute(`${steps} steps`, `each has its own weights then, ${steps * state.count} numbers together`);
  const x = caffe.input(node, 0);
  const [width = 1] = sizesOf(x).slice(-1);
  const rows = reshaped(caffe, x, [steps * streams, width]);
  const added = innerProduct(caffe, rows, by.input, inputBias);
  const points = Array.from({ length: steps - 1 }, (_, k) => (k + 1) * streams);
  const inputs = steps === 1 ? [added] : sliced(caffe, added, 0, points);
  let states = by.begins;
  const made = (backwards ? inputs.toReversed() : inputs).map((each) => {
    states = step(each, states);
    return states[0] as Value;
  });
  return {
    all: () => joined(caffe, backwards ? made.toReversed() : made, 0),
    last: states.map((state) => () => state),
  };
}

const sum = (caffe: CaffeBuilder, a: Value, b: Value | undefined): Value => (b ? caffe.layer('Eltwise', [a, b]) : a);

/** The state times its weights; nothing where it is zeros. */
function recurring({ caffe, state }: Direction, hidden: Value | undefined): Value | undefined {
  return hidden && innerProduct(caffe, hidden, state, undefined);
}

/** Gates of equal size. */
function gatesOf({ caffe, hidden }: Direction, all: Value, count: number): readonly Value[] {
  const points = Array.from({ length: count - 1 }, (_, k) => (k + 1) * hidden);
  return sliced(caffe, all, 1, points);
}

const bothBiases = ({ inputBias, stateBias }: Direction): Tensor =>
  vector(inputBias.map((each, k) => each + (stateBias[k] ?? 0)));

function lstmSteps(by: Direction): Run {
  const { caffe } = by;
  return writtenOut(by, bothBiases(by), (input, [hidden, cell]) => {
    const [enters, leaves, stays, candidate] = gatesOf(by, sum(caffe, input, recurring(by, hidden)), 4);
    const open = (gate: Value | undefined) => caffe.layer('Sigmoid', gate ? [gate] : []);
    const fresh = product(caffe, open(enters), caffe.layer('TanH', candidate ? [candidate] : []));
    const next = sum(caffe, fresh, cell && product(caffe, open(stays), cell));
    return [product(caffe, open(leaves), caffe.layer('TanH', [next])), next];
  });
}

/** In one layer; the states as bottoms and tops of their own where the model gives some, or reads the last cell. */
function lstmLayer(by: Direction): Run {
  const { caffe, node, hidden, steps, streams, backwards } = by;
  const order = [0, 2, 1, 3];
  const blobs = [by.input, bothBiases(by), by.state].map((tensor) => gatesInOrder(tensor, hidden, order));
  const given = caffe.input(node, 0);
  const turn = (x: Value) => (backwards && steps > 1 ? picked(caffe, x, 0, reverseOf(steps)) : x);
  const exposed = by.begins.some((each) => each !== undefined) || (node.outputs[2]?.useCount ?? 0) > 0;
  // Without states of its own it begins anew at the first step.
  const goesOn = Array.from({ length: steps * streams }, (_, k) => (k < streams && !exposed ? 0 : 1));
  const going = caffe.constant(Tensor.of('float32', [steps, streams], goesOn));
  const one = [1, streams, hidden];
  const states = exposed
    ? by.begins.map((each) => (each ? reshaped(caffe, each, one) : caffe.constant(filled(one, 0))))
    : [];
  const parameters = { num_output: hidden, expose_hidden: exposed ? true : undefined };
  const all = [steps, streams, hidden];
  const tops = caffe.layers(
    'LSTM',
    [turn(given), going, ...states],
    parameters,
    exposed ? [all, one, one] : [all],
    blobs,
  );
  const [y = given, , cell] = tops;
  return {
    all: () => turn(y),
    last: [
      () => reshaped(caffe, cut(caffe, y, 0, steps - 1, 1), [streams, hidden]),
      () => cell && reshaped(caffe, cell, [streams, hidden]),
    ],
  };
}

const reverseOf = (steps: number): readonly number[] => Array.from({ length: steps }, (_, k) => steps - 1 - k);

/** Update, reset, candidate: h = (1 - z) candidate + z h. */
function gruSteps(by: Direction): Run {
  const { caffe, node, hidden, state } = by;
  const rows = (from: number, count: number): Tensor =>
    Tensor.of(
      'float32',
      [count * hidden, hidden],
      Array.from(state.numbers().slice(from * hidden * hidden, (from + count) * hidden * hidden)),
    );
  const [gates, own] = [rows(0, 2), rows(2, 1)];
  const resetsProduct = node.int('linear_before_reset', 0n) !== 0n;
  const ownBias = vector(by.stateBias.slice(2 * hidden));
  const bias = by.inputBias.map((each, k) => (k < 2 * hidden || !resetsProduct ? each + (by.stateBias[k] ?? 0) : each));
  return writtenOut(by, vector(bias), (input, [last]) => {
    const [both, fresh] = sliced(caffe, input, 1, [2 * hidden]) as [Value, Value];
    const open = caffe.layer('Sigmoid', [sum(caffe, both, last && innerProduct(caffe, last, gates, undefined))]);
    const [update, reset] = sliced(caffe, open, 1, [hidden]) as [Value, Value];
    const candidate = caffe.layer('TanH', [sum(caffe, fresh, fromState(last, reset))]);
    const kept = product(caffe, affine(caffe, update, -1, 1), candidate);
    return [sum(caffe, kept, last && product(caffe, update, last))];
  });

  /** What the state adds to the candidate: reset behind the product with the weights, or before it. */
  function fromState(last: Value | undefined, reset: Value): Value | undefined {
    if (resetsProduct) {
      if (last) return product(caffe, reset, innerProduct(caffe, last, own, ownBias));
      return by.stateBias.slice(2 * hidden).every((each) => each === 0)
        ? undefined
        : innerProduct(caffe, reset, diagonal(ownBias), undefined);
    }
    return last && innerProduct(caffe, product(caffe, reset, last), own, undefined);
  }
}

/** A matrix that multiplies each number by its own. */
function diagonal(numbers: Tensor): Tensor {
  const { count } = numbers;
  const values = numbers.numbers();
  return Tensor.of(
    'float32',
    [count, count],
    Array.from({ length: count ** 2 }, (_, k) => (k % (count + 1) === 0 ? (values[k % count] ?? 0) : 0)),
  );
}

function rnnSteps(by: Direction): Run {
  const { caffe } = by;
  const bend = activationsOf(by.node)[0]?.toLowerCase() === 'relu' ? 'ReLU' : 'TanH';
  return writtenOut(by, bothBiases(by), (input, [last]) => [
    caffe.layer(bend, [sum(caffe, input, recurring(by, last))]),
  ]);
}

/** The outputs of ONNX: all states [steps, directions, streams, hidden], and the last ones [directions, streams, hidden]. */
function recurrent(gates: number, states: number, run: (by: Direction) => Run): CaffeRule {
  return (node, caffe) => {
    const directions = directionsOf(node, caffe, gates, states);
    const runs = directions.map(run);
    const [{ steps, streams, hidden } = { steps: 1, streams: 1, hidden: 1 }] = directions;
    const isRead = node.outputs.map(({ useCount }) => useCount > 0);
    const all = (): Value => {
      const parts = runs.map((each) => reshaped(caffe, each.all(), [steps, 1, streams, hidden]));
      return joined(caffe, parts, 1);
    };
    const last = (k: number): Value => {
      const parts = runs.map((each) => each.last[k]?.() ?? caffe.refuseOperator());
      return joined(
        caffe,
        parts.map((each) => reshaped(caffe, each, [1, streams, hidden])),
        0,
      );
    };
    return isRead.map((read, k) => (!read ? undefined : k === 0 ? all() : last(k - 1)));
  };
}

export const recurrence: CaffeRules = {
  GRU: (node, caffe) => {
    checkActivations(node, caffe, ['Sigmoid', 'Tanh']);
    return recurrent(3, 1, gruSteps)(node, caffe);
  },
  LSTM: (node, caffe) => {
    checkActivations(node, caffe, ['Sigmoid', 'Tanh', 'Tanh']);
    return recurrent(4, 2, caffe.backend.limits.lstm && caffe.backend.has('LSTM') ? lstmLayer : lstmSteps)(node, caffe);
  },
  RNN: (node, caffe) => {
    const relu = activationsOf(node)[0]?.toLowerCase() === 'relu';
    checkActivations(node, caffe, [relu ? 'Relu' : 'Tanh']);
    return recurrent(1, 1, rnnSteps)(node, caffe);
  },
};
