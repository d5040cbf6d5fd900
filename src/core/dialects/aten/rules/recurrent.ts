/** Recurrent layers and cells. Rules: ATen/native/RNN.cpp. */
import { multiply } from '../../../ir/shape.ts';
import {
  agree,
  each,
  fresh,
  mismatch,
  type Rule,
  type RuleArguments,
  type RuleTable,
  sizeAt,
  type TensorInfo,
} from '../rule.ts';

/** Weights of a layer come as (input, hidden[, biases][, projection]) for each direction. */
function sequence(args: RuleArguments, states: readonly TensorInfo[]): TensorInfo[] {
  const input = args.tensor('input');
  const [batch] = input.shape.slice(args.bool('batch_first') ? 0 : 1);
  // Without a batch there is nothing to agree on.
  if (input.shape.length === 3) for (const state of states) agree(sizeAt(state.shape, 1), batch, 'batch of a state');
  const directions = args.bool('bidirectional') ? 2 : 1;
  const hidden = sizeAt((states[0] ?? mismatch('a recurrent layer without a state')).shape, -1);
  const output = fresh(input.dtype, [...input.shape.slice(0, -1), multiply(hidden, directions)]);
  return [
    // With the batch first it is a transposed view of what was computed.
    args.bool('batch_first') ? { ...output, strides: undefined } : output,
    ...states.map((state) => fresh(state.dtype, state.shape)),
  ];
}

const lstm: Rule = (args) => (args.schema.overload === 'input' ? sequence(args, args.tensors('hx')) : undefined);
const single: Rule = (args) => (args.schema.overload === 'input' ? sequence(args, [args.tensor('hx')]) : undefined);
const cell: Rule = (args) => fresh(args.tensor('hx').dtype, args.tensor('hx').shape);

export const recurrent: RuleTable = {
  lstm,
  ...each('gru rnn_tanh rnn_relu', single),
  ...each('gru_cell rnn_tanh_cell rnn_relu_cell', cell),
  lstm_cell: (args) => args.tensors('hx').map((state) => fresh(state.dtype, state.shape)),
};
