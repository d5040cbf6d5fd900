/**
 * What a file says that tells dialects apart: types of layers, and the fields of their parameters, by name in a text and
 * by number in a binary. Nothing is believed yet.
 */
import type { CaffeField, CaffeMessage, CaffeSchema } from '../../dialects/caffe/schema.ts';
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { scalarOf, takes } from './bind.ts';
import { FieldCursor, type WireField } from './cursor.ts';
import { fitsWire } from './decode.ts';
import { isMessage, type TextField, type TextMessage } from './text.ts';
import { V1_TYPES } from './v1-types.ts';

/** A field that stands in a file. */
export interface Seen {
  /** Its name or number, for `field` alone. */
  readonly key: string | number;
  /** What a message calls it; undefined where it has no such field. */
  field(message: CaffeMessage): CaffeField | undefined;
  /** Whether the field can have this value. */
  fits(field: CaffeField): boolean;
  /** Whether the value is what the field means where it is not given. */
  isDefault(field: CaffeField): boolean;
  /** The fields within, where it is a message. */
  readonly inner: readonly Seen[];
}

export interface SeenLayer {
  /** The message that layers of its age are. */
  message(schema: CaffeSchema): CaffeMessage | undefined;
  /** Its type as layers are called today; undefined where the dialect has no such. */
  type(schema: CaffeSchema): string | undefined;
  readonly fields: readonly Seen[];
}

/** What a file says of its network, beside layers and what all dialects have. */
export interface Evidence {
  readonly layers: readonly SeenLayer[];
  readonly net: readonly Seen[];
}

/** The message of layers from before 2014. */
export function oldLayer({ net }: CaffeSchema): CaffeMessage | undefined {
  const type = net.fields.get('layers')?.type;
  return type?.kind === 'message' ? type.message : undefined;
}

/** What all dialects have alike. Blobs are not among it: which of their fields hold the numbers tells something. */
const STRUCTURE = {
  names: new Set(['name', 'type', 'bottom', 'top', 'blobs', 'param', 'include', 'exclude', 'phase', 'loss_weight']),
  now: new Set([1, 2, 3, 4, 5, 6, 8, 9, 10, 11]),
  old: new Set([2, 3, 4, 5, 7, 8, 32, 33, 35, 1001, 1002]),
};

/** The same of the network: its layers, its inputs, and its name. */
const NET = {
  names: new Set([
    'name',
    'layers',
    'input',
    'input_dim',
    'force_backward',
    'state',
    'debug_info',
    'input_shape',
    'layer',
  ]),
  numbers: new Set([1, 2, 3, 4, 5, 6, 7, 8, 100]),
};

/** What a text says. */
export function textEvidence({ fields }: TextMessage): Evidence {
  const layers = fields.flatMap(({ name, value }) => {
    if (!isMessage(value) || (name !== 'layer' && name !== 'layers')) return [];
    const type = value.fields.findLast((field) => field.name === 'type')?.value;
    const written = type && !isMessage(type) ? type : undefined;
    const today = name === 'layer';
    const word = written?.bytes ? new TextDecoder().decode(written.bytes) : written?.text;
    return {
      message: (schema: CaffeSchema) => (today ? schema.layer : oldLayer(schema)),
      type: () => (today || word === undefined ? word : V1_TYPES[word]),
      fields: value.fields.filter((field) => !STRUCTURE.names.has(field.name)).map(seenText),
    };
  });
  return { layers, net: fields.filter(({ name }) => !NET.names.has(name)).map(seenText) };
}

function seenText(field: TextField): Seen {
  const { name, value } = field;
  return {
    key: name,
    field: (message) => message.fields.get(name),
    fits: (as) => takes(as, field),
    isDefault: (as) => !isMessage(value) && same(as.otherwise, scalarOf(as, value)),
    inner: isMessage(value) ? value.fields.map(seenText) : [],
  };
}

function same(otherwise: CaffeField['otherwise'], value: unknown): boolean {
  return otherwise !== undefined && (typeof value === 'bigint' ? Number(value) : value) === otherwise;
}

