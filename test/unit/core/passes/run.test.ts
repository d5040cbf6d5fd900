import { expect, test } from 'vitest';
import { Graph } from '../../../../src/core/ir/graph.ts';
import { makeModel } from '../../../../src/core/ir/model.ts';
import { Node } from '../../../../src/core/ir/node.ts';
import { validateModel } from '../../../../src/core/ir/validate.ts';
import type { PatternRule } from '../../../../src/core/passes/pass.ts';
import { EndlessRewriteError, runPasses } from '../../../../src/core/passes/run.ts';

function negations(count: number) {
  const graph = new Graph('g');
  let value = graph.addInput({ name: 'x' });
  for (let k = 0; k < count; k++) {
    const node = new Node('Neg', [value], { name: `neg_${k}` });
    graph.nodes.append(node);
    value = node.output();
  }
  graph.addOutput(value);
  return makeModel('onnx', graph);
}

const cancelNegations: PatternRule = {
  kind: 'pattern',
  name: 'cancel-negations',
  dialect: 'onnx',
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
  expect([...model.graph.nodes].map((node) => node.name)).toEqual(['neg_6']);
  expect(records).toHaveLength(3);
  expect(records[0]).toEqual({
    pass: 'cancel-negations',
    reason: 'two negations are none',
    before: ['Neg neg_0', 'Neg neg_1'],
    after: [],
  });
  validateModel(model);
});

test('rules of another dialect are left out', () => {
  expect(runPasses(negations(2), [{ ...cancelNegations, dialect: 'caffe' }]).records).toEqual([]);
});

test('a rule that never ends is named', () => {
  const again: PatternRule = {
    ...cancelNegations,
    name: 'again-and-again',
    rewrite(node) {
      const other = new Node('Neg', [node.input(0)]);
      node.graph?.nodes.insertAfter(node, other);
      node.output().replaceAllUsesWith(other.output());
      node.graph?.nodes.remove(node);
      return { reason: 'why not', removed: [node], added: [other] };
    },
  };
  expect(() => runPasses(negations(1), [again])).toThrow(EndlessRewriteError);
});
