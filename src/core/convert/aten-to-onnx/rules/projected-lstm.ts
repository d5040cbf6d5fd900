/**
 * LSTM whose hidden state is projected (`proj_size`): ONNX's LSTM has no projection, so that the steps are written out
 * once, as the body of a Scan. What the input adds to the gates is one product for all steps.
 */
import { graph as graphAttribute, ints } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import type { Node } from '../../../ir/node.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { dimsOf, range, sizeAt } from '../support.ts';

interface Direction {
  readonly inputWeights: Value;
  readonly stateWeights: Value;
  readonly biases: readonly Value[];
  readonly projection: Value;
}

interface Projected {
  readonly input: Value;
  readonly hx: readonly Value[];
  readonly params: readonly Value[];
  readonly has_biases: boolean;
  readonly num_layers: number;
  readonly bidirectional: boolean;
  readonly batch_first: boolean;
}

export function projectedLstm(args: Projected, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const { params, has_biases, num_layers } = args;
  const directions = args.bidirectional ? 2 : 1;
  const count = has_biases ? 5 : 3;
  const turned = (x: Value) => (args.batch_first ? onnx.transpose(x, [1, 0, 2]) : x);
  const [hidden, cell] = args.hx;
  if (!hidden || !cell || params.length !== num_layers * directions * count)
    throw new Error(`${node.operator} has ${params.length} parameters`);
  let x = turned(args.input);
  const ends: [Value[], Value[]] = [[], []];
  for (const layer of range(num_layers)) {
    const sides = range(directions).map((side) => {
      const place = layer * directions + side;
      const own = directionOf(params.slice(place * count, (place + 1) * count));
      const [first, second] = [hidden, cell].map((state) =>
        onnx.Gather(state, onnx.constant(BigInt(place)), { axis: 0 }),
      );
      if (!first || !second) throw new Error('an LSTM has two states');
      return scanned(x, first, second, own, side === 1, onnx, node);
    });
    for (const { hidden: h, cell: c } of sides) {
      ends[0].push(onnx.unsqueeze(h, [0]));
      ends[1].push(onnx.unsqueeze(c, [0]));
    }
    const outputs = sides.map((side) => side.all);
    x = outputs.length === 1 && outputs[0] ? outputs[0] : onnx.Concat(...outputs, { axis: 2 });
  }
  const joined = (states: readonly Value[]) =>
    states.length === 1 && states[0] ? states[0] : onnx.Concat(...states, { axis: 0 });
  return [turned(x), joined(ends[0]), joined(ends[1])];
}

function directionOf(params: readonly Value[]): Direction {
  const [inputWeights, stateWeights, ...rest] = params;
  const projection = rest.at(-1);
  if (!inputWeights || !stateWeights || !projection) throw new Error('a projected LSTM has three weights');
  return { inputWeights, stateWeights, biases: rest.slice(0, -1), projection };
}

interface Scanned {
  readonly all: Value;
  readonly hidden: Value;
  readonly cell: Value;
}

/** All steps of one direction; `x` is [time, batch, input]. */
function scanned(
  x: Value,
  hidden: Value,
  cell: Value,
  own: Direction,
  backwards: boolean,
  onnx: OnnxBuilder,
  node: Node,
): Scanned {
  const weighted = onnx.MatMul(x, onnx.transpose(own.inputWeights, [1, 0]));
  const gates = own.biases.reduce((sum, bias) => onnx.Add(sum, bias), weighted);
  const body = new Graph(onnx.unique('step'));
  const inner = onnx.within(body);
  inner.from(node);
  const named = (name: string, like: Value, drop: number) =>
    body.addInput({ name: onnx.unique(name), type: tensorType(dtypeOf(like), dimsOf(like, node).slice(drop)) });
  const [h, c, now] = [named('hidden', hidden, 0), named('cell', cell, 0), named('gates', gates, 1)];
  const [nextHidden, nextCell] = step(now, h, c, own, inner, node);
  for (const value of [nextHidden, nextCell, inner.Identity(nextHidden)]) body.addOutput(value);
  onnx.from(node);
  const direction = [backwards ? 1 : 0];
  const made = onnx.node(
    '',
    'Scan',
    [hidden, cell, gates],
    [
      ['body', graphAttribute(body)],
      ['num_scan_inputs', { type: 'int', value: 1n }],
      ['scan_input_directions', ints(direction)],
      ['scan_output_directions', ints(direction)],
    ],
    3,
  ).outputs;
  const [lastHidden, lastCell, all] = made;
  if (!lastHidden || !lastCell || !all) throw new Error('Scan gives two states and all steps');
  const projected = sizeAt(own.projection, 0, node);
  all.type ??= tensorType(dtypeOf(x), [...dimsOf(x, node).slice(0, 2), projected]);
  return { all, hidden: lastHidden, cell: lastCell };
}

/** The gates in PyTorch's order: input, forget, cell, output. */
function step(gates: Value, hidden: Value, cell: Value, own: Direction, onnx: OnnxBuilder, node: Node): [Value, Value] {
  const fromState = onnx.MatMul(hidden, onnx.transpose(own.stateWeights, [1, 0]));
  const size = sizeAt(own.stateWeights, 0, node) / 4;
  const axis = dimsOf(hidden, node).length - 1;
  const sum = onnx.Add(gates, fromState);
  const [input, forget, fresh, output] = onnx.many('Split', [sum, onnx.ints(Array<number>(4).fill(size))], { axis }, 4);
  const kept = onnx.Mul(onnx.Sigmoid(forget), cell);
  const next = onnx.Add(kept, onnx.Mul(onnx.Sigmoid(input), onnx.Tanh(fresh)));
  const whole = onnx.Mul(onnx.Sigmoid(output), onnx.Tanh(next));
  return [onnx.MatMul(whole, onnx.transpose(own.projection, [1, 0])), next];
}
