/**
 * Scan: version 8 has a batch around it, version 9 axes and directions instead, and before there were Loops. Definitions: the
 * ONNX operator specification, and its changelog for version 8.
 */
import { graph as graphAttribute, int, ints } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import type { Node } from '../../../ir/node.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, sameUp, tooOld, up } from '../adapter.ts';
import { branch, counted, loop, naturals } from './counting.ts';
import { sizeOf } from './forms.ts';
import { moved } from './sequences.ts';

/** What a Scan is made of, whatever its version. */
interface Scanned {
  readonly body: Graph;
  /** How many of the outputs are last states. */
  readonly states: readonly Value[];
  readonly scans: readonly Value[];
}

function partsOf(node: Node, first: number): Scanned {
  const body = node.attribute('body', 'graph') ?? refuse('invalid-model', node, { reason: 'it has no body' });
  const values = naturals(node.inputCount - first).map((k) => operand(node, k + first));
  const states = values.length - Number(node.int('num_scan_inputs', 0n));
  return { body, states: values.slice(0, states), scans: values.slice(states) };
}

/** The body, which is to stand in another node. */
function taken(node: Node, { body }: Scanned): Graph {
  node.deleteAttribute('body');
  return body;
}

function listOf(node: Node, name: string, count: number): readonly number[] {
  return node.ints(name)?.map(Number) ?? Array<number>(count).fill(0);
}

/** An axis of a value, counted from the front; the first needs no rank. */
function axisOf(node: Node, axis: number, rank: number | undefined): number {
  if (axis >= 0) return axis;
  return rank === undefined
    ? refuse('shape-unknown', node, { reason: 'the ranks of what it scans decide' })
    : axis + rank;
}

const AXES = ['scan_input_axes', 'scan_output_axes'] as const;

/** Axes that count from the end came with 11. */
const fromTheFront = adapter(down(11, 'Scan'), (node) => {
  const { states, scans } = partsOf(node, 0);
  const ranks = [scans.map(({ rank }) => rank), node.outputs.slice(states.length).map(({ rank }) => rank)];
  AXES.forEach((name, k) => {
    const axes = node.ints(name)?.map(Number);
    if (axes?.some((axis) => axis < 0))
      node.setAttribute(name, ints(axes.map((axis, index) => axisOf(node, axis, ranks[k]?.[index]))));
  });
  return undefined;
});

/** A batch of one, whose sequences are scanned along the first axis; what comes out is turned and moved back. */
const batched = adapter(down(9, 'Scan'), (node, onnx) => {
  const parts = partsOf(node, 0);
  const { states, scans } = parts;
  const axes = listOf(node, 'scan_input_axes', scans.length);
  const rows = scans.map((value, k) => atFront(node, onnx, value, axes[k] ?? 0));
  const inputs = [...states, ...rows].map((value) => onnx.unsqueeze(value, [0]));
  const attributes = [
    ['body', graphAttribute(taken(node, parts))],
    ['num_scan_inputs', int(BigInt(scans.length))],
    ['directions', ints(listOf(node, 'scan_input_directions', scans.length))],
  ] as const;
  const made = onnx.node('', 'Scan', [undefined, ...inputs], attributes, node.outputs.length).outputs;
  const outputs = made.length - states.length;
  const [outputAxes, directions] = ['scan_output_axes', 'scan_output_directions'].map((name) =>
    listOf(node, name, outputs),
  );
  return made.map((value, k) => {
    const single = onnx.squeeze(value, [0]);
    const at = k - states.length;
    if (at < 0) return single;
    const turned = directions?.[at] === 1 ? reversed(onnx, single) : single;
    return fromFront(node, onnx, turned, outputAxes?.[at] ?? 0);
  });
});

function atFront(node: Node, onnx: OnnxBuilder, value: Value, given: number): Value {
  if (given === 0) return value;
  const rank = value.rank ?? refuse('shape-unknown', node, { reason: 'the ranks of what it scans decide' });
  const axis = axisOf(node, given, rank);
  return onnx.transpose(value, [axis, ...naturals(rank).filter((k) => k !== axis)]);
}

function fromFront(node: Node, onnx: OnnxBuilder, value: Value, given: number): Value {
  if (given === 0) return value;
  const rank = value.rank ?? refuse('shape-unknown', node, { reason: 'the ranks of what it gives decide' });
  const axis = axisOf(node, given, rank);
  const order = naturals(rank - 1).map((k) => k + 1);
  return onnx.transpose(value, order.toSpliced(axis, 0, 0));
}

/** The last along the first axis comes first. */
function reversed(onnx: OnnxBuilder, value: Value): Value {
  const size = value.shape?.[0];
  if (typeof size === 'number') return onnx.Gather(value, onnx.ints(naturals(size).toReversed()));
  const count = onnx.squeeze(sizeOf(onnx, value, 0), [0]);
  const last = onnx.Sub(count, onnx.constant(1n));
  return onnx.Gather(value, onnx.Sub(last, counted(onnx, count)));
}

