/** Problems where they stand in the text: faults of syntax, and what the checker finds of the graph. */
import type { Finding } from '../dialects/onnx/findings.ts';
import type { Place } from '../ir/errors.ts';
import type { Frame } from '../ir/origin.ts';
import type { FixKind, Severity } from '../problems/codes.ts';
import type { Part } from '../problems/part.ts';
import type { NodeReference } from '../problems/problem.ts';
import type { LanguageDocument } from './document.ts';
import { placeOfFinding, placeOfValue } from './problem-places.ts';
import type { Span, TextRange } from './text.ts';

/** A problem and its range. The code of a fault of syntax is that of the error which reading the text would end with. */
export interface TextProblem {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly node?: NodeReference;
  readonly part?: Part;
  readonly filePlace?: Place;
  readonly origin: readonly Frame[];
  readonly target?: string;
  readonly fixes: readonly FixKind[];
  readonly details: Readonly<Record<string, string>>;
  readonly range: TextRange;
  /** Other places that belong to it: where a name was given first, say. */
  readonly related: readonly { readonly range: TextRange; readonly message: string }[];
}

/** As many as an editor can show: a text that is no model at all has one in every line. */
const MOST_PROBLEMS = 2000;

/** A problem, and what the checker found where it is one of the graph. */
export interface PlacedFinding {
  readonly problem: TextProblem;
  readonly finding: Finding | undefined;
}

/** Everything that is wrong with a text, in its order. */
export function problemsOf(document: LanguageDocument): TextProblem[] {
  return findingsOf(document).map(({ problem }) => problem);
}

/** As `problemsOf`, with what was found. */
export function findingsOf(document: LanguageDocument): PlacedFinding[] {
  const faults = [...document.syntaxFaults, ...document.analysis.faults].map((fault) => {
    return { problem: faultProblem(document, fault), finding: undefined };
  });
  const found = document.analysis.findings().map((finding) => {
    return { problem: findingProblem(document, finding), finding };
  });
  return [...faults, ...found].sort((a, b) => inTextOrder(a.problem, b.problem)).slice(0, MOST_PROBLEMS);
}

function inTextOrder(a: TextProblem, b: TextProblem): number {
  return (
    a.range.start.line - b.range.start.line ||
    a.range.start.character - b.range.start.character ||
    a.code.localeCompare(b.code) ||
    a.message.localeCompare(b.message)
  );
}

function faultProblem(
  document: LanguageDocument,
  fault: Span & { readonly message: string; readonly code?: string },
): TextProblem {
  return {
    code: fault.code ?? 'syntax-error',
    severity: 'error',
    message: sentence(fault.message),
    origin: [frameAt(document, fault.start)],
    fixes: [],
    details: {},
    range: document.text.rangeOf(fault),
    related: [],
  };
}

function findingProblem(document: LanguageDocument, finding: Finding): TextProblem {
  const span = placeOfFinding(document, finding);
  const first = finding.first && placeOfValue(document, finding.first);
  const related = first ? [{ range: document.text.rangeOf(first), message: 'The name is given here first.' }] : [];
  return { ...finding.problem, origin: [frameAt(document, span.start)], range: document.text.rangeOf(span), related };
}

/** Lines and columns of frames count from 1. */
export function frameAt(document: LanguageDocument, offset: number): Frame {
  const { line, character } = document.text.positionAt(offset);
  return { kind: 'onnxtxt', file: document.path, line: line + 1, column: character + 1 };
}

function sentence(message: string): string {
  const start = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!]$/.test(start) ? start : `${start}.`;
}
