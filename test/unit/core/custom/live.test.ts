/** Entries for functions and module classes that live capture records, and entries drafted from what it saw. */
import { expect, test } from 'vitest';
import type { OperatorCandidate } from '../../../../src/core/capture/live/protocol.ts';
import { draftCandidateEntry } from '../../../../src/core/custom/candidate-entry.ts';
import { CustomOperators } from '../../../../src/core/custom/definition.ts';
import { liveOperator, operatorsForHelper } from '../../../../src/core/custom/live.ts';
import { withEntry } from '../../../../src/core/custom/ops-file.ts';
import { parseOps } from '../../../../src/core/custom/read.ts';

const swish = {
  name: 'Swish',
  domain: 'com.acme',
  for: { function: 'acme.net.swish' },
  inputs: ['x', { name: 'bias', optional: true }],
  outputs: [
    { name: 'y', dtype: 'x', shape: 'x' },
    { name: 'z', dtype: 'int64', shape: ['x[0]', 4] },
  ],
  attributes: { beta: { type: 'float', default: 1.5 }, sizes: { type: 'ints', default: [1, 2] } },
};
const gate = {
  name: 'Gate',
  domain: 'com.acme',
  for: { module: 'acme.net.Gate' },
  inputs: ['x', 'width'],
  outputs: [{ name: 'y' }],
};

const read = (...operators: object[]) => parseOps(JSON.stringify({ version: 1, operators }), 'graphwright.ops.json');

test('the helper is told of functions and modules, and how their outputs follow', () => {
  const operator = { ...swish, for: { operator: 'acme::swish' }, name: 'Other' };
  expect(operatorsForHelper(new CustomOperators(read(operator, swish, gate)))).toEqual([
    {
      kind: 'function',
      python: 'acme.net.swish',
      operator: 'graphwright::acme_net_swish',
      entry: 'graphwright.ops.json:1',
      inputs: [
        { name: 'x', optional: false },
        { name: 'bias', optional: true },
      ],
      attributes: [
        { name: 'beta', type: 'float', default: 1.5 },
        { name: 'sizes', type: 'ints', default: [1, 2] },
      ],
      outputs: [
        { name: 'y', dtype: 'x', shape: 'x' },
        { name: 'z', dtype: 'int64', shape: ['x[0]', '4'] },
      ],
    },
    {
      kind: 'module',
      python: 'acme.net.Gate',
      operator: 'graphwright::acme_net_Gate',
      entry: 'graphwright.ops.json:1',
      inputs: [
        { name: 'x', optional: false },
        { name: 'width', optional: false },
      ],
      attributes: [],
      outputs: [{ name: 'y' }],
    },
  ]);
});

test('of two files the later one says how a function is taken', () => {
  const [first] = read(swish);
  const [second] = read({ ...swish, inputs: ['x'] });
  const custom = new CustomOperators([first, second].filter((each) => each !== undefined));
  expect(operatorsForHelper(custom).map(({ inputs }) => inputs.length)).toEqual([1]);
  expect(custom.forOperator(liveOperator('acme.net.swish'))).toBe(second);
});

test.each([
  [[{ ...swish, for: { function: 'swish' } }], '"swish" is not a function with its module'],
  [[swish, swish], 'the function acme.net.swish has an entry already'],
  [
    [swish, { ...swish, for: { function: 'acme_net.swish' } }],
    'becomes graphwright::acme_net_swish, as does the entry',
  ],
])('what cannot be a function is refused', (operators, message) => {
  expect(() => read(...operators)).toThrow(message);
});

const candidate: OperatorCandidate = {
  kind: 'function',
  python: 'acme.net.top_rows',
  inputs: [
    { name: 'x', optional: false, dtype: 'float32', shape: [2, 3, 8] },
    { name: 'mask', optional: true, dtype: 'bool', shape: [2, 1] },
  ],
  attributes: [
    { name: 'rows', type: 'int', value: 5 },
    { name: 'mode', type: 'string', value: 'fast' },
  ],
  outputs: [{ dtype: 'float32', shape: [2, 5, 8] }],
};