const LAYER = 100;
const OLD_LAYERS = 2;
/** No more of a message is looked at: parameters have fewer fields, and weights are read when they are needed. */
const MOST_FIELDS = 64;
const LONGEST_TYPE = 1 << 10;

/** What a binary says. Throws InputError where it is no protobuf message. */
export function binaryEvidence(source: ByteSource): Evidence {
  const cursor = new FieldCursor(source);
  const layers: SeenLayer[] = [];
  const net: Seen[] = [];
  for (let at = 0; at < source.size; ) {
    const found = cursor.read(at, source.size);
    at = found.end;
    if (found.wire === 2 && (found.number === LAYER || found.number === OLD_LAYERS))
      layers.push(seenLayer(source, cursor, found));
    else if (!NET.numbers.has(found.number)) net.push(seenBytes(source, cursor, found, 0));
  }
  return { layers, net };
}

function seenLayer(source: ByteSource, cursor: FieldCursor, { number, content, end }: WireField): SeenLayer {
  const today = number === LAYER;
  const age = today ? 'now' : 'old';
  const fields: Seen[] = [];
  let type: string | number | undefined;
  for (let at = content; at < end; ) {
    const found = cursor.read(at, end);
    at = found.end;
    if (today && found.number === 2 && found.wire === 2) type = textAt(source, found);
    else if (!today && found.number === 5 && found.wire === 0) type = varintAt(source, found);
    else if (!STRUCTURE[age].has(found.number)) fields.push(seenBytes(source, cursor, found, 0));
  }
  return {
    message: (schema) => (today ? schema.layer : oldLayer(schema)),
    type: (schema) => (typeof type === 'number' ? V1_TYPES[oldTypeName(schema, type) ?? ''] : type),
    fields,
  };
}

function textAt(source: ByteSource, { content, end }: WireField): string {
  return new TextDecoder().decode(source.read(content, Math.min(end - content, LONGEST_TYPE)));
}

function oldTypeName(schema: CaffeSchema, number: number): string | undefined {
  const type = oldLayer(schema)?.fields.get('type')?.type;
  if (type?.kind !== 'enum') return undefined;
  for (const [name, each] of type.numbers) if (each === number) return name;
  return undefined;
}

function seenBytes(source: ByteSource, cursor: FieldCursor, found: WireField, depth: number): Seen {
  const { number, wire } = found;
  const value = wire === 0 ? varintAt(source, found) : undefined;
  // Text may look like fields: what is within counts only where the field is a message.
  const inner = wire === 2 && depth === 0 ? fieldsWithin(source, cursor, found) : [];
  return {
    key: number,
    field: (message) => message.byNumber.get(number),
    fits(field) {
      const { type } = field;
      if (!fitsWire(field, wire)) return false;
      if (type.kind === 'message') return depth > 0 || inner !== undefined;
      if (value === undefined) return true;
      if (type.kind === 'enum') return [...type.numbers.values()].includes(value);
      return type.name !== 'bool' || value <= 1;
    },
    isDefault({ type, otherwise }) {
      if (value === undefined || otherwise === undefined) return false;
      if (type.kind === 'enum') return type.numbers.get(String(otherwise)) === value;
      return (typeof otherwise === 'boolean' ? Number(otherwise) : otherwise) === value;
    },
    inner: inner ?? [],
  };
}

function fieldsWithin(source: ByteSource, cursor: FieldCursor, { content, end }: WireField): Seen[] | undefined {
  const fields: Seen[] = [];
  try {
    for (let at = content; at < end && fields.length < MOST_FIELDS; ) {
      const found = cursor.read(at, end);
      at = found.end;
      fields.push(seenBytes(source, cursor, found, 1));
    }
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
  return fields;
}

/** Beyond 2^53 only negative numbers are meant, which tell nothing. */
function varintAt(source: ByteSource, { content, end }: WireField): number {
  let value = 0;
  source.read(content, end - content).forEach((byte, k) => {
    value += (byte & 127) * 128 ** k;
  });
  return value;
}
