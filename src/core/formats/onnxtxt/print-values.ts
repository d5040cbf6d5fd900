/** Types, numbers and attributes as ONNX text (onnx docs/Syntax.md). */
import type { Attribute } from '../../ir/attribute.ts';
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import type { Shape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { ValueType } from '../../ir/type.ts';
import { ATTRIBUTE_WORDS, dottedText, literalCount, literalType, nameText, quoted, typeWord } from './names.ts';

/** Constants with more elements are left out, unless all are wanted. */
const MOST_ELEMENTS = 16;

/** What stands where something is left out: the parser refuses it and says so. */
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

function containedText(type: ValueType | undefined): string {
  return type ? typeToText(type) : LEFT_OUT;
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

/** The values of a constant between braces; `{...}` for many, unless `inline`. */
export function tensorDataText(tensor: Tensor, inline: boolean): string {
  const { dtype, count } = tensor;
  if (!inline && count > MOST_ELEMENTS) return `{${LEFT_OUT}}`;
  if (dtype === 'string') {
    return `{${tensor
      .strings()
      .map((item) => textOrLeftOut(item))
      .join(', ')}}`;
  }
  const stored = literalType(dtype);
  const literals = Tensor.ofBytes(stored, [literalCount(dtype, count)], tensor.bytes());
  const { kind, bits } = DATA_TYPES[stored];
  const items = kind === 'float' ? literals.numbers().map((value) => floatText(value, bits)) : literals.bigints();
  return `{${items.join(', ')}}`;
}

/** A constant with its type, as attributes hold it. */
function tensorText(tensor: Tensor, inline: boolean): string {
  const name = tensor.info.name ? ` ${nameText(tensor.info.name)}` : '';
  return `${tensorTypeText(tensor.dtype, tensor.shape)}${name} ${tensorDataText(tensor, inline)}`;
}

/** An attribute but for its graphs, which `graph` prints. Types are said where the value does not tell them. */
export function attributeText(
  name: string,
  attribute: Attribute,
  inline: boolean,
  floatBits: 32 | 64,
  graph: (value: Extract<Attribute, { type: 'graph' }>['value']) => string,
): string {
  const told = `${nameText(name)} = `;
  const said = (word: string) => `${nameText(name)}: ${word} = `;
  const list = <T>(word: string, items: readonly T[], text: (item: T) => string) =>
    `${items.length > 0 ? told : said(word)}[${items.map(text).join(', ')}]`;
  const float = (value: number) => withPoint(floatText(value, floatBits));
  switch (attribute.type) {
    case 'float':
      return told + float(attribute.value);
    case 'int':
      return told + attribute.value;
    case 'string':
      return told + textOrLeftOut(attribute.value);
    case 'tensor':
      return told + tensorText(attribute.value, inline);
    case 'graph':
      return said(ATTRIBUTE_WORDS.graph) + graph(attribute.value);
    case 'value-type':
      return said(ATTRIBUTE_WORDS['value-type']) + containedText(attribute.value);
    case 'floats':
      return list(ATTRIBUTE_WORDS.floats, attribute.value, float);
    case 'ints':
      return list(ATTRIBUTE_WORDS.ints, attribute.value, String);
    case 'strings':
      return list(ATTRIBUTE_WORDS.strings, attribute.value, textOrLeftOut);
    case 'tensors':
      return list(ATTRIBUTE_WORDS.tensors, attribute.value, (item) => tensorText(item, inline));
    case 'graphs':
      return `${said(ATTRIBUTE_WORDS.graphs)}[${attribute.value.map(graph).join(', ')}]`;
    case 'value-types':
      return list(ATTRIBUTE_WORDS['value-types'], attribute.value, containedText);
    case 'sparse-tensor':
    case 'sparse-tensors':
      return said(ATTRIBUTE_WORDS[attribute.type]) + LEFT_OUT;
    case 'reference':
      return `${said(ATTRIBUTE_WORDS[attribute.of])}@${nameText(attribute.value)}`;
    case 'bool':
      return told + attribute.value;
    case 'bools':
      return list('bools', attribute.value, String);
    case 'dtype':
      return said('dtype') + attribute.value;
    case 'none':
      return `${said('none')}none`;
  }
}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text in quotes. Bytes that are no text cannot stand in one. */
function textOrLeftOut(text: string | Uint8Array): string {
  if (typeof text === 'string') return quoted(text);
  try {
    return quoted(DECODER.decode(text));
  } catch {
    return LEFT_OUT;
  }
}

/** Few digits that give the same number in 32 or 64 bits again. */
function floatText(value: number, bits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  if (bits !== 32 || (Number.isInteger(value) && Math.abs(value) <= 2 ** 24)) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** A float must not look like an integer. */
function withPoint(text: string): string {
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}
