import { expect, test } from 'vitest';
import { readableClass } from '../../../../src/core/capture/torchscript/names.ts';
import type { Problem } from '../../../../src/core/problems/problem.ts';
import { cpuTime } from '../../cpu-time.ts';
import { captured, forward, graphText, lines, object, stored } from './support.ts';

const codes = (problems: readonly Problem[]) => problems.map((each) => each.code);
const x = stored('float32', [2, 3]);

test('operators are recorded by their schema, with defaults filled in', () => {
  const { model, problems } = captured({
    code: forward('x: Tensor, y: Tensor', 'return torch.add(torch.relu(x), y)'),
    inputs: [x, stored('float32', [3])],
  });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`relu_0 = aten::relu(x) : float32[2, 3]
           output_0 = aten::add.Tensor(relu_0, y, alpha=1) : float32[2, 3]
           return output_0`),
  );
});

test('sizes that a trace computes with tensors become numbers', () => {
  const { model, problems } = captured({
    code: forward(
      'x: Tensor',
      `rows = ops.prim.NumToTensor(torch.size(x, 0))
       half = torch.floor_divide(torch.mul(rows, CONSTANTS.c0), CONSTANTS.c0)
       columns = annotate(number, torch.add(half, 1, alpha=1))
       return torch.view(x, [int(half), -1, columns])`.replace(/^ +/gm, ''),
    ),
    constants: [stored('int64', [], [2])],
    inputs: [x],
  });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`output_0 = aten::view(x, size=[2, -1, 3]) : float32[2, 1, 3]
           return output_0`),
  );
});

test('a size as a tensor that is changed in place becomes another number; what was read before stays', () => {
  const { model, problems } = captured({
    code: forward(
      'x: Tensor',
      `rows = ops.prim.NumToTensor(torch.size(x, 0))
       before = annotate(number, int(rows))
       more = torch.mul_(rows, CONSTANTS.c0)
       flat = torch.expand(x, [int(more), before, 3])
       return torch.view(flat, [-1, int(rows)])`.replace(/^ +/gm, ''),
    ),
    constants: [stored('int64', [], [3])],
    inputs: [x],
  });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`expand_0 = aten::expand(x, size=[6, 2, 3], implicit=false) : float32[6, 2, 3]
           output_0 = aten::view(expand_0, size=[-1, 6]) : float32[6, 6]
           return output_0`),
  );
});

test('padding that keeps a size under a stride is computed with bounds', () => {
  const { model, problems } = captured({
    code: forward(
      'x: Tensor',
      `rows = ops.prim.NumToTensor(torch.size(x, 0))
       steps = torch.ceil(torch.div(rows, CONSTANTS.c0))
       reach = torch.add(torch.mul(torch.sub(steps, CONSTANTS.c1), CONSTANTS.c0), CONSTANTS.c2)
       none = torch.clamp(torch.sub(CONSTANTS.c1, rows), 0)
       most = torch.minimum(torch.clamp(torch.sub(reach, rows), None, 5), CONSTANTS.c2)
       return torch.pad(x, [int(none), int(most)], "constant", 0.)`.replace(/^ +/gm, ''),
    ),
    constants: [stored('int64', [], [2]), stored('int64', [], [1]), stored('int64', [], [7])],
    inputs: [x],
  });
  expect(problems).toEqual([]);
  expect(model.graph.outputs[0]?.shape).toEqual([2, 8]);
});

test('a size as a tensor that a tensor operator reads becomes a constant', () => {
  const { model } = captured({
    code: forward('x: Tensor', 'return torch.mul(x, ops.prim.NumToTensor(torch.size(x, 1)))'),
    inputs: [x],
  });
  expect(graphText(model)).toBe(
    lines(`output_0 = aten::mul.Tensor(x, constant_0) : float32[2, 3]
           return output_0`),
  );
  const [constant] = model.graph.initializers;
  expect(constant?.constant?.bigints()).toEqual([3n]);
});

