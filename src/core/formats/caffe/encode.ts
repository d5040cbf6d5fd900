/** Message trees as protobuf bytes: protobufjs writes the small fields by the dialect's table, weights stay where they are until then. */
import protobuf from 'protobufjs/minimal.js';
import type { CaffeField, ScalarName } from '../../dialects/caffe/schema.ts';
import { Tensor } from '../../ir/tensor.ts';
import { Pieces } from '../onnx/pieces.ts';
import { Tree, type TreeValue } from './tree.ts';

type Scalar = Exclude<TreeValue, Tree | Tensor>;

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

interface Encoding {
  readonly wire: number;
  write(writer: protobuf.Writer, value: Scalar): protobuf.Writer;
}

const ENCODINGS: Readonly<Record<ScalarName, Encoding>> = {
  int32: { wire: VARINT, write: (writer, value) => writer.int32(Number(value)) },
  int64: { wire: VARINT, write: (writer, value) => writer.int64(halves(BigInt(value as bigint))) },
  uint32: { wire: VARINT, write: (writer, value) => writer.uint32(Number(value)) },
  uint64: { wire: VARINT, write: (writer, value) => writer.uint64(halves(BigInt(value as bigint))) },
  bool: { wire: VARINT, write: (writer, value) => writer.bool(Boolean(value)) },
  float: { wire: FIXED_32, write: (writer, value) => writer.float(Number(value)) },
  double: { wire: FIXED_64, write: (writer, value) => writer.double(Number(value)) },
  string: { wire: LENGTH_DELIMITED, write: (writer, value) => writer.string(String(value)) },
  bytes: { wire: LENGTH_DELIMITED, write: (writer, value) => writer.bytes(bytesOf(value)) },
};

/** A message in pieces, of which the large ones are tensors. */
export function encodeTree(tree: Tree): Pieces {
  const pieces = new Pieces();
  for (const field of new Set(tree.entries.map((entry) => entry.field))) {
    const scalars: Scalar[] = [];
    for (const value of tree.all(field.name)) {
      if (value instanceof Tree) pieces.addMessage(field.number, encodeTree(value));
      else if (value instanceof Tensor) pieces.addTensor(field.number, value);
      else scalars.push(value);
    }
    if (scalars.length > 0) pieces.add(encodeScalars(field, scalars));
  }
  for (const field of tree.unknown) if ('bytes' in field) pieces.addBytes(field.bytes);
  return pieces;
}

function encodeScalars(field: CaffeField, values: readonly Scalar[]): Uint8Array {
  const { wire, write } = encodingOf(field);
  const writer = protobuf.Writer.create();
  if (field.packed) {
    writer.uint32(field.number * 8 + LENGTH_DELIMITED).fork();
    for (const value of values) write(writer, value);
    writer.ldelim();
  } else {
    for (const value of values) write(writer.uint32(field.number * 8 + wire), value);
  }
  return writer.finish();
}

function encodingOf({ name, type }: CaffeField): Encoding {
  if (type.kind === 'scalar') return ENCODINGS[type.name];
  if (type.kind === 'message') throw new Error(`${name} is a message`);
  const { numbers } = type;
  return {
    wire: VARINT,
    write(writer, value) {
      const number = numbers.get(String(value));
      if (number === undefined) throw new Error(`${name} cannot be ${value}: it is one of ${[...numbers.keys()]}`);
      return writer.int32(number);
    },
  };
}

/** What protobufjs takes as a 64-bit integer. */
function halves(value: bigint): { low: number; high: number; unsigned: boolean } {
  return {
    low: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
    unsigned: false,
  };
}

function bytesOf(value: Scalar): Uint8Array {
  return value instanceof Uint8Array ? value : new TextEncoder().encode(String(value));
}
