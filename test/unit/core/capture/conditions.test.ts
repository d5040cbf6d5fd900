import { expect, test } from 'vitest';
import type { Graph } from '../../../../src/core/ir/graph.ts';
import { captured, forward, graphText, lines, stored } from './support.ts';

const x = stored('float32', [2, 3]);

function capturedBody(body: string, parameters = 'x: Tensor', inputs = [x]) {
  return captured({ code: forward(parameters, body), inputs });
}

test('what differs between the sides becomes a result of an If, and nothing else', () => {
  const { model, problems } = capturedBody(`same = torch.neg(x)
if bool(torch.gt(torch.sum(x), 0)):
  y = torch.relu(x)
  only = torch.abs(x)
  unused = torch.add(x, 1)
else:
  y = x
  unused = torch.add(x, 2)
return torch.add(y, same)`);
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`neg_0 = aten::neg(x) : float32[2, 3]
           sum_0 = aten::sum(x, dtype=None) : float32[]
           gt_0 = aten::gt.Scalar(sum_0, other=0) : bool[]
           If_0.0 = prim::If(gt_0, then_branch=[object Object], else_branch=[object Object]) : float32[2, 3]
           output_0 = aten::add.Tensor(If_0.0, neg_0, alpha=1) : float32[2, 3]
           return output_0`),
  );
  const condition = [...model.graph.nodes].find((node) => node.op === 'If');
  expect(condition?.subgraphs().map((graph) => [...graph.nodes].map((node) => node.op))).toEqual([['relu'], []]);
});

test('a side that only raises an error is left out, with a note of where', () => {
  const { model, problems } = capturedBody(`if bool(torch.gt(torch.sum(x), 0)):
  ops.prim.RaiseException("too much")
else:
  pass
return torch.neg(x)`);
  expect(graphText(model)).toBe('output_0 = aten::neg(x) : float32[2, 3]\nreturn output_0');
  expect(problems.map((each) => [each.severity, each.message, each.origin[0]?.line])).toEqual([
    [
      'information',
      'The program raises an error where a condition holds, which the graph does not check: too much.',
      5,
    ],
  ]);
});

test('a program that raises an error on both sides is refused', () => {
  const { problems } = capturedBody(`if bool(torch.gt(torch.sum(x), 0)):
  ops.prim.RaiseException("too much")
else:
  ops.prim.RaiseException("too little")
return torch.neg(x)`);
  expect(problems.map((each) => each.code)).toEqual(['invalid-model']);
});

test('values that nothing can stand for are a problem only where they are used', () => {
  const body = (last: string) => `if bool(torch.gt(torch.sum(x), 0)):
  name = "a"
  y = x
else:
  name = "b"
  y = torch.sum(x, [0])
${last}`;
  expect(capturedBody(body('return torch.neg(x)')).problems).toEqual([]);
  expect(capturedBody(body('return torch.neg(y)')).problems.map((each) => each.message)).toEqual([
    'aten::neg depends on the data of a run: a value is one of tensors of 2 and 1 axes, by a condition or a loop whose course is only known in a run.',
  ]);
});

test('a write to what a side may have given on is refused when the other is read', () => {
  // In a loop, where the ways through the program cannot be gone one by one.
  const body = (last: string) => `w = x
for round in range(int(torch.sum(x))):
  u = torch.mul(w, 2)
  if bool(torch.gt(torch.sum(w), 0)):
    y = u
  else:
    y = torch.relu(u)
  z = torch.add_(y, 1)
  w = ${last}
return w`;
  expect(capturedBody(body('y')).problems).toEqual([]);
  expect(capturedBody(body('torch.add(u, y)')).problems.map((each) => each.code)).toEqual(['alias-write']);
});

test('two names of one list stay names of one list', () => {
  const { problems } = capturedBody(`w = torch.cat([x, x], 0)
for round in range(int(torch.sum(x))):
  if bool(torch.gt(torch.sum(x), 0)):
    a = [x]
    b = a
  else:
    a = [x]
    b = [x]
  c = torch.append(a, x)
  w = torch.cat(b, 0)
return w`);
  expect(problems.map((each) => each.details.reason)).toEqual([
    'a value is one of lists that are one in one case and two in another, by a condition or a loop whose course is only known in a run',
  ]);
});

