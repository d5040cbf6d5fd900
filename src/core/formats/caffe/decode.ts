/**
 * Protobuf bytes to message trees by a dialect's table. Weights are not read: they stay byte ranges of the file, as do
 * fields that the table does not know, or knows as something else.
 */
import protobuf from 'protobufjs/minimal.js';
import type { CaffeField, CaffeMessage, CaffeSchema, ScalarName } from '../../dialects/caffe/schema.ts';
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { ComputedSource, FileSource, Tensor, type TensorSource } from '../../ir/tensor.ts';
import { FieldCursor, type WireField } from './cursor.ts';
import { Tree, type TreeValue } from './tree.ts';

/** More values than any real network has beside its weights. */
const MOST_ENTRIES = 10_000_000;
const LONGEST_TEXT = 1 << 26;

const WIRES: Readonly<Record<ScalarName, number>> = {
  int32: 0,
  int64: 0,
  uint32: 0,
  uint64: 0,
  bool: 0,
  double: 1,
  string: 2,
  bytes: 2,
  float: 5,
};

/** Fields of blobs that hold their numbers one behind the other, and what these are. */
const NUMBERS: Readonly<Record<string, 'float32' | 'float64' | 'uint8'>> = {
  data: 'float32',
  diff: 'float32',
  double_data: 'float64',
  double_diff: 'float64',
  raw_data: 'uint8',
  raw_diff: 'uint8',
  int8_data: 'uint8',
};

/** Reads a whole .caffemodel. Throws InputError `file-malformed`, `file-truncated`, `file-too-large`. */
export function decodeNet(source: ByteSource, schema: CaffeSchema): Tree {
  return new Decoder(source).tree(schema.net, 0, source.size);
}

class Decoder {
  private readonly cursor: FieldCursor;
  private entries = 0;

  constructor(private readonly source: ByteSource) {
    this.cursor = new FieldCursor(source);
  }

  tree(message: CaffeMessage, start: number, end: number): Tree {
    const tree = new Tree(message);
    // A message of training is kept whole.
    if (message.fields.size === 0) {
      if (end > start) tree.unknown.push({ number: 0, wire: 2, bytes: this.range(start, end), offset: start });
      return tree;
    }
    const weights = new Map<CaffeField, WireField[]>();
    for (let at = start; at < end; ) {
      const found = this.cursor.read(at, end);
      at = found.end;
      this.count(found.start);
      const field = message.byNumber.get(found.number);
      if (!field || !fitsWire(field, found.wire)) this.unknown(tree, found);
      else if (isWeights(message, field)) append(weights, field, found);
      else this.add(tree, field, found);
    }
    for (const [field, ranges] of weights) {
      const offset = ranges[0]?.start ?? start;
      tree.entries.push({ field, value: this.weights(field, ranges), offset });
    }
    return tree;
  }

  private unknown(tree: Tree, { number, wire, start, end }: WireField): void {
    tree.unknown.push({ number, wire, bytes: this.range(start, end), offset: start });
  }

  private range(start: number, end: number): Tensor {
    return new Tensor('uint8', [end - start], new FileSource(this.source, start, end - start));
  }

  private add(tree: Tree, field: CaffeField, found: WireField): void {
    const { type } = field;
    const offset = found.start;
    if (type.kind === 'message') {
      tree.entries.push({ field, value: this.tree(type.message, found.content, found.end), offset });
      return;
    }
    const length = found.end - found.content;
    if (length > LONGEST_TEXT) throw this.tooLarge(offset, `a text of ${length} bytes`);
    const name = type.kind === 'enum' ? 'int32' : type.name;
    const bytes = this.source.read(found.content, length);
    const reader = protobuf.Reader.create(bytes);
    const packed = found.wire === 2 && WIRES[name] !== 2;
    if (packed && length === 0) return;
    do {
      const read = this.read(reader, name, bytes, offset);
      const value = type.kind === 'enum' ? enumName(type.numbers, Number(read)) : read;
      this.count(offset);
      if (value !== undefined) tree.entries.push({ field, value, offset });
      // A number without a name is kept as it is, though no reader of Caffe believes it.
      else if (!packed) this.unknown(tree, found);
    } while (packed && reader.pos < reader.len);
  }

  /** Throws InputError where the bytes end within a value. */
  private read(reader: protobuf.Reader, name: ScalarName, bytes: Uint8Array, offset: number): TreeValue {
    try {
      return scalar(name, reader, bytes);
    } catch {
      throw this.malformed(offset, `expected values of type ${name}`);
    }
  }

  /** Numbers of a blob, one behind the other: one range of the file in all files that Caffe writes. */
  private weights(field: CaffeField, ranges: readonly WireField[]): Tensor {
    const bytes = ranges.reduce((sum, { content, end }) => sum + end - content, 0);
    const dtype = NUMBERS[field.name] ?? 'float32';
    const count = bytes / { float32: 4, float64: 8, uint8: 1 }[dtype];
    const [first] = ranges;
    if (!Number.isInteger(count)) throw this.malformed(first?.start ?? 0, `${bytes} bytes are no numbers of ${dtype}`);
    return new Tensor(dtype, [count], this.joined(ranges));
  }

  private joined(ranges: readonly WireField[]): TensorSource {
    const [first] = ranges;
    const { source } = this;
    if (first && ranges.length === 1) return new FileSource(source, first.content, first.end - first.content);
    return new ComputedSource('computed', () =>
      Buffer.concat(ranges.map(({ content, end }) => source.read(content, end - content))),
    );
  }

  private count(offset: number): void {
    if (++this.entries > MOST_ENTRIES) throw this.tooLarge(offset, `more than ${MOST_ENTRIES} fields`);
  }

  private malformed(offset: number, message: string): InputError {
    const place = { file: this.source.name, offset };
    return new InputError('file-malformed', message, place, 'The file is damaged or no Caffe model: fetch it again.');
  }

  private tooLarge(offset: number, what: string): InputError {
    const place = { file: this.source.name, offset };
    return new InputError('file-too-large', `the model has ${what}`, place, 'This is no model that can be opened.');
  }
}

/** Whether a field can stand in a file in that form. */
export function fitsWire({ type, repeated }: CaffeField, wire: number): boolean {
  if (type.kind === 'message') return wire === 2;
  const own = type.kind === 'enum' ? 0 : WIRES[type.name];
  return wire === own || (repeated && wire === 2);
}

function isWeights(message: CaffeMessage, { name }: CaffeField): boolean {
  return message.name === 'BlobProto' && Object.hasOwn(NUMBERS, name);
}

function append(map: Map<CaffeField, WireField[]>, field: CaffeField, found: WireField): void {
  const list = map.get(field);
  if (list) list.push(found);
  else map.set(field, [found]);
}

/** Undefined for a number that the dialect has no name for. */
function enumName(numbers: ReadonlyMap<string, number>, number: number): string | undefined {
  for (const [name, each] of numbers) if (each === number) return name;
  return undefined;
}

function scalar(name: ScalarName, reader: protobuf.Reader, bytes: Uint8Array): TreeValue {
  switch (name) {
    case 'int32':
      return BigInt(reader.int32());
    case 'uint32':
      return BigInt(reader.uint32());
    case 'int64':
      return BigInt(reader.int64().toString());
    case 'uint64':
      return BigInt(reader.uint64().toString());
    case 'bool':
      return reader.bool();
    case 'float':
      return reader.float();
    case 'double':
      return reader.double();
    case 'string':
      return new TextDecoder().decode(bytes);
    case 'bytes':
      return bytes.slice();
  }
}
