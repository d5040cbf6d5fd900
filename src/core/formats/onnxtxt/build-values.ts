/** Types and constants out of their syntax. */

import type { SparseTensor } from '../../ir/attribute.ts';
import { byteLength, crossesBytes, DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import { packBits } from '../../ir/packing.ts';
import { type Dim, elementCount, isStatic, type StaticShape } from '../../ir/shape.ts';
import { MemorySource, Tensor, type TensorInfo, type TensorSource } from '../../ir/tensor.ts';
import type { TensorType, ValueType } from '../../ir/type.ts';
import { externalTensorSource } from '../onnx/external.ts';
import type { Building } from './building.ts';
import { readNumbers } from './decimals.ts';
import { elidedSource } from './elision.ts';
import { dataTypeOf, integerOf, literalCount, literalType, numberOf } from './names.ts';
import { Scanner } from './scanner.ts';
import type {
  DataSyntax,
  DimSyntax,
  ElementsSyntax,
  PairsSyntax,
  Span,
  SparseDataSyntax,
  TensorSyntax,
  TypeSyntax,
} from './syntax.ts';

export function buildType(building: Building, syntax: TypeSyntax): ValueType {
  switch (syntax.kind) {
    case 'tensor':
      return buildTensorType(building, syntax, 'tensor');
    case 'map':
      return {
        kind: 'map',
        key: dataTypeOf(syntax.key?.text ?? '') ?? 'int64',
        value: syntax.element && buildType(building, syntax.element),
      };
    case 'opaque': {
      const [first, second] = syntax.names;
      return { kind: 'opaque', domain: second ? (first?.text ?? '') : '', name: (second ?? first)?.text ?? '' };
    }
    case 'container': {
      if (syntax.word.text === 'sparse_tensor' && syntax.element?.kind === 'tensor') {
        return buildTensorType(building, syntax.element, 'sparse-tensor');
      }
      const kind = syntax.word.text === 'seq' ? 'sequence' : 'optional';
      return { kind, element: syntax.element && buildType(building, syntax.element) };
    }
  }
}

/** `float` is a scalar, `float[]` has an unknown rank, `float[2, N, ?]` a known one. */
function buildTensorType(
  building: Building,
  { word, dims }: Extract<TypeSyntax, { kind: 'tensor' }>,
  kind: TensorType['kind'],
): TensorType {
  const dtype = dataTypeOf(word.text) ?? 'float32';
  if (!dims) return { kind, dtype, shape: [] };
  const shape = dims.items.map((dim) => buildDim(building, dim));
  return { kind, dtype, shape: shape.length === 0 ? undefined : shape };
}

function buildDim(building: Building, dim: DimSyntax): Dim {
  if (dim.kind === 'unknown') return undefined;
  if (dim.kind === 'symbol') return Expression.symbol(dim.text);
  const size = Number(dim.text);
  if (size >= 0 && Number.isSafeInteger(size)) return size;
  building.unexpected(dim, 'a size');
  return undefined;
}

/** A constant of a type that has been built: undefined where the text does not give it. */
export function buildConstant(
  building: Building,
  type: ValueType | undefined,
  data: DataSyntax,
  info: TensorInfo,
  at: Span,
): Tensor | undefined {
  if (data.kind === 'sparse-data' || type?.kind !== 'tensor') {
    building.fault(at, 'only a tensor type has values');
    return undefined;
  }
  const { dtype, shape } = type;
  if (!isStatic(shape)) {
    building.fault(at, 'the sizes of a constant are numbers');
    return undefined;
  }
  if (!Number.isSafeInteger(elementCount(shape))) {
    building.fault(at, 'this constant is too large');
    return undefined;
  }
  if (data.kind === 'pairs') {
    const source = building.reading(data, () => outsideSource(building, data, dtype, shape, info));
    return source && new Tensor(dtype, shape, source, info);
  }
  if (!data.whole) return undefined;
  return dtype === 'string'
    ? buildStrings(building, data, shape, info)
    : buildNumbers(building, data, dtype, shape, info);
}

/** The bytes of a constant that the text does not hold. */
function outsideSource(
  building: Building,
  data: PairsSyntax,
  dtype: DataType,
  shape: StaticShape,
  info: TensorInfo,
): TensorSource | undefined {
  const entries = new Map(data.pairs.map(({ key, value }) => [key.text, value?.text ?? '']));
  const count = elementCount(shape);
  const hash = entries.get('sha256');
  if (hash === undefined) return externalTensorSource(building.files, entries, dtype, count, info.name ?? '');
  return elidedSource(building, data, hash, entries, dtype, count, info.name ?? '');
}

const ENCODER = new TextEncoder();

function buildStrings(
  building: Building,
  data: ElementsSyntax,
  shape: StaticShape,
  info: TensorInfo,
): Tensor | undefined {
  if (!countFits(building, data, elementCount(shape))) return undefined;
  const items: Uint8Array[] = [];
  eachElement(building, data, (scanner) => {
    if (scanner.kind === 'bytes') items.push(bytesOf(building, scanner.word(), spanOf(building, scanner)));
    else {
      if (scanner.kind !== 'string') building.unexpected(spanOf(building, scanner), 'an element in quotes');
      items.push(ENCODER.encode(scanner.meaning()));
    }
  });
  if (!countFits(building, { ...data, count: items.length }, elementCount(shape))) return undefined;
  return Tensor.ofStrings(shape, items, info);
}

/** `x"00ff"`: two hexadecimal digits a byte. */
export function bytesOf(building: Building, word: string, at: Span): Uint8Array {
  const digits = word.slice(2, -1);
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) {
    building.fault(at, 'bytes are two hexadecimal digits each, as in x"00ff"');
    return new Uint8Array(0);
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, k) => Number.parseInt(digits.slice(2 * k, 2 * k + 2), 16));
}

