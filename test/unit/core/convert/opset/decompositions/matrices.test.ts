import { expect, test } from 'vitest';
import { decomposes, reasons } from './decomposing.ts';

decomposes('Det', [
  { graph: 'float[2,2] x => float y', nodes: 'y = Det (x)', from: 22, to: [10, 7], gone: 'Det' },
  { graph: 'float[5,3,3] x => float[5] y', nodes: 'y = Det (x)', from: 11, to: [10, 7] },
  { graph: 'float[2,2,5,5] x => float[2,2] y', nodes: 'y = Det (x)', from: 11, to: [10], within: 1e-4 },
]);

decomposes('MeanVarianceNormalization', [
  {
    graph: 'float[2,3,4,4] x => float[2,3,4,4] y',
    nodes: 'y = MeanVarianceNormalization (x)',
    from: 13,
    to: [8, 7],
    gone: 'MeanVarianceNormalization',
    within: 1e-4,
  },
  {
    graph: 'float[2,3,5] x => float[2,3,5] y',
    nodes: 'y = MeanVarianceNormalization <axes = [2]> (x)',
    from: 9,
    to: [8],
    within: 1e-4,
  },
]);

test('a determinant that takes too many minors', () => {
  expect(reasons({ graph: 'float[9,9] x => float y', nodes: 'y = Det (x)', from: 11 }, 10)).toEqual([
    'Det needs opset 11: its matrix has 9 rows, and minors are written out up to 8.',
  ]);
});

test('what no older opset says has its reason', () => {
  const texts = { graph: 'string[2] x => bool[2] y', nodes: 'y = RegexFullMatch <pattern = "a*"> (x)', from: 20 };
  expect(reasons(texts, 19)).toEqual(['RegexFullMatch needs opset 20: older opsets do not look into texts.']);
});
