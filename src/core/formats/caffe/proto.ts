/**
 * A dialect's .proto text to tables. A file may start from another that it imports: a message or an enum of a name that is
 * there already changes it. Its fields take the place of those of the same name, and `reserved "name"` takes one away.
 */
import {
  Enum,
  type Field,
  type IParserResult,
  type NamespaceBase,
  parse,
  type ReflectionObject,
  Type,
} from 'protobufjs';
import type { CaffeField, CaffeFieldType, CaffeMessage, CaffeSchema, ScalarName } from '../../dialects/caffe/schema.ts';
import { InputError } from '../../ir/errors.ts';

const SCALARS: ReadonlySet<string> = new Set<ScalarName>([
  ...(['int32', 'int64', 'uint32', 'uint64', 'float', 'double', 'bool', 'string', 'bytes'] as const),
]);

export interface ProtoFile {
  readonly name: string;
  readonly text: string;
  /** The file that an `import` names; undefined where there is none. */
  imported(name: string): ProtoFile | undefined;
}

/** Reads a schema in the language of protocol buffers 2. Throws InputError `syntax-error` or `file-malformed`. */
export function schemaOfProto(file: ProtoFile): CaffeSchema {
  const declarations = new Declarations();
  declarations.read(file, []);
  const tables = new Tables(declarations, file.name);
  return {
    net: tables.message('NetParameter'),
    layer: tables.message('LayerParameter'),
    blob: tables.message('BlobProto'),
  };
}

/** Messages and enums by their names without the package, as `PoolingParameter.PoolMethod`. */
class Declarations {
  readonly messages = new Map<string, Map<string, Field>>();
  readonly enums = new Map<string, Map<string, number>>();

  read(file: ProtoFile, above: readonly string[]): void {
    const parsed = parsedProto(file);
    for (const name of [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])]) {
      const imported = file.imported(name);
      // Options of protobuf itself say nothing about files of Caffe.
      if (!imported && name.startsWith('google/protobuf/')) continue;
      if (!imported) throw malformed(file.name, `it imports ${name}, which is not there`);
      if (above.includes(imported.name)) throw malformed(file.name, `it imports itself by way of ${name}`);
      this.read(imported, [...above, file.name]);
    }
    this.take(parsed.root, '');
  }

  private take(space: NamespaceBase, scope: string): void {
    for (const each of space.nestedArray) {
      if (each instanceof Type) this.takeMessage(each, scope);
      else if (each instanceof Enum) amend(this.enums, `${scope}${each.name}`, Object.entries(each.values), each);
      else if (isNamespace(each)) this.take(each, scope);
    }
  }

  private takeMessage(type: Type, scope: string): void {
    const name = `${scope}${type.name}`;
    const fields = type.fieldsArray.map((field) => [field.name, field] as const);
    amend(this.messages, name, fields, type);
    this.take(type, `${name}.`);
  }
}

function amend<T>(
  all: Map<string, Map<string, T>>,
  name: string,
  rows: readonly (readonly [string, T])[],
  { reserved = [] }: { readonly reserved?: readonly (number[] | string)[] },
): void {
  const known = all.get(name) ?? new Map<string, T>();
  all.set(name, known);
  for (const each of reserved) if (typeof each === 'string') known.delete(each);
  for (const [key, row] of rows) known.set(key, row);
}

/** A package: whatever holds declarations and is none itself. */
function isNamespace(each: ReflectionObject): each is NamespaceBase {
  return 'nestedArray' in each;
}

class Tables {
  private readonly made = new Map<string, CaffeMessage>();

  constructor(
    private readonly declared: Declarations,
    private readonly file: string,
  ) {}

  message(name: string): CaffeMessage {
    const known = this.made.get(name);
    if (known) return known;
    const declared = this.declared.messages.get(name);
    if (!declared) throw malformed(this.file, `it has no message ${name}`);
    const fields = new Map<string, CaffeField>();
    const byNumber = new Map<number, CaffeField>();
    const message: CaffeMessage = { name: name.split('.').at(-1) ?? name, fields, byNumber };
    this.made.set(name, message);
    for (const field of declared.values()) {
      const row = this.field(field, name);
      fields.set(row.name, row);
      byNumber.set(row.number, row);
    }
    return message;
  }

  private field(field: Field, scope: string): CaffeField {
    const otherwise: unknown = field.options?.default;
    return {
      name: field.name,
      number: field.id,
      type: this.type(field.type, scope),
      repeated: field.repeated,
      packed: field.repeated && field.options?.packed === true,
      required: field.rule === 'required',
      ...(isPlain(otherwise) && { otherwise }),
    };
  }

  private type(name: string, scope: string): CaffeFieldType {
    if (SCALARS.has(name)) return { kind: 'scalar', name: name as ScalarName };
    for (const full of candidates(name, scope)) {
      const numbers = this.declared.enums.get(full);
      if (numbers) return { kind: 'enum', name: full, numbers };
      if (this.declared.messages.has(full)) return { kind: 'message', message: this.message(full) };
    }
    throw malformed(this.file, `${scope} has a field of type ${name}, which is not known`);
  }
}

/** From the innermost scope outwards, and without the package, which is not part of our names. */
function* candidates(name: string, scope: string): Iterable<string> {
  const plain = name.replace(/^\./, '');
  for (let outer = scope; outer !== ''; outer = outer.slice(0, Math.max(outer.lastIndexOf('.'), 0)))
    yield `${outer}.${plain}`;
  for (let rest = plain; rest !== ''; rest = rest.includes('.') ? rest.slice(rest.indexOf('.') + 1) : '') yield rest;
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function parsedProto({ name, text }: ProtoFile): IParserResult {
  try {
    return parse(text, { keepCase: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = /line (\d+)/.exec(message)?.[1];
    const place = { file: name, ...(line !== undefined && { line: Number(line) }) };
    throw new InputError('syntax-error', `this is no schema of protocol buffers 2: ${message}`, place);
  }
}

function malformed(file: string, message: string): InputError {
  return new InputError('file-malformed', message, { file }, 'Name the caffe.proto of the framework.');
}
