/** Where nodes came from, as PyTorch's exporter notes it. */
import { expect, test } from 'vitest';
import { ProvenanceReader } from '../../../../../src/core/formats/onnx/read-provenance.ts';

const traced = (...lines: string[]) => new Map([['pkg.torch.onnx.stack_trace', lines.join('\n')]]);
const scoped = (paths: string, types: string) =>
  new Map([
    ['pkg.torch.onnx.name_scopes', paths],
    ['pkg.torch.onnx.class_hierarchy', types],
  ]);

const OUTER = ['  File "/home/me/net.py", line 3, in forward', '    y = self.inner(x)'];
const INNER = ['  File "/home/me/inner.py", line 7, in forward', '    return x + 1'];
const outer = { kind: 'python', file: '/home/me/net.py', line: 3, function: 'forward', text: 'y = self.inner(x)' };
const inner = { kind: 'python', file: '/home/me/inner.py', line: 7, function: 'forward', text: 'return x + 1' };

test('frames that traces share are one', () => {
  const reader = new ProvenanceReader();
  const [first, second] = [reader.originOf(traced(...OUTER, ...INNER)), reader.originOf(traced(...OUTER, ''))];
  expect(first).toEqual([inner, outer]);
  expect(second).toEqual([outer]);
  expect(reader.originOf(traced(...OUTER, ...INNER))).toBe(first);
  expect(reader.originOf(traced(...OUTER, ...INNER, '')).at(1)).toBe(
    reader.originOf(traced(...OUTER, ...INNER, '')).at(1),
  );
});

test.each([
  [
    ['File "a.py", line 1', ...OUTER],
    [outer, { kind: 'python', file: 'a.py', line: 1 }],
  ],
  [
    [...OUTER, '    text = \'File "b.py", line 2\'', ...INNER],
    [inner, outer],
  ],
  [
    ['  File "a.py", line 1, in f', '    raise Error(\'File "b.py", line 2\')'],
    [{ kind: 'python', file: 'a.py', line: 1, function: 'f', text: 'raise Error(\'File "b.py", line 2\')' }],
  ],
  [
    ['  File "a.py", line 1, in f', '  File "b.py" and no line', ...INNER],
    [inner, { kind: 'python', file: 'a.py', line: 1, function: 'f', text: 'File "b.py" and no line' }],
  ],
  [['nothing of the kind'], []],
])('%j', (lines, frames) => {
  const reader = new ProvenanceReader();
  expect(reader.originOf(traced(...OUTER, ...INNER))).toHaveLength(2);
  expect(reader.originOf(traced(...lines))).toEqual(frames);
});

test('nodes of one module share its scope, whatever their own names hold', () => {
  const reader = new ProvenanceReader();
  const scope = [
    { path: '', type: 'Net' },
    { path: 'a', type: 'Linear' },
  ];
  const first = reader.scopeOf(scoped("['', 'a', 'add']", "['Net', 'Linear', 'aten.add']"));
  expect(first).toEqual(scope);
  expect(reader.scopeOf(scoped("['', 'a', 'mul']", "['Net', 'Linear', 'aten.mul']"))).toBe(first);
  expect(reader.scopeOf(scoped("['', 'a', 'x, y']", "['Net', 'Linear', 'aten.mul']"))).toEqual(scope);
  expect(reader.scopeOf(scoped("['', 'a','mul']", "['Net', 'Linear', 'aten.mul']"))).toEqual(scope);
  expect(reader.scopeOf(scoped("['', 'a\\'b', 'mul']", "['Net', 'Linear', 'aten.mul']"))[1]?.path).toBe("a'b");
  expect(reader.scopeOf(scoped("['', 'a', 'add']", "['Net', 'aten.add']"))).toEqual([]);
  expect(reader.scopeOf(scoped("['', 'a, 'add']", "['Net', 'Linear', 'aten.add']"))).toEqual([]);
});
