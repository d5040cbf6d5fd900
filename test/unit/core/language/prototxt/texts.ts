/** Prototxts for tests of the language: with a mark where the cursor is. */
import { PrototxtDocument } from '../../../../../src/core/language/prototxt/document.ts';
import type { TextPosition, TextRange } from '../../../../../src/core/language/text.ts';
import { CURSOR } from '../texts.ts';

export function documentOf(text: string, dialect?: string, path = '/nowhere/net.prototxt'): PrototxtDocument {
  return new PrototxtDocument(text, 1, { path, dialect });
}

/** The document of a text with a cursor mark, and where the mark was. */
export function atCursor(
  marked: string,
  dialect?: string,
): { readonly document: PrototxtDocument; readonly position: TextPosition } {
  const offset = marked.indexOf(CURSOR);
  if (offset === -1) throw new Error('the text has no cursor');
  const document = documentOf(marked.slice(0, offset) + marked.slice(offset + CURSOR.length), dialect);
  return { document, position: document.text.positionAt(offset) };
}

/** What stands in a range. */
export function textAt({ text }: PrototxtDocument, range: TextRange): string {
  return text.slice(text.spanOf(range));
}

/** Layers behind an input `data` of 1, 3, 224, 224. */
export function inNet(layers: string): string {
  return `name: "net"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } } }
${layers}`;
}
