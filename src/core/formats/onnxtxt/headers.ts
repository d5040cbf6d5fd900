/** The headers of models and functions: their keys and what each holds. */
import { standardDomain } from '../onnx/value-info.ts';
import type { Building } from './building.ts';
import { integerOf } from './names.ts';
import type { HeaderEntrySyntax, HeaderSyntax, PairsSyntax } from './syntax.ts';

export interface Header {
  ir_version?: bigint;
  opset_import?: Map<string, number>;
  producer_name?: string;
  producer_version?: string;
  domain?: string;
  model_version?: bigint;
  doc_string?: string;
  metadata_props?: Map<string, string>;
  dialect?: string;
  overload?: string;
}

type Read<K extends keyof Header> = (building: Building, entry: HeaderEntrySyntax) => Header[K] | undefined;
type HeaderKeys = { readonly [K in keyof Header]?: Read<K> };

export const MODEL_KEYS: HeaderKeys = {
  ir_version: integer,
  opset_import: opsets,
  producer_name: text,
  producer_version: text,
  domain: text,
  model_version: integer,
  doc_string: text,
  metadata_props: pairs,
  dialect: text,
};

export const FUNCTION_KEYS: HeaderKeys = {
  opset_import: opsets,
  domain: text,
  doc_string: text,
  overload: text,
};

export function readHeader(building: Building, syntax: HeaderSyntax | undefined, keys: HeaderKeys): Header {
  const header: Record<string, unknown> = {};
  if (!syntax) return header;
  building.within(syntax, () => {
    for (const entry of syntax.entries) {
      const key = entry.key.text;
      const read = Object.hasOwn(keys, key) ? keys[key as keyof Header] : undefined;
      if (!read) building.unexpected(entry.key, `one of ${Object.keys(keys).join(', ')}`);
      else if (entry.value) header[key] = read(building, entry);
    }
  });
  return header;
}

function text(building: Building, { value }: HeaderEntrySyntax): string | undefined {
  if (value?.kind === 'string') return value.text;
  if (value) building.unexpected(value, 'a text in quotes');
  return undefined;
}

function integer(building: Building, { value }: HeaderEntrySyntax): bigint | undefined {
  const number = value?.kind === 'integer' ? integerOf(value.text) : undefined;
  if (number !== undefined) return BigInt.asIntN(64, number);
  if (value) building.unexpected(value, 'a number');
  return undefined;
}

function opsets(building: Building, { value }: HeaderEntrySyntax): Map<string, number> | undefined {
  const list = listOf(building, value, `a list such as ["" : 17]`);
  if (!list) return undefined;
  const found = new Map<string, number>();
  for (const pair of list.pairs) {
    if (pair.value?.kind === 'integer') {
      const [domain, version] = [standardDomain(pair.key.text), Number(pair.value.text)];
      const before = found.get(domain);
      if (before !== undefined && before !== version) {
        const message = `two versions of ${domain || 'ai.onnx'} are imported, ${before} and ${version}`;
        building.fault(pair.value, message);
      }
      found.set(domain, version);
    } else if (pair.value) building.unexpected(pair.value, 'a version');
  }
  return found;
}

function pairs(building: Building, { value }: HeaderEntrySyntax): Map<string, string> | undefined {
  const list = listOf(building, value, `a list such as ["key" : "value"]`);
  if (!list) return undefined;
  const found = new Map<string, string>();
  for (const pair of list.pairs) {
    if (pair.value?.kind === 'string') found.set(pair.key.text, pair.value.text);
    else if (pair.value) building.unexpected(pair.value, 'a text in quotes');
  }
  return found;
}

function listOf(building: Building, value: HeaderEntrySyntax['value'], expected: string): PairsSyntax | undefined {
  if (value?.kind === 'pairs') return value;
  if (value) building.unexpected(value, expected);
  return undefined;
}
