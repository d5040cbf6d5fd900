/** What is wrong with the text of a rule is said with its place. */
import { expect, test } from 'vitest';
import { parseRules } from '../../../../../src/core/passes/pattern/parse.ts';
import { RuleTextError } from '../../../../../src/core/passes/pattern/syntax.ts';
import { ruleOf } from './support.ts';

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RuleTextError) return `${error.place.line}:${error.place.column} ${error.message}`;
    throw error;
  }
  return 'none';
}

const textFault = (text: string) => faultOf(() => ruleOf(text).compiled);

test.each([
  ['y = Relu (x) -> y = x', '1:14 expected "=>" and the replacement, found "-"'],
  ['y = Relu (x) => ', '1:17 expected the name of a value, found the end of the rule'],
  ['y = Relu x => y = x', '1:10 expected "(" before the inputs, found "x"'],
  ['y = 2 => y = x', '1:5 expected an operator, such as Conv or com.acme.Swish, found "2"'],
  ['y = Relu (x\n => y = x', '2:2 expected ")" after the inputs, found "=>"'],
  ['y = Relu <alpha> (x) => y = x', '1:16 expected "=" after the attribute alpha, found ">"'],
  ['y = Relu (x)\nwhere rank(x) = 2 => y = x', '2:15 expected "=>" and the replacement, found "="'],
  ['y = Relu (x)\nwhere => y = x', '2:7 expected a name, a number, a text in quotes, a list or "(", found "=>"'],
  ['y = Relu (x) => y = x; z = y', '1:22 ";" has no meaning in a rule'],
  ['y = Rilu (x) => y = x', '1:5 ONNX has no operator Rilu at these opsets (did you mean Relu?)'],
  ['y = Relu <alpha = 1> (x) => y = x', '1:11 Relu has no attribute alpha'],
  ['y = Relu (x) => y = Elu <beta = 1> (x)', '1:26 Elu has no attribute beta'],
  ['y = Relu (x) where rank(z) == 2 => y = x', '1:25 nothing is named "z": the pattern has x, y'],
  ['y = Relu (x) where rnk(x) == 2 => y = x', /^1:20 there is no function "rnk": there are rank, /],
  ['y = Relu (x) where rank(x, x) == 2 => y = x', '1:20 rank takes 1 operand, not 2'],
  ['y = Relu (x) where rank(2) == 2 => y = x', '1:25 expected a value of the pattern, found a number'],
  ['y = Relu (x) where x == 2 => y = x', '1:25 expected a value of the pattern, found a number'],
  ['y = Relu (x) where dtype(x) > 2 => y = x', '1:20 expected a number, found a text'],
  ['y = Relu (x) where rank(x) => y = x', '1:20 expected something that holds or does not, found a number'],
  ['t = Neg (x)\ny = Relu (z) => y = z', '1:1 the last line does not lead back to t'],
  ['t = Neg (x)\nt = Relu (t) => t = x', '2:1 expected another name: "t" stands for something above'],
  ['y = Relu (x) => z = x', '1:1 the replacement does not make y, which others may read'],
  ['t = Neg (x) y = Relu (t) => y = Abs (t)', /^1:38 nothing is named "t": the pattern has x/],
  ['y = Relu (x) => y = Abs (x) y = Neg (x)', '1:29 expected another name: "y" stands for something already'],
  ['y = Relu (x) => y = same q (x)', '1:21 the pattern makes no value "q"'],
  [
    'y = Concat <axis = a> (xs...) => y = xs',
    '1:38 expected a value of the pattern or a number or a list, found the rest of the inputs',
  ],
  [
    't = Neg (x) y = Add (t, z) => t = Add (x, z) y = Abs (t)',
    '1:31 t cannot be made from z, which may be there only later',
  ],
  [`y = Relu (x) where ${'('.repeat(200)}1 => y = x`, /expected an expression that is less deep/],
])('%s', (text, expected) => {
  const fault = textFault(text);
  if (typeof expected === 'string') expect(fault).toBe(expected);
  else expect(fault).toMatch(expected);
});

test('a text that is right has no fault', () => {
  const text = `
    # A comment.
    t = Transpose <perm = p> (x)
    y = com.acme.Foo <axis = a or 1, ...rest> (t, , b?)
    where not absent(b) or a in [0, 1], p == reversed(range(rank(x))), 2 * rank(x) - 1 < 8,
    => u = Reshape (x, joined(first(shape(x), 1), [-1]))
       y = com.acme.Bar <axis = -a, text = "so", ...rest> (u, b)`;
  expect(textFault(text)).toBe('none');
});

test('a file holds several rules by name', () => {
  const rules = parseRules('rule one { y = Neg (x) => y = Abs (x) }\n# and\nrule two { y = Abs (x) => y = Neg (x) }');
  expect([...rules.keys()]).toEqual(['one', 'two']);
  expect(faultOf(() => parseRules('rule one { y = Neg (x) => y = Abs (x)'))).toBe(
    '1:38 expected "}" after the rule, found the end of the rule',
  );
  expect(faultOf(() => parseRules('rules one { }'))).toBe(
    '1:1 expected "rule" and the name of the rule, found "rules"',
  );
});
