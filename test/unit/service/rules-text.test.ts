/** A file of rules has the ending of models: what a text is follows its first word, as it is edited. */
import { expect, test } from 'vitest';
import { silent } from '../../../src/core/progress.ts';
import { onnxText } from '../../../src/service/onnx-text.ts';

const RULES = 'rule gate {\n  y = Relo (x)\n  => y = x\n}\n';
const MODEL = '<ir_version: 8, opset_import: ["" : 17]>\ng (float[2] x) => (float[2] y) { y = Relu (z) }\n';

test('rules are no model, and what is wrong with them is what their parser says', async () => {
  const text = onnxText(RULES, 1, { path: '/nowhere/rules.onnxtxt' });
  expect(text.isModel).toBe(false);
  expect(text.problems().map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'syntax-error: ONNX has no operator Relo at these opsets (did you mean Relu?)',
  ]);
  expect(await text.targetProblems({ target: 'caffe:bvlc' }, silent)).toEqual([]);
  const range = { start: { line: 1, character: 7 }, end: { line: 1, character: 7 } };
  const [fix] = text.textFixes(range);
  expect(fix?.title).toBe('Change to Relu');
  expect(text.outline().map(({ name }) => name)).toEqual(['gate']);
  expect(text.folding()).toEqual([{ start: 0, end: 3 }]);
  expect(text.complete({ line: 1, character: 6 }).map(({ label }) => label)).toContain('Conv');
  expect(text.hover({ line: 0, character: 1 })?.markdown).toContain('rule NAME');
  text.edit(fix?.edits ?? [], 2);
  expect(text.problems()).toEqual([]);
});

test('a text becomes rules and a model again as it is edited', () => {
  const text = onnxText(MODEL, 1, { path: '/nowhere/model.onnxtxt' });
  expect(text.isModel).toBe(true);
  expect(text.problems().map(({ code }) => code)).toEqual(['value-undefined']);
  const whole = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
  text.edit([{ range: whole, text: RULES }], 2);
  expect([text.isModel, text.problems().length]).toEqual([false, 1]);
  text.edit([{ range: whole, text: MODEL }], 3);
  expect([text.isModel, text.problems().map(({ code }) => code)]).toEqual([true, ['value-undefined']]);
});
