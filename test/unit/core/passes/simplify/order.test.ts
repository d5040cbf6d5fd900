/** The order of the families of rules decides nothing about how many nodes are left. */
import { expect, test } from 'vitest';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import type { PatternRule } from '../../../../../src/core/passes/pass.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { RULE_FAMILIES } from '../../../../../src/core/passes/simplify/rules.ts';
import { generator } from '../../../../../src/core/runtime/inputs.ts';
import { floats } from './weights.ts';

/** Operators for which families compete, over a value of four axes. */
const STEPS = [
  'Conv (X, w)',
  'Conv (X, v, b)',
  'Conv <pads = [1, 1, 1, 1]> (X, w)',
  'Mul (X, k)',
  'Mul (X, s)',
  'Div (X, s)',
  'Add (X, l)',
  'Add (X, s)',
  'Sub (s, X)',
  'Neg (X)',
  'MatMul (X, m)',
  'MatMul (X, n)',
  'Add (X, r)',
  'Relu (X)',
  'Transpose <perm = [0, 1, 3, 2]> (X)',
  'Reshape (X, whole)',
  'Pad (X, pads)',
];
const CONSTANTS = [
  floats('w', [2, 2, 3, 3]),
  floats('v', [2, 2, 1, 1]),
  floats('k', [2, 1, 1]),
  floats('l', [1, 2, 1, 1]),
  floats('b', [2]),
  floats('m', [5, 5]),
  floats('n', [5, 5]),
  floats('r', [5]),
  'float s = {2}, int64[4] whole = {1, 2, 5, 5}, int64[8] pads = {0, 0, 1, 1, 0, 0, 1, 1}',
].join(', ');

/** Operators one behind the other, by chance. */
function chain(random: () => number): string {
  const steps = Array.from({ length: 3 + Math.floor(random() * 3) }, () => STEPS[Math.floor(random() * STEPS.length)]);
  const lines = steps.map((step, k) => `t${k + 1} = ${step?.replace('X', `t${k}`)}`);
  return `<ir_version: 8, opset_import: ["" : 17]>
    g (float[1,2,5,5] t0) => (float[?,?,?,?] t${steps.length}) <${CONSTANTS}> { ${lines.join('\n')} }`;
}

/** How many nodes are left; undefined for a model whose sizes do not fit each other. */
function nodesLeft(text: string, families: readonly (readonly PatternRule[])[]): number | undefined {
  const model = parseModel(text, 'chain.onnxtxt');
  try {
    const { settled } = runPasses(model, families.flat(), { untilStable: true, detail: 'counts' });
    expect(settled).toBe(true);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('after ')) throw error;
    return undefined;
  }
  return model.graph.nodes.length;
}

test('as few nodes are left in whatever order the families are offered', () => {
  const random = generator(11);
  const texts = Array.from({ length: 30 }, () => chain(random));
  const usual = texts.map((text) => nodesLeft(text, RULE_FAMILIES));
  expect(usual.filter((count) => count !== undefined).length).toBeGreaterThan(20);
  const reversed = [...RULE_FAMILIES].reverse();
  for (const order of [reversed, ...[8].map((at) => [...RULE_FAMILIES.slice(at), ...RULE_FAMILIES.slice(0, at)])])
    for (const [k, text] of texts.entries()) expect(nodesLeft(text, order), text).toBe(usual[k]);
});
