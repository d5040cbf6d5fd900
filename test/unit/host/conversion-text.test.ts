/** What is said of a conversion that is done. */
import { expect, test } from 'vitest';
import { doneText } from '../../../src/host/conversion-text.ts';
import type { ConvertResult } from '../../../src/shared/conversion.ts';

const pass = { pass: 'no-identity', title: 'Takes out Identity', removed: 1, added: 0, optional: true };
const RESULT: ConvertResult = { status: 'done', output: ['/w/net.onnx'], problems: [], passes: [], seconds: 0.42 };
const told = (result: Partial<ConvertResult>) => doneText('net.pt', 'ONNX', { ...RESULT, ...result });
const simplified = (nodesBefore: number, nodesAfter: number) => ({ nodesBefore, nodesAfter });

test('what was written, what was done to it, and where that is to be seen', () => {
  const head = 'Converted net.pt to ONNX: net.onnx (0.4 s).';
  const where = 'listed under Conversion Steps, beside the problems.';
  expect(told({})).toBe(head);
  expect(told({ simplified: simplified(3, 3) })).toBe(`${head} There was nothing to simplify.`);
  expect(told({ passes: [{ ...pass, applications: 1 }] })).toBe(`${head} The step is ${where}`);
  const passes = [
    { ...pass, applications: 2 },
    { ...pass, applications: 3 },
  ];
  expect(told({ passes, simplified: simplified(9, 4) })).toBe(`${head} 9 nodes became 4. The 5 steps are ${where}`);
  expect(told({ passes, simplified: simplified(9, 9) })).toBe(`${head} The 5 steps are ${where}`);
});

test('a comparison that was asked for, and why there is none', () => {
  const verification = { reference: 'a', result: 'b', relativeError: 1.5e-7, seed: 1 };
  expect(told({ verification })).toMatch(/Outputs differ by 1\.5e-7 at most\.$/);
  expect(told({ unverified: { reason: 'python3 has no onnxruntime', next: '' } })).toMatch(
    /\(0\.4 s\)\. It was not compared: python3 has no onnxruntime\.$/,
  );
});
