/**
 * RNN and LSTM over [steps, streams, ...]: BVLC/caffe, src/caffe/layers/recurrent_layer.cpp, rnn_layer.cpp, lstm_layer.cpp and
 * lstm_unit_layer.cpp. A second bottom says at each step whether the state goes on, so that the steps are written out once, as
 * the body of a Scan; what the input adds is one product for all steps. Where the network itself says that states go on from
 * the second step on, it is ONNX's operator. ncnn has no such bottom (src/layer/lstm.cpp), nor has MNN (source/geometry/
 * GeometryLSTM.cpp, tools/converter/source/caffe/LSTM.cpp).
 */
import { graph as graphAttribute, int } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { knownNumbers } from '../known.ts';
import type { Layer } from '../layer.ts';
import type { LayerRule, LayerRules, Tops } from '../rule.ts';
import { GATES, sequenceOf } from './sequences.ts';

interface Recurrence {
  readonly steps: number;
  readonly streams: number;
  readonly outputs: number;
  /** How many numbers an input has at one step. */
  readonly length: number;
  /** [steps, streams, numbers]: weights times input, with the bias, and with what a static input adds to every step. */
  readonly input: () => Value;
  /** Whether a bottom adds to every step. */
  readonly isStatic: boolean;
  /** The index of the first blob that is not about inputs. */
  readonly next: number;
  /** [streams, outputs] each; none where they are zeros. */
  readonly states: readonly Value[];
  readonly exposed: boolean;
}

function recurrence(layer: Layer, states: number, gates: number, onnx: OnnxBuilder): Recurrence {
  const outputs = layer.number('recurrent_param.num_output', 0);
  if (outputs < 1) layer.invalid('it has no num_output');
  const exposed = layer.flag('recurrent_param.expose_hidden');
  const [steps = 1, streams = 1, ...features] = layer.sizes(layer.bottom());
  if (layer.sizes(layer.bottom(1)).join() !== [steps, streams].join())
    layer.invalid(`its second bottom is not [${steps}, ${streams}]`);
  const length = features.reduce((a, b) => a * b, 1);
  const width = gates * outputs;
  const product = (x: Value, rows: number, size: number, blob: number, shift?: Value) =>
    onnx.Gemm(onnx.reshape(x, [rows, size]), layer.weight(blob, [width, size]), shift, { transB: 1 });
  const isStatic = layer.bottoms.length > 2 + (exposed ? states : 0);
  const given = exposed ? layer.bottoms.slice(isStatic ? 3 : 2) : [];
  if (exposed && given.length !== states) layer.invalid(`it has ${given.length} bottoms for ${states} states`);
  return {
    steps,
    streams,
    outputs,
    length,
    input: () => {
      const own = product(layer.bottom(), steps * streams, length, 0, layer.weight(1, [width]));
      const each = onnx.reshape(own, [steps, streams, width]);
      return isStatic ? onnx.Add(each, fixed(layer, streams, product)) : each;
    },
    isStatic,
    next: isStatic ? 3 : 2,
    states: given.map((state) => onnx.reshape(state, [streams, outputs])),
    exposed,
  };
}

/** Whether states go on at each step of each stream but the first, in every run. */
function goesOn(layer: Layer, { streams, isStatic }: Recurrence): boolean {
  const going = isStatic ? undefined : knownNumbers(layer.bottom(1));
  return going?.slice(streams).every((each) => each === 1) ?? false;
}

/** ONNX's operator, where states go on. What the second bottom says of the first step is multiplied into the states. */
function operator(
  layer: Layer,
  r: Recurrence,
  type: 'LSTM' | 'RNN',
  gates: readonly number[],
  onnx: OnnxBuilder,
): readonly Value[] {
  const { steps, streams, length, outputs, next } = r;
  const rows = gates.length * outputs;
  layer.weight(0, [rows, length]);
  layer.weight(1, [rows]);
  layer.weight(next, [rows, outputs]);
  const first = () => onnx.unsqueeze(onnx.Slice(layer.bottom(1), onnx.ints([0]), onnx.ints([1]), onnx.ints([0])), [2]);
  const states = r.states.map((state) => onnx.Mul(onnx.unsqueeze(state, [0]), first()));
  return sequenceOf(
    layer,
    type,
    {
      ...{ steps, streams, length, outputs, gates, states },
      x: onnx.reshape(layer.bottom(), [steps, streams, length]),
      input: { blob: 0 },
      state: { blob: next },
      biases: [{ blob: 1 }],
    },
    onnx,
  );
}

