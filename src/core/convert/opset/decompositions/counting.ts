/** Numbers that count elements: constants where sizes are known, else what opsets before Range make by a Loop. */
import { graph as graphAttribute } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import { elementCount, type StaticShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { sizeOf } from './forms.ts';

/** Longer lists are computed when the model runs. */
const MOST_WRITTEN = 1 << 16;

/** 0, 1, ... below a scalar of int64. */
export function counted(onnx: OnnxBuilder, count: number | Value): Value {
  if (typeof count === 'number' && count <= MOST_WRITTEN) return onnx.ints(naturals(count));
  const end = typeof count === 'number' ? onnx.constant(BigInt(count)) : count;
  if (onnx.opset >= 11) return onnx.Range(onnx.constant(0n), end, onnx.constant(1n));
  return loopOf(onnx, end, (_, round) => round);
}

/** 0, 1, ... below the size of an axis. */
export function countedAlong(onnx: OnnxBuilder, x: Value, axis: number): Value {
  const size = x.shape?.at(axis);
  return counted(onnx, typeof size === 'number' ? size : onnx.squeeze(sizeOf(onnx, x, axis), [0]));
}

/** The number of each element in a tensor of that shape, in the order of rows: sums along axes where there are many. */
export function numbered(onnx: OnnxBuilder, shape: StaticShape): Value {
  const count = elementCount(shape);
  if (count <= MOST_WRITTEN) return onnx.constant(Tensor.of('int64', shape, naturals(count)));
  let sum: Value | undefined;
  let stride = count;
  for (const [axis, size] of shape.entries()) {
    stride /= size;
    if (size === 1) continue;
    const spread = [size, ...Array<number>(shape.length - axis - 1).fill(1)];
    const along = naturals(size).map((each) => each * stride);
    const constant = onnx.constant(Tensor.of('int64', spread, along));
    sum = sum ? onnx.Add(sum, constant) : constant;
  }
  return sum ?? onnx.constant(Tensor.of('int64', shape, [0]));
}

export function naturals(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}

/** What a body makes in each of `count` rounds (a scalar of int64), joined along a new first axis. */
export function loopOf(onnx: OnnxBuilder, count: Value, inside: (inner: OnnxBuilder, round: Value) => Value): Value {
  // Until opset 10 a Loop had to carry a value along.
  const body = (inner: OnnxBuilder, round: Value, states: readonly Value[]) => [...states, inside(inner, round)];
  const [, made] = loop(onnx, count, [onnx.constant(0n)], body);
  if (!made) throw new Error('a loop gives what its rounds make');
  return made;
}

/**
 * A Loop that carries values along: the body gives the next of them, then what is joined along a new first axis. It gives
 * the last values, then what was joined. It may end before its time, by what the body made.
 */
export function loop(
  onnx: OnnxBuilder,
  count: Value,
  states: readonly Value[],
  inside: (inner: OnnxBuilder, round: Value, states: readonly Value[]) => readonly Value[],
  goesOn?: (inner: OnnxBuilder, made: readonly Value[]) => Value,
): readonly Value[] {
  const body = new Graph(onnx.unique('round'));
  const round = body.addInput({ name: onnx.unique('number'), type: tensorType('int64', []) });
  const going = body.addInput({ name: onnx.unique('going'), type: tensorType('bool', []) });
  const carried = states.map((state) => body.addInput({ name: onnx.unique('carried'), type: state.type }));
  const inner = onnx.within(body);
  const made = inside(inner, round, carried);
  body.addOutput(goesOn ? goesOn(inner, made) : inner.Identity(going));
  // What a graph gives must be made in it.
  for (const value of made) body.addOutput(body.inputs.includes(value) ? inner.Identity(value) : value);
  const inputs = [count, onnx.constant(true), ...states];
  return onnx.node('', 'Loop', inputs, [['body', graphAttribute(body)]], made.length).outputs;
}

/** What one of two bodies makes, which may differ in shape. */
export function branch(
  onnx: OnnxBuilder,
  condition: Value,
  bodies: { readonly yes: (inner: OnnxBuilder) => Value; readonly no: (inner: OnnxBuilder) => Value },
): Value {
  const made = (name: string, body: (inner: OnnxBuilder) => Value) => {
    const graph = new Graph(onnx.unique(name));
    graph.addOutput(body(onnx.within(graph)));
    return graphAttribute(graph);
  };
  const attributes = [
    ['then_branch', made('then', bodies.yes)],
    ['else_branch', made('otherwise', bodies.no)],
  ] as const;
  return onnx.node('', 'If', [condition], attributes).output();
}
