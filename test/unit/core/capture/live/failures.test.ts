import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { failureProblem, noteProblem } from '../../../../../src/core/capture/live/failures.ts';
import { parseProgram } from '../../../../../src/core/capture/live/program-name.ts';

test('a failure is a problem on the line of the program, with its text', () => {
  const file = fileURLToPath(import.meta.url);
  const told = failureProblem({
    kind: 'weights',
    reason: '1 missing',
    details: { file: 'w.pt', missing: 'fc.bias', leftOver: '', wrong: '' },
    frames: [{ file, line: 1, function: 'load' }],
    candidates: [],
  });
  expect(told).toMatchObject({
    code: 'weights-do-not-fit',
    severity: 'error',
    message: 'The weights in w.pt do not fit the program: 1 missing. Missing: fc.bias.',
    origin: [{ kind: 'python', file, line: 1, function: 'load', text: "import { fileURLToPath } from 'node:url';" }],
  });
});

test('a kind that nobody has words for is no problem of the user', () => {
  expect(failureProblem({ kind: 'fault', reason: '', details: {}, frames: [], candidates: [] })).toBeUndefined();
});

test('a note refuses nothing', () => {
  expect(noteProblem({ kind: 'eval-mode', text: 'It was set to evaluation', frames: [] })).toMatchObject({
    severity: 'information',
    message: 'It was set to evaluation.',
  });
});

test('a call that does not fit its entry is said as it is for calls in files', () => {
  const details = { operator: 'net.swish', entry: 'graphwright.ops.json:3' };
  const reason = 'the call gives nothing for the input w';
  expect(failureProblem({ kind: 'operator-mismatch', reason, details, frames: [], candidates: [] })?.message).toBe(
    'net.swish does not fit its entry in graphwright.ops.json:3: the call gives nothing for the input w.',
  );
  const note = { kind: 'parameter-left-out', text: 'w', frames: [], details: { ...details, attribute: 'w' } } as const;
  expect(noteProblem(note).message).toBe(
    'The entry of net.swish in graphwright.ops.json:3 has no input for its parameter w: the node works without it.',
  );
});

test('a program is named by file or module, and name', () => {
  expect(parseProgram('models/net.py:Outer.Net')).toEqual({ file: 'models/net.py', name: 'Outer.Net' });
  expect(parseProgram('C:\\models\\net.py:Net')).toEqual({ file: 'C:\\models\\net.py', name: 'Net' });
  expect(parseProgram('torchvision.models:resnet18')).toEqual({ module: 'torchvision.models', name: 'resnet18' });
  expect(() => parseProgram('net.py')).toThrow(/names no program/);
});