function fixed(
  layer: Layer,
  streams: number,
  product: (x: Value, rows: number, size: number, blob: number) => Value,
): Value {
  const count = layer.sizes(layer.bottom(2)).reduce((a, b) => a * b, 1);
  return product(layer.bottom(2), streams, count / streams, 2);
}

interface Step {
  readonly onnx: OnnxBuilder;
  /** [streams, numbers]. */
  readonly input: Value;
  /** [streams, 1]. */
  readonly goesOn: Value;
  readonly states: readonly Value[];
}

/** Runs `one` for each step: it gives the next states, then what comes out. */
function scanned(
  layer: Layer,
  r: Recurrence,
  count: number,
  onnx: OnnxBuilder,
  one: (step: Step) => readonly Value[],
): readonly Value[] {
  const given = r.input();
  const zeros = () => onnx.Expand(onnx.constant(0, 'float32'), onnx.ints([r.streams, r.outputs]));
  const initial = Array.from({ length: count }, (_, k) => r.states[k] ?? zeros());
  const body = new Graph('step');
  const input = (name: string, shape: readonly number[]) =>
    body.addInput({ name: onnx.unique(name), type: tensorType('float32', shape) });
  const states = initial.map((_, k) => input(`state_${k}`, [r.streams, r.outputs]));
  const own = input('input', [r.streams, Number(given.shape?.[2])]);
  const going = input('goes_on', [r.streams]);
  const inner = onnx.within(body);
  const made = one({ onnx: inner, input: own, goesOn: inner.unsqueeze(going, [1]), states });
  for (const value of made) body.addOutput(value);
  const attributes = [
    ['body', graphAttribute(body)],
    ['num_scan_inputs', int(2n)],
  ] as const;
  return onnx.node('', 'Scan', [...initial, given, layer.bottom(1)], attributes, made.length).outputs;
}

/** The outputs of all steps; where states come out too, those behind the last step, as one step. */
function tops(r: Recurrence, made: readonly Value[], onnx: OnnxBuilder): Tops {
  const all = made.at(-1);
  if (!all) throw new Error('a Scan has outputs');
  return r.exposed ? [all, ...made.slice(0, -1).map((state) => onnx.unsqueeze(state, [0]))] : all;
}

/** ncnn runs over the rows of its first bottom; two further ones are states, one further is not read. */
const ofNcnn: LayerRule = (layer, onnx) => {
  const outputs = layer.number('recurrent_param.num_output', 0);
  const sizes = layer.sizes(layer.bottom());
  const [steps = 1, length = 1] = sizes.slice(-2);
  if (sizes.length < 3 || steps * length !== sizes.reduce((a, b) => a * b, 1))
    layer.refuse(`a bottom of ${sizes.join(' x ')}`, 'ncnn runs over the rows of one image');
  layer.weight(0, [4 * outputs, length]);
  layer.weight(1, [4 * outputs]);
  layer.weight(2, [4 * outputs, outputs]);
  const given = layer.bottoms.length === 3 ? layer.bottoms.slice(1) : [];
  layer.flag('recurrent_param.expose_hidden');
  if (layer.tops === 2) layer.invalid('it has two tops, and makes one or three');
  const made = sequenceOf(
    layer,
    'LSTM',
    {
      ...{ steps, streams: 1, length, outputs, gates: GATES.inputForgetOutputCell },
      x: onnx.reshape(layer.bottom(), [steps, 1, length]),
      input: { blob: 0 },
      state: { blob: 2 },
      biases: [{ blob: 1 }],
      states: given.map((state) => onnx.reshape(state, [1, 1, outputs])),
    },
    onnx,
  );
  const [all, ...last] = made;
  return [onnx.reshape(all as Value, [1, steps, outputs]), ...last];
};

/**
 * MNN runs over the channels of images of one row: [streams, steps, 1, length]. Weights and biases are in three blobs, or all in
 * one, whose gates are in another order and whose second biases MNN does not read.
 */
