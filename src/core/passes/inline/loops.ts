/** A Loop that runs once, or not at all, becomes what is left of it. Rules: the ONNX specification of Loop. */
import { numberOf } from '../../dialects/onnx/data.ts';
import { ints } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { PassContext, PatternRule } from '../pass.ts';
import { moveNodes, replaceOutputs } from './splice.ts';

export const inlineLoops: PatternRule = {
  kind: 'pattern',
  name: 'inline-loop',
  title: 'Takes a Loop apart that runs once or not at all',
  dialect: 'onnx',
  reassociates: false,
  opsets: { from: 7 },
  roots: ['Loop'],
  rewrite(root, context) {
    const body = root.attribute('body', 'graph');
    const { graph } = root;
    if (!body || !graph || body.inputs.length !== root.inputCount || body.outputs.length !== root.outputs.length + 1)
      return undefined;
    if (body.inputs.some((value) => value.constant)) return undefined;
    const rounds = roundsOf(root, body);
    if (rounds === undefined) context.missed?.(root, 'how often it runs is not known, or more than once');
    const made =
      rounds === 0 ? skipped(root, graph, context) : rounds === 1 ? once(root, body, graph, context) : undefined;
    if (!made) return undefined;
    graph.nodes.remove(root);
    return { reason: rounds === 0 ? 'it never runs' : 'it runs exactly once', removed: [root], added: made };
  },
};

/** 0 or 1 where that is certain. */
function roundsOf(loop: Node, body: Graph): number | undefined {
  const [count, start] = [loop.input(0), loop.input(1)];
  const most = count ? numberOf(count) : Number.POSITIVE_INFINITY;
  const begins = start ? numberOf(start) : 1;
  if (begins === 0 || (most !== undefined && most <= 0)) return 0;
  if (most === undefined || begins === undefined) return undefined;
  const [goesOn] = body.outputs;
  return most === 1 || (goesOn && numberOf(goesOn) === 0) ? 1 : undefined;
}

/** States stay what they were; of what is stacked there is nothing. */
function skipped(loop: Node, graph: Graph, context: PassContext): Node[] | undefined {
  const states = loop.inputs.slice(2);
  const values: Value[] = [];
  for (const [k, output] of loop.outputs.entries()) {
    const state = states[k];
    if (k < states.length) {
      if (!state) return undefined;
      values.push(state);
      continue;
    }
    const { dtype, shape } = output;
    const sizes = shape && [0, ...shape.slice(1)];
    if (!dtype || dtype === 'string' || !isStatic(sizes)) return undefined;
    values.push(graph.addInitializer({ name: output.name, constant: Tensor.ofBytes(dtype, sizes, new Uint8Array(0)) }));
  }
  return replaceOutputs(loop, values, new Set(), context);
}

function once(loop: Node, body: Graph, graph: Graph, context: PassContext): Node[] | undefined {
  const states = loop.inputs.slice(2);
  if (states.some((state) => !state)) return undefined;
  const [round, goesOn, ...carried] = body.inputs;
  const constant = (value: Value | undefined, tensor: Tensor) => {
    if (value && value.useCount > 0)
      value.replaceAllUsesWith(graph.addInitializer({ name: value.name, constant: tensor }));
  };
  constant(round, Tensor.scalar('int64', 0));
  constant(goesOn, Tensor.scalar('bool', true));
  for (const [k, state] of states.entries()) if (state) carried[k]?.replaceAllUsesWith(state);
  const moved = moveNodes(body, loop);
  const made: Node[] = [];
  const values = body.outputs.slice(1).map((value, k) => {
    if (k < states.length) return value;
    const stacked = unsqueezed(value, loop, graph, context.opset);
    made.push(stacked);
    return stacked.output();
  });
  context.infer(...moved, ...made);
  const identities = replaceOutputs(loop, values, new Set([...moved, ...made]), context);
  return [...moved, ...made, ...identities];
}

/** The one row of what is stacked. Axes are an input from opset 13 on. */
function unsqueezed(value: Value, loop: Node, graph: Graph, opset: number): Node {
  const { origin, scope, sourceName } = loop;
  const axis = opset >= 13 ? [graph.addInitializer({ name: 'axis', constant: Tensor.of('int64', [1], [0]) })] : [];
  const attributes = axis.length > 0 ? {} : { axes: ints([0]) };
  const node = new Node('Unsqueeze', [value, ...axis], { attributes, origin, scope, sourceName });
  graph.nodes.insertBefore(loop, node);
  return node;
}
