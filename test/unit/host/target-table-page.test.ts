/** The page that says which targets can take a model. */
import { expect, test } from 'vitest';
import { targetTablePage } from '../../../src/host/target-table-page.ts';
import type { OpsetRow, PlacedProblem, TargetTable, TargetTakenRow } from '../../../src/shared/problems.ts';

const problem = (message: string, line?: number): PlacedProblem => ({
  ...{ code: 'unsupported-operator', severity: 'error', message, fixes: [], details: {}, origin: [] },
  ...(line !== undefined && { line }),
});
const reason = (message: string, ...lines: readonly number[]) => {
  const places = (lines.length === 0 ? [2] : lines).map((line) => problem(message, line));
  return { message, count: places.length, places };
};
type Reasons = TargetTakenRow['reasons'];
const row = (target: string, taken: number, reasons: Reasons = [], opsets?: readonly number[]): TargetTakenRow => {
  return { target, title: target, layers: 9, taken, reasons, ...(opsets && { opset: opsets[0] ?? 17, opsets }) };
};
const opset = (number: number, taken: number, reasons: Reasons = []): OpsetRow => {
  return { opset: number, layers: 9, taken, reasons };
};

function page(table: Partial<TargetTable>): string[] {
  const html = targetTablePage('a<b>.onnx', { own: [], opsets: [], targets: [], ...table }, ({ line }) =>
    line === undefined ? undefined : { line, address: `command:x?"${line}"` },
  );
  const body = html.slice(html.indexOf('<body>'));
  const plain = (each: string) => each.replaceAll(/<(?!\/?a\b)[^>]*>/g, '').trim();
  return body
    .replaceAll(/<\/t[dh]><t[dh]>/g, ' | ')
    .split('\n')
    .map(plain)
    .filter(Boolean);
}

const link = (line: number, words: string | number = line) => `<a href="command:x?&quot;${line}&quot;">${words}</a>`;

test('opsets in groups, the lowest and the best', () => {
  const none = { ...opset(12, 0), failure: 'not written' };
  const opsets = [
    none,
    opset(13, 7, [reason('Foo needs opset 15.', 4, 6)]),
    opset(14, 7, [reason('Foo needs opset 15.', 4, 6)]),
    opset(15, 9),
  ];
  const targets = [row('onnx:a', 9, [], [15]), row('onnx:b', 8, [reason('no Bar.')], [])];
  expect(page({ opsets, targets, lowest: 15, best: 15 })).toEqual([
    'Which targets can take a&lt;b&gt;.onnx?',
    'The lowest opset that holds all of its 9 nodes is 15. The best is 15, at which 1 of 2 targets that read ONNX take it.',
    'Opsets of ONNX',
    'Opset | Takes it | Why not',
    '12 |  | not written',
    `13 to 14 | ${link(4, '2 nodes')} | 2 × Foo needs opset 15. lines ${link(4)}, ${link(6)}`,
    '15 | yes |',
    'Runtimes and converters that read ONNX',
    'Target | Takes it | Why not',
    'onnx:a | yes at opset 15 |',
    `onnx:b | ${link(2, '1 node')} at opset 17 | no Bar. line ${link(2)}`,
  ]);
});

test('targets that take all come first, the others by how much they take', () => {
  const five = ['1', '2', '3', '4', '5'].map((word) => reason(`<${word}>.`));
  const targets = [
    row('caffe:a', 3, [reason('no Foo.', 6)]),
    { ...row('caffe:d', 0), failure: 'not read' },
    row('caffe:b', 9),
    row('caffe:c', 8, five),
  ];
  expect(page({ targets })).toEqual([
    'Which targets can take a&lt;b&gt;.onnx?',
    'Frameworks that read Caffe',
    'Target | Takes it | Why not',
    'caffe:b | yes |',
    `caffe:c | ${link(2, '1 node')} | ${['1', '2', '3', '4'].map((n) => `&lt;${n}&gt;. line ${link(2)}`).join('')}and 1 more kind`,
    `caffe:a | ${link(6, '6 nodes')} | no Foo. line ${link(6)}`,
    'caffe:d |  | not read',
  ]);
});

test('what is wrong with the model itself stands alone', () => {
  expect(page({ own: [problem('no weights.'), { ...problem('a note.'), severity: 'warning' }] })).toEqual([
    'Which targets can take a&lt;b&gt;.onnx?',
    'The model itself has problems, whatever it becomes:',
    'no weights.',
  ]);
});

test('more places than are told', () => {
  const reasons = [{ ...reason('no Foo.', 3, 5), count: 40 }];
  expect(page({ targets: [row('caffe:a', 1, reasons)] }).at(-1)).toBe(
    `caffe:a | ${link(3, '8 nodes')} | 40 × no Foo. lines ${link(3)}, ${link(5)} …`,
  );
});

test("profiles of the user's own stand among those that read ONNX, by their name; one that is broken says why", () => {
  const broken = { ...row('/models/broken.graphwright-target.json', 0), failure: 'cannot be used: no' };
  expect(page({ targets: [broken, row('/models/chip.graphwright-target.json', 9, [], [15])] }).slice(1)).toEqual([
    'Runtimes and converters that read ONNX',
    'Target | Takes it | Why not',
    'chip.graphwright-target.json | yes at opset 15 |',
    'broken.graphwright-target.json |  | cannot be used: no',
  ]);
});
