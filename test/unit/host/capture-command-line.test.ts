import { expect, test } from 'vitest';
import { readsCommandLine, splitCommandLine } from '../../../src/host/capture/command-line.ts';
import type { ProgramChoice } from '../../../src/shared/capture.ts';

test.each([
  ['', []],
  ['  --depth 4 ', ['--depth', '4']],
  [`--name "a b" --other 'c "d"'`, ['--name', 'a b', '--other', 'c "d"']],
  ['--name="a \\"b\\""', ['--name=a "b"']],
  ['C:\\data\\x a\\ b', ['C:\\data\\x', 'a b']],
  [`'' x`, ['', 'x']],
  ['--name "a b', undefined],
  ["it's", undefined],
])('%s is split as in a terminal', (text, words) => {
  expect(splitCommandLine(text)).toEqual(words);
});

const choice = (kind: ProgramChoice['kind'], ...names: string[]): ProgramChoice => ({
  ...{ kind, name: 'x', line: 1, isModule: kind === 'class' },
  parameters: names.map((name) => ({ name })),
});
const PARSES = 'def parse():\n    return parser.parse_args()\n';

test('the command line is asked for where it may be read', () => {
  expect(readsCommandLine('args = parser.parse_args()', choice('class'))).toBe(true);
  expect(readsCommandLine(PARSES, choice('function'))).toBe(true);
  expect(readsCommandLine(PARSES, choice('class', 'args'))).toBe(true);
  expect(readsCommandLine(PARSES, choice('class', 'width'))).toBe(false);
  expect(readsCommandLine('', choice('function'))).toBe(false);
});
