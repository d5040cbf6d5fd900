import { expect, test } from 'vitest';
import { LATEST_IR_VERSION } from '../../../../../src/core/dialects/onnx/check-imports.ts';
import { LATEST_OPSET } from '../../../../../src/core/dialects/onnx/operators.ts';
import { irVersionFor } from '../../../../../src/core/formats/onnx/versions.ts';

test('an opset comes with the IR version of its release', () => {
  expect([7, 9, 14, 18, 22, 27].map(irVersionFor)).toEqual([3, 4, 7, 8, 10, 13]);
});

test('the newest opset comes with the newest IR version', () => {
  expect(irVersionFor(LATEST_OPSET)).toBe(LATEST_IR_VERSION);
});
