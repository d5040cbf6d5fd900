/**
 * Recurrent layers and cells (torch.nn.LSTM, GRU, RNN). ONNX orders the gates differently: their rows are reordered while
 * the weights are written.
 */
import type { Node } from '../../../ir/node.ts';
import { ComputedSource, Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Lowered, type Lowering, lowerings } from '../lowering.ts';
import { dimsOf, range, refuseArgument, sizeAt } from '../support.ts';
import { projectedLstm } from './projected-lstm.ts';

interface Kind {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  /** Which gate of PyTorch stands at each place of ONNX's order. */
  readonly gates: readonly number[];
  readonly attributes: { readonly linear_before_reset?: number; readonly activations?: readonly string[] };
}

/** PyTorch: input, forget, cell, output. ONNX: input, output, forget, cell. */
const LSTM: Kind = { op: 'LSTM', gates: [0, 3, 1, 2], attributes: {} };
/** PyTorch: reset, update, new. ONNX: update, reset, hidden. PyTorch multiplies by the reset gate after the product. */
const GRU: Kind = { op: 'GRU', gates: [1, 0, 2], attributes: { linear_before_reset: 1 } };
const rnn = (activation: string): Kind => ({ op: 'RNN', gates: [0], attributes: { activations: [activation] } });

interface Layers {
  readonly input: Value;
  readonly params: readonly Value[];
  readonly has_biases: boolean;
  readonly num_layers: number;
  readonly dropout: number;
  readonly train: boolean;
  readonly bidirectional: boolean;
  readonly batch_first: boolean;
}

/** All layers, each as one operator of ONNX; `states` are [layers * directions, batch, hidden]. */
function layers(kind: Kind, args: Layers, states: readonly Value[], onnx: OnnxBuilder, node: Node): Lowered {
  const { params, num_layers, has_biases } = args;
  const directions = args.bidirectional ? 2 : 1;
  const perDirection = has_biases ? 4 : 2;
  checkDropout(args, node);
  if (params.length !== num_layers * directions * perDirection)
    throw new Error(`${node.operator} has ${params.length} parameters`);
  const turned = (x: Value) => (args.batch_first ? onnx.transpose(x, [1, 0, 2]) : x);
  let x = turned(args.input);
  const last: Value[][] = states.map(() => []);
  for (const layer of range(num_layers)) {
    const own = range(directions).map((each) => {
      const start = (layer * directions + each) * perDirection;
      return params.slice(start, start + perDirection);
    });
    const of = (index: number) => own.flatMap((each) => each[index] ?? []);
    const hidden = sizeAt(of(1)[0] ?? x, 1, node);
    const biases = has_biases
      ? reordered(
          onnx,
          own.map((each) => each.slice(2)),
          kind,
          hidden,
          node,
        )
      : undefined;
    const stateOf = (state: Value) => pieceOf(onnx, state, layer * directions, directions, node);
    const [all, ...finals] = onnx.many(
      kind.op,
      [
        x,
        reordered(
          onnx,
          of(0).map((each) => [each]),
          kind,
          hidden,
          node,
        ),
        reordered(
          onnx,
          of(1).map((each) => [each]),
          kind,
          hidden,
          node,
        ),
        biases,
        undefined,
        ...states.map(stateOf),
      ],
      {
        hidden_size: hidden,
        direction: args.bidirectional ? 'bidirectional' : 'forward',
        ...kind.attributes,
        ...(kind.attributes.activations && {
          activations: range(directions).flatMap(() => kind.attributes.activations ?? []),
        }),
      },
      states.length + 1,
    );
    if (!all) throw new Error(`${kind.op} without an output`);
    // [time, directions, batch, hidden]: the directions of an element stand beside each other in PyTorch.
    const [time, , batch] = dimsOf(all, node);
    x =
      directions === 1
        ? onnx.squeeze(all, [1])
        : onnx.reshape(onnx.transpose(all, [0, 2, 1, 3]), [time, batch, directions * hidden]);
    for (const [k, each] of finals.entries()) last[k]?.push(each);
  }
  const ends = last.map((each) => {
    const [first] = each;
    return each.length === 1 && first ? first : onnx.Concat(...each, { axis: 0 });
  });
  return [turned(x), ...ends];
}

function checkDropout({ train, dropout, num_layers }: Layers, node: Node): void {
  if (train && dropout > 0 && num_layers > 1)
    refuseArgument(node, 'dropout', 'its result is random: export the model after model.eval()');
}

/** The states of one layer out of those of all. */
function pieceOf(onnx: OnnxBuilder, state: Value, start: number, count: number, node: Node): Value {
  if (sizeAt(state, 0, node) === count) return state;
  return onnx.Slice(state, onnx.ints([start]), onnx.ints([start + count]), onnx.ints([0]));
}

