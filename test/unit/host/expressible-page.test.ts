/** The page that says what each target can express. */
import { expect, test } from 'vitest';
import { expressiblePage } from '../../../src/host/expressible-page.ts';
import type { ExpressibleRow, PlacedProblem } from '../../../src/shared/problems.ts';

const problem = (message: string, line?: number): PlacedProblem => ({
  ...{ code: 'unsupported-operator', severity: 'error', message, fixes: [], details: {}, origin: [] },
  ...(line !== undefined && { line }),
});
const reason = (message: string, count = 1, line = 2) => ({ message, count, first: problem(message, line) });
const row = (target: string, taken: number, reasons: ExpressibleRow['reasons']): ExpressibleRow => {
  return { target, title: target, layers: 9, taken, reasons };
};

function page(rows: readonly ExpressibleRow[], own: readonly PlacedProblem[] = []): string[] {
  const html = expressiblePage({ name: 'a<b>.prototxt', own, rows }, ({ line }) =>
    line === undefined ? undefined : { words: `line ${line}`, address: `command:x?"${line}"` },
  );
  const body = html.slice(html.indexOf('<body>'));
  const plain = (each: string) => each.replaceAll(/<(?!\/?a\b)[^>]*>/g, '').trim();
  return body.replaceAll('</td><td>', ' | ').split('\n').map(plain).filter(Boolean);
}

test('targets that take all are named, the others have their reasons, the best first', () => {
  const rows = [
    row('caffe:a', 3, [reason('no Foo.', 6)]),
    row('caffe:b', 9, []),
    row(
      'caffe:c',
      8,
      ['1', '2', '3', '4', '5'].map((word) => reason(`<${word}>.`)),
    ),
    { ...row('caffe:d', 0, []), failure: 'not read' },
  ];
  const link = '<a href="command:x?&quot;2&quot;">line 2</a>';
  expect(page(rows)).toEqual([
    'What each backend can express of a&lt;b&gt;.prototxt',
    'All of its 9 layers: caffe:b',
    'TargetLayersWhy not the others',
    `caffe:c | 8 of 9 | &lt;1&gt;. ${link}&lt;2&gt;. ${link}&lt;3&gt;. ${link}&lt;4&gt;. ${link}and 1 more kind`,
    `caffe:a | 3 of 9 | 6 × no Foo. ${link}`,
    'caffe:d |  | not read',
  ]);
});

test('what is wrong with the model itself stands once, above', () => {
  expect(page([row('onnx', 9, [])], [problem('no weights.'), { ...problem('a note.'), severity: 'warning' }])).toEqual([
    'What each backend can express of a&lt;b&gt;.prototxt',
    'The model itself has problems, whatever it becomes:',
    'no weights.',
    'All of its 9 layers: onnx',
  ]);
});