/**
 * Numbers of one type. Floats of 16 bits and less stand as their bits, and elements that share a byte stand as that byte,
 * as in the int32_data of a file.
 */
function buildNumbers(
  building: Building,
  data: ElementsSyntax,
  dtype: DataType,
  shape: StaticShape,
  info: TensorInfo,
): Tensor | undefined {
  const count = literalCount(dtype, elementCount(shape));
  const raw = data.count === 1 ? rawElements(building, data, dtype, shape, info) : undefined;
  if (raw) return raw;
  if (!countFits(building, data, count)) return undefined;
  const stored = literalType(dtype);
  const { bits, kind } = DATA_TYPES[dtype];
  const exact = kind !== 'complex' && !(kind === 'float' && bits >= 32);
  const plain = plainNumbers(building, data, exact ? integerLimits(dtype) : undefined);
  if (plain) return tensorOf(dtype, shape, Tensor.of(stored, [count], plain).bytes(), info);
  const read = exact ? integerReader(building, dtype) : floatReader(building);
  const values: (number | bigint)[] = [];
  // Numbers of JavaScript do not tell one NaN from the other.
  const negative: number[] = [];
  eachElement(building, data, (scanner) => {
    const value = read(scanner);
    if (Number.isNaN(value) && scanner.word().startsWith('-')) negative.push(values.length);
    values.push(value);
  });
  // What is broken between the braces was counted otherwise.
  if (!countFits(building, { ...data, count: values.length }, count)) return undefined;
  const bytes = Tensor.of(stored, [count], values).bytes();
  for (const at of negative) bytes[(at + 1) * (bytes.length / count) - 1] = 0xff;
  return tensorOf(dtype, shape, bytes, info);
}

/** A tensor of the bytes of its literals. */
function tensorOf(dtype: DataType, shape: StaticShape, bytes: Uint8Array, info: TensorInfo): Tensor {
  const packed = crossesBytes(dtype) ? packBits(bytes, DATA_TYPES[dtype].bits) : bytes;
  return new Tensor(dtype, shape, new MemorySource(packed), info);
}

/** The least and the most that a literal may be. */
type Limits = readonly [bigint, bigint];

/** Elements that are nothing but numbers, as most are; undefined where one is not, or is out of its limits. */
function plainNumbers(building: Building, data: ElementsSyntax, limits: Limits | undefined): number[] | undefined {
  const { text, base } = building;
  const values = readNumbers(text, base + data.start + 1, base + data.end - 1, data.count, limits !== undefined);
  if (!limits) return values;
  const [least, most] = limits.map(Number);
  return values?.every((value) => value >= (least ?? 0) && value <= (most ?? 0)) ? values : undefined;
}

/** `{x"0000c07f"}`: the bytes of all elements, for numbers that have no words. */
function rawElements(
  building: Building,
  data: ElementsSyntax,
  dtype: DataType,
  shape: StaticShape,
  info: TensorInfo,
): Tensor | undefined {
  let bytes: Uint8Array | undefined;
  eachElement(building, data, (scanner) => {
    if (scanner.kind === 'bytes') bytes = bytesOf(building, scanner.word(), spanOf(building, scanner));
  });
  if (!bytes) return undefined;
  const needed = byteLength(dtype, elementCount(shape));
  if (bytes.length === needed) return Tensor.ofBytes(dtype, shape, bytes, info);
  building.fault(data, `expected ${needed} bytes for this shape, found ${bytes.length}`);
  return undefined;
}