/**
 * The weights of a layer as ONNX wants them: [directions, gates * hidden, columns], or [directions, 2 * gates * hidden]
 * for both biases. `directions` holds the tensors of each direction, which follow one another.
 */
function reordered(
  onnx: OnnxBuilder,
  directions: readonly (readonly Value[])[],
  { gates }: Kind,
  hidden: number,
  node: Node,
): Value {
  const parts = directions.flat();
  const constants = parts.flatMap((each) => each.constant ?? []);
  const [first] = constants;
  if (!first || constants.length < parts.length) {
    refuseArgument(node, 'computed weights', 'its gates can be reordered in constants only');
  }
  const [rows = 0, ...columns] = first.shape;
  const shape = [directions.length, (parts.length / directions.length) * rows, ...columns];
  const source = new ComputedSource('computed', () => {
    const pieces = constants.flatMap((each) => {
      const bytes = each.bytes();
      const gate = bytes.length / gates.length;
      return gates.map((from) => bytes.subarray(from * gate, (from + 1) * gate));
    });
    return Buffer.concat(pieces);
  });
  if (rows !== gates.length * hidden) throw new Error(`${node.operator} has weights of an unknown layout`);
  const name = onnx.unique(`${parts[0]?.name ?? 'weight'}_reordered`);
  return onnx.graph.addInitializer({ name, constant: new Tensor(first.dtype, shape, source) });
}

const singleState =
  (kind: Kind): Lowering<Layers & { readonly hx: Value }> =>
  (args, onnx, node) =>
    layers(kind, args, [args.hx], onnx, node);

interface Cell {
  readonly input: Value;
  readonly w_ih: Value;
  readonly w_hh: Value;
  readonly b_ih: Value | undefined;
  readonly b_hh: Value | undefined;
}

/** What the input and the state add to each gate. */
function gatesOf(args: Cell, state: Value, onnx: OnnxBuilder): readonly [Value, Value] {
  return [
    onnx.Gemm(args.input, args.w_ih, args.b_ih, { transB: 1 }),
    onnx.Gemm(state, args.w_hh, args.b_hh, { transB: 1 }),
  ];
}

function pieces(onnx: OnnxBuilder, x: Value, count: number): readonly Value[] {
  return onnx.many('Split', [x], { axis: 1, num_outputs: count }, count);
}

const plainCell =
  (op: 'Tanh' | 'Relu'): Lowering<Cell & { readonly hx: Value }> =>
  (args, onnx) =>
    onnx[op](onnx.Add(...gatesOf(args, args.hx, onnx)));

export const recurrent = lowerings({
  'aten::lstm.input': (args, onnx, node) => {
    // A projection is one weight more for each direction of a layer.
    const directions = args.num_layers * (args.bidirectional ? 2 : 1);
    const projected = args.params.length === directions * (args.has_biases ? 5 : 3);
    if (projected) checkDropout(args, node);
    return projected ? projectedLstm(args, onnx, node) : layers(LSTM, args, args.hx, onnx, node);
  },
  'aten::gru.input': singleState(GRU),
  'aten::rnn_tanh.input': singleState(rnn('Tanh')),
  'aten::rnn_relu.input': singleState(rnn('Relu')),
  'aten::rnn_tanh_cell': plainCell('Tanh'),
  'aten::rnn_relu_cell': plainCell('Relu'),
  'aten::lstm_cell': (args, onnx) => {
    const [hidden, cell] = args.hx;
    if (!hidden || !cell) throw new Error('an LSTM cell has two states');
    const [input, forget, fresh, output] = pieces(onnx, onnx.Add(...gatesOf(args, hidden, onnx)), 4);
    const kept = onnx.Mul(onnx.Sigmoid(forget), cell);
    const next = onnx.Add(kept, onnx.Mul(onnx.Sigmoid(input), onnx.Tanh(fresh)));
    return [onnx.Mul(onnx.Sigmoid(output), onnx.Tanh(next)), next];
  },
  'aten::gru_cell': (args, onnx) => {
    const [fromInput, fromState] = gatesOf(args, args.hx, onnx);
    const [r1, z1, n1] = pieces(onnx, fromInput, 3);
    const [r2, z2, n2] = pieces(onnx, fromState, 3);
    if (!r1 || !r2 || !z1 || !z2 || !n1 || !n2) throw new Error('a GRU cell has three gates');
    const update = onnx.Sigmoid(onnx.Add(z1, z2));
    const fresh = onnx.Tanh(onnx.Add(n1, onnx.Mul(onnx.Sigmoid(onnx.Add(r1, r2)), n2)));
    return onnx.Add(fresh, onnx.Mul(update, onnx.Sub(args.hx, fresh)));
  },
});
