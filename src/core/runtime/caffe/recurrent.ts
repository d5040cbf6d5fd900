/**
 * RNN and LSTM over [steps, streams, ...]: BVLC/caffe, src/caffe/layers/recurrent_layer.cpp, rnn_layer.cpp, lstm_layer.cpp and
 * lstm_unit_layer.cpp. A run begins with states of zeros; what Caffe keeps from one run to the next is not kept here.
 */
import { type Blob, blobOf, bottom, flag, type Layer, type LayerCall, number, refusal, weights } from './blob.ts';
import { lstmOfRows } from './sequences.ts';

/** y = W x + b for each row; W is [outputs, length]. */
function transformed(x: Float32Array, rows: number, matrix: Blob, shift?: Blob): Float32Array {
  const [outputs = 0] = matrix.shape;
  const length = matrix.data.length / outputs;
  const y = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let o = 0; o < outputs; o++) {
      let sum = shift?.data[o] ?? 0;
      for (let k = 0; k < length; k++) sum += (x[row * length + k] ?? 0) * (matrix.data[o * length + k] ?? 0);
      y[row * outputs + o] = sum;
    }
  }
  return y;
}

/** What each step of a recurrent layer is given, whatever its unit does. */
interface Recurrence {
  readonly steps: number;
  readonly streams: number;
  readonly outputs: number;
  /** Whether step t goes on with the state of stream n: 1, or 0 where a sequence begins. */
  goesOn(t: number, n: number): number;
  /** Weights times input, with the bias, and with what the static input adds. */
  input(t: number, n: number, k: number): number;
  /** What comes after the weights of the inputs. */
  readonly further: readonly Blob[];
  /** States that the network hands in; zeros where it does not. */
  readonly states: readonly Float32Array[];
  readonly exposed: boolean;
}

function recurrence(call: LayerCall, states: number): Recurrence {
  const { node, bottoms } = call;
  const x = bottom(call);
  const going = bottom(call, 1);
  const [steps = 1, streams = 1] = x.shape;
  const exposed = flag(node, 'recurrent_param.expose_hidden', false);
  const outputs = number(node, 'recurrent_param.num_output', 0);
  const fixed = bottoms.length > 2 + (exposed ? states : 0) ? bottoms[2] : undefined;
  const own = transformed(x.data, steps * streams, weights(call, 0), weights(call, 1));
  const added = fixed && transformed(fixed.data, streams, weights(call, 2));
  const width = own.length / (steps * streams);
  const given = exposed ? bottoms.slice(-states) : [];
  return {
    steps,
    streams,
    outputs,
    goesOn: (t, n) => going.data[t * streams + n] ?? 0,
    input: (t, n, k) => (own[(t * streams + n) * width + k] ?? 0) + (added?.[n * width + k] ?? 0),
    further: call.blobs.slice(fixed ? 3 : 2),
    states: Array.from({ length: states }, (_, k) =>
      Float32Array.from(given[k]?.data ?? new Float32Array(streams * outputs)),
    ),
    exposed,
  };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Gates in the order input, forget, output, candidate. */
const lstm: Layer = (call) => {
  if (call.means.lstm === 'rows') return lstmOfRows(call);
  const r = recurrence(call, 2);
  const [matrix] = r.further;
  if (!matrix) throw refusal(call, 'it has no weights for its state');
  let [h = new Float32Array(0), c = new Float32Array(0)] = r.states;
  const { outputs, streams } = r;
  const y = blobOf([r.steps, streams, outputs]);
  for (let t = 0; t < r.steps; t++) {
    const before = h.map((value, at) => value * r.goesOn(t, Math.floor(at / outputs)));
    const own = transformed(before, streams, matrix);
    const last = c;
    h = new Float32Array(streams * outputs);
    c = new Float32Array(streams * outputs);
    for (let n = 0; n < streams; n++) {
      for (let k = 0; k < outputs; k++) {
        const gate = (which: number) =>
          r.input(t, n, which * outputs + k) + (own[n * outputs * 4 + which * outputs + k] ?? 0);
        const kept = r.goesOn(t, n) * sigmoid(gate(1)) * (last[n * outputs + k] ?? 0);
        c[n * outputs + k] = kept + sigmoid(gate(0)) * Math.tanh(gate(3));
        h[n * outputs + k] = sigmoid(gate(2)) * Math.tanh(c[n * outputs + k] ?? 0);
      }
    }
    y.data.set(h, t * streams * outputs);
  }
  const shape = [1, streams, outputs];
  return r.exposed ? [y, blobOf(shape, h), blobOf(shape, c)] : y;
};

/** A state of tanh, then an output of tanh. */
const rnn: Layer = (call) => {
  const r = recurrence(call, 1);
  const [matrix, outward, shift] = r.further;
  if (!matrix || !outward) throw refusal(call, 'it has no weights for its state');
  let [h = new Float32Array(0)] = r.states;
  const { outputs, streams } = r;
  const y = blobOf([r.steps, streams, outputs]);
  for (let t = 0; t < r.steps; t++) {
    const before = h.map((value, at) => value * r.goesOn(t, Math.floor(at / outputs)));
    const own = transformed(before, streams, matrix);
    h = own.map((value, at) => Math.tanh(value + r.input(t, Math.floor(at / outputs), at % outputs)));
    y.data.set(transformed(h, streams, outward, shift).map(Math.tanh), t * streams * outputs);
  }
  return r.exposed ? [y, blobOf([1, streams, outputs], h)] : y;
};

export const recurrentLayers: Readonly<Record<string, Layer>> = { LSTM: lstm, RNN: rnn };
