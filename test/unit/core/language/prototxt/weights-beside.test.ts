/** What the .caffemodel beside a text says of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { problemsOf } from '../../../../../src/core/language/prototxt/problems.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { readText } from '../../formats/caffe/support.ts';
import { blob, weights } from '../../runtime/caffe/support.ts';
import { documentOf, inNet, textAt } from './texts.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graphwright-weights-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const layer = (name: string, outputs: number, blobs = '') =>
  `layer { name: "${name}" type: "Convolution" bottom: "data" top: "${name}" convolution_param { num_output: ${outputs} kernel_size: 1 bias_term: false } ${blobs} }`;

test('blobs that are missing, do not fit, or are of no layer', () => {
  const path = join(folder, 'net.prototxt');
  const text = inNet([layer('a', 2), layer('b', 2), layer('c', 2)].join('\n'));
  const found = () => {
    const document = documentOf(text, 'bvlc', path);
    return problemsOf(document).map(({ code, range }) => `${code} at ${textAt(document, range)}`);
  };
  // Without a file nothing is said: a text may be written before there are weights.
  expect(found()).toEqual([]);
  const trained = [layer('a', 2, weights(blob([2, 3, 1, 1], [1]))), layer('b', 4, weights(blob([4, 3, 1, 1], [1])))];
  const further = layer('d', 2, weights(blob([2, 3, 1, 1], [1])));
  const { model } = readText(inNet([...trained, further].join('\n')), { dialect: 'bvlc' });
  writeFileSync(join(folder, 'net.caffemodel'), encodeCaffe(model, caffeBackend('bvlc')).caffemodel);
  expect(found()).toEqual(['layer-unmatched at n', 'blobs-mismatch at b', 'blobs-missing at c']);
  // A file that is none says nothing of the text: it is told when it is opened.
  writeFileSync(join(folder, 'net.caffemodel'), 'no model');
  expect(found()).toEqual([]);
});
