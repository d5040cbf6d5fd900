import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { readOnnxLeniently } from '../../../../../src/core/formats/onnx/read.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import type { Problem } from '../../../../../src/core/problems/problem.ts';
import { BASES, baseBytes, DEFECTS, defectBytes, ODDITIES } from '../../../../conformance/onnx/defects.ts';

/** What `check` finds in a file. */
function problemsIn(bytes: Uint8Array): Problem[] {
  const { model, problems, told } = readOnnxLeniently(new MemoryBytes('/models/net.onnx', bytes));
  const sound = !problems.some(({ severity }) => severity === 'error');
  return [...problems, ...checkOnnx(model, { told, types: sound })];
}

function errorsIn(bytes: Uint8Array): Problem[] {
  return problemsIn(bytes).filter(({ severity }) => severity === 'error');
}

test.each(Object.keys(BASES))('the model %s has no errors', (name) => {
  expect(errorsIn(baseBytes(name))).toEqual([]);
});

test.each(DEFECTS.map((defect) => [defect.name, defect] as const))('%s', (_, defect) => {
  const errors = errorsIn(defectBytes(defect));
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set([defect.code]));
  const [first] = errors;
  if (defect.part) expect(first?.part).toEqual(defect.part);
  if (defect.node) expect(first?.node?.name).toBe(defect.node);
  // Every placeholder of a message is filled.
  for (const { message } of errors) expect(message).not.toMatch(/this target|undefined$/);
});

test.each(ODDITIES.filter(({ link }) => !link).map((odd) => [odd.name, odd] as const))('%s is right', (_, odd) => {
  const told = problemsIn(defectBytes(odd)).filter(({ severity }) => severity !== 'information');
  expect(told.map(({ code, severity }) => [code, severity])).toEqual([[odd.code, 'warning']]);
  if (odd.node) expect(told[0]?.node?.name).toBe(odd.node);
  expect(told[0]?.message).not.toMatch(/this target|undefined$/);
});

test('docs/checking.md lists every kind of error that onnx does not tell', () => {
  const page = readFileSync(new URL('../../../../../docs/checking.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split('## What is an error here');
  const beyond = new Set(DEFECTS.filter((defect) => defect.beyond).map(({ code }) => code));
  expect(beyond.size).toBeGreaterThan(8);
  for (const code of beyond) expect(section.split('## What is told')[0]).toContain(`\`${code}\``);
});
