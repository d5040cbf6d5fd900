import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';
import { CancelledError } from '../../../../src/core/ir/errors.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { runInPython } from '../../../../src/core/runtime/python-runtime.ts';
import { writeFakeRuntime, writeProgram } from './fake-python.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gw-runtime-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (graph: string) =>
  encodeOnnx(parseModel(`<ir_version: 8, opset_import: ["" : 17]> ${graph}`, 'case.onnxtxt'));
const MODEL = bytes('g (float[2] x, int64[2] i) => (float[2] y, int64[2] z) { y = Neg (x) z = Add (i, i) }');
const INPUTS = new Map([
  ['x', Tensor.of('float32', [2], [1, -2])],
  ['i', Tensor.of('int64', [2], [3n, 2n ** 40n])],
]);

test('a model is run by a Python; nothing is left of it', async () => {
  const python = writeFakeRuntime(folder);
  const outputs = await runInPython(MODEL, INPUTS, {}, { python });
  expect([...outputs.keys()]).toEqual(['y', 'z']);
  expect(outputs.get('y')?.numbers()).toEqual([-1, 2]);
  expect(outputs.get('z')?.bigints()).toEqual([6n, 2n ** 41n]);
  const { words, optimize, folder: used } = JSON.parse(readFileSync(`${python}.runs`, 'utf8'));
  expect(words.slice(1, -1)).toEqual(['-B', '-X', 'utf8']);
  expect(words.at(-1)).toMatch(/graphwright_runtime$/);
  expect(optimize).toBe(false);
  expect(existsSync(used)).toBe(false);
});

test('what onnxruntime rejects is told as bad input', async () => {
  const python = writeFakeRuntime(folder);
  const rejected = bytes('g (float[2] x) => (float[2] y) { y = Frobnicate (x) }');
  await expect(runInPython(rejected, new Map(), {}, { python })).rejects.toMatchObject({ code: 'runtime-failed' });
});

test('a Python without onnxruntime is told, with the command that gives it one', async () => {
  // Whatever Python 3 is installed here, without its packages.
  const python = writeProgram(folder, 'bare', '#!/bin/sh\nexec python3 -S "$@"\n');
  await expect(runInPython(MODEL, INPUTS, {}, { python })).rejects.toMatchObject({
    code: 'runtime-missing',
    message: `${python} has no onnxruntime`,
    next: expect.stringContaining(`${python} -m pip install onnxruntime`),
  });
});

test.each([
  ['no program', '/nowhere/python', /there is no such program/],
  ['a program that is no Python', '/bin/false', /it ended with exit status 1/],
  ['a file that may not be run', import.meta.filename, /it is no program that may be run/],
])('%s is told', async (_, python, reason) => {
  await expect(runInPython(MODEL, INPUTS, {}, { python })).rejects.toMatchObject({
    code: 'runtime-missing',
    message: expect.stringMatching(reason),
  });
});

test('it ends when the user cancels, and at its limit', async () => {
  const python = writeProgram(folder, 'endless', '#!/bin/sh\nexec sleep 60\n');
  const check = () => {
    throw new CancelledError();
  };
  await expect(runInPython(MODEL, INPUTS, {}, { python, check })).rejects.toThrow(CancelledError);
  await expect(runInPython(MODEL, INPUTS, {}, { python, seconds: 0.3 })).rejects.toMatchObject({
    message: expect.stringContaining('it took longer than 0.3 s'),
  });
});
