/** Ranges around a position of a prototxt, each within the next: the word, the field, the message, the text. */
import type { Span, TextPosition, TextRange } from '../text.ts';
import type { PrototxtDocument } from './document.ts';
import { type FieldSyntax, holds, innerSpan, isMessage, isScalar, type ValueSyntax } from './syntax.ts';

/** From the smallest on. */
export function selectionsAt({ text, tree }: PrototxtDocument, position: TextPosition): TextRange[] {
  const offset = text.offsetAt(position);
  const spans: Span[] = [{ start: 0, end: text.length }];
  let fields: readonly FieldSyntax[] | undefined = tree.fields;
  while (fields) {
    const field: FieldSyntax | undefined = fields.find((each) => holds(each, offset));
    fields = undefined;
    if (!field) break;
    spans.push(field, ...(field.list ? [field.list] : []), field.name);
    const value: ValueSyntax | undefined = field.values.find((each) => holds(each, offset));
    if (isScalar(value)) spans.push(value, innerSpan(value));
    if (!isMessage(value)) break;
    spans.push(value, { start: value.start + 1, end: value.end - (value.closed ? 1 : 0) });
    fields = value.fields;
  }
  const around = spans.filter((span) => holds(span, offset)).reverse();
  const growing = around.filter(({ start, end }, k) => {
    const inner = around[k - 1];
    return !inner || (start <= inner.start && end >= inner.end && end - start > inner.end - inner.start);
  });
  return growing.map((span) => text.rangeOf(span));
}
