/** Type rules of control flow, sequences and optionals. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import type { Dim, Shape } from '../../../ir/shape.ts';
import { tensorType, type ValueType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { join, type Outcome, type Rules, unknownShape } from './rule.ts';

export const control: Rules = {
  If: (node) => {
    const [yes, no] = [node.attribute('then_branch', 'graph'), node.attribute('else_branch', 'graph')];
    return node.outputs.map((_, k) => joined(yes?.outputs[k]?.type, no?.outputs[k]?.type));
  },
  // The body takes the count, the condition and the carried values; it gives the condition, these, and what to stack.
  Loop: (node) => {
    const body = node.attribute('body', 'graph');
    const carried = node.inputCount - 2;
    return node.outputs.map((_, k) => {
      const type = body?.outputs[k + 1]?.type;
      return k < carried ? joined(node.input(k + 2)?.type, type) : stacked(type, undefined);
    });
  },
  Scan: (node, opset) => (opset < 9 ? [] : scanned(node)),
  SequenceMap: (node) => {
    const body = node.attribute('body', 'graph');
    return node.outputs.map((_, k) => sequenceOf(body?.outputs[k]?.type));
  },
  SplitToSequence: (node) => {
    const type = node.input(0)?.type;
    if (type?.kind !== 'tensor') return [undefined];
    const rank = type.shape?.length;
    const dropped = !node.input(1) && node.int('keepdims', 1n) === 0n ? 1 : 0;
    return [sequenceOf(tensorType(type.dtype, rank === undefined ? undefined : unknownShape(rank - dropped)))];
  },
  ConcatFromSequence: (node) => {
    const element = elementOf(node.input(0));
    if (element?.kind !== 'tensor') return [undefined];
    const rank = element.shape && element.shape.length + Number(node.int('new_axis', 0n));
    return [tensorType(element.dtype, rank === undefined ? undefined : unknownShape(rank))];
  },
  SequenceConstruct: (node) => {
    const types = node.inputs.map((value) => value?.type);
    const [first, ...others] = types;
    return [sequenceOf(others.reduce(joined, first))];
  },
  SequenceEmpty: (node) => {
    const dtype = dtypeOfCode(node.int('dtype', 1n));
    return [dtype && sequenceOf(tensorType(dtype))];
  },
  SequenceAt: (node) => [elementOf(node.input(0))],
  SequenceInsert: (node) => [sequenceOf(joined(elementOf(node.input(0)), node.input(1)?.type))],
  SequenceErase: (node) => [node.input(0)?.type],
  SequenceLength: () => [[]],
  Optional: (node) => {
    const element = node.input(0)?.type ?? node.attribute('type', 'value-type');
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

/** What holds of a value that is of either type. */
export function joined(a: ValueType | undefined, b: ValueType | undefined): ValueType | undefined {
  if (a?.kind === 'tensor' && b?.kind === 'tensor' && a.dtype === b.dtype) {
    return tensorType(a.dtype, join(a.shape, b.shape));
  }
  if ((a?.kind === 'sequence' || a?.kind === 'optional') && a.kind === b?.kind && 'element' in b) {
    const element = joined(a.element, b.element);
    return element && { kind: a.kind, element };
  }
  return undefined;
}

function stacked(type: ValueType | undefined, count: Dim): Outcome {
  if (type?.kind !== 'tensor') return undefined;
  const shape: Shape | undefined = type.shape && [count, ...type.shape];
  return tensorType(type.dtype, shape);
}

/** States come out as the body gives them; what it gives besides is stacked along an axis (0 unless told). */
function scanned(node: Node): Outcome[] {
  const body = node.attribute('body', 'graph');
  const scans = Number(node.int('num_scan_inputs', 0n));
  const states = node.inputCount - scans;
  const axis = Number(node.ints('scan_input_axes')?.[0] ?? 0n);
  const count = node.input(states)?.shape?.at(axis);
  return node.outputs.map((_, k) => {
    const type = body?.outputs[k]?.type;
    if (k < states) return joined(node.input(k)?.type, type);
    if (type?.kind !== 'tensor' || !type.shape) return stacked(type, count);
    const at = Number(node.ints('scan_output_axes')?.[k - states] ?? 0n);
    const from = at < 0 ? at + type.shape.length + 1 : at;
    return tensorType(type.dtype, [...type.shape.slice(0, from), count, ...type.shape.slice(from)]);
  });
}
