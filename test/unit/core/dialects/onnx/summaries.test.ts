import { expect, test } from 'vitest';
import { ONNX_DOMAINS, operatorNames } from '../../../../../src/core/dialects/onnx/operators.ts';
import { operatorSummary, SUMMARIES } from '../../../../../src/core/dialects/onnx/summaries.ts';

test.each(ONNX_DOMAINS)('every operator of "%s" has a summary, and nothing else has', (domain) => {
  expect(Object.keys(SUMMARIES[domain] ?? {}).sort()).toEqual([...operatorNames(domain)].sort());
});

test('a summary is one line of at most 100 characters that ends with a full stop', () => {
  for (const operators of Object.values(SUMMARIES)) {
    for (const [name, summary] of Object.entries(operators)) {
      expect(summary, name).toMatch(/^\S.{3,98}\.$/);
      expect(summary.toLowerCase(), `${name} says no more than its name`).not.toBe(`${name.toLowerCase()}.`);
    }
  }
});

test('a summary is found by either name of the standard domain', () => {
  expect(operatorSummary('', 'Relu')).toBe('x above 0, 0 below.');
  expect(operatorSummary('ai.onnx', 'Relu')).toBe('x above 0, 0 below.');
  expect(operatorSummary('', 'toString')).toBeUndefined();
  expect(operatorSummary('com.acme', 'Relu')).toBeUndefined();
});
