/** The engine in its own process: calls, errors, progress, cancelling, and dying. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CancelledError, InputError } from '../../../src/core/ir/errors.ts';
import { type EngineClient, startEngine } from '../../../src/service/client.ts';
import { EngineError } from '../../../src/service/failure.ts';

const PLAIN = { inputs: [], ops: [], accept: [] };
const REQUEST = { reading: PLAIN, target: { target: 'onnx' }, force: false, simplify: false, verify: false };

let folder: string;
let engine: EngineClient;
const log: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graphwright-'));
  await build({
    entryPoints: [join(import.meta.dirname, 'fake-process.ts')],
    outfile: join(folder, 'engine.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});
beforeEach(() => {
  log.length = 0;
  engine = startEngine({ program: join(folder, 'engine.mjs'), patienceMs: 150, log: (line) => log.push(line) });
});
afterEach(() => engine.dispose());
afterAll(() => rmSync(folder, { recursive: true }));

/** Ends the engine's process from outside, as a native crash would. */
async function crash(): Promise<void> {
  const { pid } = engine;
  if (pid === undefined) throw new Error('the engine does not run');
  process.kill(pid, 'SIGKILL');
  while (engine.pid === pid) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a model is opened and its groups come back', async () => {
  const { id, nodeCount, opsets } = await engine.open('small.onnx', PLAIN);
  expect({ nodeCount, opsets }).toEqual({ nodeCount: 4, opsets: [{ domain: 'ai.onnx', version: 17 }] });
  const [main] = await engine.groups(id, ['main']);
  expect(main?.items.map((item) => item.id)).toEqual(['main/input/0', 'main/output/0', 'main/stem', 'main/body']);
});

test('bad input keeps its code, place and next step', async () => {
  const error = await engine.open('bad.onnx', PLAIN).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  expect(error).toMatchObject({ code: 'file-truncated', place: { offset: 3 }, next: 'Fetch it again.' });
});

test('what a program prints reaches who asked for it', async () => {
  const heard: string[] = [];
  const asked = { python: 'python3', folder: '/', about: '/net.py', name: 'Net', arguments: {}, argv: [], accept: [] };
  const { answer } = await engine.capture(
    { ...asked, inputs: [], output: '/tmp/net', reference: false },
    { report: (title) => heard.push(title), print: (lines) => heard.push(lines) },
  );
  expect(heard).toEqual(['Importing net.py', 'epoch 1']);
  expect(answer?.file).toBe('/tmp/net.pt2');
});

test('progress arrives in order and before the result', async () => {
  const titles: string[] = [];
  const result = await engine.convert({ ...REQUEST, input: 'short.onnx' }, { report: (title) => titles.push(title) });
  expect(titles).toEqual(['step 0', 'step 1', 'step 2', 'step 3']);
  expect(result.output).toEqual(['short.out.onnx']);
});

test('a cancelled call ends with CancelledError and leaves the process alone', async () => {
  const stop = new AbortController();
  const converting = engine.convert(
    { ...REQUEST, input: 'endless.onnx' },
    { signal: stop.signal, report: (title) => title === 'step 2' && stop.abort() },
  );
  await expect(converting).rejects.toBeInstanceOf(CancelledError);
  const { pid } = engine;
  await engine.targets(undefined);
  expect(engine.pid).toBe(pid);
});

test('a call that does not hear its cancel is ended, and the other calls are done again', async () => {
  const { id } = await engine.open('small.onnx', PLAIN);
  const { pid } = engine;
  const stop = new AbortController();
  const stuck = engine.convert({ ...REQUEST, input: 'stuck.onnx' }, { signal: stop.signal });
  const waiting = [engine.groups(id, ['main']), engine.groups(id, ['main/stem'])] as const;
  setTimeout(() => stop.abort(), 20);
  await expect(stuck).rejects.toBeInstanceOf(CancelledError);
  const [[main], [stem]] = await Promise.all(waiting);
  expect(main?.items).toHaveLength(4);
  expect(stem?.items).toHaveLength(2);
  expect(engine.pid).not.toBe(pid);
});

test('a crash fails what is pending, and open models are there again with the next call', async () => {
  const first = await engine.open('small.onnx', PLAIN);
  const second = await engine.open('small.onnx', PLAIN);
  const pending = engine.convert({ ...REQUEST, input: 'endless.onnx' }).catch((thrown: unknown) => thrown);
  await engine.targets(undefined);
  await crash();
  const error = await pending;
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ failure: { kind: 'lost' }, message: expect.stringContaining('SIGKILL') });
  const answers = await Promise.all([
    engine.search(second.id, 'relu', { offset: 0, limit: 10 }),
    engine.search(second.id, 'conv', { offset: 0, limit: 10 }),
    engine.node(first.id, 'n0'),
  ]);
  expect(answers).toMatchObject([{ total: 3 }, { total: 1 }, { operator: 'Conv' }]);
  expect(log).toContain('the engine ended: signal SIGKILL');
});

test('a model that was closed is not opened again', async () => {
  const { id } = await engine.open('small.onnx', PLAIN);
  await engine.close(id);
  await expect(engine.node(id, 'n0')).rejects.toThrow(`model ${id} is not open`);
});

test('a program that does not start fails the call with its last words', async () => {
  const broken = startEngine({ program: join(folder, 'nowhere.mjs') });
  const error = await broken.targets(undefined).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ failure: { kind: 'lost' } });
  broken.dispose();
});

test('nothing starts before the first call, and nothing after dispose', async () => {
  expect(engine.pid).toBeUndefined();
  engine.dispose();
  await expect(engine.targets(undefined)).rejects.toThrow('shut down');
});
