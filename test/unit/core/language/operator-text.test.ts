import { expect, test } from 'vitest';
import { operatorSchema } from '../../../../src/core/dialects/onnx/operators.ts';
import { operatorMarkdown, signatureOf } from '../../../../src/core/language/operator-text.ts';
import { factTypes } from '../../../../src/core/language/type-text.ts';

function schemaOf(name: string, opset: number) {
  const schema = operatorSchema('', name, opset);
  if (!schema) throw new Error(`no ${name}`);
  return schema;
}

test('an operator with its types and attributes', () => {
  expect(operatorMarkdown(schemaOf('Gemm', 13), 17)).toBe(`\`\`\`onnx-text
Gemm (A: T, B: T, C?: T) → (Y: T)
\`\`\`

alpha * A * B + beta * C for matrices, each of A and B optionally transposed. _unchanged since opset 13, in opset 17_

**Types**
- \`T\`: bfloat16, float16, float, double, int32, int64, uint32, uint64

**Attributes**
- \`alpha: float = 1.0\`
- \`beta: float = 1.0\`
- \`transA: int = 0\`
- \`transB: int = 0\``);
});

test('where the inputs stand in a signature', () => {
  const schema = schemaOf('Concat', 13);
  const { label, inputs } = signatureOf('Concat', schema.inputs, schema.outputs);
  expect(label).toBe('Concat (inputs…: T) → (concat_result: T)');
  expect(inputs.map(([start, end]) => label.slice(start, end))).toEqual(['inputs…: T']);
});

test('types that stand together are one word', () => {
  expect(factTypes(schemaOf('Add', 7).types.get('T') ?? [])).toBe(
    'float16, float, double, int32, int64, uint32, uint64',
  );
  expect(factTypes(schemaOf('Add', 14).types.get('T') ?? [])).toBe('bfloat16, float16, float, double, any integer');
  expect(factTypes(['int64', 'seq(float32)', 'seq(string)', 'map(int64,float32)'])).toBe(
    'int64, seq(float | string), map(int64, float)',
  );
});
