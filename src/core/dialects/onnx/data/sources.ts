/** Where shape arithmetic begins: sizes as data, and small constants. Rules: the ONNX operator specification. */
import { type Dim, elementCount, multiply, sameDim, sameShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { dataOf, intsOf, isReadable, MOST_INTEGERS, numberOf } from '../data.ts';
import { type DataRules, input } from './support.ts';

export const sources: DataRules = {
  Shape: (node) => {
    const shape = node.input(0)?.shape;
    if (!shape) return undefined;
    const end = node.int('end');
    const part = shape.slice(Number(node.int('start', 0n)), end === undefined ? undefined : Number(end));
    return { dtype: 'int64', shape: [part.length], elements: part };
  },
  Size: (node) => {
    const shape = node.input(0)?.shape;
    return shape && { dtype: 'int64', shape: [], elements: [shape.reduce<Dim>(multiply, 1)] };
  },
  ConstantOfShape: (node) => {
    const given = node.input(0);
    const shape = given && intsOf(given);
    const value = node.attribute('value', 'tensor') ?? Tensor.scalar('float32', 0);
    if (!shape?.every((size) => size >= 0) || elementCount(shape) > MOST_INTEGERS || !isReadable(value.dtype))
      return undefined;
    return { dtype: value.dtype, shape, elements: Array<Dim>(elementCount(shape)).fill(value.numbers()[0]) };
  },
  Range: (node) => {
    const [start, limit, delta] = [input(node, 0), input(node, 1), input(node, 2)];
    const [a, b, step] = [start?.elements[0], limit?.elements[0], delta?.elements[0]];
    if (!start || typeof a !== 'number' || typeof b !== 'number' || typeof step !== 'number' || step === 0)
      return undefined;
    const count = Math.max(0, Math.ceil((b - a) / step));
    if (count > MOST_INTEGERS) return undefined;
    return { dtype: start.dtype, shape: [count], elements: Array.from({ length: count }, (_, k) => a + k * step) };
  },
  // Which branch is taken may be known; else both may give the same.
  If: (node, index) => {
    const [yes, no] = [node.attribute('then_branch', 'graph'), node.attribute('else_branch', 'graph')];
    const [a, b] = [yes?.outputs[index], no?.outputs[index]].map((value) => value && dataOf(value));
    const condition = numberOf(node.input(0));
    if (condition !== undefined) return condition === 0 ? b : a;
    if (!a || !b || a.dtype !== b.dtype || !sameShape(a.shape, b.shape)) return undefined;
    return { ...a, elements: a.elements.map((dim, k) => (sameDim(dim, b.elements[k]) ? dim : undefined)) };
  },
};
