import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Uri } from 'vscode';
import { pythonOfFolder, pythonOnPath } from '../../../src/host/capture/python-on-path.ts';
import {
  kindOf,
  lineOf,
  MODULE_SCHEME,
  outputOf,
  pickleAnswers,
  programOf,
  titleOf,
} from '../../../src/host/capture/source.ts';

const uri = (file: string, scheme = 'file') => ({ scheme, path: file, fsPath: file }) as Uri;
const TWO = 'from torch import nn\nclass Block(nn.Module): pass\nclass Net(nn.Module): pass\n';

test('what is made of a program lies beside it, by its class where there are several', () => {
  expect(outputOf(uri('/a/net.py'), 'Net', 'class Net(torch.nn.Module): pass')).toBe('/a/net');
  expect(outputOf(uri('/a/net.py'), 'Net', TWO)).toBe('/a/net.Net');
  expect(outputOf(uri('/a/net.v2.pt'), 'load', '')).toBe('/a/net.v2');
});

test('a file is a program by its name; a pickle is loaded by torch', () => {
  const answers = { name: 'Net', arguments: { width: '2' }, weights: '/a/w.pth', inputs: [] };
  expect(programOf(uri('/a/net.py'), answers)).toEqual({
    file: '/a/net.py',
    name: 'Net',
    arguments: { width: '2' },
    argv: [],
    weights: '/a/w.pth',
  });
  const pickle = uri('/a/net.pt');
  expect(programOf(pickle, pickleAnswers(pickle))).toEqual({
    module: 'torch',
    name: 'load',
    arguments: { f: '"/a/net.pt"', map_location: '"cpu"', weights_only: 'False' },
    argv: [],
  });
  expect([titleOf(uri('/a/net.py'), 'Net'), titleOf(pickle, 'load')]).toEqual(['Net of net.py', 'net.pt']);
});

test('a module is named as Python finds it, in the folder that it runs in', () => {
  const module = uri('/a/torchvision.models', MODULE_SCHEME);
  expect(programOf(module, { name: 'resnet18', arguments: {}, argv: '--a "b c"' })).toEqual({
    module: 'torchvision.models',
    name: 'resnet18',
    arguments: {},
    argv: ['--a', 'b c'],
  });
  expect(titleOf(module, 'resnet18')).toBe('resnet18 of torchvision.models');
  expect(outputOf(module, 'resnet18', '')).toBe('/a/resnet18');
  expect([kindOf(module), kindOf(uri('/a/net.PY')), kindOf(uri('/a/net.pt'))]).toEqual(['module', 'file', 'pickle']);
});

test('the line of a class, of a function, and of what is assigned', () => {
  expect(lineOf('Net', TWO)).toBe(2);
  expect(lineOf('Outer.Inner', 'class Outer:\n  class Inner: pass\n')).toBe(1);
  expect(lineOf('make', 'x = make()\nasync def make(): pass\n')).toBe(1);
  expect(lineOf('model', 'x = 1\nmodel = Net()\n')).toBe(1);
  expect(lineOf('gone', TWO)).toBe(0);
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'python-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(...parts: readonly string[]): string {
  const file = path.join(folder, ...parts);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return file;
}

test('Python is found on the path, the newer name first, and never a folder or a file that is no program', () => {
  const python = program('b', 'python');
  mkdirSync(path.join(folder, 'a', 'python3'), { recursive: true });
  const at = (...names: string[]) => names.map((name) => path.join(folder, name)).join(path.delimiter);
  expect(pythonOnPath({ platform: 'linux', path: at('a', 'b', 'c') })).toBe(python);
  const newer = program('c', 'python3');
  expect(pythonOnPath({ platform: 'linux', path: at('a', 'b', 'c') })).toBe(newer);
  expect(pythonOnPath({ platform: 'linux', path: 'b' })).toBeUndefined();
  expect(pythonOnPath({ platform: 'linux', path: '' })).toBeUndefined();
});

test('on Windows what only opens a store is no Python', () => {
  program('WindowsApps', 'python.exe');
  const python = program('Python312', 'python.exe');
  const places = ['WindowsApps', 'Python312'].map((name) => path.join(folder, name)).join(path.delimiter);
  expect(pythonOnPath({ platform: 'win32', path: places })).toBe(python);
});

test('a virtual environment of the folder', () => {
  expect(pythonOfFolder(folder, 'linux')).toBeUndefined();
  const python = program('.venv', 'bin', 'python');
  expect(pythonOfFolder(folder, 'linux')).toBe(python);
  expect(pythonOfFolder(folder, 'win32')).toBeUndefined();
});
