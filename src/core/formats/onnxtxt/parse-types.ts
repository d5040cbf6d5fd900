/** Types and constants of ONNX text: `float[N, 3]`, `seq(int64)`, `float[2] {1, 2}` (onnx docs/Syntax.md). */
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import { type Dim, elementCount, isStatic, type StaticShape } from '../../ir/shape.ts';
import { Tensor, type TensorInfo } from '../../ir/tensor.ts';
import type { TensorType, ValueType } from '../../ir/type.ts';
import { type ExternalFiles, externalTensorSource } from '../onnx/external.ts';
import { CONTAINER_WORDS, dataTypeOf, literalCount, literalType } from './names.ts';
import { numberOf, type Scanner, type Token } from './scanner.ts';

/** Whether a type comes next. */
export function atType(scanner: Scanner): boolean {
  const token = scanner.peek();
  return token.kind === 'word' && (dataTypeOf(token.text) !== undefined || CONTAINER_WORDS.has(token.text));
}

export function parseType(scanner: Scanner): ValueType {
  const token = scanner.peek();
  const dtype = dataTypeOf(token.text);
  if (token.kind === 'word' && dtype) return parseTensorType(scanner, 'tensor');
  refuseUnwritten(scanner);
  const word = scanner.word('a type');
  if (!CONTAINER_WORDS.has(word)) throw scanner.error('expected a type', token);
  scanner.expect('(');
  const type = scanner.nested(() => parseContained(scanner, word));
  scanner.expect(')');
  return type;
}

function parseContained(scanner: Scanner, word: string): ValueType {
  switch (word) {
    case 'seq':
      return { kind: 'sequence', element: parseType(scanner) };
    case 'optional':
      return { kind: 'optional', element: parseType(scanner) };
    case 'sparse_tensor':
      return parseTensorType(scanner, 'sparse-tensor');
    case 'map': {
      const key = parseDataType(scanner);
      scanner.expect(',');
      return { kind: 'map', key, value: parseType(scanner) };
    }
    default:
      return parseOpaque(scanner);
  }
}

/** `opaque()`, `opaque(name)` or `opaque(domain, name)`, each of words with dots. */
function parseOpaque(scanner: Scanner): ValueType {
  if (scanner.at(')')) return { kind: 'opaque', domain: '', name: '' };
  const first = parseDotted(scanner);
  if (!scanner.take(',')) return { kind: 'opaque', domain: '', name: first };
  return { kind: 'opaque', domain: first, name: parseDotted(scanner) };
}

export function parseDotted(scanner: Scanner): string {
  let name = scanner.name('a name');
  while (scanner.take('.')) name += `.${scanner.name('a name')}`;
  return name;
}

function parseDataType(scanner: Scanner): DataType {
  const token = scanner.peek();
  const dtype = dataTypeOf(scanner.word('an element type'));
  if (!dtype) throw scanner.error('expected an element type', token);
  return dtype;
}

/** `float` is a scalar, `float[]` has an unknown rank, `float[2, N, ?]` a known one. */
function parseTensorType(scanner: Scanner, kind: TensorType['kind']): TensorType {
  const dtype = parseDataType(scanner);
  if (!scanner.at('[')) return { kind, dtype, shape: [] };
  const shape: Dim[] = [];
  scanner.list('[', ']', () => shape.push(parseDim(scanner)));
  return { kind, dtype, shape: shape.length === 0 ? undefined : shape };
}

function parseDim(scanner: Scanner): Dim {
  if (scanner.take('?')) return undefined;
  const token = scanner.peek();
  if (token.kind !== 'integer') return Expression.symbol(scanner.name('a size'));
  const size = Number(scanner.integer('a size'));
  if (size < 0 || !Number.isSafeInteger(size)) throw scanner.error('expected a size', token);
  return size;
}

