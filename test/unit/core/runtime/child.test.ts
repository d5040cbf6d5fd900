import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { type ChildOptions, type ChildOutcome, runInChild } from '../../../../src/core/runtime/child.ts';
import { model } from '../../text-model.ts';

const OPTIONS: ChildOptions = { milliseconds: 60_000, mostBytes: 1 << 20 };
const NEGATION = bytesOf('g () => (float[2] y) <float[2] c = {1, 2}> { y = Neg (c) }');
const EMPTY_AND_HALF = bytesOf(`g () => (float[0,3] e, float16[2] h, bool[1] b)
  <float[0,3] c = {}, float[2] d = {1, -2}, int64[1] k = {4}> { e = Neg (c) h = Cast <to = 10> (d) b = Equal (k, k) }`);
const BROKEN = bytesOf('g () => (float[2] y) <float[2] c = {1, 2}> { y = com.acme.Nothing (c) }');

const folder = mkdtempSync(path.join(tmpdir(), 'graphwright-child-'));
afterAll(() => rmSync(folder, { recursive: true }));

function bytesOf(text: string): Uint8Array {
  return encodeOnnx(model(text));
}

function numbersOf(outcome: ChildOutcome | undefined): unknown {
  if (!outcome || 'failed' in outcome) return outcome;
  return Object.fromEntries(
    [...outcome].map(([name, { dtype, shape, ...rest }]) => [
      name,
      [dtype, shape, outcome.get(name)?.numbers(), rest].slice(0, 3),
    ]),
  );
}

/** A package in the place of onnxruntime-node that does something else. */
function runtimeOf(code: string): string {
  const file = path.join(folder, `${code.length}.cjs`);
  writeFileSync(file, code);
  return file;
}

test('models are run one by one: what fails is said of that one alone', () => {
  const [negation, broken, others] = runInChild([NEGATION, BROKEN, EMPTY_AND_HALF], OPTIONS);
  expect(numbersOf(negation)).toEqual({ y: ['float32', [2], [-1, -2]] });
  expect(broken).toEqual({ failed: expect.stringContaining('acme') });
  expect(numbersOf(others)).toEqual({
    e: ['float32', [0, 3], []],
    h: ['float16', [2], [1, -2]],
    b: ['bool', [1], [1]],
  });
});

test('where the package is missing nothing is started', () => {
  const found = runInChild([NEGATION], { ...OPTIONS, runtime: 'no-such-runtime' });
  expect(found).toEqual([{ failed: 'onnxruntime-node is not installed' }]);
});

test('a crash, a hang and a flood end the child alone', () => {
  const crash = runtimeOf('process.kill(process.pid, "SIGSEGV"); for (;;);');
  expect(runInChild([NEGATION, NEGATION], { ...OPTIONS, runtime: crash })).toEqual([
    { failed: 'its process was ended by SIGSEGV' },
    { failed: 'its process was ended by SIGSEGV' },
  ]);
  const hang = runtimeOf('for (;;);');
  expect(runInChild([NEGATION], { ...OPTIONS, milliseconds: 500, runtime: hang })).toEqual([
    { failed: 'it took longer than 0.5 s' },
  ]);
  const flood = runtimeOf('const { writeSync } = require("node:fs"); for (;;) writeSync(1, Buffer.alloc(1 << 20));');
  expect(runInChild([NEGATION], { ...OPTIONS, runtime: flood })).toEqual([
    { failed: 'its results are larger than was said' },
  ]);
  const quiet = runtimeOf('process.exit(3)');
  expect(runInChild([NEGATION], { ...OPTIONS, runtime: quiet })).toEqual([
    { failed: 'its process ended with status 3' },
  ]);
});