const ofMnn: LayerRule = (layer, onnx) => {
  const outputs = layer.number('lstm_param.num_output', 0);
  const [streams = 1, steps = 1, height = 1, length = 1, ...further] = layer.sizes(layer.bottom());
  if (height !== 1 || further.length > 0) layer.invalid('its bottom is not [streams, steps, 1, length]');
  const [ofInput, ofState] = [4 * outputs * length, 4 * outputs * outputs];
  const isJoint = layer.blobCount === 1;
  if (isJoint) layer.weight(0, [ofInput + ofState + 8 * outputs]);
  else {
    layer.weight(0, [ofInput]);
    layer.weight(1, [ofState]);
    if (layer.tensor(2).count !== 8 * outputs) layer.weight(2, [4 * outputs]);
  }
  const twice = !isJoint && layer.tensor(2).count === 8 * outputs;
  const [all] = sequenceOf(
    layer,
    'LSTM',
    {
      ...{ steps, streams, length, outputs, states: [] },
      gates: isJoint ? GATES.inputForgetCellOutput : GATES.inputForgetOutputCell,
      x: onnx.transpose(onnx.reshape(layer.bottom(), [streams, steps, length]), [1, 0, 2]),
      input: { blob: 0 },
      state: isJoint ? { blob: 0, from: ofInput } : { blob: 1 },
      biases: isJoint
        ? [{ blob: 0, from: ofInput + ofState }]
        : [{ blob: 2 }, ...(twice ? [{ blob: 2, from: 4 * outputs }] : [])],
    },
    onnx,
  ) as [Value];
  return onnx.unsqueeze(onnx.transpose(all, [1, 0, 2]), [2]);
};

export const recurrent: LayerRules = {
  CuDNNLstmForward: ofMnn,
  Lstm: ofMnn,
  OCRLSTM: ofMnn,
  OCRLSTMQ: ofMnn,

  /** Gates in the order input, forget, output, candidate. */
  LSTM(layer, onnx) {
    const r = recurrence(layer, 2, 4, onnx);
    if (goesOn(layer, r)) {
      const made = operator(layer, r, 'LSTM', GATES.inputForgetOutputCell, onnx);
      return r.exposed ? made : made.slice(0, 1);
    }
    const weights = layer.weight(r.next, [4 * r.outputs, r.outputs]);
    const made = scanned(layer, r, 2, onnx, (step) => {
      const [hidden, cell] = step.states as [Value, Value];
      const inner = step.onnx;
      const own = inner.Gemm(inner.Mul(hidden, step.goesOn), weights, step.input, { transB: 1 });
      const parts = inner.many('Split', [own, inner.ints(Array(4).fill(r.outputs))], { axis: 1 }, 4);
      const [enters, stays, leaves, candidate] = parts as [Value, Value, Value, Value];
      const kept = inner.Mul(inner.Mul(step.goesOn, inner.Sigmoid(stays)), cell);
      const next = inner.Add(kept, inner.Mul(inner.Sigmoid(enters), inner.Tanh(candidate)));
      const out = inner.Mul(inner.Sigmoid(leaves), inner.Tanh(next));
      return [out, next, inner.Identity(out)];
    });
    return tops(r, made, onnx);
  },

  RNN(layer, onnx) {
    const r = recurrence(layer, 1, 1, onnx);
    const square = [r.outputs, r.outputs];
    const [own, outward] = [layer.weight(r.next, square), layer.weight(r.next + 1, square)];
    const shift = layer.weight(r.next + 2, [r.outputs]);
    if (goesOn(layer, r)) {
      const [all, last] = operator(layer, r, 'RNN', [0], onnx) as [Value, Value];
      const flat = onnx.reshape(all, [r.steps * r.streams, r.outputs]);
      const out = onnx.Tanh(onnx.Gemm(flat, outward, shift, { transB: 1 }));
      const y = onnx.reshape(out, [r.steps, r.streams, r.outputs]);
      return r.exposed ? [y, last] : y;
    }
    const made = scanned(layer, r, 1, onnx, (step) => {
      const [hidden] = step.states as [Value];
      const inner = step.onnx;
      const next = inner.Tanh(inner.Gemm(inner.Mul(hidden, step.goesOn), own, step.input, { transB: 1 }));
      return [next, inner.Tanh(inner.Gemm(next, outward, shift, { transB: 1 }))];
    });
    return tops(r, made, onnx);
  },
};

export const recurrentOf: Readonly<Record<string, LayerRules>> = { ncnn: { LSTM: ofNcnn } };
