import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildLeniently } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { faultsOf, parseText } from '../../../../../src/core/formats/onnxtxt/syntax-text.ts';

test('the texts of docs/onnx-text.md are what they say', () => {
  const page = readFileSync(new URL('../../../../../docs/onnx-text.md', import.meta.url), 'utf8');
  const texts = [...page.matchAll(/```\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  expect(texts).toHaveLength(2);
  for (const text of texts) {
    const tree = parseText(text);
    expect(faultsOf(tree)).toEqual([]);
    const { faults } = buildLeniently(text, tree, { fileName: 'nowhere.onnxtxt' });
    expect(faults.filter(({ code }) => code !== 'external-data-missing')).toEqual([]);
  }
});
