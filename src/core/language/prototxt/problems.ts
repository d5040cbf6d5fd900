/** Problems of a prototxt where they stand: faults of syntax, values that do not fit, and what is wrong with the network. */
import type { Severity } from '../../problems/codes.ts';
import type { Problem } from '../../problems/problem.ts';
import type { TextProblem } from '../problems.ts';
import type { Span } from '../text.ts';
import { fieldsByPlace, type Network, placeKey } from './analysis.ts';
import type { PrototxtDocument } from './document.ts';
import { type LayerSyntax, layerAround } from './layers.ts';
import { type FieldSyntax, innerSpan, isScalar, textOf } from './syntax.ts';

/** As many as an editor can show. */
const MOST_PROBLEMS = 2000;

/** A problem, and the field that it is of where there is one. */
export interface PlacedProblem {
  readonly problem: TextProblem;
  readonly field: FieldSyntax | undefined;
  readonly layer: LayerSyntax | undefined;
}

/** Everything that is wrong with a text, in its order; nothing where it is no network. */
export function problemsOf(document: PrototxtDocument): TextProblem[] {
  return placedProblems(document).map(({ problem }) => problem);
}

export function placedProblems(document: PrototxtDocument): PlacedProblem[] {
  const { network, tree } = document;
  if (!network) return [];
  const faults = tree.faults.map((fault) => plain(document, fault, fault.message));
  const misfits = network.misfits.map(({ span, message, suggested }) => plain(document, span, message, suggested));
  const places = fieldsByPlace(tree);
  const findings = network.findings
    .filter(({ code }) => code !== 'weights-missing')
    .map((problem) => placed(document, network, places, problem));
  const all = [...faults, ...misfits, ...findings];
  all.sort((a, b) => {
    const [one, other] = [a.problem.range.start, b.problem.range.start];
    return one.line - other.line || one.character - other.character;
  });
  return all.slice(0, MOST_PROBLEMS);
}

function plain(document: PrototxtDocument, span: Span, message: string, suggested?: string): PlacedProblem {
  const problem: TextProblem = {
    code: 'syntax-error',
    severity: 'error',
    message: sentence(message),
    origin: [frameAt(document, span.start)],
    fixes: [],
    details: suggested === undefined ? {} : { suggested },
    range: document.text.rangeOf(span),
    related: [],
  };
  return { problem, field: undefined, layer: undefined };
}

/** A text is no model that is to run: what belongs to training is right in a file for it. */
const SEVERITIES: Readonly<Record<string, Severity>> = { 'training-layer': 'information', 'python-layer': 'warning' };

function placed(
  document: PrototxtDocument,
  network: Network,
  places: ReadonlyMap<string, FieldSyntax>,
  problem: Problem,
): PlacedProblem {
  const frame = problem.origin.find(({ kind, file }) => kind === 'prototxt' && file === document.path);
  const field = frame && places.get(placeKey(frame));
  const layer = field && layerAround(network.layers, field);
  const span = field ? spanOf(problem, field, layer) : { start: 0, end: Math.min(1, document.text.length) };
  const made: TextProblem = {
    ...problem,
    severity: SEVERITIES[problem.code] ?? problem.severity,
    origin: [frameAt(document, span.start)],
    range: document.text.rangeOf(span),
    related: relatedOf(document, problem, span),
  };
  return { problem: made, field, layer };
}

/** Codes that are about the type of a layer. */
const OF_TYPES: ReadonlySet<string> = new Set(['training-layer', 'python-layer', 'layer-type-unknown']);

function spanOf({ code, details }: Problem, field: FieldSyntax, layer: LayerSyntax | undefined): Span {
  const [value] = field.values;
  if (code === 'bottom-undefined' && isScalar(value)) return innerSpan(value);
  if (layer?.field !== field) return field.name;
  if (OF_TYPES.has(code) && layer.type) return innerSpan(layer.type);
  if (code === 'top-redefined') return topNamed(layer, details.value) ?? field.name;
  if (code === 'rules-contradict')
    return layer.body.fields.find(({ name }) => name.text === 'exclude')?.name ?? field.name;
  const named = layer.name ?? layer.type;
  return code === 'layers-upgraded' || !named ? field.name : innerSpan(named);
}

function topNamed({ tops }: LayerSyntax, name: string | undefined): Span | undefined {
  const top = tops.findLast((each) => textOf(each) === name);
  return top && innerSpan(top);
}

/** Where a blob was made before. */
function relatedOf(document: PrototxtDocument, { code, details }: Problem, { start }: Span) {
  if (code !== 'top-redefined') return [];
  const before = document.blobs.all
    .flatMap(({ name, mentions }) => (name === details.value ? mentions : []))
    .filter(({ kind, at }) => kind === 'write' && at.end < start)
    .at(-1);
  return before
    ? [{ range: document.text.rangeOf(innerSpan(before.at)), message: 'The blob is made here first.' }]
    : [];
}

/** Lines and columns of frames count from 1. */
export function frameAt({ text, path }: PrototxtDocument, offset: number) {
  const { line, character } = text.positionAt(offset);
  return { kind: 'prototxt' as const, file: path, line: line + 1, column: character + 1 };
}

function sentence(message: string): string {
  const start = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!]$/.test(start) ? start : `${start}.`;
}
