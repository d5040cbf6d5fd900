import { expect, test } from 'vitest';
import {
  answersText,
  argumentsGuess,
  argumentsText,
  parseArguments,
  signatureOf,
} from '../../../src/host/capture/answers.ts';

const PARAMETERS = [
  { name: 'classes' },
  { name: 'act', annotation: 'str', default: "'relu'" },
  { name: 'width', default: '1.0' },
  { name: '**kwargs' },
];
const parse = (text: string) => parseArguments(text, PARAMETERS);

test('arguments are read as Python writes them', () => {
  expect(parse('classes=10, act="a, b=(c", width=[1, 2]')).toEqual({
    classes: '10',
    act: '"a, b=(c"',
    width: '[1, 2]',
  });
  expect(parse('10, "x", width=dict(a=1),')).toEqual({ '*': '[10, "x"]', width: 'dict(a=1)' });
  expect(parse('x == 1')).toEqual({ '*': '[x == 1]' });
});

test.each([
  ['', 'Missing: classes.'],
  ['classes=', 'classes has no value.'],
  ['classes=1, classes=2', 'classes is given twice.'],
  ['classes=1, 2', '2 has no name: write NAME=VALUE.'],
  ['classes=(1', 'A bracket or a quote is not closed.'],
  ['classes=1)', 'A bracket or a quote is not closed.'],
  ['classes="a', 'A bracket or a quote is not closed.'],
])('%s: %s', (text, complaint) => {
  expect(parse(text)).toBe(complaint);
});

test('what is needed is written first, or what was said last time', () => {
  expect(argumentsGuess(PARAMETERS, undefined)).toBe('classes=');
  expect(argumentsGuess(PARAMETERS, {})).toBe('classes=');
  const said = { '*': '[10, "x"]', width: '2' };
  expect(argumentsGuess(PARAMETERS, said)).toBe('10, "x", width=2');
  expect(parse(argumentsText(said))).toEqual(said);
});

test('a signature, and all answers in a line', () => {
  expect(signatureOf({ name: 'Net', parameters: PARAMETERS })).toBe(
    "Net(classes, act: str = 'relu', width=1.0, **kwargs)",
  );
  const answers = { name: 'Net', arguments: { classes: '10' }, weights: '/a/net.pth', inputs: ['x:float32[1,3]'] };
  expect(answersText(answers)).toBe('Net(classes=10) · weights net.pth · x:float32[1,3]');
  expect(answersText({ name: 'f', arguments: {}, inputs: [] })).toBe("f() · the program's own inputs");
});
