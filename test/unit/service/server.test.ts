/** The engine's end of the wire, over a pair of ports in memory. */
import { expect, test } from 'vitest';
import { Engine } from '../../../src/service/engine.ts';
import { isRequest, type Port, type Reply, type Request } from '../../../src/service/protocol.ts';
import { serve } from '../../../src/service/server.ts';
import { fakeCore } from './fake-core.ts';

const PLAIN = { inputs: [], ops: [], accept: [] };

/** Sends requests and gathers replies until the last call has ended. */
async function talk(requests: readonly Request[]): Promise<Reply[]> {
  const replies: Reply[] = [];
  let hear: (request: Request) => void = () => {};
  const calls = requests.filter(({ type }) => type === 'call').length;
  await new Promise<void>((done) => {
    let ended = 0;
    const port: Port<Reply, Request> = {
      send: (reply) => {
        replies.push(reply);
        if (reply.type === 'result' || reply.type === 'failure') ended++;
        if (ended === calls) done();
      },
      listen: (listener) => {
        hear = listener;
      },
    };
    serve({ engine: new Engine(fakeCore()) }, port);
    for (const request of requests) hear(request);
  });
  return replies;
}

test('calls are answered by their id', async () => {
  const replies = await talk([
    { type: 'call', id: 7, call: 'open', arguments: ['small.onnx', PLAIN] },
    { type: 'call', id: 8, call: 'targets', arguments: [undefined] },
  ]);
  expect(replies[0]).toEqual({ type: 'listening' });
  expect(replies).toContainEqual({ type: 'result', id: 7, result: expect.objectContaining({ nodeCount: 4 }) });
  expect(replies).toContainEqual({ type: 'result', id: 8, result: [expect.objectContaining({ id: 'onnx' })] });
});

test('bad input, faults and cancelling are told apart', async () => {
  const convert = { reading: PLAIN, target: { target: 'onnx' }, force: false, simplify: false, verify: false };
  const replies = await talk([
    { type: 'call', id: 1, call: 'open', arguments: ['bad.onnx', PLAIN] },
    { type: 'call', id: 2, call: 'node', arguments: ['m9', 'n0'] },
    { type: 'call', id: 3, call: 'convert', arguments: [{ ...convert, input: 'endless.onnx' }] },
    { type: 'cancel', id: 3 },
    { type: 'call', id: 4, call: 'constructor' as 'targets', arguments: [undefined] },
    { type: 'call', id: 5, call: 'open', arguments: ['x.onnx', { ...PLAIN, inputs: ['nonsense'] }] },
  ]);
  const failures = new Map(replies.flatMap((reply) => (reply.type === 'failure' ? [[reply.id, reply.failure]] : [])));
  expect(failures.get(1)).toMatchObject({
    kind: 'input',
    code: 'file-truncated',
    place: { file: 'bad.onnx', offset: 3 },
  });
  expect(failures.get(2)).toMatchObject({ kind: 'input', code: 'bad-argument' });
  expect(failures.get(3)).toMatchObject({ kind: 'cancelled' });
  expect(failures.get(4)).toMatchObject({ kind: 'fault', message: 'the engine has no call constructor' });
  expect(failures.get(5)).toMatchObject({ kind: 'input', code: 'bad-argument' });
});

test('only messages of the right shape are requests', () => {
  expect(isRequest({ type: 'cancel', id: 1 })).toBe(true);
  expect(isRequest({ type: 'call', id: 1, call: 'targets', arguments: [undefined] })).toBe(true);
  for (const message of [
    null,
    'call',
    {},
    { type: 'call', id: 1 },
    { type: 'cancel', id: '1' },
    { type: 'other', id: 1 },
  ]) {
    expect(isRequest(message)).toBe(false);
  }
});

test('models that were let go are opened again when they are asked for', async () => {
  const engine = new Engine(fakeCore());
  const ids: string[] = [];
  for (let k = 0; k < 12; k++) ids.push((await engine.open(`net${k}.onnx`, PLAIN)).id);
  expect(await engine.search(ids[0] ?? '', 'conv', { offset: 0, limit: 1 })).toMatchObject({ total: 1 });
});

test('problems stand at their node and line', async () => {
  const engine = new Engine(fakeCore());
  const { id } = await engine.open('small.onnx', PLAIN);
  expect(await engine.problems(id, { target: 'onnx' })).toMatchObject([
    { code: 'unsupported-operator', place: { node: 'n0', groups: ['main/stem'] }, line: 2 },
  ]);
});

test('text comes in pages with the nodes that begin there', async () => {
  const engine = new Engine(fakeCore());
  const { id } = await engine.open('small.onnx', PLAIN);
  expect(await engine.text(id, { first: 2, count: 2 })).toEqual({
    text: '  Conv\n  Relu',
    first: 2,
    totalLines: 6,
    nodes: [
      { node: 'n0', name: 'stem.conv/Conv', line: 2 },
      { node: 'n1', name: 'stem.relu/Relu', line: 3 },
    ],
  });
  const whole = await engine.text(id, undefined);
  expect(whole.text.split('\n')).toHaveLength(6);
  expect(await engine.source(id, 'code/net.py')).toMatchObject({ language: 'torchscript' });
  await expect(engine.source(id, 'code/other.py')).rejects.toMatchObject({ code: 'file-missing' });
});

test('a node is explained by a value that it makes, out of the file that was opened', async () => {
  const engine = new Engine(fakeCore());
  const { id } = await engine.open('small.onnx', PLAIN);
  expect(await engine.explain(id, 'n1', { target: 'caffe:bvlc' })).toMatchObject({
    tried: true,
    done: [{ node: 'Relu stem.relu', reason: 'small.onnx to caffe:bvlc' }],
  });
  const request = { reading: PLAIN, target: { target: 'onnx' }, force: false, simplify: false, verify: false };
  const { steps = '' } = await engine.convert({ ...request, input: 'short.onnx', explain: true });
  const moment = await engine.openStep(steps, 1, 'before');
  await expect(engine.explain(moment.id, 'n1', { target: 'onnx' })).rejects.toThrow('there is no file of the model');
});
