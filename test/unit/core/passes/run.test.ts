import { expect, test } from 'vitest';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';
import { Graph } from '../../../../src/core/ir/graph.ts';
import { makeModel } from '../../../../src/core/ir/model.ts';
import { Node } from '../../../../src/core/ir/node.ts';
import { validateModel } from '../../../../src/core/ir/validate.ts';
import type { Pass, PatternRule } from '../../../../src/core/passes/pass.ts';
import { type RunOptions, runPasses } from '../../../../src/core/passes/run.ts';

function negations(count: number) {
  const graph = new Graph('g');
  let value = graph.addInput({ name: 'x' });
  for (let k = 0; k < count; k++) {
    const node = new Node('Neg', [value], { name: `neg_${k}` });
    graph.nodes.append(node);
    value = node.output();
  }
  // What comes last stays: an output of a graph keeps its name.
  const last = new Node('Abs', [value], { name: 'last' });
  graph.nodes.append(last);
  graph.addOutput(last.output());
  return makeModel('onnx', graph);
}

const cancelNegations: PatternRule = {
  kind: 'pattern',
  name: 'cancel-negations',
  title: 'Takes out two negations in a row',
  dialect: 'onnx',
  reassociates: false,
  roots: ['Neg'],
  rewrite(second) {
    const first = second.input(0)?.producer;
    const x = first?.input(0);
    if (first?.op !== 'Neg' || !x) return undefined;
    second.output().replaceAllUsesWith(x);
    const { graph } = second;
    graph?.nodes.remove(second);
    if (first.output().useCount === 0) graph?.nodes.remove(first);
    return { reason: 'two negations are none', removed: [first, second], added: [] };
  },
};

test('a rule runs to its fixpoint and leaves a record of each application', () => {
  const model = negations(7);
  const { records } = runPasses(model, [cancelNegations]);
  expect([...model.graph.nodes].map((node) => node.name)).toEqual(['neg_6', 'last']);
  expect(records).toHaveLength(3);
  expect(records[0]).toEqual({
    step: 1,
    pass: 'cancel-negations',
    graph: 'model',
    reason: 'two negations are none',
    before: ['Neg neg_0', 'Neg neg_1'],
    after: [],
  });
  validateModel(model);
});

test('rules of another dialect are left out', () => {
  expect(runPasses(negations(2), [{ ...cancelNegations, dialect: 'caffe' }]).records).toEqual([]);
});

/** A rule that puts a node of another operator in the place of each of its own. */
function renaming(from: string, to: string): PatternRule {
  return {
    ...cancelNegations,
    name: `${from}-to-${to}`,
    roots: [from],
    rewrite(node) {
      const other = new Node(to, [node.input(0)], { name: node.name });
      node.graph?.nodes.insertAfter(node, other);
      node.output().replaceAllUsesWith(other.output());
      node.graph?.nodes.remove(node);
      return { reason: 'why not', removed: [node], added: [other] };
    },
  };
}

const reasonsOf = (rules: readonly Pass[], count = 1) =>
  runPasses(negations(count), rules).problems.map((each) => [each.code, each.severity, each.details.reason]);

test('a rule that meets what it has made itself is named and stopped', () => {
  expect(reasonsOf([renaming('Neg', 'Neg')])).toEqual([
    ['endless-rules', 'warning', 'The rule Neg-to-Neg rewrites again and again what it has made itself, at Neg neg_0'],
  ]);
});

test('rules that undo each other are all named; others go on', () => {
  const model = negations(3);
  const rules = [renaming('Neg', 'Tanh'), renaming('Tanh', 'Relu'), renaming('Relu', 'Neg'), renaming('Exp', 'Log')];
  const { problems, settled } = runPasses(model, rules);
  expect(problems.map(({ details }) => details.reason)).toEqual([
    expect.stringMatching(
      /^The rules (Neg-to-Tanh|Tanh-to-Relu|Relu-to-Neg), .*-to-.* and .*-to-.* undo each other, at /,
    ),
  ]);
  expect(settled).toBe(false);
  expect(model.graph.nodes.length).toBe(4);
  validateModel(model);
});