test('a loop whose rounds follow from something reported is not taken for one that does nothing', () => {
  const { problems } = capturedBody(`found = torch.unique_dim(x, 0)
y = x
for i in range(torch.size(found, 0)):
  y = torch.neg(y)
return y`);
  expect(problems.some((each) => each.severity === 'error')).toBe(true);
});

test('a method that calls itself is refused', () => {
  const code = `def down(x: Tensor, n: int) -> Tensor:
  if torch.eq(n, 0):
    y = x
  else:
    y = __torch__.down(torch.neg(x), torch.sub(n, 1), )
  return y
${forward('x: Tensor', 'return __torch__.down(x, 3, )')}`;
  expect(captured({ code, inputs: [x] }).problems.map((each) => each.message)).toEqual([
    'The model is not valid: running it on these inputs fails: down calls itself: a graph has no recursion.',
  ]);
});

test('a side that returns makes the rest of the function the other side', () => {
  const { model, problems } = capturedBody(`if bool(torch.gt(torch.sum(x), 0)):
  if bool(torch.gt(torch.max(x), 10)):
    return torch.abs(x)
  y = torch.neg(x)
else:
  y = torch.relu(x)
y = torch.add(y, 1)
return torch.mul(y, 2)`);
  expect(problems).toEqual([]);
  const [outer] = [...model.graph.nodes].filter((node) => node.op === 'If');
  const ops = (graph: Graph | undefined): unknown =>
    [...(graph?.nodes ?? [])].map((node) => [node.op, ...node.subgraphs().map(ops)]);
  expect(outer?.subgraphs().map(ops)).toEqual([
    [['max'], ['gt'], ['If', [['abs']], [['neg'], ['add'], ['mul']]]],
    [['relu'], ['add'], ['mul']],
  ]);
});

test('what cannot be merged stays so when it is merged again, and is named where it is used', () => {
  const { problems } = capturedBody(`y = x
for round in range(int(torch.sum(x))):
  d = {"a": x}
  if bool(torch.gt(torch.max(y), 1)):
    if bool(torch.gt(torch.max(y), 2)):
      d = {"b": x}
    else:
      pass
  else:
    d = {"a": y}
  y = torch.add(y, d["a"])
return y`);
  expect(problems.map(({ code, details }) => [code, details.reason])).toContainEqual([
    'data-dependent',
    'a value is one of dicts with different keys, by a condition or a loop whose course is only known in a run',
  ]);
});

test('a loop of unknown length that leaves the function is refused', () => {
  const { problems } = capturedBody(`for i in range(int(torch.sum(x))):
  if bool(torch.gt(torch.max(x), 10)):
    return x
return torch.neg(x)`);
  expect(problems.map((each) => each.code)).toContain('data-dependent');
});

// Writes that only some rounds or ways do, to what may be another name of the same memory.
test.each([
  [
    'what a round leaves in a variable that the next one writes to',
    `y = torch.mul(x, 2)
z = torch.mul(x, 3)
for i in range(int(torch.sum(x))):
  _0 = torch.add_(z, 1)
  z = y
return torch.add(y, z)`,
  ],
  [
    'two variables that a round leaves as one',
    `y = torch.mul(x, 2)
z = torch.mul(x, 3)
for i in range(int(torch.sum(x))):
  _0 = torch.add_(z, 1)
  w = torch.add(y, 1)
  y = w
  z = w
return torch.add(y, z)`,
  ],
  [
    'an item of a list that has become a sequence',
    `y = torch.mul(x, 2)
parts = [y]
for i in range(int(torch.sum(x))):
  _0 = torch.append(parts, x)
_1 = torch.add_(y, 1)
return torch.cat(parts, 0)`,
  ],
  [
    'an item that is taken out of a sequence',
    `y = torch.mul(x, 2)
parts = [y]
for i in range(int(torch.sum(x))):
  _0 = torch.append(parts, x)
z = parts[0]
_1 = torch.add_(z, 1)
return torch.cat(parts, 0)`,
  ],
  [
    'a doubt that one side alone brings',
    `w = x
for i in range(int(torch.sum(x))):
  y = torch.mul(x, 2)
  if bool(torch.gt(torch.sum(x), 0)):
    z = y
  else:
    z = torch.neg(x)
  if bool(torch.gt(torch.max(x), 0)):
    _0 = torch.add_(z, 1)
  else:
    pass
  w = torch.neg(y)
return w`,
  ],
])('a write through %s is refused', (_, body) => {
  expect(capturedBody(body).problems.map((each) => each.code)).toContain('alias-write');
});
