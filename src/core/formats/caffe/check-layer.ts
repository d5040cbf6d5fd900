/** What is wrong with one layer as it is written: fields that its dialect does not know, or that its type does not read. */
import { type CaffeMessage, fieldAt } from '../../dialects/caffe/schema.ts';
import { type CaffeVocabulary, isParameters, layerFacts, takesField } from '../../dialects/caffe/vocabulary.ts';
import type { Place } from '../../ir/errors.ts';
import type { Node } from '../../ir/node.ts';
import { fitsWire } from './decode.ts';
import { type Findings, placeOf } from './findings.ts';
import { Tree, type UnknownField } from './tree.ts';
import type { LayerEntry } from './weights.ts';

/** An unknown field, and the way to it from the layer: `pooling_param`, or nothing. */
interface Stray {
  readonly field: UnknownField;
  readonly path: string;
  readonly message: CaffeMessage;
}

/** What layers that train are replaced by. */
const INSTEAD = {
  data: { reason: 'it reads data', instead: 'an Input layer in its place' },
  loss: { reason: 'it measures the loss', instead: 'what it reads as its output' },
  measure: { reason: 'it measures how good the network is', instead: 'no such layer' },
  'measure of another network': {
    reason: 'it measures how good the network of another file is, and makes nothing',
    instead: 'the layers of that file',
  },
} as const;

/** Python layers of which everybody knows what they do: the proposals of py-faster-rcnn. */
const KNOWN_PYTHON = new Set(['ProposalLayer']);

export class LayerCheck {
  constructor(
    private readonly dialect: CaffeVocabulary,
    private readonly all: readonly CaffeVocabulary[],
    private readonly file: string,
    private readonly findings: Findings,
  ) {}

  check(node: Node, { layer, entry }: LayerEntry): void {
    const place = placeOf(entry, this.file);
    this.unknown(node, layer, place);
    this.misfits(node, layer);
    const { training } = layerFacts(this.dialect, node.op) ?? {};
    if (training) this.findings.add('training-layer', node, place, INSTEAD[training]);
    if (node.op !== 'Python') return;
    const [module = '', name = ''] = ['module', 'layer'].map((key) => node.string(`python_param.${key}`));
    if (KNOWN_PYTHON.has(name)) return;
    this.findings.add('python-layer', node, place, { module: `${module}.${name}` });
  }

  /** Fields of the network itself that the dialect does not know. */
  net(net: Tree): void {
    for (const stray of straysOf(net, '', false)) {
      const place = placeIn(stray.field, this.file);
      if ('text' in stray.field) this.unknownName(undefined, stray, place, 'net');
      else this.kept(undefined, [stray], place, 'net');
    }
  }

  private unknown(node: Node, layer: Tree, place: Place): void {
    const numbers: Stray[] = [];
    for (const stray of straysOf(layer, '', true)) {
      // What is within parameters that the layer does not read is told with them.
      if (!takesField(this.dialect, node.op, stray.path.split('.')[0] ?? '')) continue;
      if ('text' in stray.field) this.unknownName(node, stray, placeIn(stray.field, this.file), 'layer');
      else numbers.push(stray);
    }
    if (numbers.length > 0) this.kept(node, numbers, place, 'layer');
  }

  private unknownName(node: Node | undefined, stray: Stray, place: Place, root: 'layer' | 'net'): void {
    const { field, message, path } = stray;
    if (!('text' in field)) return;
    const others = this.others((schema) => fieldAt(schema[root], below(path, field.name)) !== undefined);
    const knows = others.length === 0 ? '' : `: ${listed(others)} ${others.length === 1 ? 'has' : 'have'} it`;
    const details = { message: message.name, field: field.name, dialect: this.dialect.id, knows };
    this.findings.add('field-unknown', node, place, details);
  }

  private kept(node: Node | undefined, strays: readonly Stray[], place: Place, root: 'layer' | 'net'): void {
    const fields = strays.map(({ field, message }) => `${message.name}.${'number' in field ? field.number : ''}`);
    const others = this.others((schema) =>
      strays.every(({ field, path }) => {
        const message = messageAt(schema[root], path);
        const known = 'number' in field ? message?.byNumber.get(field.number) : undefined;
        return known !== undefined && 'wire' in field && fitsWire(known, field.wire);
      }),
    );
    this.findings.add('fields-kept', node, place, {
      ...(!node && { operator: 'The network' }),
      fields: `${fields.length === 1 ? 'the field' : 'the fields'} ${listed(fields)}`,
      dialect: this.dialect.id,
      knows:
        others.length === 0
          ? ''
          : ` (${listed(others)} ${others.length === 1 ? 'knows' : 'know'} ${fields.length === 1 ? 'it' : 'them'})`,
    });
  }

  /** A name that is not read is harmless; a number may be another dialect's name for what is. */
  private misfits(node: Node, layer: Tree): void {
    for (const entry of layer.entries) {
      const { field } = entry;
      if (takesField(this.dialect, node.op, field.name)) continue;
      const place = placeOf(entry, this.file);
      const meant = entry.offset === undefined ? [] : this.meantBy(node.op, field.number);
      if (meant.length === 0) this.findings.add('parameter-unread', node, place, { field: field.name });
      else
        this.findings.add('parameter-misfit', node, place, {
          field: field.name,
          number: String(field.number),
          dialect: this.dialect.id,
          knows: `: it is ${listed(meant)}`,
        });
    }
  }

  /** `reorg_param in ncnn`: dialects in which layers of a type read the field of that number. */
  private meantBy(type: string, number: number): readonly string[] {
    return this.all.flatMap((dialect) => {
      const field = dialect.schema.layer.byNumber.get(number);
      const facts = layerFacts(dialect, type);
      const reads = field && facts && isParameters(field.name) && takesField(dialect, type, field.name);
      return reads && dialect.layers.has(type) ? [`${field.name} in ${dialect.id}`] : [];
    });
  }

  private others(has: (schema: CaffeVocabulary['schema']) => boolean): readonly string[] {
    return this.all.filter((dialect) => dialect !== this.dialect && has(dialect.schema)).map(({ id }) => id);
  }
}

/** All unknown fields within, but for messages that nobody looks into. */
function straysOf(tree: Tree, path: string, deep: boolean): Stray[] {
  const { message } = tree;
  if (message.fields.size === 0) return [];
  const own = tree.unknown.map((field) => ({ field, path, message }));
  if (!deep) return own;
  const within = tree.entries.flatMap(({ field, value }) =>
    value instanceof Tree ? straysOf(value, below(path, field.name), deep) : [],
  );
  return [...own, ...within];
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function messageAt(message: CaffeMessage, path: string): CaffeMessage | undefined {
  if (path === '') return message;
  const type = fieldAt(message, path)?.type;
  return type?.kind === 'message' ? type.message : undefined;
}

function placeIn(field: UnknownField, file: string): Place {
  return placeOf('text' in field ? { line: field.line, column: field.column } : { offset: field.offset }, file);
}

const MOST_LISTED = 6;

function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  if (distinct.length > MOST_LISTED) return `${distinct.slice(0, MOST_LISTED).join(', ')} and others`;
  const [last = ''] = distinct.slice(-1);
  return distinct.length < 2 ? last : `${distinct.slice(0, -1).join(', ')} and ${last}`;
}