const outputs = (change: Partial<OperatorCandidate>) =>
  draftCandidateEntry({ ...candidate, ...change }).entry.outputs.map(({ dtype, shape }) => [dtype, shape]);

test('an entry drafted from a call is complete, and reads back', () => {
  const { entry, needsShape } = draftCandidateEntry(candidate);
  expect(needsShape).toBe(false);
  expect(entry).toEqual({
    name: 'TopRows',
    domain: 'acme',
    for: { function: 'acme.net.top_rows' },
    inputs: ['x', { name: 'mask', optional: true }],
    outputs: [{ name: 'y', dtype: 'x', shape: ['x[0]', 'rows', 'x[2]'] }],
    attributes: { rows: { type: 'int' }, mode: { type: 'string' } },
  });
  const [back] = parseOps(withEntry('', entry), 'graphwright.ops.json');
  expect(back?.standsFor).toEqual({ kind: 'function', python: 'acme.net.top_rows' });
});

test.each([
  ['the shape of an input', [2, 3, 8], 'x'],
  ['sizes on another axis', [8, 3], ['x[2]', 'x[1]']],
  ['a size that is nowhere', [2, 7, 1], ['x[0]', '7', '1']],
  ['no axis', [], []],
])('the shape is guessed: %s', (_, shape, rule) => {
  expect(outputs({ outputs: [{ dtype: 'float32', shape }] })).toEqual([['x', rule]]);
});

test('the common shape of inputs is guessed, and a type that no input has', () => {
  const inputs = [
    { name: 'a', optional: false, dtype: 'float32', shape: [4, 1] },
    { name: 'b', optional: false, dtype: 'float32', shape: [3] },
  ];
  expect(outputs({ inputs, outputs: [{ dtype: 'bool', shape: [4, 3] }] })).toEqual([['bool', 'broadcast(a, b)']]);
  const apart = inputs.map((input, k) => ({ ...input, shape: [k + 2, 5] }));
  expect(outputs({ inputs: apart, outputs: [{ dtype: 'bool', shape: [3, 5] }] })).toEqual([['bool', 'b']]);
  expect(outputs({ inputs: apart, outputs: [{ dtype: 'bool', shape: [9, 5] }] })).toEqual([['bool', ['9', 'a[1]']]]);
});

test('a guess holds for all calls that were seen', () => {
  const call = (length: number, count: number, rows: number) => ({
    inputs: [{ name: 'x', optional: false, dtype: 'float32', shape: [2, length] }],
    attributes: [{ name: 'count', type: 'int', value: count }],
    outputs: [{ dtype: 'float32', shape: [2, rows] }],
  });
  const guessed = (...calls: ReturnType<typeof call>[]) => {
    const [first] = calls;
    return first && outputs({ ...first, calls }).map(([, shape]) => shape);
  };
  // One call could mean the input's own size; several tell what it is.
  expect(guessed(call(4, 4, 4))).toEqual(['x']);
  expect(guessed(call(4, 4, 4), call(4, 3, 3))).toEqual([['x[0]', 'count']]);
  expect(guessed(call(8, 3, 5), call(9, 3, 6))).toEqual([['x[0]', 'x[1] - count']]);
  expect(guessed(call(8, 3, 4), call(9, 3, 5))).toEqual([['x[0]', '(x[1] + 2 - 1)//2']]);
  expect(guessed(call(8, 3, 7), call(9, 3, 7))).toEqual([['x[0]', '7']]);
});

test('outputs have names of their own', () => {
  const inputs = [{ name: 'y', optional: false, dtype: 'float32', shape: [2] }];
  const made = draftCandidateEntry({ ...candidate, kind: 'module', python: 'net.Gate', inputs });
  expect(made.entry.outputs.map(({ name }) => name)).toEqual(['y_out']);
  expect(made.entry).toMatchObject({ name: 'Gate', domain: 'net', for: { module: 'net.Gate' } });
});
