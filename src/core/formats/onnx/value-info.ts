/** What ONNX files say of values beside their nodes: names of domains, types, notes. */
import { onnx } from '../../../../generated/onnx.js';
import { declare } from '../../ir/declarations.ts';
import type { Place } from '../../ir/errors.ts';
import { typeText } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { ValueRole } from '../../problems/part.ts';
import { unknownBytes } from './decode.ts';
import type { Faults } from './faults.ts';
import { badSize, contradicts, openPart, strangeElement } from './faults-in-fields.ts';
import { dataTypeCode, decodeType } from './types.ts';

/** `ai.onnx` is the long name of the standard domain. */
export function standardDomain(domain: string | null): string {
  return domain === null || domain === 'ai.onnx' ? '' : domain;
}

/** Adds what a file says in keys and values. */
export function fill(metadata: Map<string, string>, entries: readonly onnx.StringStringEntryProto[]): void {
  for (const { key, value } of entries) metadata.set(key ?? '', value ?? '');
}

/** Gives a value what a file says about it. A type that says more than a graph holds is kept as it is, too. */
export function describe(value: Value, proto: onnx.ValueInfoProto, role: ValueRole): void {
  const decoded = proto.type ? decodeType(proto.type) : { type: undefined, saysMore: false };
  // Of a constant `noteType` tells what is wrong.
  if (role === 'output' || (role === 'value-info' && !value.constant)) declare(value, decoded.type, role);
  else value.type ??= decoded.type;
  value.doc ??= proto.docString ?? undefined;
  fill(value.metadata, proto.metadataProps);
  const unknown = unknownBytes(proto.$unknowns);
  if (!decoded.saysMore && !unknown) return;
  value.unknown = onnx.ValueInfoProto.encode({
    ...(decoded.saysMore && { type: proto.type }),
    ...(proto.$unknowns && { $unknowns: proto.$unknowns }),
  }).finish();
}

/** Tells what lenient reading finds wrong with a declared type by itself, and beside the constant of that name. */
export function noteType(
  faults: Faults | undefined,
  proto: onnx.ValueInfoProto,
  value: Value | undefined,
  role: ValueRole,
  graph: string,
  place: Place,
): void {
  if (!faults) return;
  const name = proto.name ?? '';
  const part = { kind: 'value', name, role, graph } as const;
  const size = badSize(proto.type);
  if (size) faults.report('size-invalid', { value: name, size }, place, part);
  const strange = strangeElement(proto.type);
  if (strange !== undefined) {
    const words = role === 'value-info' ? 'value' : role;
    const details = { role: words, value: name, what: `element type that is known: it says ${strange}` };
    faults.report('type-missing', details, place, part);
  }
  const constant = value?.constant;
  if (!constant || !proto.type || !contradicts(proto.type, dataTypeCode(constant.dtype), constant.shape)) return;
  const wanted = typeText(decodeType(proto.type).type);
  faults.report('declared-type-wrong', { value: name, wanted, found: typeText(value.type) }, place, part);
}

/** Tells of an input or output of a graph within another whose declared type says nothing; without one it may be. */
export function noteOpenType(
  faults: Faults | undefined,
  { name, type }: onnx.ValueInfoProto,
  role: 'input' | 'output',
  graph: string,
  place: Place,
): void {
  const what = openPart(type);
  if (!what) return;
  const part = { kind: 'value', name: name ?? '', role, graph } as const;
  faults?.report('type-missing', { role, value: part.name, what }, place, part);
}