test('a rule that makes the graph grow without end is stopped', () => {
  const growing: PatternRule = {
    ...cancelNegations,
    name: 'growing',
    rewrite(node) {
      const other = new Node('Neg', [node.output()]);
      node.graph?.nodes.insertAfter(node, other);
      return { reason: 'more', removed: [], added: [other] };
    },
  };
  expect(reasonsOf([growing])).toEqual([
    ['endless-rules', 'warning', 'The rule growing comes to no end: it was stopped after 1000 rewrites'],
  ]);
});

test('pushing one node past a long chain is no loop', () => {
  const graph = new Graph('g');
  const chain = ['Transpose', ...Array<string>(500).fill('Relu')];
  let value = graph.addInput({ name: 'x' });
  for (const op of chain) {
    const node = new Node(op, [value]);
    graph.nodes.append(node);
    value = node.output();
  }
  graph.addOutput(value);
  const push: PatternRule = {
    ...cancelNegations,
    name: 'push',
    roots: ['Relu'],
    rewrite(relu) {
      const transpose = relu.input(0)?.producer;
      if (transpose?.op !== 'Transpose') return undefined;
      const first = new Node('Relu', [transpose.input(0)]);
      const second = new Node('Transpose', [first.output()]);
      graph.nodes.insertAfter(relu, first, second);
      relu.output().replaceAllUsesWith(second.output());
      graph.nodes.remove(relu);
      graph.nodes.remove(transpose);
      return { reason: 'later', removed: [transpose, relu], added: [first, second] };
    },
  };
  const { problems, passes } = runPasses(makeModel('onnx', graph), [push]);
  expect(problems).toEqual([]);
  expect(passes).toMatchObject([{ pass: 'push', applications: 500 }]);
  expect([...graph.nodes].at(-1)?.op).toBe('Transpose');
});

test('a place that becomes free by a change elsewhere is looked at again', () => {
  // Exp may go only where one node reads it; the Log that goes later was its other reader.
  const graph = new Graph('g');
  const exp = new Node('Exp', [graph.addInput({ name: 'x' })]);
  const neg = new Node('Neg', [exp.output()]);
  const log = new Node('Log', [exp.output()]);
  graph.nodes.append(exp, neg, log);
  graph.addOutput(neg.output());
  const alone: PatternRule = {
    ...cancelNegations,
    name: 'alone',
    rewrite(node) {
      const input = node.input(0);
      if (input?.producer?.op !== 'Exp' || input.useCount !== 1) return undefined;
      const other = new Node('Abs', [input.producer.input(0)]);
      graph.nodes.insertAfter(node, other);
      node.output().replaceAllUsesWith(other.output());
      graph.nodes.remove(node);
      graph.nodes.remove(exp);
      return { reason: 'one reader', removed: [exp, node], added: [other] };
    },
  };
  const unused: PatternRule = {
    ...cancelNegations,
    name: 'unused',
    roots: ['Log'],
    rewrite(node) {
      graph.nodes.remove(node);
      return { reason: 'nobody reads it', removed: [node], added: [] };
    },
  };
  runPasses(makeModel('onnx', graph), [alone, unused]);
  expect([...graph.nodes].map((node) => node.op)).toEqual(['Abs']);
});

test('counts are kept always; records and the text of nodes where they are asked for', () => {
  const run = (options: RunOptions) => runPasses(negations(2), [cancelNegations], options);
  const counted = {
    pass: 'cancel-negations',
    title: 'Takes out two negations in a row',
    applications: 1,
    removed: 2,
    added: 0,
  };
  expect(run({ detail: 'counts' })).toMatchObject({ passes: [counted], records: [] });
  const graph = negations(2).graph;
  const [first, second] = [...graph.nodes];
  if (first) first.output().name = 'a';
  if (second) second.output().name = 'b';
  const { records } = runPasses(makeModel('onnx', graph), [cancelNegations], { detail: 'text' });
  expect(records[0]?.text).toEqual({ before: ['[neg_0] a = Neg (x)', '[neg_1] b = Neg (a)'], after: [] });
});

test('a pass that is switched off does nothing', () => {
  expect(runPasses(negations(2), [cancelNegations], { disabled: new Set(['cancel-negations']) }).passes).toEqual([]);
});

