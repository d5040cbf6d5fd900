/** Going to definitions, finding and highlighting references, and renaming. */
import { nameText } from '../formats/onnxtxt/names.ts';
import { InputError } from '../ir/errors.ts';
import { namedAt } from './named.ts';
import type { SyntaxDocument } from './syntax-document.ts';
import type { Span, TextEdit, TextPosition, TextRange } from './text.ts';

export interface Highlight {
  readonly range: TextRange;
  readonly kind: 'read' | 'write';
}

export function definitionAt(document: SyntaxDocument, position: TextPosition): TextRange | undefined {
  const definition = namedAt(document, position)?.definition;
  return definition && document.text.rangeOf(definition);
}

export function referencesAt(document: SyntaxDocument, position: TextPosition): Highlight[] {
  const places = namedAt(document, position)?.places ?? [];
  return places.map(({ span, kind }) => ({ range: document.text.rangeOf(span), kind }));
}

/** What would be renamed: of a name in quotes, what is between them. */
export function renameTargetAt(document: SyntaxDocument, position: TextPosition): TextRange | undefined {
  const span = namedAt(document, position)?.span;
  return span && document.text.rangeOf(isQuoted(document, span) ? { start: span.start + 1, end: span.end - 1 } : span);
}

/** The edits that give a new name everywhere. Throws InputError `bad-argument` where it is taken or none. */
export function renameAt(document: SyntaxDocument, position: TextPosition, wanted: string): TextEdit[] {
  const named = namedAt(document, position);
  if (!named) throw refused('nothing here can be renamed', 'Put the cursor on the name of a value or a function.');
  const name = unquoted(wanted);
  if (name === '') throw refused('a name has at least one letter', 'Give another name.');
  if (name === named.name) return [];
  const reason = named.taken(name);
  if (reason !== undefined)
    throw refused(`'${named.name}' cannot be called '${name}': ${reason}`, 'Give another name.');
  const text = nameText(name);
  return named.places.map(({ span }) => ({ range: document.text.rangeOf(span), text }));
}

function isQuoted({ text }: SyntaxDocument, { start, end }: Span): boolean {
  return end - start >= 2 && text.slice({ start, end: start + 1 }) === '"';
}

/** Who types quotes around a name means what is between them. */
function unquoted(name: string): string {
  return /^".*"$/s.test(name) ? name.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : name;
}

function refused(message: string, next: string): InputError {
  return new InputError('bad-argument', message, undefined, next);
}
