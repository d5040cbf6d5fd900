import { expect, test } from 'vitest';
import {
  allowedTypes,
  formalAt,
  isOnnxDomain,
  LATEST_OPSET,
  latestOpset,
  ONNX_DOMAINS,
  operatorNames,
  operatorSchema,
  operatorVersions,
} from '../../../../../src/core/dialects/onnx/operators.ts';

test('an operator is read as the opset means it', () => {
  expect(operatorVersions('', 'Softmax')).toEqual([1, 11, 13]);
  expect(operatorSchema('', 'Softmax', 12)?.attributes.get('axis')?.default).toBe(1);
  expect(operatorSchema('', 'Softmax', 22)?.attributes.get('axis')?.default).toBe(-1);
  expect(operatorSchema('ai.onnx', 'Gelu', 19)).toBeUndefined();
  expect(operatorSchema('', 'Gelu', 20)?.since).toBe(20);
  expect(operatorSchema('', 'constructor', 20)).toBeUndefined();
});

test('inputs, outputs, types and attributes of Conv', () => {
  const conv = operatorSchema('', 'Conv', 13);
  expect(conv?.inputs.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['X single', 'W single', 'B optional']);
  expect([...(conv?.attributes.keys() ?? [])]).toEqual([
    'auto_pad',
    'dilations',
    'group',
    'kernel_shape',
    'pads',
    'strides',
  ]);
  expect(conv?.attributes.get('auto_pad')).toEqual({ type: 'string', required: false, default: 'NOTSET' });
  const [x] = conv?.inputs ?? [];
  expect(conv && x && allowedTypes(conv, x)).toEqual(['float16', 'float32', 'float64']);
});

test('variadic inputs go on', () => {
  const concat = operatorSchema('', 'Concat', 13);
  expect(concat && formalAt(concat.inputs, 7)).toMatchObject({ name: 'inputs', minimum: 1, homogeneous: true });
  const loop = operatorSchema('', 'Loop', 13);
  expect(loop && formalAt(loop.inputs, 7)).toMatchObject({ name: 'v_initial', minimum: 0, homogeneous: false });
  expect(loop && formalAt(loop.inputs, 0)).toMatchObject({ kind: 'optional', type: 'I' });
});

test('every signature of every version is understood', () => {
  const counts: Record<string, number> = {};
  for (const domain of ONNX_DOMAINS) {
    counts[domain] = 0;
    for (const name of operatorNames(domain)) {
      for (const version of operatorVersions(domain, name)) {
        const schema = operatorSchema(domain, name, version);
        for (const formal of [...(schema?.inputs ?? []), ...(schema?.outputs ?? [])]) {
          expect(formal.name, `${name} ${version}`).toMatch(/^\w+(\.\.\.)?$/);
          expect(formal.type).toMatch(/^[\w(),]+$/);
        }
        for (const [attribute, facts] of schema?.attributes ?? []) {
          expect(attribute).toMatch(/^\w+$/);
          expect(facts.type).toMatch(/^[a-z-]+$/);
        }
        for (const types of schema?.types.values() ?? []) expect(types.length).toBeGreaterThan(0);
        counts[domain]++;
      }
    }
  }
  expect(counts).toEqual({
    '': 629,
    'ai.onnx.ml': 25,
    'ai.onnx.preview': 1,
    'ai.onnx.preview.training': 4,
    // A domain of the standard that has no operators yet.
    'ai.onnx.training': 0,
  });
});

test('the newest version of each domain is known', () => {
  expect(LATEST_OPSET).toBe(28);
  expect(ONNX_DOMAINS.map(latestOpset)).toEqual([28, 5, 1, 1, 1]);
  expect(latestOpset('ai.onnx')).toBe(28);
  expect(latestOpset('com.acme')).toBeUndefined();
  expect(latestOpset('toString')).toBeUndefined();
  expect(isOnnxDomain('ai.onnx.preview')).toBe(true);
});

test('one version is one object, however it is asked for', () => {
  expect(operatorSchema('ai.onnx', 'Relu', 22)).toBe(operatorSchema('', 'Relu', 14));
});
