import { expect, test } from 'vitest';
import type { PickledCall, PickledDict } from '../../../../../src/core/formats/torch/archive.ts';
import { Expression } from '../../../../../src/core/ir/expression.ts';
import { acceptable } from '../../../../../src/core/problems/accept.ts';
import { graphText, lines, stored } from '../support.ts';
import { capturedModule, graphModule, ints, module, sequential } from './support.ts';

const conv = (fields = {}) =>
  module('torch.nn.modules.conv.Conv2d', {
    weight: stored('float32', [4, 3, 1, 1]),
    in_channels: 3n,
    stride: ints(1, 1),
    padding: ints(0, 0),
    dilation: ints(1, 1),
    groups: 1n,
    bias: null,
    ...fields,
  });
const relu = (inplace: boolean) => module('torch.nn.modules.activation.ReLU', { inplace });
const told = (root: PickledCall, shape: readonly number[] | undefined = [1, 3, 2, 2]) =>
  capturedModule(root, shape).problems.map(({ code, message }) => `${code}: ${message}`);

test('layers of torch.nn run by their documented formulas, with the paths and classes of the file', () => {
  const { model, problems } = capturedModule(sequential(conv(), relu(true)), [1, 3, 2, 2]);
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`0/conv2d_0 = aten::conv2d(input, 0.weight, None, stride=[1, 1], padding=[0, 0], dilation=[1, 1], groups=1) : float32[1, 4, 2, 2]
           output_0 = aten::relu(0/conv2d_0) : float32[1, 4, 2, 2]
           return output_0`),
  );
  const [first] = model.graph.nodes;
  expect(first?.scope).toEqual([
    { path: '', type: 'torch.nn.modules.container.Sequential' },
    { path: '0', type: 'torch.nn.modules.conv.Conv2d' },
  ]);
  expect(first?.origin[0]).toMatchObject({ kind: 'torchscript', file: 'code/torch/nn/modules/conv.py' });
});

test('an activation in place changes what a later reader sees', () => {
  const block = graphModule('def forward(self, x):\n    y = self.act(x)\n    return x + y\n', { act: relu(true) });
  expect(graphText(capturedModule(block, [2]).model)).toContain('aten::add.Tensor(act/relu_0, act/relu_0, alpha=1)');
});

test('every module that cannot be run is named at once, with path and class', () => {
  const dropout = module('torch.nn.modules.dropout.Dropout', { p: 0.5 }, { training: true });
  const hook: PickledDict = { kind: 'dict', entries: [[0n, 'hook']], type: undefined };
  const hooked = module('torch.nn.modules.activation.ReLU', { inplace: false }, { _forward_hooks: hook });
  const unknown = module('acme.Block', { inner: module('acme.Gate') });
  expect(told(sequential(dropout, hooked, unknown))).toEqual([
    'module-not-run: torch.nn.modules.dropout.Dropout (0) cannot be run as the file holds it: it is in training mode: call model.eval() before saving.',
    'module-not-run: torch.nn.modules.activation.ReLU (1) cannot be run as the file holds it: a forward hook is registered on it, and the file does not hold the code of hooks.',
    'unknown-module: Nothing is known of what acme.Block computes (2): a pickled module holds no code.',
    'unknown-module: Nothing is known of what acme.Gate computes (2.inner): a pickled module holds no code.',
  ]);
});

test('a class of the same name from elsewhere is not taken for one that is known', () => {
  expect(told({ ...conv(), callee: 'mine.conv.Conv2d' })).toEqual([
    'unknown-module: Nothing is known of what mine.conv.Conv2d computes (the model itself): a pickled module holds no code.',
  ]);
});

const fire = (fields = {}) =>
  module('torchvision.models.squeezenet.Fire', {
    squeeze: conv(),
    squeeze_activation: relu(true),
    expand1x1: conv({ weight: stored('float32', [2, 4, 1, 1]) }),
    expand1x1_activation: relu(true),
    expand3x3: conv({ weight: stored('float32', [2, 4, 3, 3]), padding: ints(1, 1) }),
    expand3x3_activation: relu(true),
    ...fields,
  });

test('a class that is known by its name alone is run, and said to be assumed, once for all its instances', () => {
  const { model, problems } = capturedModule(
    sequential(fire(), fire({ squeeze: conv({ weight: stored('float32', [4, 4, 1, 1]) }) })),
    [1, 3, 2, 2],
  );
  expect(problems.map(({ code, node, message }) => [code, node?.scope.at(-1)?.path, message])).toEqual([
    [
      'inexact',
      '0',
      'Object analysis has only an approximation of torchvision.models.squeezenet.Fire: assumed forward: the file holds no code, so it is taken for the published class of that name.',
    ],
  ]);
  expect(problems[0]?.origin[0]).toMatchObject({
    file: 'code/torchvision/models/squeezenet.py',
    text: 'def forward(self, x):',
  });
  expect(model.graph.outputs[0]?.type).toMatchObject({ shape: [1, 4, 2, 2] });
  const severities = (accept: string) => acceptable(problems, [accept]).map(({ severity }) => severity);
  expect(severities('inexact:torchvision.models.squeezenet.Fire')).toEqual(['warning']);
  expect(severities('inexact:0')).toEqual(['warning']);
  expect(severities('inexact:1')).toEqual(['error']);
});

