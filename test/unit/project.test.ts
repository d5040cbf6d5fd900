import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROBLEM_CODES } from '../../src/core/problems/codes.ts';
import { VERSION } from '../../src/core/version.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the version stands in one place only in meaning', () => {
  expect(JSON.parse(read('package.json')).version).toBe(VERSION);
});

test.each(Object.keys(PROBLEM_CODES))('the problem %s is explained in docs/problems.md', (code) => {
  expect(read('docs/problems.md')).toContain(`\n## ${code}\n`);
});
