/** Types, numbers and attributes as ONNX text (onnx docs/Syntax.md). */
import type { Attribute, SparseTensor } from '../../ir/attribute.ts';
import { crossesBytes, DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import type { Graph } from '../../ir/graph.ts';
import { unpackBits } from '../../ir/packing.ts';
import type { Shape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { ValueType } from '../../ir/type.ts';
import { floatText } from './decimals.ts';
import {
  ATTRIBUTE_WORDS,
  dottedText,
  literalCount,
  literalType,
  nameText,
  quoted,
  typeWord,
  wordText,
} from './names.ts';

/** Constants with more elements are left out, unless all are wanted. */
const MOST_ELEMENTS = 16;

/** What stands where elements are left out: the parser refuses it and says so. */
const LEFT_OUT = '...';

export function typeToText(type: ValueType): string {
  switch (type.kind) {
    case 'tensor':
      return tensorTypeText(type.dtype, type.shape);
    case 'sparse-tensor':
      return `sparse_tensor(${tensorTypeText(type.dtype, type.shape)})`;
    case 'sequence':
      return `seq(${containedText(type.element)})`;
    case 'optional':
      return `optional(${containedText(type.element)})`;
    case 'map':
      return `map(${typeWord(type.key)}, ${containedText(type.value)})`;
    case 'opaque':
      return `opaque(${[type.domain, type.name].filter(Boolean).map(dottedText).join(', ')})`;
  }
}

/** The type of an element; nothing where it is open. */
function containedText(type: ValueType | undefined): string {
  return type ? typeToText(type) : '';
}

function tensorTypeText(dtype: DataType, shape: Shape | undefined): string {
  if (!shape) return `${typeWord(dtype)}[]`;
  if (shape.length === 0) return typeWord(dtype);
  const sizes = shape.map((dim) => {
    if (dim === undefined) return '?';
    return typeof dim === 'number' ? String(dim) : symbolText(dim.toString());
  });
  return `${typeWord(dtype)}[${sizes.join(', ')}]`;
}

function symbolText(symbol: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(symbol) ? symbol : quoted(symbol);
}

/** What stands for the elements of a constant, from brace to brace or from bracket to bracket. */
export type ElementsText = (tensor: Tensor) => string;

/** Few elements as they are; `{...}` for many, which cannot be parsed again. */
export function fewElements(tensor: Tensor): string {
  return tensor.count > MOST_ELEMENTS ? `{${LEFT_OUT}}` : allElements(tensor);
}

export function allElements(tensor: Tensor): string {
  const { dtype, count } = tensor;
  if (dtype === 'string') return `{${tensor.strings().map(stringText).join(', ')}}`;
  const stored = literalType(dtype);
  const bytes = tensor.bytes();
  if (DATA_TYPES[stored].kind === 'float') {
    const bits = DATA_TYPES[stored].bits === 64 ? 64 : 32;
    // A NaN that is none of the two with a word stands with all others as bytes.
    return `{${hasOddNaN(bytes, bits) ? bytesText(bytes) : floatTexts(bytes, bits).join(', ')}}`;
  }
  const literals = crossesBytes(dtype) ? unpackBits(bytes, DATA_TYPES[dtype].bits, count) : bytes;
  return `{${Tensor.ofBytes(stored, [literalCount(dtype, count)], literals)
    .bigints()
    .join(', ')}}`;
}

/** A constant with its type, as attributes hold it. */
function tensorText(tensor: Tensor, data: ElementsText, named: boolean): string {
  const name = named && tensor.info.name ? ` ${nameText(tensor.info.name)}` : '';
  const elements = data(tensor);
  return `${tensorTypeText(tensor.dtype, tensor.shape)}${name} ${elements.startsWith('[') ? '= ' : ''}${elements}`;
}

export function sparseText({ values, indices, dims }: SparseTensor, data: ElementsText): string {
  const type = `sparse_tensor(${tensorTypeText(values.dtype, dims)})`;
  return `${type} ${sparseElements(values, indices, data)}`;
}

export function sparseElements(values: Tensor, indices: Tensor, data: ElementsText): string {
  return `{${tensorText(values, data, true)}, ${tensorText(indices, data, true)}}`;
}

export interface AttributePrinting {
  readonly data: ElementsText;
  readonly floatBits: 32 | 64;
  /** Whether the names of tensors stand in notes where onnx's parser takes none. */
  readonly notes: boolean;
  /** Prints a graph of the attribute. */
  graph(value: Graph): string;
}

/** An attribute. Types are said where the value does not tell them. */
export function attributeText(name: string, attribute: Attribute, printing: AttributePrinting): string {
  const { data, floatBits, graph } = printing;
  const told = `${wordText(name)} = `;
  const said = (word: string) => `${wordText(name)}: ${word} = `;
  const list = <T>(word: string, items: readonly T[], text: (item: T) => string) =>
    `${items.length > 0 ? told : said(word)}[${items.map(text).join(', ')}]`;
  const float = (value: number) => withPoint(numberText(value, floatBits));
  const tensor = (item: Tensor) => tensorText(item, data, !printing.notes || isPlainName(item.info.name));
  switch (attribute.type) {
    case 'float':
      return told + float(attribute.value);
    case 'int':
      return told + attribute.value;
    case 'string':
      return told + stringText(attribute.value);
    case 'tensor':
      return told + tensor(attribute.value);
    case 'graph':
      return said(ATTRIBUTE_WORDS.graph) + graph(attribute.value);
    case 'value-type':
      return said(ATTRIBUTE_WORDS['value-type']) + valueTypeText(attribute.value);
    case 'floats':
      return list(ATTRIBUTE_WORDS.floats, attribute.value, float);
    case 'ints':
      return list(ATTRIBUTE_WORDS.ints, attribute.value, String);
    case 'strings':
      return list(ATTRIBUTE_WORDS.strings, attribute.value, stringText);
    case 'tensors':
      return list(ATTRIBUTE_WORDS.tensors, attribute.value, (item) => tensorText(item, data, true));
    case 'graphs':
      return `${said(ATTRIBUTE_WORDS.graphs)}[${attribute.value.map(graph).join(', ')}]`;
    case 'value-types':
      return `${said(ATTRIBUTE_WORDS['value-types'])}[${attribute.value.map(valueTypeText).join(', ')}]`;
    case 'sparse-tensor':
      return said(ATTRIBUTE_WORDS['sparse-tensor']) + sparseText(attribute.value, data);
    case 'sparse-tensors': {
      const items = attribute.value.map((item) => sparseText(item, data));
      return `${said(ATTRIBUTE_WORDS['sparse-tensors'])}[${items.join(', ')}]`;
    }
    case 'reference':
      return `${said(ATTRIBUTE_WORDS[attribute.of])}@${wordText(attribute.value)}`;
    case 'bool':
      return told + attribute.value;
    case 'bools':
      return list('bools', attribute.value, String);
    case 'dtype':
      return said('dtype') + attribute.value;
    case 'none':
      return `${said('none')}none`;
    case 'dim':
      return said('dim') + attribute.value;
    case 'dims':
      return list('dims', attribute.value, String);
  }
}

/** Whether onnx's parser takes the name of a tensor: it must be a word. */
export function isPlainName(name: string | undefined): boolean {
  return name !== undefined && nameText(name) === name;
}

/** A type that an attribute holds; `none` for one that says nothing. */
function valueTypeText(type: ValueType | undefined): string {
  return type ? typeToText(type) : 'none';
}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text in quotes; bytes that are no text by their digits. */
function stringText(text: string | Uint8Array): string {
  if (typeof text === 'string') return quoted(text);
  try {
    return quoted(DECODER.decode(text));
  } catch {
    return bytesText(text);
  }
}

function bytesText(bytes: Uint8Array): string {
  return `x"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}"`;
}

/** The upper half of the two NaNs that have a word: `nan` and `-nan`. */
const NANS = { 32: [0x7fc00000, 0xffc00000], 64: [0x7ff80000, 0xfff80000] } as const;

function hasOddNaN(bytes: Uint8Array, bits: 32 | 64): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = bits / 8;
  for (let at = 0; at < bytes.length; at += width) {
    if (!Number.isNaN(bits === 64 ? view.getFloat64(at, true) : view.getFloat32(at, true))) continue;
    const upper = view.getUint32(at + width - 4, true);
    const known = upper === NANS[bits][0] || upper === NANS[bits][1];
    if (!known || (bits === 64 && view.getUint32(at, true) !== 0)) return true;
  }
  return false;
}

function floatTexts(bytes: Uint8Array, bits: 32 | 64): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = bits / 8;
  return Array.from({ length: bytes.length / width }, (_, k) => {
    const value = bits === 64 ? view.getFloat64(k * width, true) : view.getFloat32(k * width, true);
    if (Number.isNaN(value)) return (view.getUint8((k + 1) * width - 1) & 0x80) === 0 ? 'nan' : '-nan';
    return numberText(value, bits);
  });
}

/** Few digits that give the same number in 32 or 64 bits again. */
function numberText(value: number, bits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  if (bits !== 32 || (Number.isInteger(value) && Math.abs(value) <= 2 ** 24)) return String(value);
  return floatText(value);
}

/** A float must not look like an integer. */
function withPoint(text: string): string {
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}
