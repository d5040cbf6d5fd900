/**
 * Protobuf bytes to message trees by a dialect's table. Weights are not read: they stay byte ranges of the file. Fields
 * that the table does not know, or knows as something else, are left out and noted.
 */
import protobuf from 'protobufjs/minimal.js';
import type { CaffeField, CaffeMessage, CaffeSchema, ScalarName } from '../../dialects/caffe/schema.ts';
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { ComputedSource, FileSource, Tensor, type TensorSource } from '../../ir/tensor.ts';
import { FieldCursor, type WireField } from './cursor.ts';
import { Tree, type TreeValue } from './tree.ts';

export interface Decoded {
  readonly net: Tree;
  /** `LayerParameter.147`: what the dialect does not know. */
  readonly unknown: ReadonlySet<string>;
}

/** Layers as files from before 2014 hold them (NetParameter.layers). */
const OLD_LAYERS = 2;
/** More values than any real network has beside its weights. */
const MOST_ENTRIES = 10_000_000;
const LONGEST_TEXT = 1 << 26;

const WIRES: Readonly<Record<ScalarName, number>> = {
  int32: 0,
  int64: 0,
  uint32: 0,
  bool: 0,
  double: 1,
  string: 2,
  bytes: 2,
  float: 5,
};

/** Reads a whole .caffemodel. Throws InputError `file-malformed`, `file-truncated`, `format-unsupported`. */
export function decodeNet(source: ByteSource, schema: CaffeSchema): Decoded {
  const decoder = new Decoder(source);
  const net = decoder.tree(schema.net, 0, source.size);
  return { net, unknown: decoder.unknown };
}

class Decoder {
  readonly unknown = new Set<string>();
  private readonly cursor: FieldCursor;
  private entries = 0;

  constructor(private readonly source: ByteSource) {
    this.cursor = new FieldCursor(source);
  }

  tree(message: CaffeMessage, start: number, end: number): Tree {
    const tree = new Tree(message);
    const weights = new Map<CaffeField, WireField[]>();
    for (let at = start; at < end; ) {
      const found = this.cursor.read(at, end);
      at = found.end;
      if (message.name === 'NetParameter' && found.number === OLD_LAYERS) throw this.old(found.start);
      const field = message.byNumber.get(found.number);
      if (!field || !fits(field, found.wire)) this.unknown.add(`${message.name}.${found.number}`);
      else if (isWeights(message, field)) append(weights, field, found);
      else this.add(tree, field, found);
    }
    for (const [field, ranges] of weights) tree.entries.push({ field, value: this.weights(field, ranges) });
    return tree;
  }

  private add(tree: Tree, field: CaffeField, found: WireField): void {
    if (++this.entries > MOST_ENTRIES) throw this.tooLarge(found.start, `more than ${MOST_ENTRIES} fields`);
    const { type } = field;
    if (type.kind === 'message') {
      tree.entries.push({ field, value: this.tree(type.message, found.content, found.end) });
      return;
    }
    const length = found.end - found.content;
    if (length > LONGEST_TEXT) throw this.tooLarge(found.start, `a text of ${length} bytes`);
    const name = type.kind === 'enum' ? 'int32' : type.name;
    const bytes = this.source.read(found.content, length);
    const reader = protobuf.Reader.create(bytes);
    const packed = found.wire === 2 && WIRES[name] !== 2;
    do {
      const value = type.kind === 'enum' ? enumName(type.numbers, reader.int32()) : scalar(name, reader, bytes);
      if (++this.entries > MOST_ENTRIES) throw this.tooLarge(found.start, `more than ${MOST_ENTRIES} fields`);
      if (value !== undefined) tree.entries.push({ field, value });
    } while (packed && reader.pos < reader.len);
  }

  /** Numbers of a blob, one behind the other: one range of the file in all files that Caffe writes. */
  private weights(field: CaffeField, ranges: readonly WireField[]): Tensor {
    const bytes = ranges.reduce((sum, { content, end }) => sum + end - content, 0);
    const dtype = field.name === 'double_data' ? 'float64' : 'float32';
    const count = bytes / (dtype === 'float64' ? 8 : 4);
    const [first] = ranges;
    if (field.name === 'raw_data') return new Tensor('uint8', [bytes], this.joined(ranges));
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

  private old(offset: number): InputError {
    return new InputError(
      'format-unsupported',
      'the layers of this model are written as they were before 2014',
      { file: this.source.name, offset },
      "Upgrade it with Caffe's own upgrade_net_proto_binary and upgrade_net_proto_text.",
    );
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

function fits({ type, repeated }: CaffeField, wire: number): boolean {
  if (type.kind === 'message') return wire === 2;
  const own = type.kind === 'enum' ? 0 : WIRES[type.name];
  return wire === own || (repeated && wire === 2);
}

function isWeights(message: CaffeMessage, { name }: CaffeField): boolean {
  return message.name === 'BlobProto' && (name === 'data' || name === 'double_data' || name === 'raw_data');
}

function append(map: Map<CaffeField, WireField[]>, field: CaffeField, found: WireField): void {
  const list = map.get(field);
  if (list) list.push(found);
  else map.set(field, [found]);
}

/** Undefined for a number that the dialect has no name for: it counts as not given, as in every reader. */
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
