import { expect, test } from 'vitest';
import {
  allowedWords,
  ELEMENT_TYPES,
  FLAGS,
  holdsElementType,
  NUMBERS,
  numberMeanings,
  WORDS,
} from '../../../../../src/core/dialects/onnx/attribute-values.ts';
import {
  ONNX_DOMAINS,
  type OperatorSchema,
  operatorNames,
  operatorSchema,
  operatorVersions,
} from '../../../../../src/core/dialects/onnx/operators.ts';

const words = (name: string, opset: number, attribute: string, domain = '') => {
  const schema = operatorSchema(domain, name, opset);
  return schema && allowedWords(schema, attribute);
};

test('words are those of the version that the opset means', () => {
  expect(words('Pad', 18, 'mode')).toEqual(['constant', 'reflect', 'edge']);
  expect(words('Pad', 19, 'mode')).toEqual(['constant', 'reflect', 'edge', 'wrap']);
  expect(words('GridSample', 19, 'mode')).toContain('bilinear');
  expect(words('GridSample', 22, 'mode')).toContain('linear');
  expect(words('Normalizer', 1, 'norm', 'ai.onnx.ml')).toEqual(['MAX', 'L1', 'L2']);
});

test('free text and attributes of other types are not limited', () => {
  expect(words('Einsum', 12, 'equation')).toBeUndefined();
  expect(words('Cast', 1, 'to')).toContain('FLOAT');
  expect(words('Cast', 13, 'to')).toBeUndefined();
  expect(words('Conv', 22, 'strides')).toBeUndefined();
});

test('numbers have meanings, flags are no or yes, types have codes', () => {
  const of = (name: string, opset: number, attribute: string) => {
    const schema = operatorSchema('', name, opset);
    return schema && numberMeanings(schema, attribute);
  };
  expect(of('LSTM', 14, 'layout')).toEqual({ 0: 'sequence first', 1: 'batch first' });
  expect(of('LSTM', 7, 'layout')).toBeUndefined();
  expect(of('ReduceSum', 13, 'keepdims')).toEqual({ 0: 'no', 1: 'yes' });
  expect(of('Concat', 13, 'axis')).toBeUndefined();
  const cast = operatorSchema('', 'Cast', 13);
  expect(cast && holdsElementType(cast, 'to')).toBe(true);
  const oldest = operatorSchema('', 'Cast', 1);
  expect(oldest && holdsElementType(oldest, 'to')).toBe(false);
});

test('a row begins at a version of its operator that has the attribute', () => {
  for (const { domain = '', operators, attribute, since } of [...WORDS, ...NUMBERS]) {
    for (const operator of operators) {
      const at = `${operator}.${attribute}`;
      const versions = operatorVersions(domain, operator);
      if (since !== undefined) expect(versions, at).toContain(since);
      const first = since ?? versions[0] ?? 0;
      expect(operatorSchema(domain, operator, first)?.attributes.has(attribute), at).toBe(true);
    }
  }
});

test('every default is one of the allowed values', () => {
  for (const schema of allSchemas()) {
    for (const [attribute, facts] of schema.attributes) {
      const at = `${schema.name} ${schema.since} ${attribute}`;
      const allowed = allowedWords(schema, attribute);
      // A slip of the standard: the default of the first version of GRU is written "foward".
      const defaults = [facts.default ?? []].flat().filter((value) => value !== 'foward');
      if (allowed) for (const value of defaults) expect(allowed, at).toContain(value);
      const meanings = numberMeanings(schema, attribute);
      if (meanings && facts.default !== undefined) expect(Object.keys(meanings), at).toContain(String(facts.default));
    }
  }
});

/** Attributes of text that may be any. */
const FREE = new Set([
  ...['equation', 'pattern', 'delimiter', 'locale', 'stopwords', 'value_string', 'value_strings', 'pool_strings'],
  ...['cats_strings', 'default_string', 'string_vocabulary', 'classes_strings', 'keys_strings', 'values_strings'],
  ...['classlabels_strings', 'xs', 'y', 'zs'],
]);

test('every attribute of text is limited or listed as free', () => {
  for (const schema of allSchemas()) {
    for (const [attribute, { type }] of schema.attributes) {
      if (type !== 'string' && type !== 'strings') continue;
      const limited = allowedWords(schema, attribute) !== undefined;
      expect(limited, `${schema.name} ${schema.since} ${attribute}`).toBe(!FREE.has(attribute));
    }
  }
});

test('flags and element types are integers of some operator', () => {
  const integers = new Set<string>();
  for (const schema of allSchemas()) {
    for (const [attribute, { type }] of schema.attributes) if (type === 'int') integers.add(attribute);
  }
  for (const name of [...FLAGS, ...ELEMENT_TYPES]) expect(integers, name).toContain(name);
});

function* allSchemas(): Iterable<OperatorSchema> {
  for (const domain of ONNX_DOMAINS) {
    for (const name of operatorNames(domain)) {
      for (const version of operatorVersions(domain, name)) {
        const schema = operatorSchema(domain, name, version);
        if (schema) yield schema;
      }
    }
  }
}
