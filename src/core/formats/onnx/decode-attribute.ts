/** AttributeProto to attributes. */
import { onnx } from '../../../../generated/onnx.js';
import type { Attribute, AttributeType } from '../../ir/attribute.ts';
import { InputError } from '../../ir/errors.ts';
import { decodeKeeping } from './decode.ts';
import { type Decoding, decodeSparse, decodeTensor, placeOf } from './decode-tensor.ts';
import { ATTRIBUTE_TYPE_CODES } from './encode-attribute.ts';
import { attributeFault, leavesOut } from './faults-in-fields.ts';
import { fromInt64 } from './int64.ts';
import type { GraphLinker } from './link.ts';
import type { Spine } from './spine.ts';
import { decodeType } from './types.ts';

export interface DecodedAttribute {
  readonly name: string;
  readonly attribute: Attribute;
  /** The graphs within, whose names are still open. */
  readonly linkers: readonly GraphLinker[];
}

/** Reads a subgraph: given by the reader of graphs. */
export type DecodeGraph = (spine: Spine) => GraphLinker;

const TYPE_OF = new Map<number, AttributeType>(
  (Object.keys(ATTRIBUTE_TYPE_CODES) as AttributeType[]).map((type) => [ATTRIBUTE_TYPE_CODES[type], type]),
);

/** Field numbers of what is walked (proto/onnx.proto). */
const FIELD = { tensor: 5, graph: 6, tensors: 10, graphs: 11, sparse: 22, sparses: 23 };

/** `user` names the node, for messages. Lenient reading refuses attributes that contradict themselves, too. */
export function decodeAttribute(spine: Spine, decoding: Decoding, user: string, graph: DecodeGraph): DecodedAttribute {
  const proto = decodeKeeping(onnx.AttributeProto, spine.small, placeOf(decoding, spine));
  const name = proto.name ?? '';
  const who = `the attribute '${name}' of ${user}`;
  const fail = (message: string): InputError => {
    return new InputError('file-malformed', `${who} ${message}`, placeOf(decoding, spine), 'Save the model again.');
  };
  const fault = decoding.faults && attributeFault(proto, spine);
  if (fault) throw fail(fault);
  if (user.startsWith('Constant ') && leavesOut(proto)) {
    const reason = `its ${name} is left out, which stands for 0 or an empty text, and counts as missing`;
    const details = { operator: user, reason, advice: 'Save the model again with a newer tool.' };
    decoding.faults?.report('onnx-rejects', details, placeOf(decoding, spine), { kind: 'attribute', name });
  }
  const type = typeOf(proto, spine);
  if (!type) throw fail(`has type ${proto.type ?? 0}, which is not one that we know`);
  const graphs = (field: number): GraphLinker[] => (spine.messages.get(field) ?? []).map(graph);
  const linkers = type === 'graph' ? graphs(FIELD.graph).slice(0, 1) : type === 'graphs' ? graphs(FIELD.graphs) : [];
  const one = <T>(items: readonly T[]): T => {
    const [item] = items;
    if (item === undefined) throw fail(`has no ${type}`);
    return item;
  };
  const value = (): Attribute => {
    if (proto.refAttrName) return { type: 'reference', value: proto.refAttrName, of: type };
    const tensors = (field: number) => (spine.messages.get(field) ?? []).map((at) => decodeTensor(at, decoding, who));
    const sparse = (field: number) => (spine.messages.get(field) ?? []).map((at) => decodeSparse(at, decoding, who));
    switch (type) {
      case 'graph':
        return { type, value: one(linkers).graph };
      case 'graphs':
        return { type, value: linkers.map((linker) => linker.graph) };
      case 'tensor':
        return { type, value: one(tensors(FIELD.tensor)) };
      case 'tensors':
        return { type, value: tensors(FIELD.tensors) };
      case 'sparse-tensor':
        return { type, value: one(sparse(FIELD.sparse)) };
      case 'sparse-tensors':
        return { type, value: sparse(FIELD.sparses) };
      default:
        return smallValue(type, proto);
    }
  };
  const attribute: Attribute = {
    ...value(),
    ...(proto.docString && { doc: proto.docString }),
    ...(spine.unknown && { unknown: spine.unknown }),
  };
  return { name, attribute, linkers };
}

type WalkedType = 'graph' | 'graphs' | 'tensor' | 'tensors' | 'sparse-tensor' | 'sparse-tensors';

/** Zero and the empty text may be left out by writers, so absent fields mean them. */
function smallValue(type: Exclude<AttributeType, WalkedType>, proto: onnx.AttributeProto): Attribute {
  switch (type) {
    case 'float':
      return { type, value: proto.f ?? 0 };
    case 'int':
      return { type, value: proto.i ? fromInt64(proto.i) : 0n };
    case 'string':
      return { type, value: textOf(proto.s ?? new Uint8Array(0)) };
    case 'value-type':
      return { type, value: proto.tp ? decodeType(proto.tp).type : undefined };
    case 'floats':
      return { type, value: proto.floats };
    case 'ints':
      return { type, value: proto.ints.map(fromInt64) };
    case 'strings':
      return { type, value: proto.strings.map(textOf) };
    case 'value-types':
      return { type, value: proto.typeProtos.map((item) => decodeType(item).type) };
  }
}

/** The first IR version has no types: the field that is there tells. An empty list of it could be any; it becomes `ints`. */
function typeOf(proto: onnx.AttributeProto, spine: Spine): AttributeType | undefined {
  if (proto.type) return TYPE_OF.get(proto.type);
  if (proto.f !== null) return 'float';
  if (proto.i !== null) return 'int';
  if (proto.s !== null) return 'string';
  if (spine.messages.has(FIELD.tensor)) return 'tensor';
  if (spine.messages.has(FIELD.graph)) return 'graph';
  if (proto.floats.length > 0) return 'floats';
  if (proto.strings.length > 0) return 'strings';
  if (spine.messages.has(FIELD.tensors)) return 'tensors';
  return spine.messages.has(FIELD.graphs) ? 'graphs' : 'ints';
}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text where the bytes are UTF-8. */
function textOf(bytes: Uint8Array): string | Uint8Array {
  try {
    return DECODER.decode(bytes);
  } catch {
    return bytes;
  }
}
