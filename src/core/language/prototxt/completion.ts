/** What can be written at the cursor: fields of the message, layer types, names of enums, blobs that are made above. */
import { fieldWords } from '../../dialects/caffe/field-words.ts';
import type { CaffeField, CaffeMessage } from '../../dialects/caffe/schema.ts';
import { type CaffeVocabulary, isParameters, layerFacts, takesField } from '../../dialects/caffe/vocabulary.ts';
import { V1_TYPES } from '../../formats/caffe/v1-types.ts';
import type { CompletionItem, Offer } from '../completion.ts';
import type { TextPosition } from '../text.ts';
import { oldTypes } from './analysis.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import type { PrototxtDocument } from './document.ts';
import { defaultText, fence, layerMarkdown, signatureOf, typeName } from './facts-text.ts';
import { type LayerSyntax, layerAround } from './layers.ts';
import { type FieldSyntax, isMessage, said, textOf } from './syntax.ts';

export function completionsAt(document: PrototxtDocument, position: TextPosition): CompletionItem[] {
  const offset = document.text.offsetAt(position);
  const { dialect } = document;
  const cursor = dialect && cursorAt(document, offset);
  if (!cursor) return [];
  const range = document.text.rangeOf({ start: cursor.prefix.start, end: offset });
  return new Offers(document, dialect, cursor, offset).all().map((offer) => ({ ...offer, range }));
}

/** What a filler can be: BVLC/caffe, include/caffe/filler.hpp. */
const FILLERS = ['constant', 'uniform', 'gaussian', 'positive_unitball', 'xavier', 'msra', 'bilinear'];

class Offers {
  private readonly message: CaffeMessage | undefined;
  private readonly layer: LayerSyntax | undefined;

  constructor(
    private readonly document: PrototxtDocument,
    private readonly dialect: CaffeVocabulary,
    private readonly cursor: Cursor,
    private readonly offset: number,
  ) {
    let message: CaffeMessage | undefined = dialect.schema.net;
    for (const name of cursor.path) {
      const type: CaffeField['type'] | undefined = message?.fields.get(name)?.type;
      message = type?.kind === 'message' ? type.message : undefined;
    }
    this.message = message;
    const { from: start } = cursor;
    this.layer = cursor.path.length > 0 ? layerAround(document.layers, { start, end: start }) : undefined;
  }

  all(): readonly Offer[] {
    const { field, prefix } = this.cursor;
    if (field !== undefined) return this.values(field);
    return prefix.inString ? [] : this.names();
  }

