/** Blobs and parameters as the reference interpreter of Caffe sees them. */
import type { Node } from '../../ir/node.ts';

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

export function flag(node: Node, path: string, otherwise: boolean): boolean {
  const attribute = node.attributes.get(path);
  return attribute?.type === 'bool' ? attribute.value : otherwise;
}

/** An axis counted from the front. */
export function axisAt(node: Node, path: string, otherwise: number, rank: number): number {
  const axis = number(node, path, otherwise);
  return axis < 0 ? axis + rank : axis;
}

/** Elements before an axis, along it, and behind it. */
export function around(shape: readonly number[], axis: number): readonly [outer: number, size: number, inner: number] {
  return [product(shape.slice(0, axis)), shape[axis] ?? 1, product(shape.slice(axis + 1))];
}

/** The bottom at an index; throws where the network gives fewer. */
export function bottom(call: LayerCall, index = 0): Blob {
  return call.bottoms[index] ?? missing(call, `bottom ${index}`);
}

export function weights(call: LayerCall, index: number): Blob {
  return call.blobs[index] ?? missing(call, `blob ${index}`);
}

function missing({ node }: LayerCall, what: string): never {
  throw new Error(`layer ${node.name} has no ${what}`);
}
