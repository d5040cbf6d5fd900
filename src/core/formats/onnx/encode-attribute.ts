/** Attributes to AttributeProto. */
import { onnx } from '../../../../generated/onnx.js';
import type { Attribute, AttributeType } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import { encodeSparse, encodeTensor } from './encode-tensor.ts';
import { toInt64 } from './int64.ts';
import { Pieces } from './pieces.ts';
import { encodeType } from './types.ts';

/** Field numbers of what is put together from pieces (proto/onnx.proto). */
const FIELD = {
  tensor: 5,
  graph: 6,
  tensors: 10,
  graphs: 11,
  'sparse-tensor': 22,
  'sparse-tensors': 23,
} as const;

/** The number of each attribute type in a file (AttributeProto.AttributeType). */
export const ATTRIBUTE_TYPE_CODES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  'sparse-tensor': 11,
  'sparse-tensors': 12,
  'value-type': 13,
  'value-types': 14,
} as const satisfies Record<AttributeType, number>;

export type EncodeGraph = (graph: Graph) => Pieces;

/** `operator` is for the message where the attribute has a type that ONNX does not know: a fault of the caller. */
export function encodeAttribute(name: string, attribute: Attribute, operator: string, encode: EncodeGraph): Pieces {
  const pieces = new Pieces();
  pieces.add(
    onnx.AttributeProto.encode({
      name,
      ...(attribute.doc && { docString: attribute.doc }),
      ...smallFields(name, attribute, operator),
    }).finish(),
  );
  addLargeFields(pieces, attribute, encode);
  pieces.add(attribute.unknown);
  return pieces;
}

function smallFields(name: string, attribute: Attribute, operator: string): onnx.AttributeProto.$Properties {
  switch (attribute.type) {
    case 'reference':
      return { type: ATTRIBUTE_TYPE_CODES[attribute.of], refAttrName: attribute.value };
    case 'bool':
    case 'bools':
    case 'dtype':
    case 'none':
    case 'dim':
    case 'dims':
      throw new TypeError(`the attribute ${name} of ${operator} is ${attribute.type}, which ONNX does not have`);
    default:
      return { type: ATTRIBUTE_TYPE_CODES[attribute.type], ...valueFields(attribute) };
  }
}

function valueFields(attribute: Attribute): onnx.AttributeProto.$Properties {
  switch (attribute.type) {
    case 'float':
      return { f: attribute.value };
    case 'int':
      return { i: toInt64(attribute.value) };
    case 'string':
      return { s: bytesOf(attribute.value) };
    case 'value-type':
      return { tp: encodeType(attribute.value) };
    case 'floats':
      return { floats: [...attribute.value] };
    case 'ints':
      return { ints: attribute.value.map(toInt64) };
    case 'strings':
      return { strings: attribute.value.map(bytesOf) };
    case 'value-types':
      return { typeProtos: attribute.value.map(encodeType) };
    default:
      return {};
  }
}

function addLargeFields(pieces: Pieces, attribute: Attribute, encode: EncodeGraph): void {
  switch (attribute.type) {
    case 'tensor':
      pieces.addMessage(FIELD.tensor, encodeTensor(attribute.value, attribute.value.info.name));
      break;
    case 'graph':
      pieces.addMessage(FIELD.graph, encode(attribute.value));
      break;
    case 'sparse-tensor':
      pieces.addMessage(FIELD['sparse-tensor'], encodeSparse(attribute.value));
      break;
    case 'tensors':
      for (const tensor of attribute.value) pieces.addMessage(FIELD.tensors, encodeTensor(tensor, tensor.info.name));
      break;
    case 'graphs':
      for (const graph of attribute.value) pieces.addMessage(FIELD.graphs, encode(graph));
      break;
    case 'sparse-tensors':
      for (const sparse of attribute.value) pieces.addMessage(FIELD['sparse-tensors'], encodeSparse(sparse));
      break;
  }
}

const ENCODER = new TextEncoder();

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? ENCODER.encode(text) : text;
}
