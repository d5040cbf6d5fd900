import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graph as graphAttribute } from '../../../../src/core/ir/attribute.ts';
import { Graph } from '../../../../src/core/ir/graph.ts';
import { Node } from '../../../../src/core/ir/node.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { validateGraph } from '../../../../src/core/ir/validate.ts';

function chain(length: number): Graph {
  const graph = new Graph('chain');
  let value = graph.addInput({ name: 'x' });
  for (let k = 0; k < length; k++) {
    const node = new Node('Relu', [value], { name: `relu_${k}` });
    graph.nodes.append(node);
    value = node.output();
  }
  graph.addOutput(value);
  return graph;
}

const names = (graph: Graph) => [...graph.nodes].map((node) => node.name);

test('a list can be changed while it is walked', () => {
  const graph = chain(4);
  const seen: (string | undefined)[] = [];
  for (const node of graph.nodes) {
    seen.push(node.name);
    if (node.name === 'relu_1') {
      graph.nodes.insertAfter(node, new Node('Abs', [node.input(0)], { name: 'abs' }));
      const source = node.input(0);
      if (source) node.output().replaceAllUsesWith(source);
      graph.nodes.remove(node);
    }
  }
  expect(seen).toEqual(['relu_0', 'relu_1', 'abs', 'relu_2', 'relu_3']);
  expect(names(graph)).toEqual(['relu_0', 'abs', 'relu_2', 'relu_3']);
  expect([...graph.nodes.reversed()].map((node) => node.name)).toEqual(['relu_3', 'relu_2', 'abs', 'relu_0']);
  validateGraph(graph, new Set());
});

test('a node whose output is used cannot be removed', () => {
  const graph = chain(2);
  const first = [...graph.nodes][0];
  expect(() => first && graph.nodes.remove(first)).toThrow('is used');
});

test('graph outputs follow when their value is replaced', () => {
  const graph = chain(1);
  const [relu] = graph.nodes;
  const other = new Node('Abs', [graph.inputs[0]]);
  graph.nodes.append(other);
  relu?.output().replaceAllUsesWith(other.output());
  expect(graph.outputs).toEqual([other.output()]);
  expect(relu?.output().useCount).toBe(0);
});

test('a subgraph uses values of the graph around it, and lets go of them', () => {
  const outer = chain(1);
  const inner = new Graph('branch');
  const add = new Node('Add', [outer.inputs[0], outer.inputs[0]]);
  inner.nodes.append(add);
  inner.addOutput(add.output());
  const cond = outer.addInitializer({ name: 'c', constant: Tensor.scalar('bool', true) });
  const node = new Node('If', [cond], { attributes: { then_branch: graphAttribute(inner) } });
  outer.nodes.append(node);
  validateGraph(outer, new Set());
  expect(outer.inputs[0]?.useCount).toBe(3);
  outer.nodes.remove(node);
  expect(outer.inputs[0]?.useCount).toBe(1);
});

test('random rewrites keep the graph consistent', () => {
  const edit = fc.record({ what: fc.integer({ min: 0, max: 4 }), a: fc.nat(), b: fc.nat() });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 60 }), (edits) => {
      const graph = chain(5);
      for (const { what, a, b } of edits) applyEdit(graph, what, a, b);
      validateGraph(graph, new Set());
    }),
    { numRuns: 300, seed: 20261123 },
  );
});

function applyEdit(graph: Graph, what: number, a: number, b: number): void {
  const nodes = [...graph.nodes];
  const node = nodes[a % Math.max(nodes.length, 1)];
  if (!node) return;
  const source = node.input(0);
  switch (what) {
    case 0: // insert before, reading what the node reads
      graph.nodes.insertBefore(node, new Node('Abs', [source], { name: `n${a}` }));
      return;
    case 1: // bypass and remove
      if (source) node.output().replaceAllUsesWith(source);
      if (node.output().useCount === 0) graph.nodes.remove(node);
      return;
    case 2: // read an earlier value as second input
      node.setInput(
        1,
        nodes[b % ((a % nodes.length) + 1)] === node ? graph.inputs[0] : earlier(nodes, node, b)?.output(),
      );
      return;
    case 3: // replace by another operator
      {
        const other = new Node('Neg', [...node.inputs]);
        graph.nodes.insertAfter(node, other);
        node.output().replaceAllUsesWith(other.output());
        graph.nodes.remove(node);
      }
      return;
    case 4:
      node.truncateInputs(1);
  }
}

function earlier(nodes: readonly Node[], node: Node, b: number): Node | undefined {
  const before = nodes.slice(0, nodes.indexOf(node));
  return before[b % Math.max(before.length, 1)];
}
