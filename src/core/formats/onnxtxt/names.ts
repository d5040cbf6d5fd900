/** The words of ONNX text for element types and attribute types (onnx 1.23, defs/parser.h). */
import type { AttributeType } from '../../ir/attribute.ts';
import { byteLength, crossesBytes, DATA_TYPES, type DataType } from '../../ir/dtype.ts';

/** Texts are read and written whole: this much is well below the longest string that there can be. */
export const LONGEST_TEXT = 256 * 2 ** 20;

/** Inputs or outputs of a graph that stand in one line; of more each has a line of its own. */
export const MOST_IN_LINE = 4;

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

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A name as it stands in the text: in quotes where it is no identifier, or where it would be read as a type. */
export function nameText(name: string): string {
  const plain = IDENTIFIER.test(name) && !DATA_TYPE_OF.has(name) && !CONTAINER_WORDS.has(name);
  return plain ? name : quoted(name);
}

/** A name where no type could stand: of an operator or an attribute. */
export function wordText(name: string): string {
  return IDENTIFIER.test(name) ? name : quoted(name);
}

/**
 * A word for a graph within an attribute: onnx's parser takes no quotes there. The name itself is in a note, where the word
 * is another.
 */
export function graphWord(name: string): string {
  const word = name.replace(/[^A-Za-z0-9_]/g, '_');
  return nameText(word) === word ? word : `graph_${word}`;
}

/** A name that may have dots, such as a domain. */
export function dottedText(name: string): string {
  return name.split('.').every((word) => IDENTIFIER.test(word)) ? name : quoted(name);
}

/** A string between quotes; only quotes and backslashes need an escape. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Longer integers than any of 64 bits. */
const MOST_DIGITS = 24;

/** The value of an integer; undefined where it has more digits than any of 64 bits. */
export function integerOf(word: string): bigint | undefined {
  return word.length > MOST_DIGITS ? undefined : BigInt(word);
}

const NUMBER = /^-?[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?$/i;
const SPECIAL = /^(-?)(?:(nan)|inf(?:inity)?)$/i;

/** The number that a word stands for, `inf` and `nan` in any case; undefined for any other word. */
export function numberOf(word: string): number | undefined {
  if (NUMBER.test(word)) return Number(word);
  const special = SPECIAL.exec(word);
  if (!special) return undefined;
  const size = special[2] ? Number.NaN : Number.POSITIVE_INFINITY;
  return special[1] ? -size : size;
}

/**
 * The type that has the same bits as the literals of another: floats of 16 bits and less stand as their bits, elements
 * that share a byte as that byte, complex numbers as their two parts.
 */
const LITERAL_TYPES: Partial<Record<DataType, DataType>> = {
  float16: 'uint16',
  bfloat16: 'uint16',
  float8e4m3fn: 'uint8',
  float8e4m3fnuz: 'uint8',
  float8e5m2: 'uint8',
  float8e5m2fnuz: 'uint8',
  float8e8m0: 'uint8',
  float4e2m1: 'uint8',
  float6e2m3: 'uint8',
  float6e3m2: 'uint8',
  int4: 'uint8',
  uint4: 'uint8',
  int2: 'uint8',
  uint2: 'uint8',
  complex64: 'float32',
  complex128: 'float64',
};

export function literalType(dtype: DataType): DataType {
  return LITERAL_TYPES[dtype] ?? dtype;
}

/** How many literals a tensor of so many elements has. */
export function literalCount(dtype: DataType, count: number): number {
  const { bits, kind } = DATA_TYPES[dtype];
  if (kind === 'complex') return 2 * count;
  return bits > 0 && bits < 8 && !crossesBytes(dtype) ? byteLength(dtype, count) : count;
}
