import { expect, test } from 'vitest';
import { captured, forward, graphText, stored } from './support.ts';

const inputs = [stored('int64', [2]), stored('float32', [2])];

/** The only operator of a program of that version. */
function operator(version: number, expression: string): string {
  const { model, problems } = captured({
    code: forward('i: Tensor, f: Tensor', `return ${expression}`),
    inputs,
    version,
  });
  expect(problems).toEqual([]);
  return graphText(model).split('\n').at(-2) ?? '';
}

test.each([
  [3, 'torch.div(i, i)', 'div.Tensor_mode(i, i, rounding_mode=trunc) : int64[2]'],
  [3, 'torch.div(i, 2)', 'div.Scalar_mode(i, other=2, rounding_mode=trunc) : int64[2]'],
  [3, 'torch.div_(i, 2)', 'div.Scalar_mode(i, other=2, rounding_mode=trunc) : int64[2]'],
  [3, 'torch.div(i, 2.)', 'div.Scalar(i, other=2) : float32[2]'],
  [3, 'torch.div(i, f)', 'div.Tensor(i, f) : float32[2]'],
  [3, 'torch.div(f, i)', 'div.Tensor(f, i) : float32[2]'],
  [3, 'torch.div(i, i, rounding_mode="floor")', 'div.Tensor_mode(i, i, rounding_mode=floor) : int64[2]'],
  [4, 'torch.div(i, i)', 'div.Tensor(i, i) : float32[2]'],
  [2, 'torch.floor_divide(i, 2)', 'div.Scalar_mode(i, other=2, rounding_mode=trunc) : int64[2]'],
  [2, 'torch.floor_divide_(f, i)', 'div.Tensor_mode(f, i, rounding_mode=trunc) : float32[2]'],
  [3, 'torch.floor_divide(i, 2)', 'floor_divide.Scalar(i, other=2) : int64[2]'],
  [4, 'torch.full([2], 1)', ': float32[2]'],
  [4, 'torch.full([2], True, dtype=None)', ': float32[2]'],
  [4, 'torch.full([2], 1, dtype=4)', ': int64[2]'],
  [5, 'torch.full([2], 1)', ': int64[2]'],
  [7, 'torch.linspace(0, 1)', ': float32[100]'],
  [7, 'torch.linspace(0, 1, None, dtype=6)', ': float32[100]'],
  [7, 'torch.linspace(0, 1, 5)', ': float32[5]'],
  [7, 'torch.linspace(0, 1, steps=5)', ': float32[5]'],
  [9, 'torch.gelu(f)', 'gelu(f, approximate=none) : float32[2]'],
])('in version %i, %s is %s', (version, expression, expected) => {
  expect(operator(version, expression)).toContain(expected);
});

test.each([
  [3, false, 'torch.floor_divide(i, 2)', 1],
  [10, false, 'torch.floor_divide_(f, i)', 1],
  [10, false, 'i // 2', 1],
  [10, false, 'torch.floor_divide(torch.neg(torch.tensor(3)), 2)', 1],
  [10, false, 'torch.floor_divide(torch.tensor(3), 2)', 0],
  [10, false, 'torch.floor_divide(torch.to(i, 0), torch.to(i, 0))', 0],
  [10, false, 'torch.div(i, 2)', 0],
  [2, false, 'torch.floor_divide(i, 2)', 0],
  [10, true, 'torch.floor_divide(i, 2)', 0],
])('in version %i, identified %s, %s is warned of %i times', (version, identified, expression, count) => {
  const program = forward('i: Tensor, f: Tensor', `return ${expression}`);
  const { problems } = captured({ code: program, inputs, version, identified });
  expect(problems.map((each) => each.code)).toEqual(Array(count).fill('rounding-assumed'));
});

test('an unused floor_divide is not warned of', () => {
  const code = forward('i: Tensor, f: Tensor', 'unused = torch.floor_divide(i, 2)\nreturn f');
  expect(captured({ code, inputs, identified: false }).problems).toEqual([]);
});

test.each([
  ['each round of a loop', 'for k in range(3):\n  i = torch.floor_divide(i, 2)\nreturn i', 1],
  ['rounds of which one is used', 'y = i\nfor k in range(1, 4):\n  y = torch.floor_divide(i, k)\nreturn y', 1],
  ['two lines', 'i = torch.floor_divide(i, 2)\ni = torch.floor_divide(i, 2)\nreturn i', 2],
])('%s: as many warnings as lines', (_, body, count) => {
  const { problems } = captured({ code: forward('i: Tensor, f: Tensor', body), inputs, identified: false });
  expect(problems.map((each) => each.code)).toEqual(Array(count).fill('rounding-assumed'));
});
