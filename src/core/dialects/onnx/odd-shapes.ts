/**
 * The shapes that onnx's own inference gives some outputs where they are others by the definition: what its checker then compares
 * with what the file declares. Source: onnx/defs/nn/utils.cc, nn/defs.cc, math/defs.cc of ONNX 1.23.1.
 */
import type { Node } from '../../ir/node.ts';
import type { Dim, Shape } from '../../ir/shape.ts';
import { numberOf } from './data.ts';

type Shapes = readonly (Shape | undefined)[];

/** By output; undefined where it works out nothing else. */
const ODD_SHAPES: Readonly<Record<string, (node: Node, usual: Shapes) => Shapes>> = {
  Attention: (node, usual) =>
    onnxAttention(node).map((shape, index) => shape ?? (index === 3 ? undefined : usual[index])),

  // What output_padding adds is part of the size that SAME asks for.
  ConvTranspose: (node, usual) => {
    const x = node.input(0)?.shape;
    const [padding, strides] = ['output_padding', 'strides'].map((name) => node.ints(name, []).map(Number));
    if (!x || !node.string('auto_pad', 'NOTSET').startsWith('SAME') || node.attributes.has('output_shape'))
      return usual;
    const sizes = x.slice(2).map((size, k): Dim => {
      return typeof size === 'number' ? size * (strides?.[k] ?? 1) + (padding?.[k] ?? 0) : undefined;
    });
    return padding?.some((size) => size > 0) ? [[usual[0]?.[0], usual[0]?.[1], ...sizes]] : usual;
  },

  // It takes onesided for 0 where it is left out: the definition says 1.
  STFT: (node, usual) => {
    const [found] = usual;
    const [step, told] = [numberOf(node.input(1)), numberOf(node.input(3))];
    const length = node.input(3) ? told : node.input(2)?.shape?.[0];
    if (!found || node.attributes.has('onesided') || step === undefined || typeof length !== 'number') return usual;
    return [[found[0], found[1], length, found[3]]];
  },
};

/** The operators that have a rule. */
export const OPERATORS_OF_ODD_SHAPES: readonly string[] = Object.keys(ODD_SHAPES);

/** The shapes of a node's outputs as onnx works them out, from those that they have. */
export function oddShapes(node: Node, operator: string, usual: Shapes): Shapes {
  return Object.hasOwn(ODD_SHAPES, operator) ? (ODD_SHAPES[operator]?.(node, usual) ?? usual) : usual;
}

/** Open sizes count as 0 there, and without the shapes of queries and values the scores have no axes. */
function onnxAttention(node: Node): Shapes {
  const [q, v] = [node.input(0)?.shape, node.input(2)?.shape];
  const [keys, values] = [node.input(4), node.input(5)];
  const joint = q && v && q.length === v.length ? { q, v } : undefined;
  const heads = Number(node.int('q_num_heads', 1n));
  const stored = Number(node.int('kv_num_heads', 1n));
  const length = joint ? sizeOf(joint.v[joint.v.length === 4 ? 2 : 1]) : -1;
  let result: Shape | undefined;
  let scores: Dim[] = q ? [q[0]] : [];
  if (joint?.q.length === 4) {
    result = [q?.[0], q?.[1], q?.[2], joint.v[3]];
    scores = [q?.[0], q?.[1], q?.[2], length];
  } else if (joint) {
    result = [q?.[0], q?.[1], Math.trunc(sizeOf(joint.v[2]) / stored) * heads];
    scores = [q?.[0], heads, q?.[1], length];
  }
  const given = (index: number) => (node.outputs[index]?.name ?? '') !== '';
  const [past, pastValues] = [keys?.shape, values?.shape];
  const whole = past?.length === 4 && pastValues?.length === 4 && length > 0 ? past[2] : undefined;
  const presents: (Shape | undefined)[] = [undefined, undefined];
  if (given(1) && given(2) && typeof whole === 'number') {
    const total = whole + length;
    scores = scores.map((size, k) => (k === 3 ? total : size));
    presents[0] = past?.map((size, k) => (k === 2 ? total : size));
    presents[1] = pastValues?.map((size, k) => (k === 2 ? total : size));
  }
  return [result, ...presents, given(3) ? scores : undefined];
}

function sizeOf(size: Dim): number {
  return typeof size === 'number' ? size : 0;
}
