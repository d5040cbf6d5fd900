import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addCustomFunctions } from '../../../../src/core/custom/functions.ts';
import type { OpsFileError } from '../../../../src/core/custom/ops-text.ts';
import { loadCustomOperators, opsFaults, parseOpsRules } from '../../../../src/core/custom/read.ts';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { model } from '../../text-model.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rules-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rulesOf = (entry: string) =>
  parseOpsRules(`{ "version": 1,\n  "rules": [\n${entry}\n  ]\n}`, 'graphwright.ops.json');

test('a rule in the file, line by line', () => {
  const [found] = rulesOf(`{ "name": "acme-swish", "opsets": { "from": 13 }, "rule": [
    "s = Sigmoid (x)",
    "y = Mul (x, s)  # in either order",
    "=> y = com.acme.Swish (x)"
  ] }`);
  expect(found).toMatchObject({ line: 3, rule: { name: 'acme-swish', opsets: { from: 13 }, reassociates: true } });
  expect(found?.rule.roots).toEqual(['Mul']);
});

test('all that is wrong with a file is said at its place, with the word that was meant', () => {
  const text = `{ "version": 1,
  "operators": [
    { "name": "Swish", "domain": "com.acme", "for": { "operator": "acme::swish" }, "inputs": ["x"],
      "outputs": [{ "name": "y" }], "body": "<domain: \\"com.acme\\", opset_import: [\\"\\" : 17]> Swish (a, b) => (y) { y = Mul (a, b) }" }
  ],
  "rules": [
    { "name": "one", "rule": ["y = Neg (x)", "where rank(x) == 1, renk(x) == 2", "=> y = Abs (x)"] },
    { "name": "one", "rule": "y = Neg (x)\\n\\t=> y = Nag (x)" },
    { "name": "two", "rule": "rules.onnxtxt#gone" },
    { "name": "one", "rule": "y = Ceil (x) => y = Neg (z)" }
  ] }`;
  const faults = opsFaults(text, join(folder, 'graphwright.ops.json')).map((fault) => {
    const { span, suggested } = fault as OpsFileError;
    return [span && text.slice(span.offset, span.offset + span.length).slice(0, 20), fault.message, suggested];
  });
  expect(faults).toEqual([
    ['"<domain: \\"com.acme', 'the body of Swish does not fit: the entry has 1 inputs, and its body 2', undefined],
    ['renk', expect.stringMatching(/^there is no function "renk"/), 'rank'],
    ['Nag', 'ONNX has no operator Nag at these opsets (did you mean Neg?)', 'Neg'],
    ['"rules.onnxtxt#gone"', 'rules.onnxtxt: this file of rules cannot be read', undefined],
    ['z', 'nothing is named "z": the pattern has x', undefined],
  ]);
});

test.each([
  ['{ "rule": "y = Neg (x) => y = x" }', 3, 'expected "name" to be a word, such as acme-swish'],
  ['{ "name": "a" }', 3, 'expected a text "rule"'],
  ['{ "name": "a",\n "rool": "" }', 4, '"rool" is not a field of a rule'],
  ['{ "name": "a",\n "opsets": {\n "from": 6 }, "rule": "" }', 5, 'expected "from" to be an opset from 7 on'],
  [
    '{ "name": "a",\n "rule": [\n "y = Neg (x)",\n "=> y = Nag (x)" ] }',
    6,
    'ONNX has no operator Nag at these opsets (did you mean Neg?)',
  ],
  [
    '{ "name": "a",\n "rule": "y = Neg (x)\\n=> y = Nag (x)" }',
    4,
    'ONNX has no operator Nag at these opsets (did you mean Neg?)',
  ],
  [
    '{ "name": "a", "rule": "y = Neg (x) => y = x" },\n{ "name": "a", "rule": "y = Abs (x) => y = x" }',
    4,
    'there is a rule "a" above',
  ],
])('%s', (entry, line, message) => {
  try {
    rulesOf(entry);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ message, place: { file: 'graphwright.ops.json', line } });
    return;
  }
  expect.fail('the rule was taken');
});

test('a rule beside the file, with its places; a custom operator that it makes brings its body', () => {
  writeFileSync(
    join(folder, 'graphwright.ops.json'),
    JSON.stringify({
      version: 1,
      operators: [
        {
          name: 'Swish',
          domain: 'com.acme',
          for: { operator: 'acme::swish' },
          inputs: ['x'],
          outputs: [{ name: 'y', dtype: 'x', shape: 'x' }],
          body: '<domain: "com.acme", opset_import: ["" : 17]> Swish (x) => (y) { s = Sigmoid (x) y = Mul (x, s) }',
        },
      ],
      rules: [{ name: 'swish', rule: 'rules.onnxtxt#swish' }],
    }),
  );
  const rules = join(folder, 'rules.onnxtxt');
  writeFileSync(
    rules,
    'rule other { y = Abs (x) => y = x }\nrule swish { y = Mul (x, Sigmoid (x)) => y = com.acme.Swish (x) }',
  );
  const custom = loadCustomOperators(join(folder, 'm.onnx'), []);
  const given = model(
    '<ir_version: 8, opset_import: ["" : 17]> g (float[2] x) => (float[2] y) { s = Sigmoid (x) y = Mul (s, x) }',
  );
  const { passes } = runPasses(given, custom.rules);
  addCustomFunctions(given, custom);
  expect(passes).toMatchObject([{ pass: 'swish', applications: 1 }]);
  expect(given.opsetImports.get('com.acme')).toBe(1);
  expect(given.functions.map(({ name }) => name)).toEqual(['Swish']);

  writeFileSync(rules, 'rule swish {\n  y = Mul (x, Sigmoid (x))\n  => y = Swisch (x) }');
  expect(() => loadCustomOperators(join(folder, 'm.onnx'), [])).toThrow(
    expect.objectContaining({ place: { file: rules, line: 3, column: 10 } }),
  );
  writeFileSync(rules, 'rule swosh { y = Abs (x) => y = x }');
  expect(() => loadCustomOperators(join(folder, 'm.onnx'), [])).toThrow('rules.onnxtxt holds no rule "swish"');
});