  private names(): readonly Offer[] {
    const { message, cursor, dialect, document, offset } = this;
    const given = new Set(this.given());
    const bare = /^[ \t]*[:{<]/.test(document.text.text.slice(offset, offset + 40));
    const ofLayer = cursor.path.length === 1 && /^layers?$/.test(cursor.path[0] ?? '');
    const op = ofLayer ? this.layer?.op : undefined;
    const offers: Offer[] = [];
    for (const field of message?.fields.values() ?? []) {
      if (!field.repeated && given.has(field.name)) continue;
      // Layers of today stand beside old ones in no network.
      if (cursor.path.length === 0 && field.name === 'layers') continue;
      if (op !== undefined && isParameters(field.name) && !takesField(dialect, op, field.name)) continue;
      offers.push(this.name(field, op, bare));
    }
    return offers;
  }

  private name(field: CaffeField, op: string | undefined, bare: boolean): Offer {
    const { message, dialect } = this;
    const words = message && fieldWords(message.name, field.name);
    const own = op !== undefined && layerFacts(dialect, op)?.parameters === field.name;
    return {
      label: field.name,
      kind: field.type.kind === 'message' ? 'key' : 'attribute',
      detail: `${typeName(field.type)}${field.otherwise === undefined ? '' : ` = ${defaultText(field)}`}`,
      markdown: [fence(signatureOf(field)), words].filter(Boolean).join('\n\n'),
      ...(!bare && { snippet: snippetOf(field) }),
      order: `${own ? 0 : (ORDER[field.name] ?? (isParameters(field.name) ? 2 : 3))}${field.name}`,
    };
  }

  /** The fields that the message has already. */
  private given(): readonly string[] {
    let fields: readonly FieldSyntax[] = this.document.tree.fields;
    for (const name of this.cursor.path) {
      const holding: FieldSyntax | undefined = fields.findLast(
        (field) => field.name.text === name && field.start < this.offset && field.end >= this.offset,
      );
      const value = holding?.values.find(isMessage);
      if (!value) return [];
      fields = value.fields;
    }
    return fields
      .filter(({ name }) => !(name.start <= this.offset && this.offset <= name.end))
      .map(({ name }) => name.text);
  }

  private values(name: string): readonly Offer[] {
    const { path } = this.cursor;
    const ofLayer = path.length === 1 && /^layers?$/.test(path[0] ?? '');
    if (ofLayer && name === 'type') return this.types();
    if (ofLayer && name === 'bottom') return this.bottoms();
    if (ofLayer && name === 'top') return this.tops();
    const field = this.message?.fields.get(name);
    if (this.message?.name === 'FillerParameter' && name === 'type')
      return FILLERS.map((filler) => this.text(filler, { kind: 'enum' }));
    if (!field || this.cursor.prefix.inString) return [];
    if (field.type.kind === 'enum')
      return [...field.type.numbers.keys()].map((word) => ({ label: word, kind: 'enum' }));
    return field.type.kind === 'scalar' && field.type.name === 'bool' ? [TRUE, FALSE] : [];
  }

  private types(): readonly Offer[] {
    const { dialect, document, cursor } = this;
    const { dialects } = document;
    if (cursor.path[0] === 'layers')
      return oldTypes(dialect.schema.net).map((label) => ({
        ...{ label, kind: 'operator' as const },
        markdown: layerMarkdown(V1_TYPES[label] ?? label, dialect, dialects),
      }));
    return [...dialect.layers].map((op) => {
      const training = layerFacts(dialect, op)?.training;
      const markdown = layerMarkdown(op, dialect, dialects);
      return this.text(op, {
        kind: 'operator',
        markdown,
        order: `${training ? 1 : 0}${op}`,
        ...(training && { detail: 'training' }),
      });
    });
  }

  private bottoms(): readonly Offer[] {
    const start = this.layer?.field.start ?? this.cursor.from;
    const above = this.document.blobs.above(start);
    return above.map(({ blob, layer }, k) =>
      this.text(blob.name, { kind: 'value', detail: said(layer?.type) || 'input', order: String(k).padStart(5, '0') }),
    );
  }

  /** Most layers make one blob of their own name, or write what they read. */
  private tops(): readonly Offer[] {
    const { layer } = this;
    const names = new Set([said(layer?.name), ...(layer?.bottoms.map(textOf) ?? [])].filter((name) => name !== ''));
    return [...names].map((name, k) => {
      const inPlace = layer?.bottoms.some((bottom) => textOf(bottom) === name) ?? false;
      return this.text(name, { kind: 'value', order: String(k), ...(inPlace && { detail: 'in place' }) });
    });
  }

  /** A text, in quotes where there are none yet. */
  private text(label: string, offer: Omit<Offer, 'label'>): Offer {
    const escaped = label.replaceAll(/[\\$}]/g, '\\$&');
    return { label, ...offer, ...(!this.cursor.prefix.inString && { snippet: `"${escaped}"` }) };
  }
}

/** What is written first of a layer, and of a network. */
const ORDER: Readonly<Record<string, number>> = { name: 0, type: 0, bottom: 0, top: 0, layer: 0, input: 1, param: 1 };

const TRUE: Offer = { label: 'true', kind: 'enum' };
const FALSE: Offer = { label: 'false', kind: 'enum' };

const LAYER = ['layer {', '  name: "$1"', '  type: "$2"', '  bottom: "$3"', '  top: "$4"', '  $0', '}'].join('\n');

function snippetOf({ name, type, otherwise }: CaffeField): string {
  if (name === 'layer') return LAYER;
  if (type.kind === 'message') return `${name} {\n  $0\n}`;
  if (type.kind === 'enum') return `${name}: `;
  if (type.name === 'string' || type.name === 'bytes') return `${name}: "$0"`;
  return type.name === 'bool' ? `${name}: ${otherwise === true ? 'false' : 'true'}` : `${name}: `;
}
