/** Blobs, and names of layers and parameters, as symbols: going to their makers, finding and highlighting who reads them, and renaming. */
import { InputError } from '../../ir/errors.ts';
import type { Highlight } from '../navigation.ts';
import type { TextEdit, TextPosition, TextRange } from '../text.ts';
import type { Mention } from './blobs.ts';
import type { PrototxtDocument } from './document.ts';
import { isNamed, type Named, namedBy } from './names.ts';
import { spotAt } from './spot.ts';
import { innerSpan, type ScalarSyntax } from './syntax.ts';

/** What a position names: a bottom, a top or an input. */
export function mentionAt(document: PrototxtDocument, position: TextPosition): Mention | undefined {
  if (!document.dialect) return undefined;
  const spot = spotAt(document, document.text.offsetAt(position));
  return spot?.scalar && document.blobs.at(spot.scalar.start);
}

/** The name of a layer or of a shared parameter at a position. */
function namedAt(document: PrototxtDocument, position: TextPosition): Named | undefined {
  if (!document.dialect) return undefined;
  const scalar = spotAt(document, document.text.offsetAt(position))?.scalar;
  return scalar && namedBy(document, scalar);
}

/** The nearest layer above that makes what is read, also where it writes what it reads; where a name stands first. */
export function definitionAt(document: PrototxtDocument, position: TextPosition): TextRange | undefined {
  const mention = mentionAt(document, position);
  const maker = mention?.kind === 'read' ? mention.maker : mention;
  const first = maker?.at ?? (mention ? undefined : namedAt(document, position)?.mentions[0]);
  return first && document.text.rangeOf(innerSpan(first));
}

export function referencesAt(document: PrototxtDocument, position: TextPosition): Highlight[] {
  const mention = mentionAt(document, position);
  if (mention)
    return mention.blob.mentions.map(({ at, kind }) => ({ range: document.text.rangeOf(innerSpan(at)), kind }));
  const mentions = namedAt(document, position)?.mentions ?? [];
  return mentions.map((at) => ({ range: document.text.rangeOf(innerSpan(at)), kind: 'write' }));
}

export function renameTargetAt(document: PrototxtDocument, position: TextPosition): TextRange | undefined {
  const found = mentionAt(document, position) ?? namedAt(document, position);
  const scalar = found && spotAt(document, document.text.offsetAt(position))?.scalar;
  return scalar && document.text.rangeOf(innerSpan(scalar));
}

/**
 * The edits that give a blob, a layer or a shared parameter another name everywhere. Throws InputError `bad-argument` where it is
 * taken or none.
 */
export function renameAt(document: PrototxtDocument, position: TextPosition, wanted: string): TextEdit[] {
  const blob = mentionAt(document, position)?.blob;
  const named = blob ? undefined : namedAt(document, position);
  const before = blob ?? named;
  if (!before)
    throw refused(
      'nothing here can be renamed',
      'Put the cursor on the name of a blob, a layer or a shared parameter.',
    );
  const name = /^(["']).*\1$/s.test(wanted) ? wanted.slice(1, -1) : wanted;
  if (name === '' || /[\n\r]/.test(name)) throw refused('a name has at least one letter', 'Give another name.');
  if (name === before.name) return [];
  if (named ? isNamed(document, named, name) : document.blobs.isTaken(name))
    throw refused(
      `'${before.name}' cannot be called '${name}': the network has a ${named?.what ?? 'blob'} of that name`,
      'Give another name.',
    );
  const places = blob ? blob.mentions.map(({ at }) => at) : (named?.mentions ?? []);
  return places.map((at) => renaming(document, at, name));
}

/** Between the quotes that are there; of strings side by side one is made. */
function renaming({ text }: PrototxtDocument, at: ScalarSyntax, name: string): TextEdit {
  const span = innerSpan(at);
  const escaped = name.replaceAll(/["'\\]/g, '\\$&');
  const whole = span.start === at.start;
  return { range: text.rangeOf(span), text: whole ? `"${escaped}"` : escaped };
}

function refused(message: string, next: string): InputError {
  return new InputError('bad-argument', message, undefined, next);
}
