import { expect, test } from 'vitest';
import { COMPLEX_RULES } from '../../../../../src/core/convert/aten-to-onnx/complex/rules.ts';
import { RULES } from '../../../../../src/core/convert/aten-to-onnx/rules.ts';
import { printArgumentTypes } from './print-argument-types.ts';

test('the arguments of every rule have the types of the schemas', async () => {
  await expect(printArgumentTypes([...new Set([...RULES.keys(), ...COMPLEX_RULES.keys()])])).toMatchFileSnapshot(
    '../../../../../src/core/convert/aten-to-onnx/argument-types.ts',
  );
});
