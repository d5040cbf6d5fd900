import { expect, test } from 'vitest';
import { inferModel } from '../../../../src/core/dialects/onnx/infer.ts';
import type { Graph } from '../../../../src/core/ir/graph.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import { Node } from '../../../../src/core/ir/node.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../../src/core/ir/type.ts';
import { InputUse } from '../../../../src/core/ir/use.ts';
import { Value } from '../../../../src/core/ir/value.ts';
import type { GraphPass } from '../../../../src/core/passes/pass.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { model as modelOf, nodeOf } from '../../text-model.ts';

const MODEL = `<ir_version: 10, opset_import: ["" : 22, "acme" : 1]>
  g (float[2,3] x, bool c) => (float[2,3] y, float[2,3] z) <float[3] w = {1, 2, 3}> {
    t = Neg (x)
    u = Add (t, w)
    y = Relu (u)
    z = If (c) <then_branch = yes () => (a) { a = Abs (t) }, else_branch = no () => (b) { b = Exp (x) }>
  }
  <domain: "acme", opset_import: ["" : 22]> twice (p) => (q) { r = Neg (p) q = Neg (r) }`;

/** Runs a pass that is nothing but the damage; returns what the validator says. */
function damaged(work: (graph: Graph, model: Model) => void, facts: Partial<GraphPass> = {}): string {
  const broken = modelOf(MODEL);
  inferModel(broken);
  const pass: GraphPass = {
    kind: 'graph',
    name: 'damage',
    title: 'Breaks a graph',
    dialect: 'onnx',
    reassociates: false,
    ...facts,
    run: (graph) => {
      if (graph === broken.graph) work(graph, broken);
    },
  };
  try {
    runPasses(broken, [pass]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'sound';
}

test('a model that nothing has happened to is sound', () => {
  expect(damaged(() => {})).toBe('sound');
});

test('a node before what it reads', () => {
  expect(damaged((graph) => graph.nodes.moveBefore(nodeOf(graph, 't'), nodeOf(graph, 'u')))).toBe(
    'after damage: graph g: input 0 of Add (t) is used before it is made',
  );
});

test('a value of no graph, and one of another graph', () => {
  expect(damaged((graph) => nodeOf(graph, 'u').setInput(1, new Value({ name: 'lost' })))).toContain(
    'input 1 of Add (lost) is used before it is made',
  );
  const foreign = (graph: Graph, { functions }: Model) =>
    nodeOf(graph, 'u').setInput(0, functions[0] && nodeOf(functions[0].graph, 'r').output());
  expect(damaged(foreign)).toContain('input 0 of Add (r) is used before it is made');
});

test('a constant that no graph lists', () => {
  const loose = new Value({ name: 'loose', constant: Tensor.of('float32', [3], [1, 2, 3]) });
  expect(damaged((graph) => nodeOf(graph, 'u').setInput(1, loose))).toContain('input 1 of Add (loose)');
});

test('a subgraph that reads what the graph around it makes later', () => {
  expect(damaged((graph) => nodeOf(graph, 'a').setInput(0, nodeOf(graph, 'z').output()))).toContain(
    'input 0 of Abs (z) is used before it is made',
  );
});

test('an inner value that the outer graph reads', () => {
  expect(damaged((graph) => nodeOf(graph, 'y').setInput(0, nodeOf(graph, 'a').output()))).toContain(
    'input 0 of Relu (a) is used before it is made',
  );
});

test('uses that only one side knows', () => {
  const invent = (graph: Graph) => {
    nodeOf(graph, 't')
      .output()
      .addUse(new InputUse(nodeOf(graph, 'y'), 0));
  };
  expect(damaged(invent)).toContain('t lists a use by Relu that is none');
  const ghost = (graph: Graph) => {
    // A node that stands nowhere reads on.
    new Node('Neg', [nodeOf(graph, 't').output()]);
  };
  expect(damaged(ghost)).toContain('t is used by Neg, which stands in no graph');
});

test('an output of another name, type, order or number', () => {
  const rename = (graph: Graph) => {
    nodeOf(graph, 'y').output().name = 'other';
  };
  expect(damaged(rename)).toBe('after damage: model: output 0 was named y, is named other');
  const retype = (graph: Graph) => {
    nodeOf(graph, 'y').output().type = tensorType('float32', [3, 2]);
  };
  expect(damaged(retype)).toBe('after damage: model: output y was float32[2, 3], is float32[3, 2]');
  const swap = (graph: Graph) => {
    const [y, z] = graph.outputs;
    if (y && z) {
      graph.setOutput(0, z);
      graph.setOutput(1, y);
    }
  };
  expect(damaged(swap)).toBe('after damage: model: output 0 was named y, is named z');
  expect(damaged((graph) => graph.removeOutput(1))).toBe('after damage: model: outputs were 2, are 1');
});

test('an output of which less is known than before', () => {
  const forget = (graph: Graph) => {
    nodeOf(graph, 'y').output().type = undefined;
  };
  expect(damaged(forget)).toBe('after damage: model: output y was float32[2, 3], is unknown type');
});

test('an input of a function that is gone', () => {
  const drop = (_: Graph, { functions }: Model) => {
    const inner = functions[0]?.graph;
    if (!inner) return;
    nodeOf(inner, 'r').setInput(0, inner.addInput({ name: 'other' }));
    inner.inputs.shift();
  };
  expect(damaged(drop)).toBe('after damage: function acme::twice: input 0 was named p, is named other');
});

test('a type that does not follow, and one that is missing', () => {
  const retype = (graph: Graph) => {
    nodeOf(graph, 't').output().type = tensorType('float16', [2, 3]);
  };
  expect(damaged(retype)).toBe('after damage: t is said to be float16[2, 3], and is float32[2, 3]');
  const untyped = (graph: Graph) => {
    const node = new Node('Abs', [nodeOf(graph, 't').output()], { outputs: [{ name: 'v' }] });
    graph.nodes.insertAfter(nodeOf(graph, 't'), node);
    nodeOf(graph, 'u').setInput(0, node.output());
  };
  expect(damaged(untyped)).toBe('after damage: v of Abs has no type, although one follows');
});

test('a property that a pass says it ensures and does not', () => {
  const dead = (graph: Graph) => {
    const node = new Node('Abs', [graph.inputs[0]], { outputs: [{ type: tensorType('float32', [2, 3]) }] });
    graph.nodes.append(node);
  };
  expect(damaged(dead)).toBe('sound');
  expect(damaged(dead, { ensures: ['live'] })).toBe('after damage: damage left dead nodes');
});

test('the model keeps its types while it is looked at', () => {
  const given = modelOf('g (float[2] x) => (y) { t = Neg (x) y = Neg (t) }');
  const nothing: GraphPass = {
    kind: 'graph',
    name: 'nothing',
    title: 'Does nothing',
    dialect: 'onnx',
    reassociates: false,
    run: () => {},
  };
  runPasses(given, [nothing]);
  expect([...given.graph.nodes].map((node) => node.output().type)).toEqual([undefined, undefined]);
});