/** The data of a tensor whose type has been read: `{1, 2}`, or `["location": "file", ...]` for data in another file. */
export function parseTensorData(
  scanner: Scanner,
  type: ValueType,
  info: TensorInfo,
  files: ExternalFiles,
  at: Token,
): Tensor {
  if (type.kind !== 'tensor') throw scanner.errorAt('only a tensor type has values', at);
  const { dtype, shape } = type;
  if (!isStatic(shape)) throw scanner.errorAt('the sizes of a constant are numbers', at);
  if (!Number.isSafeInteger(elementCount(shape))) throw scanner.errorAt('this constant is too large', at);
  if (scanner.at('[')) {
    const entries = parsePairs(scanner);
    const named = info.name ?? '';
    return new Tensor(dtype, shape, externalTensorSource(files, entries, dtype, elementCount(shape), named), info);
  }
  if (!scanner.at('{')) throw scanner.error(`expected the values between '{' and '}'`);
  return dtype === 'string' ? parseStrings(scanner, shape, info) : parseNumbers(scanner, dtype, shape, info);
}

/** `["key": "value", ...]` */
export function parsePairs(scanner: Scanner): Map<string, string> {
  const pairs = new Map<string, string>();
  scanner.list('[', ']', () => {
    const key = scanner.string('a key');
    scanner.expect(':');
    pairs.set(key, scanner.string('a value'));
  });
  return pairs;
}

const ENCODER = new TextEncoder();

function parseStrings(scanner: Scanner, shape: StaticShape, info: TensorInfo): Tensor {
  const items: Uint8Array[] = [];
  const open = scanner.peek();
  scanner.list('{', '}', () => items.push(ENCODER.encode(stringItem(scanner))));
  checkCount(scanner, elementCount(shape), items.length, open);
  return Tensor.ofStrings(shape, items, info);
}

function stringItem(scanner: Scanner): string {
  refuseElided(scanner);
  return scanner.string('an element');
}

/**
 * Numbers of one type. Floats of 16 bits and less stand as their bits, and elements that share a byte stand as that byte,
 * as in the int32_data of a file.
 */
function parseNumbers(scanner: Scanner, dtype: DataType, shape: StaticShape, info: TensorInfo): Tensor {
  const { bits, kind } = DATA_TYPES[dtype];
  const open = scanner.peek();
  const values: (number | bigint)[] = [];
  const exact = kind !== 'complex' && !(kind === 'float' && bits >= 32);
  scanner.list('{', '}', () => values.push(exact ? integerItem(scanner, dtype) : floatItem(scanner)));
  checkCount(scanner, literalCount(dtype, elementCount(shape)), values.length, open);
  const stored = Tensor.of(literalType(dtype), [values.length], values);
  return Tensor.ofBytes(dtype, shape, stored.bytes(), info);
}

function integerItem(scanner: Scanner, dtype: DataType): bigint {
  refuseElided(scanner);
  const token = scanner.peek();
  if (dtype === 'bool' && (token.text === 'true' || token.text === 'false')) {
    return scanner.next().text === 'true' ? 1n : 0n;
  }
  const value = scanner.integer(`an integer for ${dtype}`);
  const stored = literalType(dtype);
  const { bits, kind } = DATA_TYPES[stored];
  const least = kind === 'int' ? -(1n << BigInt(bits - 1)) : 0n;
  const most = kind === 'int' ? (1n << BigInt(bits - 1)) - 1n : dtype === 'bool' ? 1n : (1n << BigInt(bits)) - 1n;
  // Packed bytes may also be written as signed ones, as int32_data holds them.
  const lowest = stored !== dtype && bits === 8 ? -128n : least;
  if (value < lowest || value > most) throw scanner.error(`expected ${lowest} to ${most} for ${dtype}`, token);
  return value;
}

function floatItem(scanner: Scanner): number {
  refuseElided(scanner);
  const token = scanner.peek();
  if (token.kind !== 'integer' && token.kind !== 'float') throw scanner.error('expected a number');
  return numberOf(scanner.next());
}

/** Elements that the printer left out. */
function refuseElided(scanner: Scanner): void {
  if (!scanner.at('...')) return;
  const message = 'the numbers of this constant were left out of the text: print the model with all of them (--inline)';
  throw scanner.errorAt(message, scanner.peek());
}

/** What the printer has no words for: types that are not known, bytes that are no text, sparse tensors. */
export function refuseUnwritten(scanner: Scanner): void {
  if (scanner.at('...')) throw scanner.errorAt('what stands here cannot be written as text', scanner.peek());
}

function checkCount(scanner: Scanner, expected: number, found: number, at: Token): void {
  if (expected === found) return;
  throw scanner.errorAt(`expected ${expected} elements for this shape, found ${found}`, at);
}
