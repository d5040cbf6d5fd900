import { expect, test } from 'vitest';
import { captured, forward, graphText, lines, stored } from './support.ts';

const x = stored('float32', [2, 3]);
const members = '  cache : Tensor\n  calls : int\n';

function run(body: string, attributes = { cache: stored('float32', [2, 3]), calls: 0n }, parameters = 'x: Tensor') {
  return captured({ code: forward(parameters, body, members), attributes, inputs: [x] });
}

test('an attribute that outputs depend on goes in and out', () => {
  const { model, problems } = run(`old = self.cache
self.cache = torch.add(old, x)
return torch.mul(old, 2)`);
  expect(graphText(model)).toBe(
    lines(`cache_next = aten::add.Tensor(cache, x, alpha=1) : float32[2, 3]
           output_0 = aten::mul.Scalar(cache, other=2) : float32[2, 3]
           return output_0, cache_next`),
  );
  expect(problems.map((each) => each.message)).toEqual([
    'The program keeps cache for its next call: it is an input of the graph, float32[2, 3] before the first call, and comes back as the output cache_next.',
  ]);
});

test('an attribute that looks different after the first call is as the calls after it find it', () => {
  const { model } = run(
    `old = self.cache
if torch.__not__(bool(torch.len(old))):
  now = torch.zeros([2, 3])
else:
  now = old
self.cache = torch.add(now, x)
return torch.neg(now)`,
    { cache: stored('float32', [0]), calls: 0n },
  );
  expect(graphText(model)).toBe(
    lines(`cache_next = aten::add.Tensor(cache, x, alpha=1) : float32[2, 3]
           output_0 = aten::neg(cache) : float32[2, 3]
           return output_0, cache_next`),
  );
});

test('a number that counts calls is a tensor without axes, and one that stays is a constant', () => {
  const counting = run(`calls = self.calls
self.calls = torch.add(calls, 1)
return torch.mul(x, calls)`);
  expect(counting.model.graph.inputs.map((each) => [each.name, each.dtype, each.shape])).toEqual([
    ['x', 'float32', [2, 3]],
    ['calls', 'int64', []],
  ]);
  expect(counting.model.graph.outputs.map((each) => each.name)).toEqual(['output_0', 'calls_next']);
  const same = run(`calls = self.calls
self.calls = 7
return torch.mul(x, calls)`);
  expect(graphText(same.model)).toBe(
    lines(`output_0 = aten::mul.Scalar(x, other=7) : float32[2, 3]
           return output_0`),
  );
});

test('an attribute that no output depends on stays out of the graph', () => {
  const { model, problems } = run(`self.calls = torch.add(self.calls, 1)
self.cache = torch.add(self.cache, x)
return torch.neg(x)`);
  expect(graphText(model)).toBe('output_0 = aten::neg(x) : float32[2, 3]\nreturn output_0');
  expect(problems).toEqual([]);
});

test('state that never looks the same again is refused', () => {
  const { problems } = run(`old = self.cache
self.cache = torch.unsqueeze(old, 0)
return torch.add(torch.sum(old), x)`);
  expect(problems.map((each) => [each.code, each.details.attribute])).toEqual([['state-write', 'cache']]);
});

test('state that one side of a condition sets alone keeps its value on the other', () => {
  const { model, problems } = run(`old = self.cache
if bool(torch.gt(torch.sum(x), 0)):
  self.cache = torch.add(old, x)
else:
  pass
return torch.neg(old)`);
  expect(problems.map((each) => each.code)).toEqual(['state-carried']);
  const [condition] = [...model.graph.nodes].filter((node) => node.op === 'If');
  expect(condition?.outputs.map((each) => each.name)).toEqual(['cache_next']);
});
