/** Blobs and parameters as the reference interpreter of Caffe sees them. */
import { InputError } from '../../ir/errors.ts';
import type { Node } from '../../ir/node.ts';
import type { Semantics } from './semantics.ts';

export interface Blob {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export function blobOf(shape: readonly number[], data: Float32Array = new Float32Array(product(shape))): Blob {
  return { shape, data };
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** What a layer is given. */
export interface LayerCall {
  readonly node: Node;
  readonly bottoms: readonly Blob[];
  readonly blobs: readonly Blob[];
  /** How many tops it makes. */
  readonly tops: number;
  /** What the dialect of the network means by its layers. */
  readonly means: Semantics;
  /** The network's file, for messages. */
  readonly file: string;
}

export type Layer = (call: LayerCall) => Blob | readonly Blob[];

/** A number (or the one number of a list) of a field, such as `pooling_param.stride`. */
export function number(node: Node, path: string, otherwise: number): number {
  return numbers(node, path)[0] ?? otherwise;
}

export function numbers(node: Node, path: string): readonly number[] {
  const attribute = node.attributes.get(path);
  switch (attribute?.type) {
    case 'int':
      return [Number(attribute.value)];
    case 'ints':
      return attribute.value.map(Number);
    case 'float':
      return [attribute.value];
    case 'floats':
      return attribute.value;
    default:
      return [];
  }
}

/** Whether the file says anything of a field. */
export function isGiven(node: Node, path: string): boolean {
  return node.attributes.has(path);
}

export function flag(node: Node, path: string, otherwise: boolean): boolean {
  const attribute = node.attributes.get(path);
  return attribute?.type === 'bool' ? attribute.value : otherwise;
}

/** An axis counted from the front. Throws InputError `runtime-failed` where the blob has no such axis. */
export function axisAt(call: LayerCall, path: string, otherwise: number, rank: number): number {
  const axis = number(call.node, path, otherwise);
  if (axis < -rank || axis >= rank) throw refusal(call, `it has no axis ${axis} among ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** Elements before an axis, along it, and behind it. */
export function around(shape: readonly number[], axis: number): readonly [outer: number, size: number, inner: number] {
  return [product(shape.slice(0, axis)), shape[axis] ?? 1, product(shape.slice(axis + 1))];
}

/** The bottom at an index. Throws InputError `runtime-failed` where the network gives fewer. */
export function bottom(call: LayerCall, index = 0): Blob {
  return call.bottoms[index] ?? missing(call, `bottom ${index}`);
}

/** The blob of weights at an index. Throws InputError `runtime-failed` where the network has fewer. */
export function weights(call: LayerCall, index: number): Blob {
  return call.blobs[index] ?? missing(call, `blob ${index}`);
}

/** As `weights`, with so many numbers. */
export function weightsOf(call: LayerCall, index: number, count: number): Blob {
  const blob = weights(call, index);
  if (blob.data.length !== count)
    throw refusal(call, `its blob ${index} has ${blob.data.length} numbers in the place of ${count}`);
  return blob;
}

function missing(call: LayerCall, what: string): never {
  throw refusal(call, `it has no ${what}`);
}

/** Why a layer is not run. */
export function refusal({ node, file }: LayerCall, why: string): InputError {
  const message = `layer ${node.name ?? ''} (${node.op}) is not run here: ${why}`;
  return new InputError('runtime-failed', message, { file }, 'Run it in the framework that it was made for.');
}

/** The same function of each element. */
export function mapped(x: Blob, of: (value: number, at: number) => number): Blob {
  return blobOf(x.shape, x.data.map(of));
}

/** `2x3x4`. */
export function sizesOf(shape: readonly number[]): string {
  return shape.join('x');
}
