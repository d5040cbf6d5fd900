/** A dialect's .proto text to tables: protobufjs parses it, and nothing but the tables is kept. */
import { Enum, type Field, parse, type Type } from 'protobufjs';
import type { CaffeField, CaffeFieldType, CaffeMessage, CaffeSchema, ScalarName } from '../../dialects/caffe/schema.ts';

const SCALARS: ReadonlySet<string> = new Set<ScalarName>([
  'int32',
  'int64',
  'uint32',
  'float',
  'double',
  'bool',
  'string',
  'bytes',
]);

/** Reads a schema in the language of protocol buffers 2. Throws an Error where a message of Caffe is missing. */
export function schemaOfProto(text: string): CaffeSchema {
  const { root } = parse(text, { keepCase: true });
  root.resolveAll();
  const made = new Map<Type, CaffeMessage>();
  return {
    net: messageOf(root.lookupType('NetParameter'), made),
    layer: messageOf(root.lookupType('LayerParameter'), made),
    blob: messageOf(root.lookupType('BlobProto'), made),
  };
}

function messageOf(type: Type, made: Map<Type, CaffeMessage>): CaffeMessage {
  const known = made.get(type);
  if (known) return known;
  const fields = new Map<string, CaffeField>();
  const byNumber = new Map<number, CaffeField>();
  const message: CaffeMessage = { name: type.name, fields, byNumber };
  made.set(type, message);
  for (const field of type.fieldsArray) {
    const row: CaffeField = {
      name: field.name,
      number: field.id,
      type: typeOf(field, made),
      repeated: field.repeated,
      packed: field.repeated && field.packed,
      required: field.required,
      ...(field.options?.default !== undefined && { otherwise: field.options.default }),
    };
    fields.set(row.name, row);
    byNumber.set(row.number, row);
  }
  return message;
}

function typeOf(field: Field, made: Map<Type, CaffeMessage>): CaffeFieldType {
  const { resolvedType } = field;
  if (resolvedType instanceof Enum) {
    return { kind: 'enum', name: resolvedType.name, numbers: new Map(Object.entries(resolvedType.values)) };
  }
  if (resolvedType) return { kind: 'message', message: messageOf(resolvedType, made) };
  if (!SCALARS.has(field.type)) throw new Error(`${field.fullName}: fields of ${field.type} are not known here`);
  return { kind: 'scalar', name: field.type as ScalarName };
}