test.each([
  ['another submodule', { bypass: conv() }, 'it has a submodule bypass (Conv2d)'],
  ['another tensor', { scale: stored('float32', [1]) }, 'it has a tensor scale'],
  ['another class', { squeeze: module('torch.nn.modules.linear.Linear') }, 'its squeeze is a Linear, not a Conv2d'],
])('a module with %s is not the one that is known', (_, fields, reason) => {
  expect(told(fire(fields))).toEqual([
    `module-not-run: torchvision.models.squeezenet.Fire (the model itself) cannot be run as the file holds it: it does not look like the torchvision.models.squeezenet.Fire that is known: ${reason}.`,
  ]);
});

test('without an input the first layer gives a guess', () => {
  const { problems } = capturedModule(sequential(conv()), undefined);
  expect(problems[0]?.code).toBe('shape-unknown');
  expect(problems[0]?.message).toContain('--input input:float32[1,3,224,224]');
  const linear = module('torch.nn.modules.linear.Linear', {
    in_features: 7n,
    weight: stored('float32', [2, 7]),
    bias: null,
  });
  expect(capturedModule(linear, undefined).problems[0]?.message).toContain('--input input:float32[1,7]');
});

test('graph modules call operators by any of their names, and write into tensors', () => {
  const code = `def forward(self, x):
    zeros = torch.zeros(torch.Size([2, 3]), device = device(type='cpu'))
    write = setitem_(zeros, (slice(None, None, None), 0), 1.0)
    add = torch.ops.aten.add.Tensor(x, zeros);  zeros = None
    sub = operator.sub(2, add)
    pair = operator.getitem([add, sub], 1);  add = sub = None
    return torch.ops.aten.relu.default(operator.getitem(pair, (Ellipsis, 0)))
`;
  const imports = 'import torch\nimport operator\nfrom torch import device\nfrom operator import setitem as setitem_\n';
  const { model, problems } = capturedModule(graphModule(code, {}, imports), [2, 3]);
  expect(problems).toEqual([]);
  expect(graphText(model).replace(/\(.*?\)/g, '')).toBe(
    lines(`zeros_0 = aten::zeros : float32[2, 3]
           full_0 = aten::full : float32[2]
           select_scatter_0 = aten::select_scatter : float32[2, 3]
           add_0 = aten::add.Tensor : float32[2, 3]
           rsub_0 = aten::rsub.Scalar : float32[2, 3]
           select_1 = aten::select.int : float32[2]
           output_0 = aten::relu : float32[2]
           return output_0`),
  );
});

test('sizes that are names go through forwards as they are', () => {
  const code = 'def forward(self, x):\n    return x.view(x.size(0), -1).expand(x.shape[0], 4)[x.shape[0] - 1]\n';
  const archive = graphModule(code);
  const { model, problems } = capturedModule(archive, [Expression.symbol('batch'), 2, 2]);
  expect(problems).toEqual([]);
  expect(model.graph.outputs[0]?.type).toMatchObject({ shape: [4] });
  expect(graphText(model)).toContain('size=[batch, -1], symbols=[batch]');
});

test('a wrapper passes on what the module within takes, with its defaults', () => {
  const inner = graphModule('def forward(self, x, y=None):\n    return x if y is None else x + y\n');
  const wrapped = module('torch.nn.parallel.data_parallel.DataParallel', { module: inner });
  const { model, problems } = capturedModule(wrapped, [2]);
  expect(problems).toEqual([]);
  expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x']);
  const specs = ['x', 'y'].map((key) => ({ key, dtype: 'float32' as const, shape: [2] }));
  expect(graphText(capturedModule(wrapped, undefined, { inputs: specs }).model)).toContain(
    'aten::add.Tensor(x, y, alpha=1)',
  );
  expect(told(module('torch.nn.parallel.data_parallel.DataParallel', { module: module('acme.Net') }))).toEqual([
    'unknown-module: Nothing is known of what torch.nn.parallel.data_parallel.DataParallel computes (the model itself): a pickled module holds no code.',
    'unknown-module: Nothing is known of what acme.Net computes (module): a pickled module holds no code.',
  ]);
});
