import { expect, test } from 'vitest';
import { steadily } from '../../scripts/lib/suites.mjs';

/** Runs that end as told, one after another; keeps which files each was asked for. */
function runs(...ends: readonly object[]) {
  const asked: (readonly string[])[] = [];
  const run = async (files: readonly string[]) => {
    const end = ends[asked.length];
    asked.push([...files]);
    if (end && 'failures' in end) throw Object.assign(new Error('tests failed'), { counts: end });
    if (!end || 'fell' in end) throw new Error('fell over');
    return end;
  };
  return { run, asked };
}

const failing = (...files: readonly string[]) => ({
  passed: 8,
  failed: files.length,
  failures: files.map((file) => `${file}: a test`),
  files,
  elsewhere: 5,
});

test('tests that pass are run once', async () => {
  const { run, asked } = runs({ passed: 9, failed: 0 });
  expect(await steadily(run)).toEqual({ passed: 9, failed: 0, unsteady: [] });
  expect(asked).toEqual([[]]);
});

test('files that fail are run again, and told of when they pass then', async () => {
  const { run, asked } = runs(failing('a', 'b'), failing('b'), { passed: 2, failed: 0 });
  expect(await steadily(run)).toEqual({ passed: 12, failed: 0, unsteady: ['a: a test', 'b: a test', 'b: a test'] });
  expect(asked).toEqual([[], ['a', 'b'], ['b']]);
});

test('a file that fails each time has failed, and is named', async () => {
  const { run, asked } = runs(failing('a', 'b'), failing('b'), failing('b'));
  await expect(steadily(run)).rejects.toMatchObject({ counts: { passed: 18, failed: 1, failures: ['b: a test'] } });
  expect(asked).toHaveLength(3);
});

test('a suite that falls over without a word is run again as a whole', async () => {
  const { run, asked } = runs({ fell: true }, { passed: 9, failed: 0 });
  expect(await steadily(run)).toEqual({ passed: 9, failed: 0, unsteady: ['fell over'] });
  expect(asked).toEqual([[], []]);
});
