import { expect, test } from 'vitest';
import type { Uri } from 'vscode';
import { scriptForModel, scriptForProgram } from '../../../src/host/export-text.ts';

const uri = (file: string, scheme = 'file') => ({ scheme, path: file, fsPath: file }) as Uri;

test('a model is named by its own class and its inputs, as far as they are known', () => {
  const text = scriptForModel({
    fileName: 'net.v2.pt',
    className: 'acme.Net',
    types: ['float32[1, 3, h, 8]'],
    inputs: [],
  });
  expect(text).toContain('from acme import Net');
  expect(text).toContain('torch.randn(1, 3, 2, 8)');
  expect(text).toContain('h = torch.export.Dim("h")');
  expect(text).toContain('"net.v2.exported.pt2"');
});

test('what the user said of inputs holds; what nobody knows is left to write', () => {
  const text = scriptForModel({
    fileName: 'a.pt',
    className: 'torch.nn.modules.Linear',
    types: ['?'],
    inputs: ['0:int64[1,7]'],
  });
  expect(text).toContain('model = ...');
  expect(text).toContain('torch.zeros((1, 7), dtype=torch.int64)');
  const unknown = scriptForModel({ fileName: 'a.pt', types: ['unknown type'], inputs: [] });
  expect(unknown).toContain('torch.randn(1, 3, 224, 224)');
});

test('answers about a program fill all of it', () => {
  const answers = { name: 'Net', arguments: { width: '2' }, weights: '/w/net.pth', inputs: ['x:float32[1,4]'] };
  const text = scriptForProgram(uri('/w/net.py'), answers);
  expect(text).toContain('from net import Net');
  expect(text).toContain('model = Net(width=2)');
  expect(text).toContain('torch.load("net.pth"');
  expect(text).toContain('named = {"x": torch.randn(1, 4)}');
  const pickle = scriptForProgram(uri('/w/whole.pt'), { name: 'load', arguments: {}, inputs: ['0:float32[1,4]'] });
  expect(pickle).toContain('model = torch.load("whole.pt", map_location="cpu", weights_only=False)');
  expect(pickle).toContain('"whole.exported.pt2"');
});

test('a module by its name, and a command line', () => {
  const answers = { name: 'resnet18', arguments: { weights: 'None' }, argv: '--depth "4 5"', inputs: [] };
  const text = scriptForProgram(uri('/w/torchvision.models', 'python-module'), answers);
  expect(text).toContain(
    'import sys\nsys.argv[1:] = ["--depth", "4 5"]\nfrom torchvision.models import resnet18  # its code must be at hand',
  );
  expect(text).toContain('model = resnet18(weights=None)');
  expect(text).toContain('"resnet18.exported.pt2"');
});
