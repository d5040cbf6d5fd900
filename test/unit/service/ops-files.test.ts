/** graphwright.ops.json as an editor asks about it. */
import { expect, test } from 'vitest';
import { silent } from '../../../src/core/progress.ts';
import { lookAtOps, testRules } from '../../../src/service/ops-files.ts';

const fileOf = (...rules: readonly string[]) =>
  `{\n  "version": 1,\n  "rules": [\n${rules.map((rule) => `    ${rule}`).join(',\n')}\n  ]\n}\n`;

test('what is wrong stands at its word, and the rules at their names', () => {
  const text = fileOf(
    '{ "name": "one", "rule": "y = Neg (x) => y = Abs (x)" }',
    '{ "name": "two", "rule": "y = Nag (x) => y = x" }',
  );
  expect(lookAtOps(text, '/w/graphwright.ops.json')).toEqual({
    faults: [
      {
        range: { start: { line: 4, character: 34 }, end: { line: 4, character: 37 } },
        code: 'file-malformed',
        message: 'ONNX has no operator Nag at these opsets (did you mean Neg?)',
        suggested: 'Neg',
      },
    ],
    rules: [
      { name: 'one', range: { start: { line: 3, character: 14 }, end: { line: 3, character: 19 } } },
      { name: 'two', range: { start: { line: 4, character: 14 }, end: { line: 4, character: 19 } } },
    ],
  });
  // Editors say themselves what is no JSON.
  expect(lookAtOps('{ "version": 1, ', '/w/graphwright.ops.json').faults).toEqual([]);
});

test('rules are proved by numbers, and those that undo each other are named', async () => {
  const text = fileOf(
    '{ "name": "there", "rule": "y = Sinh (x) => y = com.acme.Sinh (x)" }',
    '{ "name": "good", "rule": "y = Neg (Neg (x)) => y = x" }',
    '{ "name": "bad", "rule": "y = Cosh (x) => y = Cos (x)" }',
    '{ "name": "left", "rule": "y = Sub (a, b) => y = Add (a, Neg (b))" }',
    '{ "name": "right", "rule": "y = Add (a, Neg (b)) => y = Sub (a, b)" }',
  );
  const tests = await testRules(text, '/w/graphwright.ops.json', silent);
  expect(tests.map(({ name, result }) => `${name} ${result}`)).toEqual([
    'there untested',
    'good agrees',
    'bad differs',
    'left agrees',
    'right agrees',
    'left endless',
    'right endless',
  ]);
  expect(tests.at(-1)?.summary).toContain('undo each other');
  expect(tests[2]?.example).toContain('=>');
});
