import { expect, test } from 'vitest';
import { GraphLinker } from '../../../../../src/core/formats/onnx/link.ts';
import { graph as subgraph } from '../../../../../src/core/ir/attribute.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { Node } from '../../../../../src/core/ir/node.ts';

/** A linker that makes a graph of anything; `add('y = Relu (x)')` in few words. */
function lenient(graph = new Graph('g')) {
  const linker = new GraphLinker(graph);
  const add = (op: string, inputs: string[], outputs: string[], inner?: GraphLinker): Node => {
    const attributes = inner ? { body: subgraph(inner.graph) } : {};
    const node = new Node(op, [], { outputs: outputs.map((name) => ({ name })), attributes });
    linker.add(node, inputs, inner ? [inner] : []);
    return node;
  };
  return { linker, add };
}

test('a name that nothing defines becomes one value of its own', () => {
  const { linker, add } = lenient();
  const [first, second] = [add('Relu', ['nowhere'], ['a']), add('Neg', ['nowhere'], ['b'])];
  linker.addOutput('missing');
  linker.link();
  expect(first.input(0)).toMatchObject({ name: 'nowhere', producer: undefined });
  expect(second.input(0)).toBe(first.input(0));
  expect(linker.graph.outputs[0]).toMatchObject({ name: 'missing', producer: undefined });
});

test('a second definition of a name is a value that nobody reads', () => {
  const { linker, add } = lenient();
  const [first, second, reader] = [add('Relu', [], ['a']), add('Neg', [], ['a']), add('Abs', ['a'], ['b'])];
  linker.link();
  expect(reader.input(0)).toBe(first.output());
  expect(second.output()).toMatchObject({ name: 'a', useCount: 0 });
});

test('nodes stay where they stand, though they read what comes later, or themselves', () => {
  const { linker, add } = lenient();
  const [reader, maker, cycle] = [add('Relu', ['late'], ['y']), add('Neg', [], ['late']), add('Add', ['c'], ['c'])];
  linker.link();
  expect([...linker.graph.nodes]).toEqual([reader, maker, cycle]);
  expect(reader.input(0)).toBe(maker.output());
  expect(cycle.input(0)).toBe(cycle.output());
});

test('a graph within sees the names around it', () => {
  const inner = lenient(new Graph('inner'));
  const reader = inner.add('Relu', ['x'], ['r']);
  const outer = lenient();
  const x = outer.linker.graph.addInput({ name: 'x' });
  outer.linker.define('x', x);
  outer.add('If', [], ['y'], inner.linker);
  outer.linker.link();
  expect(reader.input(0)).toBe(x);
});
