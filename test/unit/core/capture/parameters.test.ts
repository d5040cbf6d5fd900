import { expect, test } from 'vitest';
import type { InputSpec } from '../../../../src/core/capture/inputs.ts';
import { Expression } from '../../../../src/core/ir/expression.ts';
import { parseInputSpec } from '../../../../src/core/reading.ts';
import { captured, forward, graphText, lines } from './support.ts';

const x: InputSpec = { key: 'x', dtype: 'float32', shape: [2] };

function run(parameters: string, body: string, ...specs: readonly string[]) {
  const inputs = specs.map((text) => {
    const spec = parseInputSpec(text);
    return { ...spec, shape: spec.dims.map(Number) };
  });
  return captured({ code: forward(parameters, body) }, { inputs: [x, ...inputs] });
}

test('a plain parameter takes the value that the user gives', () => {
  const body = 'return torch.mul(torch.add(x, n), f)';
  const { model, problems } = run('x: Tensor, n: int, f: float', body, 'n=3', 'f=2');
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`add_0 = aten::add.Scalar(x, other=3, alpha=1) : float32[2]
           output_0 = aten::mul.Scalar(add_0, other=2) : float32[2]
           return output_0`),
  );
  expect(model.graph.inputs.map((each) => each.name)).toEqual(['x']);
});

test('a plain parameter may be an input of the graph', () => {
  const { model, problems } = run('x: Tensor, n: int', 'return torch.mul(x, n)', 'n:int64[]');
  expect(problems).toEqual([]);
  expect(model.graph.inputs.map((each) => [each.name, each.dtype, each.shape])).toEqual([
    ['x', 'float32', [2]],
    ['n', 'int64', []],
  ]);
});

test('a plain parameter without a value is an input of the type that Python means', () => {
  const body = 'return (torch.zeros([n]), torch.mul(x, s), torch.__not__(b), torch.zeros([m]))';
  const { model, problems } = run('x: Tensor, n: int, s: float, b: bool, m: int=2', body);
  expect(problems).toEqual([]);
  expect(model.graph.inputs.map((each) => [each.name, each.dtype, each.shape])).toEqual([
    ['x', 'float32', [2]],
    ['n', 'int64', []],
    ['s', 'float64', []],
    ['b', 'bool', []],
  ]);
  expect(model.graph.outputs.map((each) => String(each.shape))).toEqual(['n', '2', '', '2']);
});

test('a size that the user calls as a parameter is called is another', () => {
  const inputs: InputSpec[] = [{ key: 'x', dtype: 'float32', shape: [Expression.symbol('n')] }];
  const { model } = captured({ code: forward('n: int, x: Tensor', 'return (torch.zeros([n]), x)') }, { inputs });
  expect(model.graph.outputs.map((each) => String(each.shape))).toEqual(['u0', 'n']);
});

test('positions count numbers, also those with a value', () => {
  const code = forward('n: int, y: Tensor', 'return torch.mul(y, n)');
  const at = (...specs: readonly string[]) => {
    const inputs = specs.map((text) => ({ ...parseInputSpec(text), shape: parseInputSpec(text).dims.map(Number) }));
    return captured({ code }, { inputs }).model.graph.inputs.map((each) => [each.name, each.shape]);
  };
  expect(at('0=3', '1:float32[2]')).toEqual([['y', [2]]]);
  expect(at('1:float32[2]')).toEqual([
    ['n', []],
    ['y', [2]],
  ]);
  expect(() => at('0=3', '1:float32[2]', '2=1')).toThrow('the program has no input 2');
});

test('what differs by a number in a loop, and cannot, names it', () => {
  const body = 'y = x\nfor k in range(n):\n  y = torch.unsqueeze(y, 0)\nreturn torch.neg(y)';
  expect(run('x: Tensor, n: int', body).problems.at(-1)?.message).toBe(
    'aten::neg depends on the data of a run: a value is one of tensors of 1 and 2 axes, by a condition or a loop whose course is only known in a run. It follows from the input n: give its value in the place of its type, as in --input n=16000.',
  );
});

test('what needs the value of a number names it', () => {
  const messages = (body: string, parameters = 'x: Tensor, n: int, s: float') =>
    run(parameters, body).problems.map((each) => each.message);
  expect(messages('return torch.unfold(x, 0, torch.mul(n, 2), 1)')[0]).toMatch(
    /^The shape that aten::unfold needs .*\. It follows from the input n: give its value in the place of its type, as in --input n=16000\.$/,
  );
  expect(messages('return torch.leaky_relu(x, s)')).toEqual([
    'aten::leaky_relu depends on the data of a run: negative_slope is a number that only a run knows. It follows from the input s: give its value in the place of its type, as in --input s=0.5.',
  ]);
});

test('an optional parameter is None unless the user speaks of it; tuples and lists are inputs each', () => {
  const body = `if torch.__is__(m, None):
  y = x
else:
  y = torch.add(x, unchecked_cast(Tensor, m))
return (y, torch.add((p)[0], (p)[1]), torch.cat(l, 0))`;
  const parameters = 'x: Tensor, m: Optional[Tensor], p: Tuple[Tensor, Tensor], l: List[Tensor]';
  const others = ['p_0:float32[2]', 'p_1:float32[2]', 'l_0:float32[3]', 'l_1:float32[1]'];
  const names = (...specs: readonly string[]) => {
    const { model, problems } = run(parameters, body, ...others, ...specs);
    expect(problems).toEqual([]);
    return model.graph.inputs.map((each) => each.name);
  };
  expect(names()).toEqual(['x', 'p_0', 'p_1', 'l_0', 'l_1']);
  expect(names('m:float32[2]')).toEqual(['x', 'm', 'p_0', 'p_1', 'l_0', 'l_1']);
});

test.each([
  ['a=3', 3n],
  ['a=-0.5', -0.5],
  ['a=true', true],
  ['a=None', null],
  ['a=nearest', 'nearest'],
  ['a="3"', '3'],
])('%s is a plain value', (text, value) => {
  expect(parseInputSpec(text).value).toEqual(value);
});
