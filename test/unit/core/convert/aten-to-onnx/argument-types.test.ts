import { expect, test } from 'vitest';
import { RULES } from '../../../../../src/core/convert/aten-to-onnx/rules.ts';
import { printArgumentTypes } from './print-argument-types.ts';

test('the arguments of every rule have the types of the schemas', async () => {
  await expect(printArgumentTypes([...RULES.keys()])).toMatchFileSnapshot(
    '../../../../../src/core/convert/aten-to-onnx/argument-types.ts',
  );
});
