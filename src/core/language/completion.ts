/** What can be written at the cursor: at every place only what fits there. */

import { attributeNames, attributeTypes, attributeValues, references } from './complete-attributes.ts';
import { elementTypes, entryNames, valueTypes } from './complete-entries.ts';
import { headerKeys, opsetDomains, opsetVersions } from './complete-headers.ts';
import { operators } from './complete-operators.ts';
import { inputs, outputs } from './complete-values.ts';
import { type Cursor, cursorAt } from './cursor-context.ts';
import type { TypedDocument } from './syntax-document.ts';
import type { TextPosition, TextRange } from './text.ts';

export interface CompletionItem {
  readonly label: string;
  readonly kind: 'operator' | 'attribute' | 'value' | 'type' | 'enum' | 'key' | 'domain' | 'function';
  /** Short, beside the label: a type or a version. */
  readonly detail?: string;
  readonly markdown?: string;
  /** What to insert, where it is not the label; `${1:name}` are places to fill. */
  readonly snippet?: string;
  /** Replaced by what is inserted. */
  readonly range: TextRange;
  /** Sorts before others with a larger text. */
  readonly order?: string;
}

/** An item before it is known what it replaces. */
export type Offer = Omit<CompletionItem, 'range'>;

export function completionsAt(document: TypedDocument, position: TextPosition): CompletionItem[] {
  const offset = document.text.offsetAt(position);
  const cursor = cursorAt(document.text.text, document.tree, offset);
  if (!cursor) return [];
  const range = document.text.rangeOf({ start: cursor.prefix.start, end: offset });
  return offers(document, cursor, offset).map((offer) => ({ ...offer, range }));
}

function offers(document: TypedDocument, { context, prefix }: Cursor, offset: number): readonly Offer[] {
  const { inString } = prefix;
  switch (context.kind) {
    case 'node-output':
      return outputs(context);
    case 'operator':
      return operators(document, context, followedBy(document, offset));
    case 'attribute-name':
      return attributeNames(document, context, followedBy(document, offset));
    case 'attribute-type':
      return attributeTypes(document, context);
    case 'attribute-value':
      return attributeValues(document, context, inString);
    case 'reference':
      return references(context);
    case 'node-input':
      return inputs(document, context);
    case 'entry-type':
      return valueTypes();
    case 'entry-name':
      return entryNames(document, context);
    case 'inner-type':
      return elementTypes();
    case 'header-key':
      return headerKeys(context);
    case 'opset-domain':
      return opsetDomains(document, context, inString);
    case 'opset-version':
      return opsetVersions(context);
  }
}

/** The first character behind the cursor that is no blank, on the same line. */
function followedBy({ text }: TypedDocument, offset: number): string {
  return /^[ \t]*(\S?)/.exec(text.text.slice(offset, offset + 100))?.[1] ?? '';
}
