/** The operators of rules, read from their text as quickly as can be. */
import { expect, test } from 'vitest';
import { FUSIONS } from '../../../../../src/core/passes/fusions/table.ts';
import { patternOperators } from '../../../../../src/core/passes/pattern/operators.ts';
import { parseRule } from '../../../../../src/core/passes/pattern/parse.ts';
import type { TextRule } from '../../../../../src/core/passes/pattern/text-rule.ts';
import { SIMPLIFICATION } from '../../../../../src/core/passes/simplification.ts';
import { RULE_FAMILIES } from '../../../../../src/core/passes/simplify/rules.ts';

const RULES = [...new Set([...FUSIONS, ...RULE_FAMILIES.flat(), ...SIMPLIFICATION])];
const TEXTS = RULES.flatMap((pass): [name: string, text: string][] => {
  const { rule } = pass as Partial<TextRule>;
  return typeof rule === 'string' ? [[pass.name, rule]] : [];
});

test('there are rules as text', () => expect(TEXTS.length).toBeGreaterThan(30));

test.each<[name: string, text: string]>([
  ...TEXTS,
  ['domains', 'y = com.acme.Swish (ai.onnx.Relu (x)) => y = Relu (x)'],
  ['alternatives', 'a = Abs|Neg (x) y, _ = Split <axis = a or 1> (a) or y = Relu (Exp | Sin (x)) => y = Abs (x)'],
  ['functions', 'y = Mul (x, sqrt(2)) where rank(x) in [1, 2] => y = Mul (x, Sqrt (2.0))'],
  ['comments', 'y = Relu (x) # not Abs (x) or\n => y = x'],
])('%s: the operators of its text are those of its parsed text', (_, text) => {
  expect(patternOperators(text)).toEqual(patternOperators(parseRule(text)));
});
