import { expect, test } from 'vitest';
import { decomposes, reasons } from './decomposing.ts';

const POOL =
  'ngram_counts = [0, 4], ngram_indexes = [0, 1, 2, 3, 4, 5, 6], pool_int64s = [2, 3, 5, 4, 5, 6, 7, 8, 6, 7]';
const WEIGHTS = 'weights = [0.5, 1.0, 2.0, 0.25, 3.0, 1.5, 4.0]';
const TOKENS = [1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8];

decomposes('TfIdfVectorizer', [
  ...['TF', 'IDF', 'TFIDF'].flatMap((mode) =>
    [
      [1, 1, 0],
      [1, 2, 0],
      [2, 2, 5],
      [1, 2, 20],
    ].map(([least, most, skip]) => ({
      graph: 'int32[12] x => float[7] y',
      nodes: `y = TfIdfVectorizer <mode = "${mode}", min_gram_length = ${least}, max_gram_length = ${most}, max_skip_count = ${skip}, ${POOL}, ${WEIGHTS}> (x)`,
      from: 9,
      to: [8, 7],
      inputs: { x: TOKENS },
      gone: 'TfIdfVectorizer',
    })),
  ),
  {
    // Two samples, whose counts stand in another order, with gaps.
    graph: 'int64[2,6] x => float[2,9] y',
    nodes: `y = TfIdfVectorizer <mode = "TF", min_gram_length = 1, max_gram_length = 2, max_skip_count = 1,
      ngram_counts = [0, 4], ngram_indexes = [6, 0, 2, 8, 4, 5, 1], pool_int64s = [2, 3, 5, 4, 5, 6, 7, 8, 6, 7]> (x)`,
    from: 9,
    to: [8, 7],
    inputs: { x: TOKENS },
  },
  {
    // Fewer tokens than the sequences have.
    graph: 'int64[1] x => float[7] y',
    nodes: `y = TfIdfVectorizer <mode = "IDF", min_gram_length = 2, max_gram_length = 2, max_skip_count = 0, ${POOL}> (x)`,
    from: 9,
    to: [8],
    inputs: { x: [5] },
  },
]);

test('tokens that are texts, and weights in another order', () => {
  const settings = 'min_gram_length = 1, max_gram_length = 1, max_skip_count = 0, ngram_counts = [0]';
  const texts = {
    graph: 'string[3] x => float[2] y',
    nodes: `y = TfIdfVectorizer <mode = "TF", ${settings}, ngram_indexes = [0, 1], pool_strings = ["a", "b"]> (x)`,
    from: 9,
  };
  expect(reasons(texts, 8)).toEqual(['TfIdfVectorizer needs opset 9: older opsets do not look into texts.']);
  const weights = {
    graph: 'int64[3] x => float[2] y',
    nodes: `y = TfIdfVectorizer <mode = "IDF", ${settings}, ngram_indexes = [1, 0], pool_int64s = [4, 5], weights = [2.0, 3.0]> (x)`,
    from: 9,
  };
  expect(reasons(weights, 8)).toEqual([
    'TfIdfVectorizer needs opset 9: in which order its weights are is not agreed on.',
  ]);
});
