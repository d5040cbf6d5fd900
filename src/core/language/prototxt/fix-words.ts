/** Fixes of single words, and of fields that nobody reads. */
import { nearestName } from '../../dialects/onnx/spelling.ts';
import type { Span } from '../text.ts';
import type { PrototxtDocument } from './document.ts';
import type { FixRule } from './fixes.ts';
import { spotAt } from './spot.ts';

/** The word that was probably meant. */
export const wordFixes: FixRule = (document, { problem, field }) => {
  const { suggested = problem.code === 'field-unknown' && field ? nearestField(document, field.name) : undefined } =
    problem.details;
  if (suggested === undefined) return [];
  return [{ title: `Change to ${suggested}`, edits: [{ range: problem.range, text: suggested }], preferred: true }];
};

/** The field of the same message whose name is nearest. */
function nearestField(document: PrototxtDocument, { start, end }: Span): string | undefined {
  const spot = spotAt(document, start);
  return spot?.holder && nearestName(document.text.slice({ start, end }), spot.holder.fields.keys());
}

/** Takes a field away that is not read. */
export const removeFixes: FixRule = (document, { field }) => {
  if (!field) return [];
  const span = withLine(document, field);
  return [{ title: `Remove ${field.name.text}`, edits: [{ range: document.text.rangeOf(span), text: '' }] }];
};

/** A field with its line, where it has the line for itself; else with the blanks behind it. */
export function withLine({ text }: PrototxtDocument, { start, end }: Span): Span {
  const line = text.text.lastIndexOf('\n', start - 1) + 1;
  const next = text.text.indexOf('\n', end);
  const lineEnd = next < 0 ? text.length : next + 1;
  const before = text.slice({ start: line, end: start });
  const behind = text.slice({ start: end, end: lineEnd });
  if (/^[ \t]*$/.test(before) && /^[ \t\r;,]*\n?$/.test(behind)) return { start: line, end: lineEnd };
  return { start, end: end + (/^[ \t]*[;,]?[ \t]*/.exec(behind)?.[0].length ?? 0) };
}
