/** Blobs as symbols: going to their makers, finding and highlighting who reads them, and renaming. */
import { InputError } from '../../ir/errors.ts';
import type { Highlight } from '../navigation.ts';
import type { TextEdit, TextPosition, TextRange } from '../text.ts';
import type { Mention } from './blobs.ts';
import type { PrototxtDocument } from './document.ts';
import { spotAt } from './spot.ts';
import { innerSpan, type ScalarSyntax } from './syntax.ts';

/** What a position names: a bottom, a top or an input. */
export function mentionAt(document: PrototxtDocument, position: TextPosition): Mention | undefined {
  if (!document.dialect) return undefined;
  const spot = spotAt(document, document.text.offsetAt(position));
  return spot?.scalar && document.blobs.at(spot.scalar.start);
}

/** The nearest layer above that makes what is read, also where it writes what it reads. */
export function definitionAt(document: PrototxtDocument, position: TextPosition): TextRange | undefined {
  const mention = mentionAt(document, position);
  const maker = mention?.kind === 'read' ? mention.maker : mention;
  return maker && document.text.rangeOf(innerSpan(maker.at));
}

export function referencesAt(document: PrototxtDocument, position: TextPosition): Highlight[] {
  const mentions = mentionAt(document, position)?.blob.mentions ?? [];
  return mentions.map(({ at, kind }) => ({ range: document.text.rangeOf(innerSpan(at)), kind }));
}

export function renameTargetAt(document: PrototxtDocument, position: TextPosition): TextRange | undefined {
  const mention = mentionAt(document, position);
  return mention && document.text.rangeOf(innerSpan(mention.at));
}

/** The edits that give a blob another name everywhere. Throws InputError `bad-argument` where it is taken or none. */
export function renameAt(document: PrototxtDocument, position: TextPosition, wanted: string): TextEdit[] {
  const mention = mentionAt(document, position);
  if (!mention) throw refused('nothing here can be renamed', 'Put the cursor on the name of a blob.');
  const { blob } = mention;
  const name = /^(["']).*\1$/s.test(wanted) ? wanted.slice(1, -1) : wanted;
  if (name === '' || /[\n\r]/.test(name)) throw refused('a name has at least one letter', 'Give another name.');
  if (name === blob.name) return [];
  if (document.blobs.isTaken(name))
    throw refused(
      `'${blob.name}' cannot be called '${name}': the network has a blob of that name`,
      'Give another name.',
    );
  return blob.mentions.map(({ at }) => renaming(document, at, name));
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
