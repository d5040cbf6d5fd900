/** What is remembered of conversions, in pages. */
import { expect, test } from 'vitest';
import type { PassRecord, PassSummary } from '../../../src/core/passes/records.ts';
import type { ConvertRequest } from '../../../src/core/request.ts';
import { ConversionSteps, countsOf } from '../../../src/service/conversion-steps.ts';

const REQUEST: ConvertRequest = {
  input: 'net.onnx',
  reading: { inputs: [], ops: [], accept: [] },
  target: { target: 'onnx' },
  force: false,
  simplify: true,
  verify: false,
};

function passes(count: number): PassSummary[] {
  const records = Array.from({ length: count }, (_, k): PassRecord => {
    const name = `same_${k}`;
    return {
      step: k + 1,
      pass: 'remove-identity',
      graph: 'model',
      reason: 'it changes nothing',
      before: [`Identity ${name}`],
      after: [],
      text: { before: [`[${name}] y = Identity (x)`], after: [] },
      found: { before: [name], after: [], near: ['conv'] },
    };
  });
  const title = 'Takes out what changes nothing';
  return [{ pass: 'remove-identity', title, applications: count, removed: count, added: 0, optional: true, records }];
}

test('steps come in pages, with their nodes by label, text and name', () => {
  const steps = new ConversionSteps();
  const id = steps.keep(REQUEST, passes(3));
  expect(steps.requestOf(id)).toBe(REQUEST);
  expect(steps.page(id, 'remove-identity', { offset: 1, limit: 1 })).toEqual({
    total: 3,
    steps: [
      {
        step: 2,
        pass: 'remove-identity',
        graph: 'model',
        reason: 'it changes nothing',
        before: [{ label: 'Identity same_1', text: '[same_1] y = Identity (x)', name: 'same_1' }],
        after: [],
        count: { before: 1, after: 0 },
        near: ['conv'],
      },
    ],
  });
  expect(steps.page(id, 'fold-constants', { offset: 0, limit: 9 })).toEqual({ total: 0, steps: [] });
});

test('the oldest conversions are forgotten, and the answer says what to do', () => {
  const steps = new ConversionSteps();
  const ids = Array.from({ length: 5 }, () => steps.keep(REQUEST, passes(1)));
  expect(() => steps.requestOf(ids[0] ?? '')).toThrow(/not remembered/);
  expect(steps.requestOf(ids[1] ?? '')).toBe(REQUEST);
});

test('counts leave the records behind', () => {
  expect(countsOf(passes(2))).toEqual([
    {
      pass: 'remove-identity',
      title: 'Takes out what changes nothing',
      applications: 2,
      removed: 2,
      added: 0,
      optional: true,
    },
  ]);
});
