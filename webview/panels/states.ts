/** What stands in the place of a graph: waiting, nothing there, or an error with what to do next. */
import type { Failure } from '../../src/shared/engine.ts';
import type { PlaceInFile } from '../../src/shared/identifiers.ts';
import { h } from '../dom.ts';
import { stepsOf } from './next-steps.ts';
import { button, progressRing } from './toolkit.ts';

export function loadingState(title: string): HTMLElement {
  return h(
    'div',
    { class: 'state', role: 'status', 'data-testid': 'loading' },
    progressRing(),
    h('p', { class: 'quiet', 'data-testid': 'loading-title' }, title),
  );
}

export function emptyState(): HTMLElement {
  return h(
    'div',
    { class: 'state', 'data-testid': 'empty' },
    h('h2', {}, 'This graph has no nodes'),
    h('p', { class: 'quiet' }, 'The model only passes its inputs and constants on.'),
  );
}

export interface ErrorActions {
  copy(text: string): void;
  reload(): void;
  /** Takes the program from the user's Python. */
  capture(code: string): void;
}

/** Failures to open files of PyTorch that hold no program. */
const NEEDS_PYTHON: ReadonlySet<string> = new Set(['weights-only', 'no-program']);

const HEADINGS: Readonly<Record<Failure['kind'], string>> = {
  input: 'This model cannot be shown',
  cancelled: 'Opening was cancelled',
  lost: 'The engine stopped',
  fault: 'Something went wrong in Graphwright',
};

export function errorState(failure: Failure, fileName: string, actions: ErrorActions): HTMLElement {
  const place = failure.kind === 'input' && failure.place ? placeText(failure.place) : fileName;
  const { message } = failure;
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return h(
    'div',
    { class: 'state error', role: 'alert', 'data-testid': 'error' },
    h('h2', {}, HEADINGS[failure.kind]),
    h('p', { 'data-testid': 'error-message' }, /[.!?]$/.test(sentence) ? sentence : `${sentence}.`),
    h('p', { class: 'quiet code wrap', 'data-testid': 'error-place' }, place),
    ...(failure.kind === 'input' ? nextSteps(failure.next ?? '', actions) : []),
    failure.kind === 'fault' && failure.stack !== undefined && codeBlock(failure.stack, actions),
    h(
      'div',
      { class: 'buttons' },
      failure.kind === 'input' && NEEDS_PYTHON.has(failure.code) && captureButton(failure.code, actions),
      button({ label: 'Try again', testId: 'reload', onClick: actions.reload }),
    ),
  );
}

function captureButton(code: string, { capture }: ErrorActions): HTMLElement {
  return button({ label: 'Capture with Python…', testId: 'capture', onClick: () => capture(code) });
}

function nextSteps(next: string, actions: ErrorActions): HTMLElement[] {
  return stepsOf(next).map(({ code, text }) =>
    code ? codeBlock(text, actions) : h('p', { 'data-testid': 'error-next' }, text),
  );
}

function codeBlock(text: string, actions: ErrorActions): HTMLElement {
  const copy = button({ label: 'Copy', icon: 'copy', testId: 'copy-code', onClick: () => actions.copy(text) });
  return h('div', { class: 'code-block', 'data-testid': 'code-block' }, h('pre', {}, text), copy);
}

/** `net.pt[code/net.py]:3:1 at byte 7`. */
function placeText({ file, inside, line, column, offset }: PlaceInFile): string {
  const within = inside === undefined ? '' : `[${inside}]`;
  const where = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  return `${file}${within}${where}${offset === undefined ? '' : ` at byte ${offset}`}`;
}
