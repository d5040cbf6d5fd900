/** Questions of the language that have a plain answer. */
import { expect, test } from 'vitest';
import { captured, forward, graphText, stored } from './support.ts';

const x = stored('float32', [2]);

function chosen(condition: string): string {
  const body = `if ${condition}:\n  z = torch.neg(x)\nelse:\n  z = torch.relu(x)\nreturn z`;
  const { model, problems } = captured({ code: forward('x: Tensor, y: Tensor', body), inputs: [x, x] });
  expect(problems).toEqual([]);
  return graphText(model).includes('aten::neg') ? 'yes' : 'no';
}

test.each([
  ['torch.__is__(x, x)', 'yes'],
  ['torch.__is__(x, y)', 'no'],
  ['torch.__isnot__(x, y)', 'yes'],
  // A tensor that is contiguous already is its own copy.
  ['torch.__is__(x, torch.contiguous(x))', 'yes'],
  ['torch.__is__(x, torch.clone(x))', 'no'],
  ['torch.__is__(x, None)', 'no'],
  ['torch.eq(ops.prim.type(ops.prim.device(x)), "cpu")', 'yes'],
  ['torch.__contains__(["cuda", "cpu"], ops.prim.type(ops.prim.device(x)))', 'yes'],
])('%s is answered %s', (condition, answer) => {
  expect(chosen(condition)).toBe(answer);
});

test('whether two names are one tensor is not known where that depends on the way taken', () => {
  const body = `if bool(torch.gt(torch.sum(x), 0)):
  y = x
else:
  y = torch.neg(x)
if torch.__is__(x, y):
  z = torch.neg(x)
else:
  z = torch.relu(x)
return z`;
  const { problems } = captured({ code: forward('x: Tensor', body), inputs: [x] });
  expect(problems.some((each) => each.severity === 'error')).toBe(true);
});

test.each([
  ['torch.split("a,b", ",")', 'a|b'],
  ['torch.split(" a  b ")', 'a|b'],
  ['[torch.strip("  ab ")]', 'ab'],
  ['[torch.replace("aab", "a", "b")]', 'bbb'],
  ['[torch.format("{}-{}", 1, "x")]', '1-x'],
  ['[torch.percentFormat("%d%%", 5)]', '5%'],
  ['[torch.upper("ab"), torch.capitalize("xy")]', 'AB|Xy'],
])('%s makes %s', (expression, text) => {
  const body = `if torch.eq(torch.join("|", ${expression}), "${text}"):\n  z = torch.neg(x)\nelse:\n  z = x\nreturn z`;
  const { model, problems } = captured({ code: forward('x: Tensor', body), inputs: [x] });
  expect(problems).toEqual([]);
  expect(graphText(model)).toContain('aten::neg');
});
