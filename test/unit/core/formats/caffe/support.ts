/** Networks for tests, in the schemas of their frameworks (test/fixtures/caffe/fields.tsv), which protobufjs encodes. */
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { type CaffeRead, type CaffeReading, readCaffeNet } from '../../../../../src/core/formats/caffe/read.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { InputError } from '../../../../../src/core/ir/errors.ts';

/** One fact: the name with that of its message, number, type, rule, default, and the dialects that agree on it. */
export const FACTS = readFileSync(new URL('../../../../fixtures/caffe/fields.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t'))
  .map(([name = '', number = '', type = '', rule = '', otherwise = '', dialects = '']) => ({
    name,
    number,
    type,
    rule,
    otherwise,
    dialects,
  }));

export function factsOf(dialect: string): typeof FACTS {
  return FACTS.filter(({ dialects }) => dialects === 'all' || dialects.split(' ').includes(dialect));
}

const roots = new Map<string, protobuf.Root>();

/** The messages of a framework as protobufjs knows them; names of nested ones are flat. */
function rootOf(dialect: string): protobuf.Root {
  const made = roots.get(dialect) ?? new protobuf.Root();
  if (roots.has(dialect)) return made;
  roots.set(dialect, made);
  const flat = (name: string) => name.replaceAll('.', '_');
  const spaces = new Map<string, protobuf.ReflectionObject>();
  const space = <T extends protobuf.ReflectionObject>(name: string, make: () => T): T => {
    const known = spaces.get(name) ?? make();
    if (!spaces.has(name)) made.add(known);
    spaces.set(name, known);
    return known as T;
  };
  for (const { name, number, type, rule } of factsOf(dialect)) {
    const holder = flat(name.slice(0, name.lastIndexOf('.')));
    const last = name.slice(name.lastIndexOf('.') + 1);
    if (type === 'value')
      space(holder, () => new protobuf.Enum(holder, undefined, { allow_alias: true })).add(last, Number(number));
    else if (type === 'opaque' || type === 'empty') space(flat(name), () => new protobuf.Type(flat(name)));
    else {
      const [word = ''] = rule.split(' ');
      const options = { packed: rule.endsWith('packed') };
      space(holder, () => new protobuf.Type(holder)).add(
        new protobuf.Field(
          last,
          Number(number),
          flat(type),
          word === 'optional' ? undefined : word,
          undefined,
          options,
        ),
      );
    }
  }
  return made;
}

/** A .caffemodel as the framework of a dialect would write it. */
export function encodedAs(dialect: string, net: object): Uint8Array {
  const type = rootOf(dialect).lookupType('NetParameter');
  return type.encode(type.fromObject(net)).finish();
}

/** What a .caffemodel says in the schema of a framework. */
export function decodedAs(dialect: string, bytes: Uint8Array): Record<string, unknown> {
  const type = rootOf(dialect).lookupType('NetParameter');
  return type.toObject(type.decode(bytes), { longs: Number, enums: String });
}

export function readText(text: string, reading?: CaffeReading): CaffeRead {
  return readCaffeNet(new MemoryBytes('net.prototxt', new TextEncoder().encode(text)), reading);
}

export function readBytes(bytes: Uint8Array, reading?: CaffeReading): CaffeRead {
  return readCaffeNet(new MemoryBytes('net.caffemodel', bytes), reading);
}

/** Each node as `type name (inputs) -> outputs`. */
export function layersOf({ model }: CaffeRead): string[] {
  return [...model.graph.nodes].map((node) => {
    const inputs = node.inputs.map((value) => value?.name).join(', ');
    return `${node.op} ${node.name} (${inputs}) -> ${node.outputs.map((value) => value.name).join(', ')}`;
  });
}

/** Each problem as `code line: message`. */
export function problemsOf({ problems }: CaffeRead): string[] {
  return problems.map(({ code, message, origin, filePlace }) => {
    const [frame] = origin;
    const at = frame ? ` ${frame.line}` : filePlace?.offset === undefined ? '' : ` @${filePlace.offset}`;
    return `${code}${at}: ${message}`;
  });
}

export function caught(work: () => unknown): InputError {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