function countFits(building: Building, data: ElementsSyntax, expected: number): boolean {
  if (expected === data.count) return true;
  building.fault(data, `expected ${expected} elements for this shape, found ${data.count}`);
  return false;
}

/** Reads the elements between the braces again. */
function eachElement(building: Building, data: ElementsSyntax, read: (scanner: Scanner) => void): void {
  const scanner = new Scanner(building.text, building.base + data.start + 1, building.base + data.end - 1);
  while (scanner.kind !== 'end') {
    if (scanner.kind !== 'sign' || scanner.sign !== ',') read(scanner);
    scanner.advance();
  }
}

function spanOf(building: Building, { start, end }: Scanner): Span {
  return { start: start - building.base, end: end - building.base };
}

function integerLimits(dtype: DataType): Limits {
  const stored = literalType(dtype);
  const { bits, kind } = DATA_TYPES[stored];
  const least = kind === 'int' ? -(1n << BigInt(bits - 1)) : 0n;
  const most = kind === 'int' ? (1n << BigInt(bits - 1)) - 1n : dtype === 'bool' ? 1n : (1n << BigInt(bits)) - 1n;
  // Packed bytes may also be written as signed ones, as int32_data holds them.
  return [stored !== dtype && bits === 8 ? -128n : least, most];
}

function integerReader(building: Building, dtype: DataType): (scanner: Scanner) => number | bigint {
  const [lowest, most] = integerLimits(dtype);
  return (scanner) => {
    const word = scanner.word();
    if (dtype === 'bool' && (word === 'true' || word === 'false')) return word === 'true' ? 1 : 0;
    if (scanner.kind !== 'integer') {
      building.unexpected(spanOf(building, scanner), `an integer for ${dtype}`);
      return 0;
    }
    // Short numbers are exact as they are.
    const value = word.length < 16 ? Number(word) : integerOf(word);
    if (value !== undefined && value >= lowest && value <= most) return value;
    building.unexpected(spanOf(building, scanner), `${lowest} to ${most} for ${dtype}`);
    return 0;
  };
}

function floatReader(building: Building): (scanner: Scanner) => number {
  return (scanner) => {
    const value = numberOf(scanner.word());
    const { kind } = scanner;
    if (value !== undefined && (kind === 'integer' || kind === 'float' || kind === 'word')) return value;
    building.unexpected(spanOf(building, scanner), 'a number');
    return 0;
  };
}

/** A coordinate list; undefined where it does not fit its type. */
export function buildSparse(
  building: Building,
  type: TypeSyntax,
  data: SparseDataSyntax,
  info: TensorInfo,
): SparseTensor | undefined {
  const built = buildType(building, type);
  const values = data.values && buildPart(building, data.values, info);
  const indices = data.indices && buildPart(building, data.indices, {});
  if (built.kind !== 'sparse-tensor' || !isStatic(built.shape) || !values || !indices) {
    building.fault(data, 'a sparse tensor needs its sizes as numbers, its values and their indices');
    return undefined;
  }
  const sparse = { values, indices, dims: built.shape };
  const wrong = sparseFault(sparse, built.dtype);
  if (wrong) building.fault(data, wrong);
  return wrong ? undefined : sparse;
}

function buildPart(building: Building, part: TensorSyntax, info: TensorInfo): Tensor | undefined {
  const name = part.name ? { name: part.name.text } : {};
  return part.data && buildConstant(building, buildType(building, part.type), part.data, { ...info, ...name }, part);
}

/** What onnx.proto asks of a SparseTensorProto. */
function sparseFault({ values, indices, dims }: SparseTensor, dtype: DataType): string | undefined {
  const { count } = values;
  if (values.dtype !== dtype || values.shape.length !== 1) return 'the values are a list of the element type';
  const flat = indices.shape.length === 1 && indices.shape[0] === count;
  const coordinates = indices.shape.length === 2 && indices.shape[0] === count && indices.shape[1] === dims.length;
  if (indices.dtype !== 'int64' || !(flat || coordinates)) return 'the indices do not fit the values';
  const limits = flat ? [elementCount(dims)] : dims;
  const within = indices.numbers().every((at, k) => at >= 0 && at < (limits[k % limits.length] ?? 0));
  return within ? undefined : 'an index lies outside of the shape';
}
