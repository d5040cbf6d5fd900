import { expect, test } from 'vitest';
import { capture } from '../../../../../src/core/capture/capture.ts';
import { openObjects } from '../../../../../src/core/capture/objects/capture-objects.ts';
import { CustomOperators } from '../../../../../src/core/custom/definition.ts';
import { withModule } from '../../../../../src/core/custom/ops-file.ts';
import { parseForwards, parseOps } from '../../../../../src/core/custom/read.ts';
import type { PickledCall } from '../../../../../src/core/formats/torch/archive.ts';
import { errorOf } from '../../formats/torch/build.ts';
import { graphText, lines, stored } from '../support.ts';
import { module } from './support.ts';

const gate = module('acme.net.Gate', {
  act: module('torch.nn.modules.activation.ReLU', { inplace: false }),
  scale: stored('float32', [2]),
  power: 2n,
});

function capturedWith(root: PickledCall, ops: object) {
  const text = JSON.stringify({ version: 1, ...ops });
  const customOps = new CustomOperators(parseOps(text, 'ops.json'), parseForwards(text, 'ops.json'));
  const archive = openObjects(
    { kind: 'module', file: 'a.pth', root, path: [], sources: new Map() },
    customOps.forwards,
  );
  return capture(archive, { inputs: [{ key: 'x', dtype: 'float32', shape: [3, 2] }], customOps });
}

const forward = [
  'def forward(self, x):',
  '    return self.act(self.scaled(x)) ** self.power',
  'def scaled(self, x):',
  '    return x * self.scale',
];

test('a user says what a class of a pickled module computes', () => {
  const modules = [{ class: 'acme.net.Gate', forward, fits: 'act:ReLU scale[1]' }];
  const { model, problems } = capturedWith(gate, { modules });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`mul_0 = aten::mul.Tensor(x, scale) : float32[3, 2]
           act/relu_0 = aten::relu(mul_0) : float32[3, 2]
           output_0 = aten::pow.Tensor_Scalar(act/relu_0, exponent=2) : float32[3, 2]
           return output_0`),
  );
});

test('a module that does not fit its entry is refused', () => {
  const { problems } = capturedWith(gate, { modules: [{ class: 'acme.net.Gate', forward, fits: 'act:ReLU' }] });
  expect(problems.map(({ message }) => message)).toEqual([
    'acme.net.Gate (the model itself) cannot be run as the file holds it: it does not look like the acme.net.Gate that is known: it has a tensor scale.',
  ]);
});

test('a custom operator stands for a class of a pickled module', () => {
  const operators = [
    {
      name: 'Gate',
      domain: 'com.acme',
      for: { module: 'acme.net.Gate' },
      inputs: ['x', 'scale'],
      outputs: [{ name: 'y', dtype: 'x', shape: 'x' }],
    },
  ];
  const root = module('torch.nn.modules.container.Sequential', { gate });
  const archive = capturedWith(root, {
    operators,
    modules: [
      { class: 'torch.nn.modules.container.Sequential', forward: 'def forward(self, x):\n    return self.gate(x)' },
    ],
  });
  expect(archive.problems).toEqual([]);
  expect(graphText(archive.model)).toBe(
    lines(`output_0 = com.acme::Gate(x, gate.scale) : float32[3, 2]
           return output_0`),
  );
});

test('a fix begins an entry in a file, with the fingerprint of the module, and leaves one that is there', () => {
  const { problems } = capturedWith(gate, { operators: [] });
  expect(problems[0]).toMatchObject({ code: 'unknown-module', details: { fits: 'act:ReLU scale[1]' } });
  const entry = { class: 'acme.net.Gate', forward: ['def forward(self, x):'], fits: 'act:ReLU scale[1]' };
  const text = withModule('{ "version": 1, /* mine */ "operators": [] }', entry);
  expect(text).toContain('/* mine */');
  expect(parseForwards(text ?? '', 'ops.json')).toMatchObject([{ className: 'acme.net.Gate', fits: entry.fits }]);
  expect(withModule(text ?? '', entry)).toBeUndefined();
});

test.each([
  [
    'code that does not parse',
    { class: 'acme.net.Gate', forward: 'def forward(self, x):\n    return x +' },
    'line 2 of its forward',
  ],
  ['no forward', { class: 'acme.net.Gate', forward: 'def run(self, x):\n    return x' }, 'it defines no forward'],
  [
    'a fingerprint that is none',
    { class: 'acme.net.Gate', forward: forward.join('\n'), fits: 'a[b]' },
    '"a[b]" is no word',
  ],
  ['code that is none', { class: 'acme.net.Gate', forward: 'return x' }, 'that begins with def forward'],
  ['a class without a package', { class: 'Gate', forward }, 'such as acme.net.Block'],
  ['another field', { class: 'acme.net.Gate', forward, children: 1 }, '"children" is not a field'],
])('an entry with %s is an error at its place', (_, entry, message) => {
  const error = errorOf(() => capturedWith(gate, { modules: [entry] }));
  expect(error.message).toContain(message);
  expect(error.place).toMatchObject({ file: 'ops.json', line: 1 });
});
