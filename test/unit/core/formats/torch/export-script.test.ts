import { expect, test } from 'vitest';
import { exportScript, loadProgram } from '../../../../../src/core/formats/torch/export-script.ts';
import { parseInputSpec } from '../../../../../src/core/reading.ts';

const script = (...inputs: string[]) =>
  exportScript({ load: 'model = Net()', inputs: inputs.map(parseInputSpec), output: 'net' })
    .split('\n')
    .slice(2);

test('inputs by place, with sizes that stay open', () => {
  expect(script('0:float32[batch,3,8,8]', '1:int64[batch]', '2:float16[4]')).toEqual([
    'model = Net()',
    'model.eval()',
    'example = (torch.randn(2, 3, 8, 8), torch.zeros((2,), dtype=torch.int64), torch.randn((4,), dtype=torch.float16),)  # inputs of the shapes and types that the model takes',
    'batch = torch.export.Dim("batch")',
    'torch.export.save(torch.export.export(model, example, dynamic_shapes=({0: batch}, {0: batch}, None,)), "net.pt2")',
    '# or, where export does not succeed: torch.jit.trace(model, example).save("net.pt")',
  ]);
});

test('inputs by name, and plain values', () => {
  expect(script('x:float32[n]', 'flag=true', 'mode=None').slice(2)).toEqual([
    'example = ()  # inputs of the shapes and types that the model takes',
    'named = {"x": torch.randn(2), "flag": True, "mode": None}',
    'n = torch.export.Dim("n")',
    'torch.export.save(torch.export.export(model, example, named, dynamic_shapes={"x": {0: n}, "flag": None, "mode": None}), "net.pt2")',
  ]);
  expect(script('x:float32[3]').at(-1)).toContain('torch.jit.trace(model, example_kwarg_inputs=named).save("net.pt")');
});

test('some by place and some by name: no open sizes, and no trace', () => {
  expect(script('0:float32[n]', 'x:bool[]').slice(3)).toEqual([
    'named = {"x": torch.zeros((), dtype=torch.bool)}',
    'torch.export.save(torch.export.export(model, example, named), "net.pt2")',
  ]);
});

test('a picture where nothing is known', () => {
  expect(script()[2]).toContain('torch.randn(1, 3, 224, 224),)');
});

test('a class with its arguments and weights', () => {
  const known = { module: 'acme.nets', name: 'Outer.Net', arguments: 'width=2', weights: 'w.pth' };
  expect(loadProgram(known).split('\n')).toEqual([
    'from acme.nets import Outer  # its code must be at hand',
    '',
    'model = Outer.Net(width=2)',
    'state = torch.load("w.pth", map_location="cpu")',
    'model.load_state_dict(state.get("state_dict", state))',
  ]);
});
