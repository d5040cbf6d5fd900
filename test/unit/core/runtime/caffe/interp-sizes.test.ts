/** Interp by factors, as MNN 3.6.1 and openvino-dev 2023.3 give it: of the squares of 0, 1, 2, … in rows of seven. */
import { expect, test } from 'vitest';
import { blob, layer, ran } from './support.ts';

const squares = (height: number, width: number) =>
  blob(
    [1, 1, height, width],
    Array.from({ length: height * width }, (_, k) => k * k),
  );

test.each([
  ['mnn', 'zoom_factor: 2', [7, 10], [0, 0.667, 2, 4, 7.333, 11.333, 16, 22]],
  ['mnn', 'shrink_factor: 2', [2, 3], [0, 9, 36, 784, 961, 1156]],
  ['mnn', 'shrink_factor: 2 zoom_factor: 2', [5, 7], [0, 1, 4, 9, 16, 25, 36, 49]],
  ['mnn', 'height: 9 width: 13', [9, 13], [0, 0.5, 1, 2.5, 4, 6.5, 9, 12.5]],
  ['mnn', 'height: 9 width: 13 zoom_factor: 3', [9, 13], [0, 0.5, 1, 2.5, 4, 6.5, 9, 12.5]],
  ['mnn', 'height: 9', [5, 7], [0, 1, 4, 9, 16, 25, 36, 49]],
  ['mnn', 'zoom_factor: 4 pad_beg: -1 pad_end: -1', [6, 8], [0, 0.857, 3.143, 6.857, 12, 18.571, 26.571, 36]],
  ['openvino', 'zoom_factor: 2', [10, 14], [0, 0.462, 0.923, 2.154, 3.538, 5.538, 7.846, 10.615]],
  ['openvino', 'height: 9 width: 13', [9, 13], [0, 0.5, 1, 2.5, 4, 6.5, 9, 12.5]],
  ['openvino', 'height: 9 width: 13 zoom_factor: 3', [15, 21], [0, 0.3, 0.6, 0.9, 1.6, 2.5, 3.4, 4.5]],
  ['openvino', 'height: 9 width: 13 shrink_factor: 2 zoom_factor: 3', [9, 13], [0, 0.5, 1, 2.5, 4, 6.5, 9, 12.5]],
] as const)('%s: %s', (dialect, parameters, size, first) => {
  const { y } = ran(layer('Interp', `interp_param { ${parameters} }`), { x: squares(5, 7) }, dialect);
  expect(y?.shape).toEqual([1, 1, ...size]);
  for (const [k, value] of first.entries()) expect(y?.values[k]).toBeCloseTo(value, 3);
});

test.each([
  ['shrink_factor: 2', 'shrink_factor'],
  ['zoom_factor: 1', 'nothing of its size'],
  ['zoom_factor: 2 pad_beg: -1', 'padded'],
])('what OpenVINO does not run: %s', (parameters, reason) => {
  const run = () => ran(layer('Interp', `interp_param { ${parameters} }`), { x: squares(5, 7) }, 'openvino');
  expect(run).toThrow(reason);
});