test('a pass is left out at opsets that it does not know', () => {
  const model = negations(2);
  model.opsetImports.set('', 9);
  expect(runPasses(model, [{ ...cancelNegations, opsets: { from: 10 } }]).passes).toEqual([]);
  expect(runPasses(model, [{ ...cancelNegations, opsets: { to: 8 } }]).passes).toEqual([]);
  expect(runPasses(model, [{ ...cancelNegations, opsets: { from: 9, to: 9 } }]).passes).toHaveLength(1);
});

test('a list whose passes require what none before ensures is refused', () => {
  const needy: PatternRule = { ...cancelNegations, name: 'needy', requires: ['live'] };
  expect(() => runPasses(negations(1), [needy])).toThrow('the pass needy requires a model that is live');
  const ensuring: Pass = { ...cancelNegations, kind: 'graph', name: 'ensuring', ensures: ['live'], run: () => {} };
  expect(() => runPasses(negations(1), [ensuring, needy])).not.toThrow();
});

test('types are there before a pass that requires them', () => {
  const model = parseModel(
    '<ir_version: 8, opset_import: ["" : 17]> g (float[2] x) => (y) { t = Neg (x) y = Neg (t) }',
    'm',
  );
  let seen: unknown;
  const look: Pass = {
    ...cancelNegations,
    kind: 'graph',
    requires: ['typed'],
    run: (graph) => {
      seen = [...graph.nodes].map((node) => node.output().shape);
    },
  };
  runPasses(model, [look]);
  expect(seen).toEqual([[2], [2]]);
});

test('walks and rules take turns until nothing changes', () => {
  // A walk that renames one node a time, and a rule that goes on from there.
  const model = negations(4);
  const walk: Pass = {
    ...cancelNegations,
    kind: 'graph',
    name: 'walk',
    run(graph, context) {
      for (const node of graph.nodes) {
        if (node.op !== 'Tanh') continue;
        node.op = 'Neg';
        context.record('one more', [node], [node]);
        return;
      }
    },
  };
  for (const node of model.graph.nodes) if (node.op === 'Neg') node.op = 'Tanh';
  const result = runPasses(model, [walk, cancelNegations], { untilStable: true });
  expect([...model.graph.nodes].map((node) => node.op)).toEqual(['Abs']);
  expect(result).toMatchObject({ rounds: 5, settled: true });
});

test('of the node that is asked about, rules say why they nearly fit', () => {
  const telling: PatternRule = {
    ...cancelNegations,
    rewrite(node, context) {
      context.missed?.(node, 'it is not asked to');
      return undefined;
    },
  };
  const { misses } = runPasses(negations(3), [telling], { why: 'neg_1' });
  expect(misses).toEqual([
    {
      pass: 'cancel-negations',
      title: 'Takes out two negations in a row',
      near: true,
      graph: 'model',
      node: 'Neg neg_1',
      reason: 'it is not asked to',
    },
  ]);
});

test('inner graphs and functions are told apart in records', () => {
  const model = parseModel(
    `<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
     g (bool c, float[2] x) => (float[2] y, float[2] z) {
       [check] y = If (c) <then_branch = yes () => (a) { s = Neg (x) b = Neg (s) a = Abs (b) }, else_branch = no () => (d) { d = Abs (x) }>
       z = acme.twice (x)
     }
     <domain: "acme", opset_import: ["" : 17]> twice (p) => (q) { t = Neg (p) s = Neg (t) q = Abs (s) }`,
    'm',
  );
  const { records } = runPasses(model, [cancelNegations]);
  expect(records.map(({ graph }) => graph)).toEqual(['model/If check/then_branch', 'function acme::twice']);
});

test('the work is linear in the nodes', () => {
  const seconds = (count: number) => {
    const model = negations(count);
    const started = process.cpuUsage();
    runPasses(model, [cancelNegations], { detail: 'counts' });
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  };
  seconds(2_000);
  // Quadratic work would take a hundred times as long.
  expect(seconds(100_000)).toBeLessThan(40 * Math.max(seconds(10_000), 0.02));
});
