/** Rules as they are written: what is offered, what words mean, what is wrong; in files of rules and in graphwright.ops.json. */
import { expect, test } from 'vitest';
import { CustomOperators, NO_CUSTOM_OPERATORS } from '../../../../../src/core/custom/definition.ts';
import { parseOps } from '../../../../../src/core/custom/read.ts';
import { ruleOffers } from '../../../../../src/core/language/rules/completion.ts';
import { ruleHover } from '../../../../../src/core/language/rules/hover.ts';
import { completionsInJson, hoverInJson } from '../../../../../src/core/language/rules/in-json.ts';
import { isRuleText, ruleBlocks, ruleProblems } from '../../../../../src/core/language/rules/problems.ts';
import { FUNCTION_WORDS, KEYWORDS } from '../../../../../src/core/language/rules/words.ts';
import { DocumentText } from '../../../../../src/core/language/text.ts';
import { FUNCTIONS } from '../../../../../src/core/passes/pattern/functions.ts';
import { CURSOR } from '../texts.ts';

const OPS = `{ "version": 1, "operators": [{ "name": "Swish", "domain": "com.acme", "for": { "operator": "acme::swish" },
  "inputs": ["x"], "outputs": [{ "name": "y", "dtype": "x", "shape": "x" }] }] }`;

function cut(marked: string) {
  const offset = marked.indexOf(CURSOR);
  return { text: marked.replace(CURSOR, ''), offset };
}

function offered(marked: string, single = true, custom = NO_CUSTOM_OPERATORS): readonly string[] {
  const { text, offset } = cut(marked);
  return ruleOffers(text, offset, single, custom).offers.map(({ label }) => label);
}

function hovered(marked: string, single = true, custom = NO_CUSTOM_OPERATORS): string | undefined {
  const { text, offset } = cut(marked);
  return ruleHover(text, offset, single, custom)?.markdown;
}

test.each<readonly [marked: string, has: string, hasNot: string]>([
  ['y = ‸', 'Conv Relu', 'x y rank where same'],
  ['y = Con‸', 'Conv Concat', 'rank'],
  ['a = Conv (x, w)\ny = Relu (‸', 'a x w Sigmoid', 'rank where'],
  ['y = Conv <‸> (x, w)', 'strides pads auto_pad', 'axis x'],
  ['y = Conv <strides = s, ‸> (x, w)', 'pads', 'strides'],
  ['y = Conv <auto_pad = ‸> (x, w)', '"SAME_UPPER" "NOTSET"', 'x'],
  ['y = Conv (x, w)\n‸', 'where or =>', 'Conv'],
  ['y = Softmax <axis = a> (x) where ‸', 'a x y rank dtype constant not', 'Conv where'],
  ['y = Relu (x) where rank(‸', 'x y', 'Conv'],
  ['y = Relu (x) where rank(x) ‸', 'and or =>', 'x rank'],
  ['y = Relu (x) where dtype(x) == ‸', 'float32 int64 x', 'Conv'],
  ['y = Relu (x) where rank(x) < 3, ‸ => y = x', 'rank x', 'Conv'],
  ['y = Relu (x) => ‸', 'y x const', 'where Conv'],
  ['y = Relu (x) => y = ‸', 'x Conv same rank', 'where const'],
  ['y = Softmax <axis = a> (x) => y = LogSoftmax <axis = ‸> (x)', 'a rank', 'Conv'],
  ['y = Relu (x) => const k = ‸', 'x Div', 'where'],
  ['y = Relu (x) | ‸', 'Sigmoid', 'x'],
  ['y = Relu ("a‸', '', 'x Conv'],
  ['y = Relu (x) # ‸', '', 'x Conv where'],
])('at %s', (marked, has, hasNot) => {
  const labels = offered(marked);
  for (const word of has.split(' ').filter(Boolean)) expect(labels, word).toContain(word);
  for (const word of hasNot.split(' ').filter(Boolean)) expect(labels, word).not.toContain(word);
});

test('in a file of rules, of the rule at the cursor', () => {
  const file = 'rule one {\n  y = Relu (p)\n  => y = p\n}\nrule two {\n  z = Neg (q)\n  => z = ‸\n}';
  expect(offered(file, false)).toEqual(expect.arrayContaining(['q', 'z']));
  expect(offered(file, false)).not.toContain('p');
  expect(offered('‸', false)).toEqual(['rule']);
  expect(offered('rule a {\n y = Relu (x) => y = x\n}\n‸', false)).toEqual(['rule']);
});

test('custom operators, with their domain', () => {
  const custom = new CustomOperators(parseOps(OPS, '/nowhere/graphwright.ops.json'));
  expect(offered('y = com.ac‸', true, custom)).toContain('com.acme.Swish');
  expect(ruleOffers('y = com.ac', 10, true, custom).typed).toBe('com.ac'.length);
  expect(hovered('y = com.acme.Sw‸ish (x)', true, custom)).toContain('Swish');
});

