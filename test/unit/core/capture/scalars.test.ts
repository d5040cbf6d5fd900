import { expect, test } from 'vitest';
import { captured, forward, graphText, lines, stored } from './support.ts';

const x = stored('float32', [2, 3]);
const n = stored('int64', []);

function graphOf(parameters: string, body: string, inputs = [x, n]): string {
  const { model, problems } = captured({ code: forward(parameters, body.replace(/^ +/gm, '')), inputs });
  expect(problems).toEqual([]);
  return graphText(model);
}

test('a number that a tensor holds multiplies a tensor in the type that PyTorch computes with', () => {
  expect(graphOf('x: Tensor, n: Tensor', 'return torch.mul(x, torch.item(n))')).toBe(
    lines(`to_0 = aten::to.dtype(n, dtype=float32, non_blocking=false, copy=false) : float32[]
           output_0 = aten::mul.Tensor(x, to_0) : float32[2, 3]
           return output_0`),
  );
  // A float makes a float of an int tensor, but no float64.
  expect(graphOf('x: Tensor, n: Tensor', 'return torch.add(n, float(torch.select(torch.select(x, 0, 0), 0, 0)))')).toBe(
    lines(`select_0 = aten::select.int(x, dim=0, index=0) : float32[3]
           select_1 = aten::select.int(select_0, dim=0, index=0) : float32[]
           to_0 = aten::to.dtype(select_1, dtype=float64, non_blocking=false, copy=false) : float64[]
           to_1 = aten::to.dtype(to_0, dtype=float32, non_blocking=false, copy=false) : float32[]
           output_0 = aten::add.Tensor(n, to_1, alpha=1) : float32[]
           return output_0`),
  );
});

test('a number before a tensor is a tensor where the operator takes one there', () => {
  expect(graphOf('x: Tensor, n: Tensor', 'return torch.sub(2, x)')).toBe(
    lines(`output_0 = aten::sub.Tensor(constant_0, x, alpha=1) : float32[2, 3]
           return output_0`),
  );
});

test('a complex number that is written out makes complex numbers of real ones', () => {
  expect(graphOf('x: Tensor, n: Tensor', 'return torch.view_as_real(torch.mul(x, 0.+1.j))')).toBe(
    lines(`add_0 = aten::add.Tensor(constant_0, constant_1, alpha=1) : complex128[]
           mul_0 = aten::mul.Tensor(x, add_0) : complex64[2, 3]
           output_0 = aten::view_as_real(mul_0) : float32[2, 3, 2]
           return output_0`),
  );
});

test('ints are expressions: what cancels out is known again', () => {
  const body = `k = int(n)
    more = torch.sub(torch.add(torch.mul(k, 2), 3), torch.add(k, k))
    return torch.mul(x, more)`;
  expect(graphOf('x: Tensor, n: Tensor', body)).toBe(
    lines(`output_0 = aten::mul.Scalar(x, other=3) : float32[2, 3]
           return output_0`),
  );
});

test('what expressions do not say is computed on tensors without axes', () => {
  const body = `k = torch.floordiv(int(n), 2)
    half = torch.div(k, 4)
    return ops.prim.NumToTensor(half)`;
  expect(graphOf('n: Tensor', body, [n])).toBe(
    lines(`floor_divide_0 = aten::floor_divide(n, constant_0) : int64[]
           to_0 = aten::to.dtype(floor_divide_0, dtype=float64, non_blocking=false, copy=false) : float64[]
           output_0 = aten::div.Tensor(to_0, constant_1) : float64[]
           return output_0`),
  );
});

test('comparisons are decided by expressions and the ranges of symbols, where those say enough', () => {
  const body = `k = ops.prim.min(int(n), 3)
    if torch.lt(k, 4):
      y = torch.neg(x)
    else:
      y = torch.relu(x)
    if torch.gt(torch.add(k, 1), k):
      z = y
    else:
      z = torch.relu(y)
    return z`.replace(/^ {4}/gm, '');
  const { model, problems } = captured({ code: forward('x: Tensor, n: Tensor', body), inputs: [x, n] });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`output_0 = aten::neg(x) : float32[2, 3]
           return output_0`),
  );
});

test('a tensor of several elements is no number', () => {
  const { problems } = captured({ code: forward('x: Tensor', 'return torch.add(x, torch.item(x))'), inputs: [x] });
  expect(problems.map((each) => each.message)).toEqual([
    'The model is not valid: running it on these inputs fails: a tensor of shape [2, 3] is no single number.',
  ]);
});

test('numbers among plain ones make a tensor, and are returned as tensors', () => {
  expect(graphOf('n: Tensor', 'k = int(n)\nreturn (torch.tensor([k, 2]), torch.add(k, 1))', [n])).toBe(
    lines(`output_0 = aten::stack(n, constant_0, tensors=2, dim=0) : int64[2]
           output_1 = aten::add.Tensor(n, constant_1, alpha=1) : int64[]
           return output_0, output_1`),
  );
});

test('a slice whose bound only a run knows has a size of its own', () => {
  const { model, problems } = captured({
    code: forward('x: Tensor, n: Tensor', 'return torch.slice(x, 0, 0, int(n), 1)'),
    inputs: [x, n],
  });
  expect(problems.map((each) => each.code)).toEqual([]);
  expect(String(model.graph.outputs[0]?.shape)).toBe('u1,3');
});
