/** A layer in the words of its dialect that another one has other words for: what transcoding between them makes of it. */

import { transcode } from '../../convert/caffe-to-caffe/transcode.ts';
import { fieldAt } from '../../dialects/caffe/schema.ts';
import type { CaffeVocabulary } from '../../dialects/caffe/vocabulary.ts';
import { attributesOf, isUnknown } from '../../formats/caffe/attributes.ts';
import { layersOf } from '../../formats/caffe/weights.ts';
import type { Attribute } from '../../ir/attribute.ts';
import { Graph } from '../../ir/graph.ts';
import { makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { backendOf } from '../../targets/table.ts';
import type { TextEdit } from '../text.ts';
import { Binder } from './bind.ts';
import type { PrototxtDocument } from './document.ts';
import { pathOf } from './fix-dialects.ts';
import { withLine } from './fix-words.ts';
import type { FixRule } from './fixes.ts';
import type { LayerSyntax } from './layers.ts';
import { type FieldSyntax, innerSpan, isMessage, type MessageSyntax } from './syntax.ts';

type Attributes = ReadonlyMap<string, Attribute>;

/** `ceil_mode: false` of OpenCV as `round_mode: FLOOR` of BVLC. */
export const rewriteFixes: FixRule = (document, { field, layer }) => {
  const { dialect, dialects } = document;
  if (!dialect || !field || layer?.field.name.text !== 'layer') return [];
  const path = pathOf(document, field.start, true);
  for (const other of dialects) {
    if (other === dialect || path === undefined || !fieldAt(other.schema.layer, path)) continue;
    const edits = rewritten(document, layer, other, dialect);
    if (edits) return [{ title: `Rewrite for ${dialect.id}`, edits, preferred: true }];
  }
  return [];
};

/** Undefined where the one cannot say what the other means, or the same fields say it. */
function rewritten(
  document: PrototxtDocument,
  layer: LayerSyntax,
  from: CaffeVocabulary,
  to: CaffeVocabulary,
): readonly TextEdit[] | undefined {
  const binder = new Binder(document.text.text);
  const [bound] = layersOf(binder.bind([layer.field], from.schema.net));
  if (!bound || binder.misfits.length > 0) return undefined;
  const attributes = attributesOf(bound.layer, STRUCTURE);
  if ([...attributes.keys()].some(isUnknown)) return undefined;
  const graph = new Graph('');
  const node = new Node(layer.op ?? '', [], { domain: 'caffe', attributes, outputs: 0 });
  graph.nodes.append(node);
  const model = makeModel('caffe', graph, { file: document.path });
  const backends = [from, to].map(({ id }) => backendOf(id, document.path));
  const [source, target] = backends;
  if (!source || !target || transcode(model, source, target).length > 0) return undefined;
  // Several layers in the place of one have names that the text does not tell.
  if (node.list === undefined || graph.nodes.length > 1) return undefined;
  const edits = new Rewriting(document, layer, to).edits(attributes, node.attributes);
  if (node.op === layer.op || !edits) return edits;
  if (!layer.type) return undefined;
  return [{ range: document.text.rangeOf(innerSpan(layer.type)), text: node.op }, ...edits];
}

const STRUCTURE: ReadonlySet<string> = new Set([
  'name',
  'type',
  'bottom',
  'top',
  'blobs',
  'include',
  'exclude',
  'param',
]);

/** The edits from what a layer said to what it is to say; all else of it stays as it is written. */
class Rewriting {
  constructor(
    private readonly document: PrototxtDocument,
    private readonly layer: LayerSyntax,
    private readonly to: CaffeVocabulary,
  ) {}

  edits(before: Attributes, after: Attributes): readonly TextEdit[] | undefined {
    const edits: TextEdit[] = [];
    for (const [path, { value }] of before) {
      const now = after.get(path);
      if (now && String(now.value) === String(value)) continue;
      const written = this.fieldsAt(path);
      // Several values, or one of a message that may stand often: nobody has needed it yet.
      const [only] = written;
      if (!only || written.length > 1) return undefined;
      if (now) edits.push({ range: this.document.text.rangeOf(only), text: this.text(path, now) });
    }
    const gone = [...before.keys()].filter((path) => !after.has(path)).flatMap((path) => this.fieldsAt(path));
    const come = [...after].filter(([path]) => !before.has(path));
    if (come.some(([path]) => path.includes('['))) return undefined;
    // What takes the place of another stands where that stood.
    for (const [k, [path, attribute]] of come.entries()) {
      const text = this.text(path, attribute);
      const old = gone[k];
      if (old) edits.push({ range: this.document.text.rangeOf(old), text });
      else edits.push(this.added(path, text));
    }
    for (const field of gone.slice(come.length))
      edits.push({ range: this.document.text.rangeOf(withLine(this.document, field)), text: '' });
    return edits.length > 0 ? edits : undefined;
  }

  private fieldsAt(path: string): readonly FieldSyntax[] {
    let fields = this.layer.body.fields;
    const names = path.split('.');
    for (const name of names.slice(0, -1))
      fields = fields
        .flatMap((field) => (field.name.text === name ? field.values.filter(isMessage) : []))
        .flatMap(({ fields: inner }) => inner);
    return fields.filter(({ name }) => name.text === names.at(-1));
  }

  private added(path: string, text: string): TextEdit {
    const [holder = '', ...rest] = path.split('.');
    const message = rest.length === 0 ? this.layer.body : this.messageAt(holder);
    if (message) return this.appended(message, text);
    return this.appended(this.layer.body, `${holder} { ${text} }`);
  }

  private messageAt(name: string): MessageSyntax | undefined {
    return this.layer.body.fields.findLast((field) => field.name.text === name)?.values.find(isMessage);
  }

  /** Behind the last field of a message, in its line where all stands in one. */
  private appended({ fields, start }: MessageSyntax, text: string): TextEdit {
    const last = fields.at(-1);
    const at = last?.end ?? start + 1;
    const { text: all } = this.document;
    const line = all.text.lastIndexOf('\n', at - 1) + 1;
    const indent = /^[ \t]*/.exec(all.slice({ start: line, end: at }))?.[0] ?? '';
    const alone = last !== undefined && line + indent.length === last.start;
    return { range: all.rangeOf({ start: at, end: at }), text: alone ? `\n${indent}${text}` : ` ${text}` };
  }

  private text(path: string, { type, value }: Attribute): string {
    const name = path.split('.').at(-1) ?? path;
    const field = fieldAt(this.to.schema.layer, path);
    const word = type === 'string' && field?.type.kind !== 'enum' ? JSON.stringify(value) : String(value);
    return `${name}: ${word}`;
  }
}
