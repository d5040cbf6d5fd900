import { expect, test } from 'vitest';
import { answerIn, inputQuestions, specOf } from '../../../src/host/input-answers.ts';
import type { ModelSummary } from '../../../src/shared/graph.ts';

type Asked = Pick<ModelSummary, 'inputs' | 'problems'>;

const inputs = (...types: readonly string[]) =>
  types.map((type, k) => ({ id: k, name: `i${k}`, type })) as unknown as Asked['inputs'];
const problem = (code: string, details: Record<string, string>) => [{ code, details }] as unknown as Asked['problems'];

test('sizes that are no numbers or names are guessed, numbers stay open', () => {
  const asked = inputQuestions({
    inputs: inputs('float32[n, 2*n, 3]', 'unknown type', 'int64[]', 'bool[]'),
    problems: [],
  });
  expect(asked.map(({ guess }) => guess)).toEqual(['float32[n,1,3]', 'float32[1,3,224,224]', 'int64[]', 'bool[]']);
  expect(asked[2]?.prompt).toContain('such as 16000');
  expect(inputQuestions(undefined).map(({ name }) => name)).toEqual(['the first input']);
});

test('what the program tells of an input is the guess', () => {
  const problems = problem('shape-unknown', { operator: 'input i0', guess: 'float32[1,7]' });
  expect(inputQuestions({ inputs: inputs('unknown type'), problems })[0]?.guess).toBe('float32[1,7]');
});

test('state that a program keeps is not asked for', () => {
  const summary = {
    inputs: inputs('float32[2]', 'float32[3]'),
    problems: problem('state-carried', { attribute: 'i1' }),
  };
  expect(inputQuestions(summary).map(({ name }) => name)).toEqual(['i0']);
});

test.each([
  [0, 'float32[1,n]', undefined],
  [0, '3', 'Write it as TYPE[SIZES], such as float32[1,3,224,224].'],
  [1, 'int64[]', undefined],
  [1, '16000', undefined],
  [1, 'many', 'Write a value, such as 16000, or a type, such as int64[].'],
])('input %i as %s', (at, text, complaint) => {
  const asked = inputQuestions({ inputs: inputs('float32[2]', 'int64[]'), problems: [] });
  expect(asked[at]?.complaint(text)).toBe(complaint);
});

test('answers are types or values, and come back the next time', () => {
  const kept = [specOf(0, ' float32[2] '), specOf(1, '3')];
  expect(kept).toEqual(['0:float32[2]', '1=3']);
  expect([answerIn(kept, 0), answerIn(kept, 1), answerIn(kept, 2)]).toEqual(['float32[2]', '3', undefined]);
});
