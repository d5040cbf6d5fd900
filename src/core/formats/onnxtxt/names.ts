/** The words of ONNX text for element types and attribute types (onnx 1.23, defs/parser.h). */
import type { AttributeType } from '../../ir/attribute.ts';
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';

/** Element types are called as in the graph, but for two. */
export function typeWord(dtype: DataType): string {
  if (dtype === 'float32') return 'float';
  return dtype === 'float64' ? 'double' : dtype;
}

const DATA_TYPE_OF = new Map<string, DataType>(
  (Object.keys(DATA_TYPES) as DataType[]).map((dtype) => [typeWord(dtype), dtype]),
);

/** The element type of a word; undefined for any other word. */
export function dataTypeOf(word: string): DataType | undefined {
  return DATA_TYPE_OF.get(word);
}

/** The words of types that are no tensors. */
export const CONTAINER_WORDS: ReadonlySet<string> = new Set(['seq', 'map', 'optional', 'sparse_tensor', 'opaque']);

export const ATTRIBUTE_WORDS = {
  float: 'float',
  int: 'int',
  string: 'string',
  tensor: 'tensor',
  graph: 'graph',
  'sparse-tensor': 'sparse_tensor',
  'value-type': 'type_proto',
  floats: 'floats',
  ints: 'ints',
  strings: 'strings',
  tensors: 'tensors',
  graphs: 'graphs',
  'sparse-tensors': 'sparse_tensors',
  'value-types': 'type_protos',
} as const satisfies Record<AttributeType, string>;

const ATTRIBUTE_TYPE_OF = new Map<string, AttributeType>(
  (Object.keys(ATTRIBUTE_WORDS) as AttributeType[]).map((type) => [ATTRIBUTE_WORDS[type], type]),
);

export function attributeTypeOf(word: string): AttributeType | undefined {
  return ATTRIBUTE_TYPE_OF.get(word);
}

/** Whether a name stands as it is; others are quoted. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** A string between quotes; only quotes and backslashes need an escape. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
