/**
 * What a capture that failed means to the user: a table from the helper's kinds of failure to problems with their words and
 * next steps, and one for its notes.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Origin } from '../../ir/origin.ts';
import type { ProblemCode } from '../../problems/codes.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import type { HelperFailure, HelperFrame, HelperNote } from './protocol.ts';

type Details = Readonly<Record<string, string>>;

interface FailureFacts {
  readonly code: ProblemCode;
  /** Details that the words of the code need beside those of the failure. */
  readonly details?: (failure: HelperFailure) => Details;
}

const FAILURES: Readonly<Record<string, FailureFacts>> = {
  'python-unusable': { code: 'python-unusable' },
  'torch-missing': { code: 'torch-missing' },
  'torch-broken': { code: 'torch-unusable' },
  'torch-too-old': {
    code: 'torch-unusable',
    details: ({ details }) => ({ reason: `PyTorch ${details.torch} is too old, 1.13 is the oldest that can be used` }),
  },
  'file-unreadable': { code: 'program-not-imported' },
  import: { code: 'program-not-imported' },
  'module-missing': { code: 'import-missing' },
  exits: { code: 'program-exits' },
  'name-missing': {
    code: 'program-name-missing',
    details: ({ details }) => ({ offered: details.offered || 'no torch.nn.Module' }),
  },
  build: { code: 'program-not-built' },
  arguments: { code: 'program-not-built' },
  'arguments-missing': { code: 'arguments-missing' },
  'no-module': { code: 'no-module-built' },
  run: { code: 'program-fails' },
  device: { code: 'device-missing' },
  'weights-unreadable': { code: 'weights-unreadable' },
  weights: { code: 'weights-do-not-fit', details: ({ details }) => ({ lists: weightLists(details) }) },
  'inputs-unknown': {
    code: 'inputs-unknown',
    details: ({ details }) => ({ takes: details.parameters ? ` It takes ${details.parameters}.` : '' }),
  },
  'inputs-offered': { code: 'inputs-unknown', details: () => ({ takes: '' }) },
  'data-dependent': { code: 'capture-depends-on-data' },
  'unsupported-call': { code: 'capture-unsupported' },
  capture: { code: 'capture-unsupported' },
  'ways-missing': { code: 'capture-unsupported' },
  'size-fixed': { code: 'size-fixed' },
  'trace-data': { code: 'trace-depends-on-data' },
  'operator-mismatch': { code: 'custom-operator-mismatch' },
  'timed-out': { code: 'capture-timed-out' },
  memory: { code: 'capture-out-of-memory' },
  died: { code: 'capture-died' },
};

const NOTES: Readonly<Record<HelperNote['kind'], ProblemCode>> = {
  'arguments-taken': 'capture-assumed',
  'inputs-taken': 'capture-assumed',
  'eval-mode': 'capture-assumed',
  'half-run-as-float': 'capture-assumed',
  'weights-loaded': 'weights-loaded',
  'weights-missing': 'weights-in-part',
  'weights-left-over': 'weights-in-part',
  'way-failed': 'captured-otherwise',
  'trace-warning': 'trace-of-one-run',
  'parameter-left-out': 'parameter-left-out',
  'operator-not-found': 'capture-assumed',
  'outputs-left-out': 'outputs-left-out',
  'parameters-changed': 'capture-assumed',
  'no-memory-limit': 'capture-assumed',
};

/** The problem that a failure is, on the user's lines. Undefined for a kind that has no row: that is a fault of ours. */
export function failureProblem(failure: HelperFailure): Problem | undefined {
  const facts = Object.hasOwn(FAILURES, failure.kind) ? FAILURES[failure.kind] : undefined;
  if (!facts) return undefined;
  const details = { reason: failure.reason, ...failure.details, ...facts.details?.(failure) };
  return { ...problem(facts.code, undefined, details), origin: originOf(failure.frames) };
}

/** A note as a problem that refuses nothing. */
export function noteProblem(note: HelperNote): Problem {
  return {
    ...problem(NOTES[note.kind], undefined, { text: note.text, ...note.details }),
    origin: originOf(note.frames),
  };
}

/** What is missing, left over and of another shape, in sentences of their own. */
function weightLists({ missing, leftOver, wrong }: Details): string {
  const lists = [missing && ` Missing: ${missing}.`, leftOver && ` Left over: ${leftOver}.`, wrong && ` ${wrong}.`];
  return lists.filter(Boolean).join('');
}

/** Frames with the text of their lines. */
function originOf(frames: readonly HelperFrame[]): Origin {
  const lines = new Map<string, readonly string[]>();
  const linesOf = (file: string) => {
    const known = lines.get(file) ?? (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
    lines.set(file, known);
    return known;
  };
  return frames.map(({ file, line, function: name }) => {
    const text = linesOf(file)[line - 1]?.trim();
    return { kind: 'python', file, line, ...(name && { function: name }), ...(text && { text }) };
  });
}
