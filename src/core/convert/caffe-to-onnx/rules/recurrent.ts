/**
 * RNN and LSTM over [steps, streams, ...]: BVLC/caffe, src/caffe/layers/recurrent_layer.cpp, rnn_layer.cpp, lstm_layer.cpp and
 * lstm_unit_layer.cpp. A second bottom says at each step whether the state goes on, so that the steps are written out once, as
 * the body of a Scan; what the input adds is one product for all steps.
 */
import { graph as graphAttribute, int } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules, Tops } from '../rule.ts';

interface Recurrence {
  readonly steps: number;
  readonly streams: number;
  readonly outputs: number;
  /** [steps, streams, numbers]: weights times input, with the bias, and with what a static input adds to every step. */
  readonly input: Value;
  /** The index of the first blob that is not about inputs. */
  readonly next: number;
  /** [streams, outputs] each. */
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
  const own = product(layer.bottom(), steps * streams, length, 0, layer.weight(1, [width]));
  const each = onnx.reshape(own, [steps, streams, width]);
  const isStatic = layer.bottoms.length > 2 + (exposed ? states : 0);
  const given = exposed ? layer.bottoms.slice(isStatic ? 3 : 2) : [];
  if (exposed && given.length !== states) layer.invalid(`it has ${given.length} bottoms for ${states} states`);
  const zeros = () => onnx.Expand(onnx.constant(0, 'float32'), onnx.ints([streams, outputs]));
  return {
    steps,
    streams,
    outputs,
    input: isStatic ? onnx.Add(each, fixed(layer, streams, product)) : each,
    next: isStatic ? 3 : 2,
    states: Array.from({ length: states }, (_, k) => {
      const state = given[k];
      return state ? onnx.reshape(state, [streams, outputs]) : zeros();
    }),
    exposed,
  };
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
  onnx: OnnxBuilder,
  one: (step: Step) => readonly Value[],
): readonly Value[] {
  const body = new Graph('step');
  const input = (name: string, shape: readonly number[]) =>
    body.addInput({ name: onnx.unique(name), type: tensorType('float32', shape) });
  const states = r.states.map((_, k) => input(`state_${k}`, [r.streams, r.outputs]));
  const given = input('input', [r.streams, Number(r.input.shape?.[2])]);
  const going = input('goes_on', [r.streams]);
  const inner = onnx.within(body);
  const made = one({ onnx: inner, input: given, goesOn: inner.unsqueeze(going, [1]), states });
  for (const value of made) body.addOutput(value);
  const attributes = [
    ['body', graphAttribute(body)],
    ['num_scan_inputs', int(2n)],
  ] as const;
  return onnx.node('', 'Scan', [...r.states, r.input, layer.bottom(1)], attributes, made.length).outputs;
}

/** The outputs of all steps; where states come out too, those behind the last step, as one step. */
function tops(r: Recurrence, made: readonly Value[], onnx: OnnxBuilder): Tops {
  const all = made.at(-1);
  if (!all) throw new Error('a Scan has outputs');
  return r.exposed ? [all, ...made.slice(0, -1).map((state) => onnx.unsqueeze(state, [0]))] : all;
}

export const recurrent: LayerRules = {
  /** Gates in the order input, forget, output, candidate. */
  LSTM(layer, onnx) {
    const r = recurrence(layer, 2, 4, onnx);
    const weights = layer.weight(r.next, [4 * r.outputs, r.outputs]);
    const made = scanned(layer, r, onnx, (step) => {
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
    const made = scanned(layer, r, onnx, (step) => {
      const [hidden] = step.states as [Value];
      const inner = step.onnx;
      const next = inner.Tanh(inner.Gemm(inner.Mul(hidden, step.goesOn), own, step.input, { transB: 1 }));
      return [next, inner.Tanh(inner.Gemm(next, outward, shift, { transB: 1 }))];
    });
    return tops(r, made, onnx);
  },
};