test('submodules, free functions and known conditions are entered; loops with known counts run', () => {
  const code = `class Inner(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  weight : Tensor
  training : bool
  def forward(self: __torch__.Inner, x: Tensor) -> Tensor:
    weight = self.weight
    if self.training:
      ops.prim.RaiseException("not in training")
    else:
      pass
    return __torch__.twice(torch.linear(x, weight), )
def twice(x: Tensor) -> Tensor:
  y = x
  for i in range(2):
    y = torch.mul(y, torch.add(i, 1))
  return y
${forward('x: Tensor', 'inner = self.inner\nreturn torch.neg((inner).forward(x, ))', '  inner : __torch__.Inner\n')}`;
  const weight = stored('float32', [4, 3]);
  const { model, problems } = captured({
    code,
    attributes: { inner: object('Inner', { weight, training: false }) },
    inputs: [x],
  });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`inner/linear_0 = aten::linear(x, inner.weight, None) : float32[2, 4]
           inner/mul_0 = aten::mul.Scalar(inner/linear_0, other=1) : float32[2, 4]
           inner/mul_1 = aten::mul.Scalar(inner/mul_0, other=2) : float32[2, 4]
           output_0 = aten::neg(inner/mul_1) : float32[2, 4]
           return output_0`),
  );
  const [linear] = model.graph.nodes;
  expect(linear?.scope).toEqual([
    { path: '', type: 'M' },
    { path: 'inner', type: 'Inner' },
  ]);
  expect(linear?.origin).toEqual([{ kind: 'torchscript', file: 'code/__torch__.py', line: 12, column: 28 }]);
});

test('parameters are named by their first path, and shared ones are one', () => {
  const weight = stored('float32', [3]);
  const { model } = captured({
    code: forward(
      'x: Tensor',
      'a = self.a\nb = self.b\nreturn torch.mul(torch.mul(x, a), b)',
      '  a : Tensor\n  b : Tensor\n',
    ),
    attributes: { b: weight, a: weight, unused: stored('float32', [100]) },
    inputs: [x],
  });
  expect([...model.graph.initializers].map((value) => value.name)).toEqual(['b']);
});

test('mangled class names are read as written', () => {
  expect(readableClass('__torch__.torch.nn.modules.conv.___torch_mangle_3.Conv2d')).toBe(
    'torch.nn.modules.conv.Conv2d',
  );
  expect(readableClass('__torch__.___torch_mangle_12.Net')).toBe('Net');
});

test('code that nothing uses is left out, and so are its problems', () => {
  const { model, problems } = captured({
    code: forward('x: Tensor', 'a = torch.fft_fft(x)\nreturn torch.relu(x)'),
    inputs: [x],
  });
  expect(problems).toEqual([]);
  expect(model.graph.nodes.length).toBe(1);
});

test('every unknown operator is reported once, and what follows from it is not', () => {
  const { model, problems } = captured({
    code: forward(
      'x: Tensor',
      `a = ops.acme.swish(x, 2)
b = torch.relu(torch.add(a, 1))
n = torch.size(b, 0)
c = torch.view(b, [n, -1])
d = ops.acme.swish(c, 3)
if torch.gt(n, 2):
  e = torch.neg(d)
else:
  e = torch.relu(d)
return e`,
    ),
    inputs: [x],
  });
  expect(problems.map((each) => [each.code, each.node?.name, each.origin[0]?.line])).toEqual([
    ['unknown-operator', 'swish_0', 5],
    ['unknown-operator', 'swish_1', 9],
  ]);
  expect(model.graph.nodes.length).toBeGreaterThan(2);
});

test('sizes that only a run knows are symbols, or refused with their place', () => {
  const { model } = captured({
    code: forward('x: Tensor', 'z = torch.nonzero(x)\nreturn (z, torch.index(x, [torch.gt(x, 0)]))'),
    inputs: [x],
  });
  expect(model.graph.outputs.map((output) => String(output.shape))).toEqual(['u0,2', 'u1']);
  const { problems } = captured({
    code: forward('x: Tensor', 'z, _0, _1 = torch.unique_dim_consecutive(x, 0)\nreturn torch.sum(z)'),
    inputs: [x],
  });
  expect(problems.map((each) => [each.code, each.details.operator, each.origin[0]?.line])).toEqual([
    ['data-dependent', 'aten::unique_dim_consecutive', 5],
  ]);
});

