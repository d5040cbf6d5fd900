/** Images whose rows and columns are mixed of others: two products with constant matrices, which say the same everywhere. */
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import type { Layer } from './layer.ts';

/** For each place of the result, how much of which elements there is in it. */
export type Mixture = readonly (readonly (readonly [element: number, share: number])[])[];

/** [images, channels, height, width] in other sizes. */
export function mixed(layer: Layer, x: Value, down: Mixture, right: Mixture, onnx: OnnxBuilder): Value {
  const [height, width] = [layer.size(x, 2), layer.size(x, 3)];
  const rows = layer.made('rows', [down.length, height], () => matrix(down, height));
  const columns = layer.made('columns', [width, right.length], () => turned(matrix(right, width), width));
  return onnx.MatMul(onnx.MatMul(rows, x), columns);
}

function matrix(mixture: Mixture, from: number): Float32Array {
  const shares = new Float32Array(mixture.length * from);
  for (const [place, parts] of mixture.entries()) {
    for (const [element, share] of parts)
      shares[place * from + element] = (shares[place * from + element] ?? 0) + share;
  }
  return shares;
}

function turned(shares: Float32Array, from: number): Float32Array {
  const places = shares.length / from;
  return shares.map((_, at) => shares[(at % places) * from + Math.floor(at / places)] ?? 0);
}
