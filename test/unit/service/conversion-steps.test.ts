/** What is remembered of conversions, in pages. */
import { expect, test } from 'vitest';
import type { PassRecord, PassSummary } from '../../../src/core/passes/records.ts';
import { silent } from '../../../src/core/progress.ts';
import type { ConvertRequest } from '../../../src/core/request.ts';
import { ConversionSteps } from '../../../src/service/conversion-steps.ts';

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

/** The passes as a conversion tells them that keeps no records. */
const counts = (count: number) => passes(count).map(({ records: _, ...pass }) => pass);

test('steps come in pages, with their nodes by label, text and name', async () => {
  let asked = 0;
  const steps = new ConversionSteps(async (request) => {
    expect(request).toBe(REQUEST);
    asked++;
    return passes(3);
  });
  const id = steps.keep(REQUEST, counts(3));
  expect(steps.requestOf(id)).toBe(REQUEST);
  expect(asked).toBe(0);
  expect(await steps.page(id, 'remove-identity', { offset: 1, limit: 1 }, silent)).toEqual({
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
  expect(await steps.page(id, 'fold-constants', { offset: 0, limit: 9 }, silent)).toEqual({ total: 0, steps: [] });
  expect(asked).toBe(1);
});

test('a model that has changed since is told, and looked at again', async () => {
  let found = 2;
  const steps = new ConversionSteps(async () => passes(found));
  const id = steps.keep(REQUEST, counts(3));
  const page = () => steps.page(id, 'remove-identity', { offset: 0, limit: 1 }, silent);
  await expect(page()).rejects.toMatchObject({ code: 'file-changed', place: { file: 'net.onnx' } });
  found = 3;
  expect((await page()).total).toBe(3);
});

test('the oldest conversions are forgotten, and the answer says what to do', () => {
  const steps = new ConversionSteps(async () => []);
  const ids = Array.from({ length: 5 }, () => steps.keep(REQUEST, counts(1)));
  expect(() => steps.requestOf(ids[0] ?? '')).toThrow(/not remembered/);
  expect(steps.requestOf(ids[1] ?? '')).toBe(REQUEST);
});
