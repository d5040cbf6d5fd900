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
  const verification = { reference: 'PyTorch 2.9', result: 'b', relativeError: 1.5e-7, seed: 1 };
  const compared = (own: Partial<typeof verification>, output?: string, reason?: string) =>
    told({
      verification: { ...verification, ...own, ...(output && { worst: { output, ...(reason && { reason }) } }) },
    });
  expect(compared({ relativeError: 0 })).toMatch(/\(0\.4 s\)\. It agrees with PyTorch 2\.9: no difference\.$/);
  expect(compared({}, 'y')).toMatch(/\. It agrees with PyTorch 2\.9: largest relative difference 1\.5e-7\.$/);
  expect(compared({ relativeError: 0.5 }, 'y')).toMatch(
    /\. It DIFFERS from PyTorch 2\.9: largest relative difference 5\.0e-1, in output y\.$/,
  );
  const infinite = { relativeError: Number.POSITIVE_INFINITY };
  expect(compared(infinite, 'y')).toMatch(/DIFFERS .*: NaN or infinite on one side only, in output y\.$/);
  expect(compared(infinite, 'y', 'shapes [2] and [3] differ')).toMatch(/: output y: shapes \[2\] and \[3\] differ\.$/);
  const unverified = { code: 'runtime-missing', reason: 'python3 has no onnxruntime', next: '' } as const;
  expect(told({ unverified })).toMatch(/\(0\.4 s\)\. It was not compared: python3 has no onnxruntime\.$/);
});