test('a write through what may be an alias is refused when the other is read', () => {
  // The kernel of the attention decides whether the reshape is a view.
  const body = (last: string) => `a = torch.scaled_dot_product_attention(x, x, x)
t = torch.transpose(a, 1, 2)
y = torch.reshape(t, [2, 20])
z = torch.relu_(y)
return ${last}`;
  const inputs = [stored('float32', [2, 2, 2, 5])];
  expect(captured({ code: forward('x: Tensor', body('y')), inputs }).problems).toEqual([]);
  const { problems } = captured({ code: forward('x: Tensor', body('torch.neg(a)')), inputs });
  expect(problems.map((each) => [each.code, each.details.operator, each.origin[0]?.line])).toEqual([
    ['alias-write', 'aten::relu_', 8],
  ]);
});

test('a write to repeated elements is refused', () => {
  const { problems } = captured({
    code: forward('x: Tensor', 'y = torch.expand(torch.relu(x), [4, 2, 3])\nz = torch.add_(y, 1)\nreturn y'),
    inputs: [x],
  });
  expect(codes(problems)).toEqual(['alias-write']);
});

test('a counter that nothing reads is dropped; one that outputs read is an input and an output', () => {
  const attributes = { count: stored('int64', [], [0]) };
  const body = (last: string) =>
    forward('x: Tensor', `count = self.count\n_0 = torch.add_(count, 1)\nreturn ${last}`, '  count : Tensor\n');
  const dropped = captured({ code: body('torch.relu(x)'), attributes, inputs: [x] });
  expect(dropped.problems).toEqual([]);
  expect(dropped.model.graph.nodes.length).toBe(1);
  const kept = captured({ code: body('torch.add(x, count)'), attributes, inputs: [x] });
  expect(kept.problems.map((each) => [each.code, each.severity, each.details.attribute])).toEqual([
    ['state-carried', 'warning', 'count'],
  ]);
  expect(graphText(kept.model)).toBe(
    lines(`count_next = aten::add.Scalar(count, other=1, alpha=1) : int64[]
           output_0 = aten::add.Tensor(x, count_next, alpha=1) : float32[2, 3]
           return output_0, count_next`),
  );
  const overwritten = forward(
    'x: Tensor',
    'count = self.count\n_0 = torch.fill_(count, 7)\nreturn torch.add(x, count)',
    '  count : Tensor\n',
  );
  expect(captured({ code: overwritten, attributes, inputs: [x] }).problems).toEqual([]);
});

test('inputs come from the user, by name or position, before the examples of the file', () => {
  const code = forward('a: Tensor, b: Tensor', 'return torch.add(a, b)');
  const given = captured(
    { code, inputs: [x, x] },
    {
      inputs: [
        { key: 'b', dtype: 'int64', shape: [1] },
        { key: 0, dtype: 'float64', shape: [5] },
      ],
    },
  );
  expect(graphText(given.model)).toBe(
    lines('output_0 = aten::add.Tensor(a, b, alpha=1) : float64[5]\nreturn output_0'),
  );
  const missing = captured({ code }, { inputs: [{ key: 'a', dtype: 'float32', shape: [2] }] });
  expect(missing.problems.map((each) => each.message)).toEqual([expect.stringContaining('--input b:float32[')]);
  expect(() => captured({ code, inputs: [x, x] }, { inputs: [{ key: 'c', dtype: 'float32', shape: [] }] })).toThrow(
    'the program has no input c',
  );
});

test('outputs are flattened in order, named where the program names them, and each is a value of its own', () => {
  const code = forward(
    'x: Tensor',
    'y = torch.relu(x)\nreturn {"hidden": y, "rest": (y, None, [x, torch.size(x, 0)])}',
  );
  const { model } = captured({ code, inputs: [x] });
  expect(graphText(model)).toBe(
    lines(`hidden = aten::relu(x) : float32[2, 3]
           output_1 = aten::clone(hidden) : float32[2, 3]
           output_2 = aten::clone(x) : float32[2, 3]
           output_3 = aten::clone(constant_0) : int64[]
           return hidden, output_1, output_2, output_3`),
  );
});

