/** ONNX files made field by field, for what our own writer would never write. */
import { onnx } from '../../../../../generated/onnx.js';
import { readOnnx } from '../../../../../src/core/formats/onnx/read.ts';
import { type ByteSource, MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { InputError } from '../../../../../src/core/ir/errors.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';

export const long = (value: number) => ({ low: value | 0, high: Math.floor(value / 2 ** 32), unsigned: false });

type GraphProto = onnx.GraphProto.$Properties;

/** A model around a graph. */
export function modelBytes(graph: GraphProto, rest: onnx.ModelProto.$Properties = {}): Uint8Array {
  const opsetImport = [{ domain: '', version: long(17) }];
  return onnx.ModelProto.encode({ irVersion: long(8), opsetImport, ...rest, graph }).finish();
}

/** A float tensor type. */
export function floatType(...dims: (number | string | undefined)[]): onnx.TypeProto.$Properties {
  const dim = dims.map((size) => {
    if (size === undefined) return {};
    return typeof size === 'number' ? { dimValue: long(size) } : { dimParam: size };
  });
  return { tensorType: { elemType: 1, shape: { dim } } };
}

export function read(bytes: Uint8Array, name = 'test.onnx'): Model {
  return readOnnx(new MemoryBytes(name, bytes));
}

/** The error of reading; throws where there is none, or one of ours that is no InputError. */
export function readError(bytes: Uint8Array | ByteSource, name = 'test.onnx'): InputError {
  try {
    readOnnx(bytes instanceof Uint8Array ? new MemoryBytes(name, bytes) : bytes);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('expected an error');
}
