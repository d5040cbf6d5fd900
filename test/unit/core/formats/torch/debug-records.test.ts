import { expect, test } from 'vitest';
import type { PickleValue } from '../../../../../src/core/formats/torch/archive.ts';
import { readDebugRecords } from '../../../../../src/core/formats/torch/debug-records.ts';
import { framesOfTraceback, userFramesFirst } from '../../../../../src/core/formats/torch/frames.ts';

const tuple = (...items: PickleValue[]): PickleValue => ({ kind: 'tuple', items });
const list = (...items: PickleValue[]): PickleValue => ({ kind: 'list', items, type: 'List[int]' });

const TEXT = 'def forward(self, x):\n    y = self.conv(x)\n    return y + 1\n';
const TORCH = '/env/lib/python3.11/site-packages/torch/nn/modules/module.py';

test('records with the text in each, as before PyTorch 1.8', () => {
  const source = tuple(TEXT, '/home/me/net.py', 10n);
  const at = readDebugRecords(
    list(
      tuple(0n, tuple(tuple('', null, 0n), 0n, 0n)),
      tuple(20n, tuple(source, 30n, 42n)),
      tuple(50n, tuple(source, 54n, 59n)),
    ),
  );
  expect(at(0)).toEqual([]);
  expect(at(20)).toEqual([
    { kind: 'python', file: '/home/me/net.py', line: 11, column: 9, function: 'forward', text: 'y = self.conv(x)' },
  ]);
  expect(at(49)).toEqual(at(20));
  expect(at(1000)).toMatchObject([{ line: 12, column: 12, text: 'return y + 1' }]);
});

test('records with a table of strings', () => {
  const lines = TEXT.split(/(?<=\n)/);
  const source = tuple(list(0n, 1n, 2n), 3n, 10n);
  const table = tuple(...lines, '/home/me/net.py');
  const at = readDebugRecords(tuple('FORMAT_WITH_STRING_TABLE', table, tuple(tuple(7n, tuple(source, 54n, 59n), 1n))));
  expect(at(6)).toEqual([]);
  expect(at(7)).toMatchObject([{ file: '/home/me/net.py', line: 12, column: 12 }]);
});

test("a tracer's stack: the user's frames first, all kept", () => {
  const stack = `/home/me/net.py(12): forward\n${TORCH}(1789): _call_impl\n/home/me/train.py(3): <module>\n`;
  const at = readDebugRecords(list(tuple(0n, tuple(tuple(stack, '/home/me/net.py', 12n), 0n, 10n))));
  expect(at(5)).toEqual([
    { kind: 'python', file: '/home/me/net.py', line: 12, function: 'forward' },
    { kind: 'python', file: '/home/me/train.py', line: 3, function: '<module>' },
    { kind: 'python', file: TORCH, line: 1789, function: '_call_impl' },
  ]);
});

test('records that mean nothing give no frames', () => {
  for (const value of [
    null,
    1n,
    list(),
    list(1n, tuple(), tuple(0n), tuple('a', 'b'), tuple(0n, tuple(tuple(list(99n), 99n, null), 5n))),
  ]) {
    expect(readDebugRecords(value)(10)).toEqual([]);
  }
});

test('a traceback is turned around', () => {
  const text = `  File "/home/me/net.py", line 5, in forward
    x = self.act(x)
  File "${TORCH}", line 9, in forward
    return F.relu(
  File "/home/me/act.py", line 7, in relu`;
  expect(userFramesFirst(framesOfTraceback(text))).toEqual([
    { kind: 'python', file: '/home/me/act.py', line: 7, function: 'relu' },
    { kind: 'python', file: '/home/me/net.py', line: 5, function: 'forward', text: 'x = self.act(x)' },
    { kind: 'python', file: TORCH, line: 9, function: 'forward', text: 'return F.relu(' },
  ]);
});

test.each([
  '/home/torch/net.py',
  '/srv/torchvision/models/resnet.py',
  'C:\\me\\torch\\net.py',
  '/home/me/torchnet/nn/a.py',
])("%s is the user's", (file) => {
  const framework = { kind: 'python', file: 'torch/nn/functional.py', line: 1 } as const;
  const user = { kind: 'python', file, line: 2 } as const;
  expect(userFramesFirst([framework, user])).toEqual([user, framework]);
});

test.each(['/opt/x/python/graphwright_capture/running.py', 'C:\\x\\graphwright_capture\\steps.py'])(
  'the line %s of our own helper, which called the program, is no origin',
  (file) => {
    const user = { kind: 'python', file: '/home/me/net.py', line: 2 } as const;
    const framework = { kind: 'python', file: TORCH, line: 9 } as const;
    expect(userFramesFirst([framework, user, { kind: 'python', file, line: 1 }])).toEqual([user, framework]);
  },
);

test('texts that are put together of one piece without end are left out', () => {
  const source = tuple(list(...new Array<bigint>(1000).fill(0n)), 1n, 10n);
  const table = tuple('x'.repeat(1 << 20), 'net.py');
  const at = readDebugRecords(tuple('FORMAT_WITH_STRING_TABLE', table, tuple(tuple(0n, tuple(source, 0n, 1n), 0n))));
  expect(at(0)).toEqual([]);
});
