/** The schemas of all dialects against the facts: test/fixtures/caffe/fields.tsv. */
import { expect, test } from 'vitest';
import type { CaffeField, CaffeMessage } from '../../../../../src/core/dialects/caffe/schema.ts';
import { CAFFE_DIALECTS, schemaOf } from '../../../../../src/core/formats/caffe/dialects.ts';
import { schemaOfProto } from '../../../../../src/core/formats/caffe/proto.ts';
import { factsOf } from './support.ts';

/** OpenCV's own schema is no part of the facts. */
const KNOWN = CAFFE_DIALECTS.filter((dialect) => dialect !== 'opencv');

/** What a table says, in the words of the facts. */
function rowsOf(message: CaffeMessage, seen = new Map<CaffeMessage, string>(), path = message.name): string[] {
  if (seen.has(message)) return [];
  seen.set(message, path);
  if (message.fields.size === 0) return [`${path}\t\tempty\t\t`];
  return [...message.fields.values()].flatMap((field) => [rowOf(field, path), ...rowsBehind(field, seen)]);
}

function rowsBehind({ type }: CaffeField, seen: Map<CaffeMessage, string>): string[] {
  if (type.kind === 'message') return rowsOf(type.message, seen);
  return type.kind === 'enum'
    ? [...type.numbers].map(([name, number]) => `${type.name}.${name}\t${number}\tvalue\t\t`)
    : [];
}

function rowOf({ name, number, type, repeated, packed, required, otherwise }: CaffeField, path: string): string {
  const rule = `${repeated ? 'repeated' : required ? 'required' : 'optional'}${packed ? ' packed' : ''}`;
  const typeName = type.kind === 'message' ? type.message.name : type.name;
  const isText = type.kind === 'scalar' && type.name === 'string';
  const said = otherwise === undefined ? '' : isText ? `"${otherwise}"` : String(otherwise);
  return `${path}.${name}\t${number}\t${typeName}\t${rule}\t${said}`;
}

test.each(KNOWN)('the schema of %s says what the schema of its framework says', (dialect) => {
  const expected = factsOf(dialect).map(
    ({ name, number, type, rule, otherwise }) =>
      `${name}\t${number}\t${type === 'opaque' ? 'empty' : type}\t${rule}\t${normal(otherwise)}`,
  );
  const found = rowsOf(schemaOf(dialect).net);
  const rows = found.map(normalRow);
  // Sets first, so that a difference is short.
  expect({
    surplus: rows.filter((row) => !expected.includes(row)),
    missing: expected.filter((row) => !rows.includes(row)),
  }).toEqual({ surplus: [], missing: [] });
});

/** Numbers are compared as numbers. */
function normal(text: string): string {
  return text !== '' && !Number.isNaN(Number(text)) ? String(Number(text)) : text;
}

function normalRow(row: string): string {
  const cells = row.split('\t');
  return [...cells.slice(0, 4), normal(cells[4] ?? '')].join('\t');
}

test('a schema that imports another changes it: fields by their names, and `reserved` takes them away', () => {
  const base = {
    name: 'base.proto',
    text: `syntax = "proto2"; package caffe;
      message BlobProto { repeated float data = 5 [packed = true]; }
      message NetParameter { repeated LayerParameter layer = 100; }
      message LayerParameter { enum Kind { A = 0; B = 1; } optional string name = 1; repeated BlobProto blobs = 7;
        optional AParameter a_param = 100; optional AParameter b_param = 101; }
      message AParameter { optional .caffe.LayerParameter.Kind kind = 1 [default = B]; }`,
    imported: () => undefined,
  };
  const { layer } = schemaOfProto({
    name: 'own.proto',
    text: `syntax = "proto2"; package acme; import "base.proto";
      message LayerParameter { enum Kind { reserved "A"; C = 2; } reserved "a_param"; optional AParameter b_param = 100; }`,
    imported: () => base,
  });
  expect([...layer.fields.keys()]).toEqual(['name', 'blobs', 'b_param']);
  const own = layer.byNumber.get(100);
  const kind = own?.type.kind === 'message' ? own.type.message.fields.get('kind') : undefined;
  expect(kind?.type.kind === 'enum' && [...kind.type.numbers]).toEqual([
    ['B', 1],
    ['C', 2],
  ]);
});

test.each([
  ['message NetParameter {', 'syntax-error', 'no schema of protocol buffers'],
  ['syntax = "proto2"; message NetParameter { optional Foo foo = 1; }', 'file-malformed', 'type Foo'],
  ['syntax = "proto2"; message NetParameter {}', 'file-malformed', 'no message LayerParameter'],
  ['syntax = "proto2"; import "there.proto";', 'file-malformed', 'imports there.proto'],
])('%s is refused', (text, code, message) => {
  expect(() => schemaOfProto({ name: 'x.proto', text, imported: () => undefined })).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});
