/** A plain reference interpreter of Caffe networks in single precision: slow, and by the definitions of the layers alone. */
import { InputError } from '../../ir/errors.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic, shapeText } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { type Blob, blobOf, type Layer } from './blob.ts';
import { movementLayers } from './movement.ts';
import { pointwiseLayers } from './pointwise.ts';
import { windowLayers } from './windows.ts';

const LAYERS: Readonly<Record<string, Layer>> = { ...movementLayers, ...pointwiseLayers, ...windowLayers };

/** Runs a network on inputs by name, or by position where names differ. Throws InputError `runtime-failed`. */
export function runCaffe(model: Model, inputs: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const { graph, file = 'the network' } = model;
  const blobs = new Map<Value, Blob>();
  const byPosition = [...inputs.values()];
  for (const [k, value] of graph.inputs.entries()) {
    const tensor = inputs.get(value.name ?? '') ?? byPosition[k];
    if (!tensor) throw failed(file, `it is not given its input ${value.name}`);
    if (isStatic(value.shape) && shapeText(value.shape) !== shapeText(tensor.shape)) {
      throw failed(file, `its input ${value.name} is ${shapeText(value.shape)}, not ${shapeText(tensor.shape)}`);
    }
    blobs.set(value, load(tensor));
  }
  for (const node of graph.nodes) runLayer(node, blobs, file);
  const results = graph.outputs.map((value): [string, Tensor] => {
    const blob = blobs.get(value);
    if (!blob) throw failed(file, `nothing makes its output ${value.name}`);
    const { buffer, byteOffset, byteLength } = blob.data;
    return [value.name ?? '', Tensor.ofBytes('float32', blob.shape, new Uint8Array(buffer, byteOffset, byteLength))];
  });
  return new Map(results);
}

function runLayer(node: Node, blobs: Map<Value, Blob>, file: string): void {
  const layer = LAYERS[node.op];
  if (!layer) throw failed(file, `layers of type ${node.op} are not run here`);
  const given = node.inputs.filter((value) => value !== undefined);
  const made = layer({
    node,
    bottoms: given.flatMap((value) => blobs.get(value) ?? []),
    blobs: given.flatMap((value) => (value.constant && !blobs.has(value) ? [load(value.constant)] : [])),
    tops: node.outputs.length,
  });
  const tops = Array.isArray(made) ? (made as readonly Blob[]) : [made as Blob];
  for (const [k, value] of node.outputs.entries()) {
    const top = tops[k];
    if (top) blobs.set(value, top);
  }
  for (const value of given) release(value, node, blobs);
}

/** Makes room when the last reader has run: readers stand in order, so that is the last of its uses. */
function release(value: Value, reader: Node, blobs: Map<Value, Blob>): void {
  if (!value.isGraphOutput && [...value.users].at(-1) === reader) blobs.delete(value);
}

function load(tensor: Tensor): Blob {
  // A copy of its own: the bytes may start at any offset of a larger buffer.
  const own = tensor.dtype === 'float32' ? new Float32Array(new Uint8Array(tensor.bytes()).buffer) : undefined;
  return blobOf(tensor.shape, own ?? Float32Array.from(tensor.numbers()));
}

function failed(file: string, message: string): InputError {
  return new InputError('runtime-failed', message, { file }, 'Run it in the framework that it was made for.');
}
