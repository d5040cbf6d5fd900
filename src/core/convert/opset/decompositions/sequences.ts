/**
 * Sequences and optional values: SequenceMap (17) becomes a Loop; before 11, which brought sequences, what is taken of one whose elements are known
 * is taken of the elements. Definitions: the ONNX operator specification.
 */
import { constantOf, intsOf } from '../../../dialects/onnx/data.ts';
import { codeOfDtype } from '../../../dialects/onnx/dtype-codes.ts';
import { normalAxis } from '../../../dialects/onnx/infer/rule.ts';
import type { Graph } from '../../../ir/graph.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, type AdapterRule, adapter, down, operand, tooOld } from '../adapter.ts';
import { loop, naturals } from './counting.ts';
import { sliced } from './forms.ts';

/** The body runs for each element; what it gives goes to the end of sequences that are carried along. */
const sequenceMap = adapter(down(17, 'SequenceMap'), (node, onnx) => {
  const body = node.attribute('body', 'graph') ?? refuse('invalid-model', node, { reason: 'it has no body' });
  const empty = body.outputs.map((output) => {
    const dtype = output.dtype ?? refuse('shape-unknown', node, { reason: 'the types that its body gives decide' });
    return onnx.SequenceEmpty({ dtype: codeOfDtype(dtype) });
  });
  const count = onnx.SequenceLength(operand(node));
  return loop(onnx, count, empty, (inner, round, states) => {
    const actual = node.inputs.map((value) =>
      value?.type?.kind === 'sequence' ? inner.SequenceAt(value, round) : value,
    );
    const results = moved(body, inner.graph, actual);
    return states.map((state, k) => inner.SequenceInsert(state, results[k]));
  });
});

/** Moves the nodes of a body to the end of a graph, where its inputs are others. */
export function moved(body: Graph, to: Graph, actual: readonly (Value | undefined)[]): readonly Value[] {
  const outputs = [...body.outputs];
  const values = new Map(body.inputs.map((formal, k) => [formal, actual[k]]));
  for (const [formal, value] of values) if (value) formal.replaceAllUsesWith(value);
  for (const node of [...body.nodes]) {
    body.nodes.unlink(node);
    to.nodes.append(node);
  }
  for (const constant of body.initializers) to.initializers.add(constant);
  return outputs.map((output) => values.get(output) ?? output);
}

/** What builds an element where it is needed. */
type Element = (onnx: OnnxBuilder) => Value;

const NEEDED = 11;
const REASON = 'older opsets have no sequences';

/** The elements of a sequence that was put together of tensors; undefined where a run decides. */
function elementsOf(sequence: Value | undefined): readonly Element[] | undefined {
  const maker = sequence?.producer;
  if (maker?.domain !== '') return undefined;
  switch (maker.op) {
    case 'SequenceEmpty':
      return [];
    case 'SequenceConstruct':
      return maker.inputs.map((value) => () => value ?? operand(maker));
    case 'SequenceInsert':
      return inserted(maker);
    case 'SequenceErase': {
      const elements = elementsOf(maker.input(0));
      const at = elements && placeIn(maker, 1, elements.length, elements.length - 1);
      return at === undefined ? undefined : elements?.toSpliced(at, 1);
    }
    case 'SplitToSequence':
      return partsOf(maker);
    case 'Identity':
      return elementsOf(maker.input(0));
    default:
      return undefined;
  }
}

function inserted(maker: Node): readonly Element[] | undefined {
  const elements = elementsOf(maker.input(0));
  const at = elements && placeIn(maker, 2, elements.length, elements.length);
  return at === undefined ? undefined : elements?.toSpliced(at, 0, () => operand(maker, 1));
}

/** A constant place, counted from the end where it is below 0; `otherwise` where it is left out. */
function placeIn(node: Node, index: number, count: number, otherwise: number): number | undefined {
  const value = node.input(index);
  if (!value) return otherwise;
  const place = constantOf(value)?.numbers()[0];
  return place !== undefined && place < 0 ? place + count : place;
}

function partsOf(maker: Node): readonly Element[] | undefined {
  const x = operand(maker);
  const { rank, shape } = x;
  if (rank === undefined) return undefined;
  const axis = normalAxis(maker, maker.int('axis', 0n), rank);
  const size = shape?.[axis];
  const split = maker.input(1);
  const given = split && intsOf(split);
  if (typeof size !== 'number' || (split && !given)) return undefined;
  const part = split?.rank === 0 ? (given?.[0] ?? size) : 1;
  const sizes = split?.rank === 1 ? (given ?? []) : naturals(Math.ceil(size / part)).map(() => part);
  const starts = sizes.map((_, k) => sizes.slice(0, k).reduce((sum, each) => sum + each, 0));
  const dropped = !split && maker.int('keepdims', 1n) === 0n;
  return starts.map((start, k) => (onnx) => {
    const cut = sliced(onnx, x, axis, start, Math.min(size, start + (sizes[k] ?? 0)));
    return dropped ? onnx.squeeze(cut, [axis]) : cut;
  });
}

function knownElements(node: Node): readonly Element[] {
  return elementsOf(node.input(0)) ?? tooOld(node, NEEDED, REASON);
}

const sequenceAt = adapter(down(NEEDED, 'SequenceAt'), (node, onnx) => {
  const elements = knownElements(node);
  const at = placeIn(node, 1, elements.length, 0);
  const element = at === undefined ? tooOld(node, NEEDED, 'its place is computed while it runs') : elements[at];
  if (!element) refuse('invalid-model', node, { reason: `the sequence has no place ${at}` });
  return element(onnx);
});

const concatenated = adapter(down(NEEDED, 'ConcatFromSequence'), (node, onnx) => {
  const values = knownElements(node).map((element) => element(onnx));
  const rank = values[0]?.rank;
  if (rank === undefined) refuse('shape-unknown', node, { reason: 'the rank of its elements decides' });
  const isNew = node.int('new_axis', 0n) !== 0n;
  const axis = normalAxis(node, node.int('axis', 0n), isNew ? rank + 1 : rank);
  return onnx.Concat(...(isNew ? values.map((value) => onnx.unsqueeze(value, [axis])) : values), { axis });
});

const sequenceLength = adapter(down(NEEDED, 'SequenceLength'), (node, onnx) =>
  onnx.constant(BigInt(knownElements(node).length)),
);

/** Whoever read a sequence has taken its elements: it goes, or somebody still wants the whole. */
const unread: AdapterRule = (node) =>
  node.outputs.every((output) => output.useCount === 0) ? [] : tooOld(node, NEEDED, REASON);

const MAKERS = ['SequenceConstruct', 'SequenceEmpty', 'SequenceErase', 'SequenceInsert', 'SplitToSequence'];

/** From 18 on what is no optional value may be asked, too. */
const optionalElement = adapter(down(18, 'OptionalGetElement'), (node, onnx) => {
  const { type } = operand(node);
  return type && type.kind !== 'optional' ? onnx.Identity(operand(node)) : undefined;
});

const hasElement = adapter(down(18, 'OptionalHasElement'), (node, onnx) => {
  const value = node.input(0);
  if (value && (!value.type || value.type.kind === 'optional')) return undefined;
  return onnx.constant(value !== undefined);
});

export const sequences: readonly Adapter[] = [
  sequenceMap,
  optionalElement,
  hasElement,
  sequenceAt,
  concatenated,
  sequenceLength,
  adapter({ ...down(NEEDED, ...MAKERS), last: true }, unread),
];
