/** Both sides of a step come out of one run, and none stays open that nobody took. */
import { expect, test } from 'vitest';
import { silent } from '../../../src/core/progress.ts';
import type { ConvertRequest } from '../../../src/core/request.ts';
import { StepMoments } from '../../../src/service/step-moments.ts';

const REQUEST: ConvertRequest = {
  input: 'net.onnx',
  reading: { inputs: [], ops: [], accept: [] },
  target: { target: 'onnx' },
  force: false,
  simplify: true,
  verify: false,
};

function watched() {
  const runs: number[] = [];
  const closed: string[] = [];
  const moments = new StepMoments(async (_request, step) => {
    runs.push(step);
    if (step === 9) throw new Error('the file has changed');
    const model = (side: string) => ({ name: `${side} ${step}`, close: () => closed.push(`${side} ${step}`) });
    return { before: model('before'), after: model('after') };
  });
  const take = async (step: number, side: 'before' | 'after') => (await moments.take(REQUEST, step, side, silent)).name;
  return { runs, closed, take };
}

test('the passes run once for both sides', async () => {
  const { runs, closed, take } = watched();
  expect(await Promise.all([take(2, 'before'), take(2, 'after')])).toEqual(['before 2', 'after 2']);
  expect(await take(3, 'after')).toBe('after 3');
  expect(await take(3, 'before')).toBe('before 3');
  expect(runs).toEqual([2, 3]);
  expect(closed).toEqual([]);
});

test('a side that is asked for twice is read again, and the one that nobody took is closed', async () => {
  const { runs, closed, take } = watched();
  await take(2, 'before');
  await take(2, 'before');
  await take(4, 'after');
  await take(5, 'after');
  expect(runs).toEqual([2, 2, 4, 5]);
  expect(closed).toEqual(['after 2', 'after 2', 'before 4']);
});

test('where it fails, both hear of it, and the next tries again', async () => {
  const { runs, take } = watched();
  const both = await Promise.allSettled([take(9, 'before'), take(9, 'after')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(take(9, 'before')).rejects.toThrow('the file has changed');
  expect(runs).toEqual([9, 9]);
});
