/** Lists of a program whose length only a run knows: of tensors as sequences, of numbers as tensors of one axis. */
import { codeOfDtype } from '../../dialects/onnx/dtype-codes.ts';
import { graph as graphAttribute } from '../../ir/attribute.ts';
import { Graph } from '../../ir/graph.ts';
import { Tensor } from '../../ir/tensor.ts';
import { tensorType, type ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import type { ProgramRule } from './program-operators.ts';

export const LIST_RULES: Readonly<Record<string, ProgramRule>> = {
  'prim::ListConstruct': (items, onnx, node) => {
    const dtype = node.attribute('dtype', 'dtype');
    if (items.length > 0 || !dtype) return onnx.SequenceConstruct(...items);
    return onnx.SequenceEmpty({ dtype: codeOfDtype(dtype) });
  },
  'prim::ListInsert': ([list, item, at], onnx) => onnx.SequenceInsert(list, item, at),
  'prim::ListErase': ([list, at], onnx) => onnx.SequenceErase(list, at),
  'prim::ListItem': ([list, at], onnx) => onnx.SequenceAt(list, at),
  'prim::ListLength': ([list], onnx) => onnx.SequenceLength(list),
  'prim::ListCat': ([list], onnx, node) => onnx.ConcatFromSequence(list, { axis: node.int('dim', 0n) }),
  'prim::ListStack': ([list], onnx, node) => onnx.ConcatFromSequence(list, { axis: node.int('dim', 0n), new_axis: 1 }),
  'prim::ListSplit': ([x, size], onnx, node) =>
    onnx.SplitToSequence(x, size, { axis: node.int('dim', 0n), ...(!size && { keepdims: 0 }) }),
  'prim::ListPick': ([list, places], onnx, node) =>
    filledSequence(onnx, node.output().type, onnx.Gather(onnx.Shape(places), first(onnx)), (inner, round) =>
      inner.SequenceAt(list, inner.Gather(places, round)),
    ),
  'prim::ListChain': ([list, more], onnx, node) =>
    filledSequence(
      onnx,
      node.output().type,
      onnx.SequenceLength(more),
      (inner, round) => inner.SequenceAt(more, round),
      list,
    ),

  'prim::ListOfNumbers': (items, onnx, node) => {
    const dtype = node.attribute('dtype', 'dtype');
    if (items.length === 0 && dtype) return onnx.constant(Tensor.of(dtype, [0], []));
    return onnx.Concat(...items.map((item) => onnx.unsqueeze(item, [0])), { axis: 0 });
  },
  'prim::NumberItem': ([list, at], onnx) => onnx.Gather(list, at),
  'prim::NumberPick': ([list, places], onnx) => onnx.Gather(list, places),
  'prim::NumberChain': ([list, more], onnx) => onnx.Concat(list, more, { axis: 0 }),
  'prim::NumberInsert': ([list, item, at], onnx) => {
    const one = item && onnx.unsqueeze(item, [0]);
    if (!at || !list || !one) return onnx.Concat(list, one, { axis: 0 });
    return onnx.Concat(before(onnx, list, at), one, behind(onnx, list, onnx.unsqueeze(at, [0])), { axis: 0 });
  },
  'prim::NumberErase': ([list, at], onnx) => {
    if (!list || !at) throw new Error('a list is erased without a place');
    const next = onnx.Add(onnx.unsqueeze(at, [0]), onnx.ints([1]));
    return onnx.Concat(before(onnx, list, at), behind(onnx, list, next), { axis: 0 });
  },
};

function first(onnx: OnnxBuilder): Value {
  return onnx.constant(0, 'int64');
}

/** The numbers before a place. */
function before(onnx: OnnxBuilder, list: Value, at: Value): Value {
  return onnx.Slice(list, onnx.ints([0]), onnx.unsqueeze(at, [0]), onnx.ints([0]));
}

/** The numbers from a place on. */
function behind(onnx: OnnxBuilder, list: Value, at: Value): Value {
  return onnx.Slice(list, at, onnx.ints([2n ** 63n - 1n]), onnx.ints([0]));
}

/** A sequence that a loop fills, an item each round: into `start`, or from nothing. */
function filledSequence(
  onnx: OnnxBuilder,
  type: ValueType | undefined,
  rounds: Value,
  item: (inner: OnnxBuilder, round: Value) => Value,
  start?: Value,
): Value {
  if (type?.kind !== 'sequence' || type.element?.kind !== 'tensor')
    throw new Error('a list is filled of no known type');
  const { dtype } = type.element;
  const initial = start ?? onnx.SequenceEmpty({ dtype: codeOfDtype(dtype) });
  const body = new Graph(onnx.unique('items'));
  const named = (name: string, of: ValueType) => body.addInput({ name: onnx.unique(name), type: of });
  const round = named('round', tensorType('int64', []));
  const goes = named('condition', tensorType('bool', []));
  const held = named('list', type);
  const inner = onnx.within(body);
  body.addOutput(inner.Identity(goes));
  body.addOutput(inner.SequenceInsert(held, item(inner, round)));
  const attributes = [['body', graphAttribute(body)] as const];
  const [made] = onnx.node('', 'Loop', [rounds, onnx.constant(true, 'bool'), initial], attributes, 1).outputs;
  if (!made) throw new Error('a loop gives nothing');
  return made;
}