test('tuples of inputs are inputs each', () => {
  const { model } = captured({
    code: forward('pair: Tuple[Tensor, Tensor]', 'a, b, = pair\nreturn torch.sub(a, b)'),
    inputs: [{ kind: 'tuple', items: [x, x] }],
  });
  expect(model.graph.inputs.map((value) => value.name)).toEqual(['pair_0', 'pair_1']);
});

test('what inference leaves as it is makes no node', () => {
  const body =
    'y = torch.dropout(x, 0.5, False)\nz = torch.cpu(torch.cuda(y))\nreturn torch.relu(torch.contiguous(torch.to(torch.detach(z), 6)))';
  const { model } = captured({ code: forward('x: Tensor', body), inputs: [x] });
  expect(graphText(model)).toBe(lines('output_0 = aten::relu(x) : float32[2, 3]\nreturn output_0'));
});

test('conversions are written as one operator', () => {
  const body = 'return torch.to(torch.to(x, torch.device("cpu"), 7), dtype=4, layout=0, device=torch.device("cpu"))';
  const { model } = captured({ code: forward('x: Tensor', body), inputs: [x] });
  expect(graphText(model)).toBe(
    lines(`to_0 = aten::to.dtype(x, dtype=float64, non_blocking=false, copy=false) : float64[2, 3]
           output_0 = aten::to.dtype(to_0, dtype=int64, non_blocking=false, copy=false) : int64[2, 3]
           return output_0`),
  );
});

test('lists of tensors take a slot each; several results unpack', () => {
  const body = 'a, b, = torch.split(x, 2, 1)\nvalues, indices, = torch.max(a, 1)\nreturn torch.cat([b, a], 1)';
  const { model } = captured({ code: forward('x: Tensor', body), inputs: [x] });
  expect(graphText(model)).toBe(
    lines(`split_0.0, split_0.1 = aten::split.Tensor(x, split_size=2, dim=1) : float32[2, 2], float32[2, 1]
           output_0 = aten::cat(split_0.1, split_0.0, tensors=2, dim=1) : float32[2, 3]
           return output_0`),
  );
});

test('arguments that PyTorch would refuse are reported with their place', () => {
  const { problems } = captured({
    code: forward('x: Tensor', 'return torch.relu(torch.view(x, [4, 2]))'),
    inputs: [x],
  });
  expect(problems.map((each) => [each.code, each.origin[0]?.line])).toEqual([['invalid-model', 5]]);
  expect(problems[0]?.message).toContain('6 elements do not fit the shape [4, 2]');
});

test('a program that raises is reported, and one that never ends is stopped', () => {
  const raising = captured({
    code: forward('x: Tensor', 'ops.prim.RaiseException("too small")\nreturn x'),
    inputs: [x],
  });
  expect(raising.problems[0]?.message).toContain('too small');
  const endless = captured({ code: forward('x: Tensor', 'while True:\n  pass\nreturn x'), inputs: [x] });
  expect(codes(endless.problems)).toEqual(['invalid-model']);
  const deep = `${forward('x: Tensor', 'return __torch__.f(x, )')}def f(x: Tensor) -> Tensor:\n  return __torch__.f(x, )\n`;
  expect(codes(captured({ code: deep, inputs: [x] }).problems)).toEqual(['invalid-model']);
});

test('capture is linear in the operators', () => {
  const body = (count: number) =>
    `y = x\n${Array.from({ length: count }, () => 'y = torch.relu(y)').join('\n')}\nreturn y`;
  const time = (count: number) => {
    const program = { code: forward('x: Tensor', body(count)), inputs: [x] };
    const start = cpuTime();
    expect(captured(program).model.graph.nodes.length).toBe(count);
    return cpuTime() - start;
  };
  time(2000);
  // Sixteen times the work takes far less than the square of it.
  expect(time(32000)).toBeLessThan(80 * Math.max(time(2000), 5));
});
