/** Small parts of the panel that need no page. */
import { expect, test } from 'vitest';
import type { PlacedProblem } from '../../../src/shared/problems.ts';
import { keptStateOf } from '../../../webview/kept-state.ts';
import { bytesText, countText, fileName } from '../../../webview/panels/format.ts';
import { stepsOf } from '../../../webview/panels/next-steps.ts';
import { countProblems, problemsOf, together } from '../../../webview/problem-counts.ts';

function problem(
  node: string,
  groups: readonly string[],
  severity: PlacedProblem['severity'] = 'error',
): PlacedProblem {
  return {
    code: 'unsupported-operator',
    severity,
    message: 'No.',
    node: { name: node, operator: 'Op', scope: [], outputs: [] },
    origin: [],
    fixes: [],
    details: {},
    place: { node, label: node, root: 'main', groups },
  };
}

test('every group around a problem counts it', () => {
  const problems = [problem('n1', ['g', 'g/h']), problem('n2', ['g']), problem('n2', ['g'], 'warning')];
  expect([...countProblems(problems)]).toEqual([
    ['n1', { errors: 1, warnings: 0 }],
    ['g', { errors: 2, warnings: 1 }],
    ['g/h', { errors: 1, warnings: 0 }],
    ['n2', { errors: 1, warnings: 1 }],
  ]);
  expect(problemsOf(problems, 'g/h')).toHaveLength(1);
  expect(problemsOf(problems, 'n2')).toHaveLength(2);
});

test('a problem that is reported twice is one', () => {
  expect(together([problem('n1', [])], [problem('n1', []), problem('n2', [])])).toHaveLength(2);
});

test('kept state is believed only where it has the right form', () => {
  const state = { path: '/a.onnx', root: 'main', open: ['g', 3], view: { x: 1, y: 2, k: 0.5 }, selected: 'n1' };
  expect(keptStateOf(state, '/a.onnx')).toEqual({ ...state, open: ['g'] });
  expect(keptStateOf(state, '/b.onnx')).toBeUndefined();
  expect(keptStateOf({ ...state, view: { x: 1 } }, '/a.onnx')).toBeUndefined();
  expect(keptStateOf(undefined, '/a.onnx')).toBeUndefined();
});

test('numbers are short', () => {
  expect([512, 9999, 64_000, 11_689_512, 1_340_000_000].map(countText)).toEqual([
    '512',
    '9,999',
    '64.0 k',
    '11.7 M',
    '1.3 G',
  ]);
  expect([0, 999, 46_827_520, 3e12].map(bytesText)).toEqual(['0 B', '999 B', '46.8 MB', '3.0 TB']);
  expect([fileName('/a/b.onnx'), fileName('C:\\a\\b.onnx')]).toEqual(['b.onnx', 'b.onnx']);
});

test('code is told from words in what to do next', () => {
  const words = (text: string) => ({ code: false, text });
  const code = (text: string) => ({ code: true, text });
  expect(stepsOf('Fetch it again.')).toEqual([words('Fetch it again.')]);
  expect(stepsOf('Save it with Python:\n\nimport torch\n\nif x:\n  save()\n')).toEqual([
    words('Save it with Python:'),
    code('import torch\n\nif x:\n  save()'),
  ]);
  expect(stepsOf('First:\n    a = 1\n\n    b = 2\nThen go on.')).toEqual([
    words('First:'),
    code('a = 1\n\nb = 2'),
    words('Then go on.'),
  ]);
  expect(stepsOf('')).toEqual([]);
});
