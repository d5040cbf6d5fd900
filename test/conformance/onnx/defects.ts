/** The models of defects.json as files, made as defects.py makes them: a valid model and the change that spoils it. */
import { readFileSync } from 'node:fs';
import { onnx } from '../../../generated/onnx.js';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';
import type { Part } from '../../../src/core/problems/part.ts';

export interface Defect {
  readonly name: string;
  readonly base: string;
  readonly edits: Readonly<Record<string, unknown>>;
  /** The code of our problem, which part it is about, and the name of its node. */
  readonly code: string;
  readonly part?: Part;
  readonly node?: string;
  /** Of a defect that onnx.checker accepts: why it is an error all the same. */
  readonly beyond?: string;
  /** The link that its data is in. */
  readonly link?: string;
}

interface Table {
  readonly bases: Readonly<Record<string, string>>;
  readonly defects: readonly Defect[];
  readonly oddities: readonly Defect[];
}

// The file stands beside this one and has this form.
const TABLE = JSON.parse(readFileSync(new URL('defects.json', import.meta.url), 'utf8')) as Table;

export const DEFECTS = TABLE.defects;
/** Models that are right, and that onnx.checker rejects all the same. */
export const ODDITIES = TABLE.oddities;
export const BASES = TABLE.bases;

/** The valid model of a name as a file. */
export function baseBytes(name: string): Uint8Array {
  return encodeOnnx(parseModel(BASES[name] ?? '', `${name}.onnxtxt`));
}

export function defectBytes({ base, edits }: Defect): Uint8Array {
  const model = onnx.ModelProto.decode(baseBytes(base));
  for (const [path, value] of Object.entries(edits)) edit(model, path.split('.'), value);
  return onnx.ModelProto.encode(model).finish();
}

type Fields = Record<string, unknown>;

function edit(message: object, [step = '', ...rest]: readonly string[], value: unknown): void {
  const [, field = '', index] = /^(\w+)(?:\[(.+)\])?$/.exec(step) ?? [];
  const fields = message as Fields;
  const name = camel(field);
  const list = index === undefined ? undefined : (fields[name] as unknown[]);
  if (rest.length > 0) edit((list ? list[Number(index)] : fields[name]) as object, rest, value);
  else if (!list) fields[name] = value === null ? (Array.isArray(fields[name]) ? [] : null) : fieldValue(name, value);
  else if (value === null) list.splice(Number(index), 1);
  else if (index === '+') list.push(fieldValue(name, value));
  else if (index === '+0') list.unshift(fieldValue(name, value));
  else list[Number(index)] = fieldValue(name, value);
}

const INT64_FIELDS = new Set(['irVersion', 'version', 'dims', 'dimValue', 'i', 'ints', 'int64Data']);
const BYTES_FIELDS = new Set(['rawData', 's', 'strings', 'stringData']);

/** What protobufjs takes for a field, from what protobuf's JSON says of it. */
function fieldValue(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => fieldValue(name, item));
  if (INT64_FIELDS.has(name) && (typeof value === 'number' || typeof value === 'string')) {
    const bits = BigInt(value);
    return { low: Number(BigInt.asIntN(32, bits)), high: Number(bits >> 32n), unsigned: false };
  }
  if (typeof value === 'string' && BYTES_FIELDS.has(name)) return new Uint8Array(Buffer.from(value, 'base64'));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [camel(key), fieldValue(camel(key), item)]));
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
