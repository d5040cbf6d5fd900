/**
 * LSTMs whose states always go on: ncnn's over rows (Tencent/ncnn, src/layer/lstm.cpp), MNN's over channels (alibaba/MNN,
 * source/geometry/GeometryLSTM.cpp, source/shape/ShapeLSTM.cpp), and the reshaping that MNN does for them (tools/converter/source/
 * optimizer/postconvert/TransformIm2Seq.cpp, RemoveUnusefulOp.cpp).
 */
import { type Blob, blobOf, bottom, type Layer, type LayerCall, number, refusal, weights, weightsOf } from './blob.ts';

const f = Math.fround;

/** Weights of the gates i, f, o and g: rows of numbers of the input, of the state, and a number each. */
interface Unit {
  readonly outputs: number;
  readonly length: number;
  input(gate: Gate, row: number, k: number): number;
  state(gate: Gate, row: number, k: number): number;
  bias(gate: Gate, row: number): number;
}

type Gate = 'i' | 'f' | 'o' | 'g';

interface State {
  readonly hidden: Float32Array;
  readonly cell: Float32Array;
}

const sigmoid = (x: number) => f(1 / f(1 + f(Math.exp(-x))));

/** The state behind one step. */
function stepped(unit: Unit, x: Float32Array, { hidden, cell }: State): State {
  const sum = (gate: Gate, row: number) => {
    let total = unit.bias(gate, row);
    for (let k = 0; k < unit.length; k++) total = f(total + f(unit.input(gate, row, k) * (x[k] ?? 0)));
    for (let k = 0; k < unit.outputs; k++) total = f(total + f(unit.state(gate, row, k) * (hidden[k] ?? 0)));
    return total;
  };
  const cells = cell.map((last, row) =>
    f(f(sigmoid(sum('f', row)) * last) + f(sigmoid(sum('i', row)) * f(Math.tanh(sum('g', row))))),
  );
  return { hidden: cells.map((value, row) => f(sigmoid(sum('o', row)) * f(Math.tanh(value)))), cell: cells };
}

/** The hidden states of all steps in one list, and the last state. */
function run(unit: Unit, steps: readonly Float32Array[], begin: State): { all: Float32Array; last: State } {
  const all = new Float32Array(steps.length * unit.outputs);
  let state = begin;
  for (const [t, x] of steps.entries()) {
    state = stepped(unit, x, state);
    all.set(state.hidden, t * unit.outputs);
  }
  return { all, last: state };
}

function zeros(outputs: number): State {
  return { hidden: new Float32Array(outputs), cell: new Float32Array(outputs) };
}

/** Rows of equal length. */
function rowsOf(data: Float32Array, count: number): readonly Float32Array[] {
  const length = data.length / count;
  return Array.from({ length: count }, (_, row) => data.subarray(row * length, (row + 1) * length));
}

/** Gates one behind the other in a blob, or in a part of one. */
function unitOf(outputs: number, length: number, order: string, parts: readonly Float32Array[]): Unit {
  const [input, state, ...biases] = parts;
  const rowAt = (gate: Gate, row: number) => order.indexOf(gate) * outputs + row;
  return {
    outputs,
    length,
    input: (gate, row, k) => input?.[rowAt(gate, row) * length + k] ?? 0,
    state: (gate, row, k) => state?.[rowAt(gate, row) * outputs + k] ?? 0,
    bias: (gate, row) => biases.reduce((sum, bias) => f(sum + (bias[rowAt(gate, row)] ?? 0)), 0),
  };
}

/** ncnn: over the rows of the first bottom; two more are states, any other number of them is not read. */
export function lstmOfRows(call: LayerCall): Blob | readonly Blob[] {
  const outputs = number(call.node, 'recurrent_param.num_output', 0);
  const x = bottom(call);
  const [steps = 1, length = 1] = x.shape.slice(-2);
  if (x.shape.length < 3 || steps * length !== x.data.length) throw refusal(call, 'it is given more than one image');
  const parts = [
    weightsOf(call, 0, 4 * outputs * length),
    weightsOf(call, 2, 4 * outputs * outputs),
    weightsOf(call, 1, 4 * outputs),
  ].map(({ data }) => data);
  const given = call.bottoms.length === 3;
  const begin = given ? { hidden: bottom(call, 1).data, cell: bottom(call, 2).data } : zeros(outputs);
  const { all, last } = run(unitOf(outputs, length, 'ifog', parts), rowsOf(x.data, steps), begin);
  const state = (data: Float32Array) => blobOf([1, 1, outputs], data);
  const y = blobOf([1, steps, outputs], all);
  return call.tops === 3 ? [y, state(last.hidden), state(last.cell)] : y;
}

/** MNN: [streams, steps, 1, length]; in a single blob, as cuDNN has it, the gates stand otherwise, and second biases are not read. */
const lstmOfMnn: Layer = (call) => {
  const outputs = number(call.node, 'lstm_param.num_output', 0);
  const x = bottom(call);
  const [streams = 1, steps = 1, height = 1, length = 1] = x.shape;
  if (x.shape.length !== 4 || height !== 1) throw refusal(call, `its bottom is ${x.shape.join('x')}`);
  const [ofInput, ofState, ofBias] = [4 * outputs * length, 4 * outputs * outputs, 4 * outputs];
  const first = weights(call, 0).data;
  const cut = (data: Float32Array, from: number, count: number) => data.subarray(from, from + count);
  const bias = call.blobs[2]?.data ?? new Float32Array();
  const unit =
    call.blobs.length === 1
      ? unitOf(outputs, length, 'ifgo', [
          cut(first, 0, ofInput),
          cut(first, ofInput, ofState),
          cut(first, ofInput + ofState, ofBias),
        ])
      : unitOf(outputs, length, 'ifog', [
          weightsOf(call, 0, ofInput).data,
          weightsOf(call, 1, ofState).data,
          cut(bias, 0, ofBias),
          cut(bias, ofBias, ofBias),
        ]);
  const y = blobOf([streams, steps, 1, outputs]);
  for (const [n, stream] of rowsOf(x.data, streams).entries()) {
    y.data.set(run(unit, rowsOf(stream, steps), zeros(outputs)).all, n * steps * outputs);
  }
  return y;
};

/** [images, channels, height, width] become [images, width, 1, channels x height]. */
const columns: Layer = (call) => {
  const x = bottom(call);
  const [images = 1, channels = 1, height = 1, width = 1] = x.shape;
  const lines = channels * height;
  const y = blobOf([images, width, 1, lines]);
  for (const [at, value] of x.data.entries()) {
    const [column, line] = [at % width, Math.floor(at / width) % lines];
    y.data[(Math.floor(at / width / lines) * width + column) * lines + line] = value;
  }
  return y;
};

export const sequenceLayers: Readonly<Record<string, Layer>> = {
  CuDNNLstmForward: lstmOfMnn,
  Im2seq: columns,
  Lstm: lstmOfMnn,
  OCRLSTM: lstmOfMnn,
  OCRLSTMQ: lstmOfMnn,
  Seq2out: (call) => bottom(call),
};
