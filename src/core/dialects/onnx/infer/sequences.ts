/** Type rules of sequences and optionals. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import { type Dim, floorDivide, type Shape } from '../../../ir/shape.ts';
import { tensorType, type ValueType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import { dataOf } from '../data.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { bodyTypes } from './body.ts';
import { joined } from './join.ts';
import { clash, normalAxis, type Rules, shapeOf, withDim } from './rule.ts';

export const sequences: Rules = {
  SequenceMap: (node, _, context) => {
    const body = node.attribute('body', 'graph');
    if (!body) return [];
    const first = node.input(0)?.type;
    if (first && first.kind !== 'sequence') clash(node, `input 0 is a ${first.kind}, not a sequence`);
    const elements = node.inputs.map((value) => (value?.type?.kind === 'sequence' ? value.type.element : value?.type));
    const types = bodyTypes(node, body, elements, context);
    if (types.length !== node.outputs.length) {
      clash(node, `its body gives ${types.length} outputs, not ${node.outputs.length}`);
    }
    return types.map(sequenceOf);
  },
  SplitToSequence: (node) => {
    const type = node.input(0)?.type;
    if (type?.kind !== 'tensor') return [undefined];
    if (!type.shape) return [sequenceOf(tensorType(type.dtype))];
    const axis = normalAxis(node, node.int('axis', 0n), type.shape.length);
    if (node.input(1))
      return [sequenceOf(tensorType(type.dtype, withDim(type.shape, axis, partSize(node, type.shape[axis]))))];
    const dropped = node.int('keepdims', 1n) === 0n;
    const shape = dropped ? type.shape.filter((_, k) => k !== axis) : withDim(type.shape, axis, 1);
    return [sequenceOf(tensorType(type.dtype, shape))];
  },
  ConcatFromSequence: (node) => {
    const element = elementOf(node.input(0));
    if (element?.kind !== 'tensor') return [undefined];
    const fresh = node.int('new_axis', 0n);
    if (fresh !== 0n && fresh !== 1n) clash(node, `new_axis is ${fresh}, not 0 or 1`);
    const { shape } = element;
    if (!shape) return [element];
    const axis = normalAxis(node, node.int('axis', 0n), shape.length + Number(fresh));
    const result: Shape =
      fresh === 1n ? [...shape.slice(0, axis), undefined, ...shape.slice(axis)] : withDim(shape, axis, undefined);
    return [tensorType(element.dtype, result)];
  },
  SequenceConstruct: (node) => {
    const [first, ...others] = node.inputs.map((value) => value?.type);
    return [sequenceOf(others.reduce(joined, first))];
  },
  SequenceEmpty: (node) => {
    const dtype = dtypeOfCode(node.int('dtype', 1n));
    return [dtype && sequenceOf(tensorType(dtype))];
  },
  SequenceAt: (node) => [elementOf(node.input(0))],
  SequenceInsert: (node) => {
    const [element, added] = [elementOf(node.input(0)), node.input(1)?.type];
    if (element?.kind === 'tensor' && added?.kind === 'tensor' && element.dtype !== added.dtype) {
      clash(node, `a ${added.dtype} does not go into a sequence of ${element.dtype}`);
    }
    return [sequenceOf(joined(element, added))];
  },
  SequenceErase: (node) => [node.input(0)?.type],
  SequenceLength: () => [[]],
  Optional: (node) => {
    const given = node.attribute('type', 'value-type');
    const element = node.inputCount === 0 ? given : node.input(0)?.type;
    if (node.inputCount === 0 && !given) clash(node, 'it has neither an input nor the attribute type');
    return [element && { kind: 'optional', element }];
  },
  OptionalGetElement: (node) => {
    const type = node.input(0)?.type;
    return [type?.kind === 'optional' ? type.element : type];
  },
  OptionalHasElement: () => [[]],
};

/** A sequence whose elements are not known has no type that a file could hold. */
function sequenceOf(element: ValueType | undefined): ValueType | undefined {
  return element && { kind: 'sequence', element };
}

function elementOf(value: Value | undefined): ValueType | undefined {
  return value?.type?.kind === 'sequence' ? value.type.element : undefined;
}

/** The size that all parts have: the scalar `split` where it divides the whole, or what all of a list say. */
function partSize(node: Node, whole: Dim): Dim {
  const value = node.input(1);
  const data = value && dataOf(value);
  const [first] = data?.elements ?? [];
  if (!data || typeof first !== 'number') {
    if (data?.elements.length === 0) clash(node, 'split is empty');
    return undefined;
  }
  if (shapeOf(node, 1)?.length === 0 || data.shape.length === 0) {
    if (first <= 0) clash(node, `split is ${first}`);
    return typeof whole === 'number' && floorDivide(whole, first) === whole / first ? first : undefined;
  }
  const sum = data.elements.reduce<Dim>(
    (a, b) => (typeof a === 'number' && typeof b === 'number' ? a + b : undefined),
    0,
  );
  if (typeof sum === 'number' && typeof whole === 'number' && sum !== whole) {
    clash(node, `the parts sum up to ${sum}, not ${whole}`);
  }
  return data.elements.every((element) => element === first) ? first : undefined;
}
