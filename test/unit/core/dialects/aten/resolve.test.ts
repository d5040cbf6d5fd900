import { expect, test } from 'vitest';
import { type RuntimeKind, resolveOverload } from '../../../../../src/core/dialects/aten/resolve.ts';

const overload = (name: string, positional: RuntimeKind[], keywords: Record<string, RuntimeKind> = {}) =>
  resolveOverload(name, { positional, keywords: new Map(Object.entries(keywords)) })?.overload;

test('the first overload whose arguments fit is meant', () => {
  expect(overload('add', ['tensor', 'tensor'])).toBe('Tensor');
  expect(overload('add', ['tensor', 'int'], { alpha: 'int' })).toBe('Scalar');
  expect(overload('max', ['tensor'])).toBe('');
  expect(overload('max', ['tensor', 'int', 'bool'])).toBe('dim');
  expect(overload('max', ['tensor', 'tensor'])).toBe('other');
  expect(overload('split', ['tensor', { items: ['int', 'int'] }, 'int'])).toBe('sizes');
  expect(overload('to', ['tensor', 'device', 'int'])).toBe('device');
  expect(overload('to', ['tensor', 'int'])).toBe('dtype');
  expect(overload('to', ['tensor'], { dtype: 'int', layout: 'int', device: 'device' })).toBe('dtype_layout');
  expect(overload('pow', ['float', 'tensor'])).toBe('Scalar');
  expect(overload('where', ['tensor', 'tensor', 'float'])).toBe('ScalarOther');
});

test('lists take one number for several, tuples of the right elements, and None where it is allowed', () => {
  expect(overload('max_pool2d', ['tensor', 'int'])).toBe('');
  expect(overload('index', ['tensor', { items: ['none', 'tensor'] }])).toBe('Tensor');
  expect(overload('cat', [{ items: ['tensor', 'none'] }])).toBeUndefined();
  expect(overload('sum', ['tensor', 'none', 'bool'], { dtype: 'none' })).toBe('dim_IntList');
  expect(overload('view', ['tensor', { items: [] }])).toBe('');
});

test('conversions come second: a tensor for a number, text for a device, a bool for a number', () => {
  expect(overload('arange', ['tensor'])).toBe('');
  expect(overload('full', [{ items: ['int'] }, 'bool'])).toBe('');
  expect(overload('add', ['tensor', 'bool'])).toBe('Scalar');
});

test('calls that fit nothing are of no overload', () => {
  expect(overload('relu', [])).toBeUndefined();
  expect(overload('relu', ['tensor', 'tensor'])).toBeUndefined();
  expect(overload('relu', ['tensor'], { nothing: 'int' })).toBeUndefined();
  expect(overload('no_such_operator', ['tensor'])).toBeUndefined();
});

test('a number that could not be computed fits whatever is asked for', () => {
  expect(overload('select', ['tensor', 'int', 'unknown'])).toBe('int');
});
