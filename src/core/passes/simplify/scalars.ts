/**
 * Factors of whole values: they commute with whatever moves elements and with matrix products, so that they can go into
 * constant weights further up, or join each other. Regroups floating point, nothing else.
 */
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { type Carrier, carrierOf } from './carriers.ts';
import { scalarOf } from './forms.ts';
import { isComputable, isHeld, single } from './numbers.ts';
import { instead, named, type Replacement, type Site, simplification } from './rule.ts';

/** How many operators a factor may pass on its way up. */
const FARTHEST = 8;

/** Operators whose output is as many times as large as their first input. */
const PASSED = new Set('Transpose Reshape Squeeze Unsqueeze Flatten Slice Identity'.split(' '));

/** What a Mul or Div by a single constant scales, and by how much. */
function factorOf(node: Node): { readonly x: Value; readonly factor: number } | undefined {
  const [a, b] = node.inputs;
  if (!a || !b || !isComputable(a.dtype) || node.domain !== '') return undefined;
  const right = node.op === 'Mul' || node.op === 'Div' ? scalarOf(b) : undefined;
  const found =
    right !== undefined
      ? { x: a, factor: node.op === 'Div' ? 1 / right : right, by: b }
      : node.op === 'Mul'
        ? { x: b, factor: scalarOf(a) ?? Number.NaN, by: a }
        : undefined;
  if (!found || found.factor === 0 || !isHeld(single(found.factor), a.dtype)) return undefined;
  return found.x.rank !== undefined && (found.by.rank ?? 0) <= found.x.rank ? found : undefined;
}

const upwards = simplification({
  name: 'factor-into-weights',
  title: 'Makes a factor of a whole value part of constant weights further up',
  operators: 'Mul Div',
  reassociates: true,
  replace(node, site): Replacement | undefined {
    const scaled = factorOf(node);
    if (!scaled) return undefined;
    const { x, factor } = scaled;
    // In half precision a product that is scaled up early may overflow.
    if (x.dtype === 'float16' && Math.abs(factor) > 1) return undefined;
    const found = carrierAbove(x, node, FARTHEST);
    if (!found) return undefined;
    const { carrier, value } = found;
    const made = carrier.build(
      new Float64Array(carrier.channels).fill(factor),
      new Float64Array(carrier.channels),
      inPlace(site),
    );
    if (!made)
      return site.missed(
        'the weights above it are not finite, would overflow, or are read elsewhere',
        carrier.node,
        node,
      );
    const values = new Map<Value, Value>([[value, made]]);
    values.set(node.output(), x === value ? made : x);
    return { values, reason: `the factor of ${named(node)} can be part of the weights of ${named(carrier.node)}` };
  },
});

/** What is built stands where it came from: everything between there and the factor reads it. */
function inPlace(site: Site): Site {
  return {
    root: site.root,
    model: site.model,
    onnx: site.onnx,
    asks: site.asks,
    from: (source, place = source) => site.from(source, place),
    missed: (...args) => site.missed(...args),
    begun: (reason) => site.begun(reason),
  };
}

/** The nearest operator with constant weights of which alone a value is made, linearly. */
function carrierAbove(
  value: Value,
  reader: Node,
  steps: number,
): { readonly carrier: Carrier; readonly value: Value } | undefined {
  const node = value.producer;
  if (node?.domain !== '' || node.graph !== reader.graph || value.useCount !== 1 || steps === 0) return undefined;
  const carrier = CARRYING.has(node.op) ? carrierOf(node) : undefined;
  if (carrier) return { carrier, value };
  const [a, b] = node.inputs;
  if (PASSED.has(node.op) && a) return carrierAbove(a, reader, steps - 1);
  if (node.op !== 'MatMul') return undefined;
  return (a && carrierAbove(a, reader, steps - 1)) ?? (b && carrierAbove(b, reader, steps - 1));
}

const CARRYING = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Add']);

const joined = simplification({
  name: 'factors-of-product',
  title: 'Scales one side of a matrix product instead of both',
  operators: 'MatMul',
  reassociates: true,
  replace(node, { onnx }) {
    const [a, b] = node.inputs;
    if (!a?.dtype || !isFloat(a.dtype) || !b || a === b) return undefined;
    const [left, right] = [scaledBy(a, node), scaledBy(b, node)];
    if (!left || !right) return undefined;
    const factor = left.factor * right.factor;
    if (!isHeld(single(factor), a.dtype)) return undefined;
    const scaled = onnx.Mul(left.x, onnx.like(left.x, factor));
    return instead(node, onnx.MatMul(scaled, right.x), `${named(node)} needs one of its sides scaled`);
  },
});

function scaledBy(value: Value, reader: Node) {
  const node = value.producer;
  return node && node.graph === reader.graph && value.useCount === 1 ? factorOf(node) : undefined;
}

export const scalarRules: readonly PatternRule[] = [upwards, joined];