/** A Scan over the batch, within which there is one over each sequence. */
const unbatched = adapter(up(9, 'Scan'), (node, onnx) => {
  const parts = partsOf(node, 1);
  const { states, scans } = parts;
  const lengths = node.input(0);
  const directions = listOf(node, 'directions', scans.length);
  if (lengths) forwardsAlone(node, directions);
  const outer = new Graph(onnx.unique('batch'));
  const inner = onnx.within(outer);
  const inputOf = (value: Value) =>
    outer.addInput({
      name: onnx.unique('sample'),
      type: tensorType(value.dtype ?? dtypeUnknown(node), value.shape?.slice(1)),
    });
  const length = lengths && inputOf(lengths);
  const [ownStates, ownScans] = [states, scans].map((values) => values.map(inputOf));
  const body = taken(node, parts);
  const [graph, start] = length ? [bounded(inner, body, length, states.length), [inner.constant(0n)]] : [body, []];
  const attributes = [
    ['body', graphAttribute(graph)],
    ['num_scan_inputs', int(BigInt(scans.length))],
    ['scan_input_directions', ints(directions)],
  ] as const;
  const values = [...start, ...(ownStates ?? []), ...(ownScans ?? [])];
  const made = inner.node('', 'Scan', values, attributes, node.outputs.length + start.length).outputs;
  for (const value of made.slice(start.length)) outer.addOutput(value);
  const inputs = [...(lengths ? [lengths] : []), ...states, ...scans];
  return onnx.node(
    '',
    'Scan',
    inputs,
    [
      ['body', graphAttribute(outer)],
      ['num_scan_inputs', int(BigInt(inputs.length))],
    ],
    node.outputs.length,
  ).outputs;
});

function dtypeUnknown(node: Node): never {
  return refuse('type-unknown', node, { value: 'an input' });
}

/** Whether a shorter sequence is read from its own end, or from that of the longest, nobody says. */
function forwardsAlone(node: Node, directions: readonly number[]): void {
  if (directions.includes(1)) tooOld(node, 8, 'where its shorter sequences end is not agreed on');
}

/** A body with the number of the round as one more state: the others stay as they are after the last of a sequence. */
function bounded(onnx: OnnxBuilder, body: Graph, length: Value, states: number): Graph {
  const graph = new Graph(onnx.unique('round'));
  const inner = onnx.within(graph);
  const round = graph.addInput({ name: onnx.unique('number'), type: tensorType('int64', []) });
  const values = body.inputs.map(({ type }) => graph.addInput({ name: onnx.unique('part'), type }));
  const goesOn = inner.Less(round, length);
  const results = moved(body, graph, values);
  body.release();
  graph.addOutput(inner.Add(round, inner.constant(1n)));
  results.forEach((value, k) => {
    graph.addOutput(k < states ? inner.Where(goesOn, value, values[k]) : inner.Identity(value));
  });
  return graph;
}

/** A Loop over the batch, within which there is one over each sequence. */
const looped = adapter(down(8, 'Scan'), (node, onnx) => {
  const parts = partsOf(node, 1);
  const [first] = parts.scans;
  if (first?.shape?.[0] === 1) {
    const results = loopedSample(node, onnx, parts, onnx.constant(0n));
    return results.map((value) => onnx.unsqueeze(value, [0]));
  }
  const count = onnx.squeeze(sizeOf(onnx, first ?? operand(node, 1), 0), [0]);
  // Until opset 10 a Loop had to carry a value along.
  const inside = (inner: OnnxBuilder, sample: Value, carried: readonly Value[]) => [
    ...carried,
    ...loopedSample(node, inner, parts, sample),
  ];
  return loop(onnx, count, [onnx.constant(0n)], inside).slice(1);
});

function loopedSample(node: Node, onnx: OnnxBuilder, parts: Scanned, sample: Value): readonly Value[] {
  const { body, states, scans } = parts;
  const directions = listOf(node, 'directions', scans.length);
  const lengths = node.input(0);
  if (lengths) forwardsAlone(node, directions);
  const own = (value: Value) => onnx.Gather(value, sample, { axis: 0 });
  const sequences = scans.map(own);
  const [longest] = sequences;
  if (!longest) throw new Error('a Scan scans something');
  const count = onnx.squeeze(sizeOf(onnx, longest, 0), [0]);
  const length = lengths && own(lengths);
  // Until opset 10 a Loop had to carry a value along.
  const start = [onnx.constant(0n), ...states.map(own)];
  const made = loop(onnx, count, start, (inner, round, [number = round, ...carried]) => {
    const back = inner.Sub(inner.Sub(count, inner.constant(1n)), round);
    const rows = sequences.map((value, k) => inner.Gather(value, directions[k] === 1 ? back : round, { axis: 0 }));
    const results = moved(body, inner.graph, [...carried, ...rows]);
    return [
      number,
      ...results.map((value, k) =>
        length && k < states.length ? kept(inner, round, length, value, carried[k]) : value,
      ),
    ];
  });
  return made.slice(1);
}

/** The new state while the sequence goes on, then the old one. */
function kept(onnx: OnnxBuilder, round: Value, length: Value, value: Value, before: Value = value): Value {
  const goesOn = onnx.Less(onnx.cast(round, 'float64'), onnx.cast(length, 'float64'));
  return branch(onnx, goesOn, { yes: (inner) => inner.Identity(value), no: (inner) => inner.Identity(before) });
}

export const scanning: readonly Adapter[] = [fromTheFront, sameUp(11, 'Scan'), batched, unbatched, looped];
