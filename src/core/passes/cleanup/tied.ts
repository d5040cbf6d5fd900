/** Constants that hold the same become one. */
import type { Graph } from '../../ir/graph.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { GraphPass } from '../pass.ts';
import { equalConstants, headOf } from './content.ts';

export const mergeConstants: GraphPass = {
  kind: 'graph',
  name: 'merge-constants',
  title: 'Keeps one of several equal constants',
  dialect: 'onnx',
  reassociates: false,
  run(graph, context) {
    // The graphs within nodes are looked at with the graph around them.
    if (graph.parent) return;
    for (const group of candidates(graph)) {
      for (const equal of equalConstants(group, tensorOf)) {
        const first = commonOf(equal);
        const others = equal.filter((each) => each !== first);
        for (const { value, graph: own } of others) {
          value.replaceAllUsesWith(first.value);
          own.initializers.delete(value);
        }
        const names = others.map(({ value }) => value.name).join(', ');
        context.record(`${names}: the same as the constant ${first.value.name}`, [], []);
      }
    }
  },
};

interface Constant {
  readonly value: Value;
  readonly graph: Graph;
}

/** Constants that nobody may replace and no output is, by what they are without their bytes: groups of two and more. */
function candidates(graph: Graph): readonly (readonly Constant[])[] {
  const groups = new Map<string, Constant[]>();
  for (const own of withinOf(graph)) {
    const inputs = new Set(own.inputs);
    for (const value of own.initializers) {
      const head = value.constant && headOf(value.constant);
      if (head === undefined || inputs.has(value) || value.isGraphOutput || value.useCount === 0) continue;
      const group = groups.get(head);
      if (group) group.push({ value, graph: own });
      else groups.set(head, [{ value, graph: own }]);
    }
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** A graph, and all within it. */
function* withinOf(graph: Graph): Iterable<Graph> {
  yield graph;
  for (const node of graph.nodes) for (const inner of node.subgraphs()) yield* withinOf(inner);
}

/** One of equal constants, in a graph that is around all of them: moved there where none is. */
function commonOf(equal: readonly Constant[]): Constant {
  const [first, ...others] = equal;
  if (!first) throw new Error('no constants are equal');
  let around = ancestors(first.graph);
  for (const { graph } of others) {
    const own = ancestors(graph);
    around = around.filter((each, depth) => own[depth] === each);
  }
  const graph = around.at(-1) ?? first.graph;
  const there = equal.find((each) => each.graph === graph);
  if (there) return there;
  first.graph.initializers.delete(first.value);
  graph.initializers.add(first.value);
  return { value: first.value, graph };
}

/** The graphs around a graph, the outermost first, and itself. */
function ancestors(graph: Graph): readonly Graph[] {
  const outer = graph.parent?.graph;
  return outer ? [...ancestors(outer), graph] : [graph];
}

function tensorOf({ value }: Constant): Tensor {
  if (!value.constant) throw new Error(`${value.name} is no constant`);
  return value.constant;
}
