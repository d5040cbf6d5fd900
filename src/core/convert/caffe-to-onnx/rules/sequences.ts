/** LSTM and RNN as ONNX has them, which runtimes have fast code for: sequences that go on from their first to their last step. */
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';

/** Numbers in a blob of a layer: those from `from` on. */
export interface Place {
  readonly blob: number;
  readonly from?: number;
}

export interface Sequence {
  /** [steps, streams, length]. */
  readonly x: Value;
  readonly steps: number;
  readonly streams: number;
  readonly length: number;
  readonly outputs: number;
  /** For each gate in ONNX's order, which one of the layer it is. */
  readonly gates: readonly number[];
  readonly input: Place;
  readonly state: Place;
  /** Biases that are added to each other; all gates are in each. */
  readonly biases: readonly Place[];
  /** [1, streams, outputs] each; none where they are zeros. */
  readonly states: readonly Value[];
}

/** ONNX's gates are input, output, forget, cell: by their places in another order. */
export const GATES = { inputForgetOutputCell: [0, 2, 1, 3], inputForgetCellOutput: [0, 3, 1, 2] } as const;

/** Gates of a blob in ONNX's order; a gate has `rows` rows of `columns` numbers. */
function ordered(layer: Layer, { blob, from = 0 }: Place, gates: readonly number[], size: number): Float32Array {
  const all = layer.tensor(blob).numbers();
  return Float32Array.from(gates.flatMap((gate) => all.slice(from + gate * size, from + (gate + 1) * size)));
}

/** What comes out: all steps as [steps, streams, outputs], then the last states as [1, streams, outputs]. */
export function sequenceOf(layer: Layer, operator: 'LSTM' | 'RNN', s: Sequence, onnx: OnnxBuilder): readonly Value[] {
  const { gates, outputs, length } = s;
  const rows = gates.length * outputs;
  const matrix = (name: string, place: Place, columns: number) =>
    layer.made(name, [1, rows, columns], () => ordered(layer, place, gates, outputs * columns));
  const bias = layer.made('B', [1, 2 * rows], () => {
    const sum = new Float32Array(2 * rows);
    for (const place of s.biases) {
      for (const [k, value] of ordered(layer, place, gates, outputs).entries()) sum[k] = (sum[k] ?? 0) + value;
    }
    return sum;
  });
  const inputs = [s.x, matrix('W', s.input, length), matrix('R', s.state, outputs), bias, undefined, ...s.states];
  const made = onnx.many(operator, inputs, { hidden_size: outputs }, operator === 'LSTM' ? 3 : 2);
  const [all, ...last] = made;
  if (!all) throw new Error('a recurrent operator has outputs');
  return [onnx.squeeze(all, [1]), ...last];
}
