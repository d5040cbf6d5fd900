/**
 * What a file says and ONNX text has no words for, in lines `#@ {…}` of JSON before what they belong to: onnx's parser
 * takes them for comments. Bytes are in base64.
 */
import type { Attribute } from '../../ir/attribute.ts';
import type { TensorInfo } from '../../ir/tensor.ts';
import type { Building } from './building.ts';
import { graphWord } from './names.ts';
import { isPlainName } from './print-values.ts';
import type { NoteSyntax } from './syntax.ts';

/** What one note says; of an attribute also what its tensors say, in order. */
export interface Note {
  readonly doc?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly unknown?: string;
  /** Of an attribute: the name of its tensor or graph, where onnx's parser takes none such. */
  readonly name?: string;
  /** Of a node or function: its attributes by name. */
  readonly attributes?: Readonly<Record<string, Note>>;
  /** Of an initializer: what its tensor says. */
  readonly tensor?: Note;
  readonly tensors?: readonly Note[];
}

const KEYS = ['doc', 'metadata', 'unknown', 'name', 'attributes', 'tensor', 'tensors', 'sha256'];

/** The notes before a statement as one; undefined where there are none. */
export function readNotes(building: Building, notes: readonly NoteSyntax[]): Note | undefined {
  if (notes.length === 0) return undefined;
  let all: Note = {};
  for (const note of notes) {
    const parsed = standingFor(building, parseJson(note.text));
    if (isNote(parsed)) all = { ...all, ...parsed };
    else building.fault(note, `a note is JSON with the keys ${KEYS.join(', ')}: expected #@ {"doc": "…"}`);
  }
  return all;
}

/** A long note stands in the text of a binary by its hash. */
function standingFor(building: Building, parsed: unknown): unknown {
  if (!isRecord(parsed) || typeof parsed.sha256 !== 'string') return parsed;
  const text = building.options.store?.note(parsed.sha256);
  return text === undefined ? undefined : parseJson(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Notes within notes: of a node, its attributes, their tensors. */
const DEEPEST = 3;

const CHECKS: Readonly<Record<string, (value: unknown, depth: number) => boolean>> = {
  doc: (value) => typeof value === 'string',
  name: (value) => typeof value === 'string',
  unknown: (value) => typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
  metadata: (value) => isRecord(value) && Object.values(value).every((item) => typeof item === 'string'),
  attributes: (value, depth) => isRecord(value) && Object.values(value).every((item) => isNote(item, depth + 1)),
  tensor: (value, depth) => isNote(value, depth + 1),
  tensors: (value, depth) => Array.isArray(value) && value.every((item) => isNote(item, depth + 1)),
};

function isNote(value: unknown, depth = 1): value is Note {
  if (!isRecord(value) || depth > DEEPEST) return false;
  return Object.entries(value).every(([key, item]) => Object.hasOwn(CHECKS, key) && CHECKS[key]?.(item, depth));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Something that has what notes say. */
interface Described {
  doc: string | undefined;
  readonly metadata: Map<string, string>;
  unknown: Uint8Array | undefined;
}

export function applyNote(note: Note | undefined, to: Described): void {
  if (!note) return;
  if (note.doc !== undefined) to.doc = note.doc;
  for (const [key, value] of Object.entries(note.metadata ?? {})) to.metadata.set(key, value);
  if (note.unknown !== undefined) to.unknown = bytes(note.unknown);
}

export function unknownOf(note: Note | undefined): Uint8Array | undefined {
  return note?.unknown === undefined ? undefined : bytes(note.unknown);
}

export function tensorInfo(note: Note | undefined, name?: string): TensorInfo {
  return {
    ...(name !== undefined && { name }),
    ...(note?.doc !== undefined && { doc: note.doc }),
    ...(note?.metadata && { metadata: new Map(Object.entries(note.metadata)) }),
    ...(note?.unknown !== undefined && { unknown: bytes(note.unknown) }),
  };
}

/** The attribute with what its note says. */
export function describedAttribute(attribute: Attribute, note: Note | undefined): Attribute {
  if (!note) return attribute;
  return {
    ...attribute,
    ...(note.doc !== undefined && { doc: note.doc }),
    ...(note.unknown !== undefined && { unknown: bytes(note.unknown) }),
  };
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/** What most things have to say. */
const NOTHING: Note = {};

export function noteOf(from: {
  readonly doc?: string | undefined;
  readonly metadata?: ReadonlyMap<string, string> | undefined;
  /** Nodes and values make their metadata when it is asked for. */
  readonly hasMetadata?: boolean;
  readonly unknown?: Uint8Array | undefined;
}): Note {
  const { doc, unknown } = from;
  const metadata = from.hasMetadata === false ? undefined : from.metadata;
  if (!doc && !metadata && !unknown) return NOTHING;
  return {
    ...(doc && { doc }),
    ...(metadata && metadata.size > 0 && { metadata: Object.fromEntries(metadata) }),
    ...(unknown && unknown.length > 0 && { unknown: Buffer.from(unknown).toString('base64') }),
  };
}

/** The notes of attributes, by their names; those with nothing to say are left out. */
export function attributeNotes(attributes: ReadonlyMap<string, Attribute>): Pick<Note, 'attributes'> {
  const found: Record<string, Note> = {};
  for (const [name, attribute] of attributes) {
    const note = { ...noteOf(attribute), ...heldName(attribute), ...tensorNotes(attribute) };
    if (Object.keys(note).length > 0) found[name] = note;
  }
  return Object.keys(found).length > 0 ? { attributes: found } : {};
}

/** The name of a tensor or graph that cannot stand in its place. */
function heldName(attribute: Attribute): Pick<Note, 'name'> {
  if (attribute.type === 'tensor') {
    const { name } = attribute.value.info;
    // An empty name is none.
    return !name || isPlainName(name) ? {} : { name };
  }
  if (attribute.type !== 'graph') return {};
  const { name } = attribute.value;
  return graphWord(name) === name ? {} : { name };
}

function tensorNotes(attribute: Attribute): Pick<Note, 'tensor' | 'tensors'> {
  if (attribute.type === 'tensor') {
    const note = noteOf(attribute.value.info);
    return Object.keys(note).length > 0 ? { tensor: note } : {};
  }
  if (attribute.type !== 'tensors') return {};
  const notes = attribute.value.map((tensor) => noteOf(tensor.info));
  return notes.some((note) => Object.keys(note).length > 0) ? { tensors: notes } : {};
}
