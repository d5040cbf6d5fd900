/** Texts for tests of the language: with a mark where the cursor is, or made by rule. */
import { LanguageDocument } from '../../../../src/core/language/document.ts';
import type { TextPosition } from '../../../../src/core/language/text.ts';

/** Stands for the cursor. */
export const CURSOR = '‸';

export function documentOf(text: string, path = '/nowhere/model.onnxtxt'): LanguageDocument {
  return new LanguageDocument(text, 1, { path });
}

/** The document of a text with a cursor mark, and where the mark was. */
export function atCursor(marked: string): { readonly document: LanguageDocument; readonly position: TextPosition } {
  const offset = marked.indexOf(CURSOR);
  if (offset === -1) throw new Error('the text has no cursor');
  const document = documentOf(marked.slice(0, offset) + marked.slice(offset + CURSOR.length));
  return { document, position: document.text.positionAt(offset) };
}

/** Nodes within a small model at opset 17: `x` and `y` are float[N, 3], `w` is a constant. */
export function inModel(nodes: string): string {
  return `<ir_version: 8, opset_import: ["" : 17]>
g (float[N, 3] x) => (float[N, 3] y)
<float[3] w = {1, 2, 3}>
{
${nodes}
}
`;
}
