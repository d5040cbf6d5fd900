/** Nodes in the order of their graph, also those that went. */
import { expect, test } from 'vitest';
import { Graph } from '../../../../src/core/ir/graph.ts';
import { Node } from '../../../../src/core/ir/node.ts';
import { GraphOrder } from '../../../../src/core/passes/graph-order.ts';

const nodeOf = (name: string) => new Node('Relu', [], { name });
const namesOf = (nodes: readonly Node[]) => nodes.map(({ name }) => name).join(' ');

function graphOf(...names: readonly string[]) {
  const graph = new Graph();
  const nodes = names.map(nodeOf);
  graph.nodes.append(...nodes);
  const [first, ...others] = nodes;
  if (!first) throw new Error('a graph of no nodes');
  return { graph, nodes, first, others };
}

test('nodes that went keep their place, and those that come find theirs between them', () => {
  const order = new GraphOrder();
  const { graph, nodes, first, others } = graphOf('a', 'b', 'c', 'd');
  for (const node of nodes) order.note(node);
  const [b, c] = others;
  if (!b || !c) throw new Error('too few nodes');
  graph.nodes.remove(b);
  const [x, y] = [nodeOf('x'), nodeOf('y')];
  graph.nodes.insertBefore(c, x, y);
  graph.nodes.remove(c);
  expect(namesOf(order.sorted([c, b, first]))).toBe('a b c');
  expect(namesOf(order.sorted([y, ...others.slice(-1), x, first]))).toBe('a x y d');
});

test('a thousand nodes find room between two', () => {
  const order = new GraphOrder();
  const { graph, first, others } = graphOf('a', 'b');
  order.note(first);
  const [last = first] = others;
  for (let k = 0; k < 1000; k++) {
    const node = nodeOf(`n${k}`);
    graph.nodes.insertBefore(last, node);
    expect(namesOf(order.sorted([last, node, first]))).toBe(`a n${k} b`);
  }
});

test('a node that was moved has another place; nodes of two graphs stand apart', () => {
  const order = new GraphOrder();
  const { graph, first, others } = graphOf('a', 'b', 'c');
  const inner = graphOf('i', 'j');
  expect(namesOf(order.sorted([...others, ...inner.others, first, inner.first]))).toBe('a b c i j');
  const [, last = first] = others;
  graph.nodes.moveBefore(first, last);
  order.forget(last);
  expect(namesOf(order.sorted([...others, first]))).toBe('c a b');
});
