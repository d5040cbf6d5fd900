import { expect, test } from 'vitest';
import { argumentsOf } from '../../../../../src/core/dialects/aten/arguments.ts';
import { parseSchema } from '../../../../../src/core/dialects/aten/schema.ts';
import { SCHEMA_ROWS } from '../../../../../src/core/dialects/aten/schema-rows.ts';
import { findSchema, overloadsOf, schemaOf } from '../../../../../src/core/dialects/aten/schemas.ts';
import { int, ints } from '../../../../../src/core/ir/attribute.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { Value } from '../../../../../src/core/ir/value.ts';

test('every row parses', () => {
  const rows = SCHEMA_ROWS.trim().split('\n');
  expect(rows.length).toBeGreaterThan(1300);
  for (const row of rows) {
    const schema = parseSchema(`aten::${row}`);
    expect(schema.arguments.every((argument) => argument.name !== '')).toBe(true);
  }
});

test('a schema says types, defaults, keywords, aliases and results', () => {
  const {
    arguments: args,
    results,
    name,
    overload,
  } = parseSchema(
    'aten::max_pool2d_x.out(Tensor(a!) self, int[2] kernel=[1, 1], float? p=None, *, Tensor?[] t, SymInt[]? n=[], str s="a,b", Scalar alpha=1, float eps=1e-05) -> (Tensor(a!) values, Tensor[])',
  );
  expect([name, overload]).toEqual(['max_pool2d_x', 'out']);
  expect(args.map((argument) => [argument.name, argument.default, argument.keywordOnly])).toEqual([
    ['self', undefined, false],
    ['kernel', [1n, 1n], false],
    ['p', null, false],
    ['t', undefined, true],
    ['n', [], true],
    ['s', 'a,b', true],
    ['alpha', 1n, true],
    ['eps', 1e-5, true],
  ]);
  expect(args[0]?.alias).toEqual({ set: 'a', write: true });
  expect(args[1]?.type).toEqual({
    base: 'int',
    symbolic: false,
    list: true,
    size: 2,
    elementOptional: false,
    optional: false,
  });
  expect(args[3]?.type).toEqual({
    base: 'Tensor',
    symbolic: false,
    list: true,
    size: undefined,
    elementOptional: true,
    optional: false,
  });
  expect(args[4]?.type).toEqual({
    base: 'int',
    symbolic: true,
    list: true,
    size: undefined,
    elementOptional: false,
    optional: true,
  });
  expect(results.map((result) => [result.name, result.type.list, result.alias?.set])).toEqual([
    ['values', false, 'a'],
    ['', true, undefined],
  ]);
});

test('overloads keep the order of TorchScript', () => {
  expect(overloadsOf('add').map((schema) => schema.overload)).toEqual(['Tensor', 'Scalar']);
  expect(findSchema('aten', 'no_such_operator', '')).toBeUndefined();
  expect(findSchema('acme', 'add', 'Tensor')).toBeUndefined();
});

test('arguments are read by the names of the schema', () => {
  const [x, y, i] = ['x', 'y', 'i'].map((name) => new Value({ name }));
  const cat = new Node('cat', [x, y], { domain: 'aten', attributes: { tensors: int(2), dim: int(1) } });
  expect(schemaOf(cat)?.text).toBe('aten::cat(Tensor[] tensors, int dim=0) -> Tensor');
  expect(argumentsOf(cat).tensors('tensors')).toEqual([x, y]);
  expect(argumentsOf(cat).int('dim')).toBe(1n);

  const index = new Node('index', [x, undefined, i], {
    domain: 'aten',
    overload: 'Tensor',
    attributes: { indices: int(2) },
  });
  expect(argumentsOf(index).optionalTensors('indices')).toEqual([undefined, i]);

  const conv = new Node('conv2d', [x, y, undefined], { domain: 'aten', attributes: { stride: ints([2, 2]) } });
  expect(argumentsOf(conv).optionalTensor('bias')).toBeUndefined();
  expect(argumentsOf(conv).numbers('stride')).toEqual([2, 2]);
  expect(() => argumentsOf(conv).ints('padding')).toThrow(TypeError);
});