test.each<readonly [marked: string, says: string]>([
  ['y = Co‸nv (x, w)', 'Conv (X: T, W: T'],
  ['y = Conv (x‸, w) => y = x', 'An input of `Conv`.'],
  ['a = Conv (x, w)\ny = Relu (a‸)', 'A value that `Conv` makes.'],
  ['y = Conv <str‸ides = s> (x, w)', 'strides'],
  ['y = Conv <strides = s> (x, w) where s‸ == [1, 1]', 'The attribute `strides` of `Conv`.'],
  ['y = Conv <...oth‸ers> (x, w)', 'All other attributes of `Conv`.'],
  ['y = Concat (xs‸...)', 'All further inputs of `Concat`.'],
  ['y = Relu (x) where ra‸nk(x) == 2', 'rank (value) → number'],
  ['y = Relu (x) whe‸re rank(x) == 2', 'Conditions'],
])('the word at %s', (marked, says) => {
  expect(hovered(marked)).toContain(says);
});

test('every function and keyword is explained', () => {
  expect(Object.keys(FUNCTION_WORDS).sort()).toEqual(Object.keys(FUNCTIONS).sort());
  for (const word of ['where', 'or', 'same', 'const', 'rule']) expect(KEYWORDS[word]).toBeTruthy();
});

test.each<readonly [text: string, is: boolean]>([
  ['rule gate {\n}', true],
  ['# ours\n\nrule gate\n{', true],
  ['rule', true],
  ['rule g', true],
  ['<ir_version: 8, opset_import: ["" : 17]> g (float x) => (float y) { y = Relu (x) }', false],
  ['rule (float x) => (float y) { y = Relu (x) }', false],
  ['rules (float x) => (float y) { }', false],
  ['', false],
])('%j is rules: %s', (text, is) => {
  expect(isRuleText(text)).toBe(is);
});

test('each rule tells the first thing that is wrong with it, at its word', () => {
  const text = new DocumentText(
    [
      'rule good { y = Relu (Relu (x)) => y = Relu (x) }',
      'rule spelt {',
      '  y = Relo (x)',
      '  => y = x',
      '}',
      'rule open {',
      '  y = Relu (x',
      '}',
      'rule good { y = Neg (Neg (x)) => y = x }',
    ].join('\n'),
  );
  const found = ruleProblems(text, 'rules.onnxtxt');
  expect(
    found.map(({ range, message }) => `${range.start.line}:${text.slice(text.spanOf(range))}: ${message}`),
  ).toEqual([
    '2:Relo: ONNX has no operator Relo at these opsets (did you mean Relu?)',
    expect.stringMatching(/^7:}: Expected "\)" after the inputs, found "}"\.$/),
    '8:good: There is a rule "good" above: give it another name.',
  ]);
  expect(found[0]?.details).toEqual({ suggested: 'Relu' });
  expect(ruleBlocks(text.text).map(({ name }) => name)).toEqual(['good', 'spelt', 'open', 'good']);
});

function inJson(marked: string) {
  const { text, offset } = cut(marked);
  const document = new DocumentText(text);
  return { document, position: document.positionAt(offset) };
}

test('in graphwright.ops.json: within the texts of rules alone, over their lines', () => {
  const list = inJson(
    '{ "version": 1, "rules": [{ "name": "a", "rule": ["a = Conv <auto_pad = \\"VALID\\"> (x, w)", "y = Relu (‸)"] }] }',
  );
  const found = completionsInJson(list.document, list.position, NO_CUSTOM_OPERATORS);
  expect(found.map(({ label }) => label)).toEqual(expect.arrayContaining(['a', 'x', 'w', 'Conv']));
  expect(found[0]?.range).toEqual({ start: list.position, end: list.position });

  const behind = inJson('{ "rules": [{ "rule": "y = Conv <auto_pad = \\"VALID\\"> (x, w) where ra‸nk(x) == 2" }] }');
  expect(completionsInJson(behind.document, behind.position, NO_CUSTOM_OPERATORS).map(({ label }) => label)).toContain(
    'rank',
  );
  const hover = hoverInJson(behind.document, behind.position, NO_CUSTOM_OPERATORS);
  expect(hover?.markdown).toContain('rank (value) → number');
  expect(hover && behind.document.slice(behind.document.spanOf(hover.range))).toBe('rank');

  for (const elsewhere of [
    '{ "rules": [{ "name": "a‸", "rule": "y = Relu (x) => y = x" }] }',
    '{ "operators": [{ "rule": "y = ‸" }] }',
    '{ "rules": [{ "ru‸le": "y = Relu (x) => y = x" }] }',
    '{ "rules": [{ "rule": ‸ }] }',
  ]) {
    const { document, position } = inJson(elsewhere);
    expect(completionsInJson(document, position, NO_CUSTOM_OPERATORS), elsewhere).toEqual([]);
    expect(hoverInJson(document, position, NO_CUSTOM_OPERATORS), elsewhere).toBeUndefined();
  }
});
