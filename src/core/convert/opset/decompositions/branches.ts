/**
 * If: until 10 both branches gave the same shapes. Where they do not, each branch becomes the body of a Loop of one round, or of
 * none: what a Loop carries may change its shape. Definitions: the ONNX operator specification.
 */
import { graph as graphAttribute } from '../../../ir/attribute.ts';
import type { DataType } from '../../../ir/dtype.ts';
import { Graph } from '../../../ir/graph.ts';
import type { Node } from '../../../ir/node.ts';
import { sameShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, sameUp } from '../adapter.ts';
import { moved } from './sequences.ts';

const NEEDED = 11;

const differingShapes = adapter(down(NEEDED, 'If'), (node, onnx) => {
  const [then, otherwise] = ['then_branch', 'else_branch'].map((name) => node.attribute(name, 'graph'));
  if (!then || !otherwise || !differ(then, otherwise)) return undefined;
  const dtypes = then.outputs.map(({ dtype }, k) => dtype ?? otherwise.outputs[k]?.dtype);
  const isThen = onnx.cast(onnx.reshape(operand(node), []), 'int64');
  const isOther = onnx.Sub(onnx.constant(1n), isThen);
  // A Loop of no round gives what it was given: anything of that type, or what the other branch made.
  const start = dtypes.map((dtype) =>
    onnx.constant(dtype ? anyOf(dtype) : refuse('type-unknown', node, { value: 'an output' })),
  );
  return performed(node, onnx, 'else_branch', isOther, performed(node, onnx, 'then_branch', isThen, start));
});

function differ(then: Graph, otherwise: Graph): boolean {
  return then.outputs.some(({ shape }, k) => sameShape(shape, otherwise.outputs[k]?.shape) === false);
}

function anyOf(dtype: DataType): Tensor {
  return dtype === 'string' ? Tensor.ofStrings([], [new Uint8Array()]) : Tensor.of(dtype, [], [0]);
}

/** What a branch gives, where it is performed once; else the values that stood before. */
function performed(
  node: Node,
  onnx: OnnxBuilder,
  name: string,
  count: Value,
  before: readonly Value[],
): readonly Value[] {
  const branch = node.attribute(name, 'graph') ?? refuse('invalid-model', node, { reason: `it has no ${name}` });
  node.deleteAttribute(name);
  const body = new Graph(onnx.unique('round'));
  body.addInput({ name: onnx.unique('number'), type: tensorType('int64', []) });
  const going = body.addInput({ name: onnx.unique('going'), type: tensorType('bool', []) });
  // Without a shape: it is another one behind the round.
  for (const value of before) body.addInput({ name: onnx.unique('carried'), type: tensorType(dtypeOf(value)) });
  const inner = onnx.within(body);
  const made = moved(branch, body, []);
  body.addOutput(inner.Identity(going));
  for (const value of made) body.addOutput(value.producer ? value : inner.Identity(value));
  const inputs = [count, onnx.constant(true), ...before];
  return onnx.node('', 'Loop', inputs, [['body', graphAttribute(body)]], before.length).outputs;
}

export const branches: readonly Adapter[] = [differingShapes, sameUp(NEEDED, 'If')];
