import { expect, test } from 'vitest';
import { complaint, guessesOf, inputQuestions, specOf } from '../../../src/host/capture/input-answers.ts';

test('a question for each guess; the answer of last time stands there first', () => {
  const guesses = [
    { name: 'x', guess: 'x:float32[1,3,8,8]', from: 'its first layer' },
    { name: 'scale', guess: 'scale=1.0', from: 'its type' },
  ];
  const [x, scale] = inputQuestions(guesses, ['scale=0.5']);
  expect(x).toMatchObject({ name: 'x', guess: 'float32[1,3,8,8]' });
  expect(x?.prompt).toContain('What is x? Guessed from its first layer.');
  expect(scale).toMatchObject({ name: 'scale', guess: '0.5' });
  expect(scale?.prompt).toContain('As the last time.');
  const [nothing] = inputQuestions([{ name: '0', guess: '0:float32[1]', from: '' }], []);
  expect(nothing?.prompt).toContain('What is the first input? The program does not say.');
  expect(guessesOf(['x:int64[n]'])).toEqual([{ name: 'x', guess: 'x:int64[n]', from: 'the last time' }]);
});

test('answers become what --input takes', () => {
  expect(specOf('x', ' float32[batch, 3] ')).toBe('x:float32[batch, 3]');
  expect(specOf('flag', 'true')).toBe('flag=true');
  expect(specOf('names', '"a[b]"')).toBe('names="a[b]"');
});

test.each([
  ['float32[1,3]', true],
  ['int64[]', true],
  ['16000', true],
  ['None', true],
  ['"text"', true],
  ['', false],
  ['float32[1,3', false],
  ['float33[1]', false],
  ['float32[1,-3]', false],
])('%s is an answer: %s', (answer, right) => {
  expect(complaint('x', answer) === undefined).toBe(right);
});
