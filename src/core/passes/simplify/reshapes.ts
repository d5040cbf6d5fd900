/**
 * Chains of Reshape, Flatten, Squeeze, Unsqueeze and of Transposes that only move axes of size 1: none of them moves an
 * element, so the last shape is all that counts. Exact.
 */
import { reshapeTarget } from '../../convert/reshape-target.ts';
import { constantOf, dimsOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import { boundsOf, type Dim, isStatic, type Shape, sameDim, sameShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { keepsAxes, reducedAxes, reducedLike, squeezed, squeezedAxes, unsqueezed, unsqueezedAxes } from './forms.ts';
import { instead, named, producerOf, type Site, simplification } from './rule.ts';

/** Operators that give the elements of their input in their order, in another shape. */
export const RESHAPES = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'];

const chain = simplification({
  name: 'reshape-chain',
  title: 'Makes one of Reshape, Flatten, Squeeze and Unsqueeze that follow each other',
  operators: `${RESHAPES.join(' ')} Transpose`,
  replace(node, site) {
    const inner = producerOf(node.input(0), node, ...RESHAPES, 'Transpose');
    const x = inner?.input(0);
    if (!inner || !x || !reshapes(node) || !reshapes(inner)) return undefined;
    if (node.op === 'Transpose' && inner.op === 'Transpose') return undefined;
    const both = `${named(inner)} and ${named(node)}`;
    if (sameShape(x.shape, node.output().shape) === true) return instead(node, x, `${both} give the shape of before`);
    if (!feedsOnlyReshapes(inner)) return undefined;
    const merged = mergedAxes(inner, node, x, site) ?? retargeted(inner, node, x, site) ?? targeted(node, x, site);
    if (!merged) return site.missed('the shape that follows is no constant', inner, node);
    return instead(node, merged, `${both} are one change of the shape`);
  },
});

/** Whether a node gives the elements of its input in their order. */
function reshapes(node: Node): boolean {
  return node.op !== 'Transpose' || movesUnits(node);
}

/** Whether a Transpose moves nothing but axes of size 1. */
export function movesUnits(node: Node): boolean {
  const { shape } = node.input(0) ?? {};
  if (!shape) return false;
  const order = node.ints('perm')?.map(Number) ?? [...shape.keys()].reverse();
  const others = order.filter((axis) => shape[axis] !== 1);
  return others.every((axis, k) => k === 0 || axis > (others[k - 1] ?? 0));
}

function feedsOnlyReshapes(node: Node): boolean {
  const value = node.output();
  if (value.isGraphOutput) return false;
  for (const user of value.users) {
    if (user.domain !== '' || user.graph !== node.graph || user.input(0) !== value) return false;
    if (!RESHAPES.includes(user.op) && !(user.op === 'Transpose' && movesUnits(user))) return false;
  }
  return true;
}

/** Two Squeezes, two Unsqueezes, or one of each of which one undoes the other: told by axes alone. */
function mergedAxes(inner: Node, node: Node, x: Value, { onnx }: Site): Value | undefined {
  if (x.rank === undefined) return undefined;
  const NEW = -1;
  let axes = Array.from({ length: x.rank }, (_, k) => k);
  for (const each of [inner, node]) {
    if (each.op === 'Squeeze') {
      const gone = squeezedAxes(each);
      if (!gone) return undefined;
      axes = axes.filter((_, k) => !gone.includes(k));
    } else if (each.op === 'Unsqueeze') {
      const come = unsqueezedAxes(each);
      if (!come) return undefined;
      for (const axis of come) axes.splice(axis, 0, NEW);
    } else return undefined;
  }
  const gone = Array.from({ length: x.rank }, (_, k) => k).filter((k) => !axes.includes(k));
  const come = axes.flatMap((axis, k) => (axis === NEW ? [k] : []));
  if (gone.length > 0 && come.length > 0) return undefined;
  if (gone.length > 0) return squeezed(onnx, x, gone);
  return unsqueezed(onnx, x, come);
}

/** A Reshape whose target says the same of another input, or does so where a copied size is spelled. */
function retargeted(inner: Node, node: Node, x: Value, { onnx }: Site): Value | undefined {
  const target = node.op === 'Reshape' ? node.input(1) : undefined;
  const dims = target && dimsOf(target);
  if (!dims) return undefined;
  const copies = node.int('allowzero', 0n) === 0n;
  const sure = dims.every((dim) => (typeof dim === 'number' ? dim !== 0 || !copies : boundsOf(dim).least >= 1));
  if (sure) return onnx.same([x, target])[0];
  const between = inner.output().shape;
  const spelled = dims.map((dim, k) => {
    if (dim !== 0) return dim;
    // An axis of size 0 can only be copied.
    return sameDim(x.shape?.[k], between?.[k]) === true ? 0 : between?.[k] || undefined;
  });
  return isStatic(spelled) && copies ? onnx.same([x, onnx.ints(spelled)])[0] : undefined;
}

/** The shape of a node's result, where a constant tells it. */
function targeted(node: Node, x: Value, { onnx }: Site): Value | undefined {
  const { shape } = node.output();
  if (!shape || shape.every((dim) => dim === undefined)) return undefined;
  const target = targetOf(x.shape, shape);
  if (!target || (target.empty && onnx.opset < 14)) return undefined;
  return onnx.Reshape(x, onnx.ints(target.shape), target.empty ? { allowzero: 1 } : {});
}

/** The constant that a Reshape needs to give that shape; undefined where only a run can tell it. */
export function targetOf(
  from: Shape | undefined,
  to: Shape,
): { readonly shape: readonly number[]; readonly empty: boolean } | undefined {
  const { shape, empty } = reshapeTarget(from, to);
  return isStatic(shape) ? { shape, empty } : undefined;
}

const reduction = simplification({
  name: 'reduction-keeps-axes',
  title: 'Lets a reduction keep or drop its axes instead of a Squeeze, Unsqueeze or Reshape after it',
  operators: RESHAPES.join(' '),
  replace(node, site) {
    const inner = node.input(0)?.producer;
    if (inner?.domain !== '' || !/^(Reduce|Arg(Max|Min))/.test(inner.op) || inner.graph !== node.graph)
      return undefined;
    const x = inner.input(0);
    const axes = inner.op.startsWith('Arg') ? argAxes(inner) : reducedAxes(inner);
    if (!x?.shape || !axes || axes.length === 0 || inner.output().useCount !== 1) return undefined;
    const keep = !keepsAxes(inner);
    const shape = keep
      ? x.shape.map((size, k): Dim => (axes.includes(k) ? 1 : size))
      : x.shape.filter((_, k) => !axes.includes(k));
    if (!gives(node, shape, axes, keep)) return undefined;
    const value = reducedLike(site.from(inner), inner, x, axes, keep);
    return instead(node, value, `${named(inner)} can ${keep ? 'keep' : 'drop'} its axes itself`);
  },
});

/** Whether a node gives that shape: told by sizes, or by axes where sizes are not known. */
function gives(node: Node, shape: Shape, axes: readonly number[], keep: boolean): boolean {
  if (sameShape(node.output().shape, shape) === true) return true;
  const own = node.op === 'Squeeze' ? squeezedAxes(node) : node.op === 'Unsqueeze' ? unsqueezedAxes(node) : undefined;
  const fits = keep ? node.op === 'Unsqueeze' : node.op === 'Squeeze';
  return fits && own?.length === axes.length && axes.every((axis) => own.includes(axis));
}

function argAxes(node: Node): readonly number[] | undefined {
  const rank = node.input(0)?.rank;
  const axis = Number(node.int('axis', 0n));
  return rank === undefined ? undefined : [axis < 0 ? axis + rank : axis];
}

const leadingAxes = simplification({
  name: 'broadcast-needs-no-axes',
  title: 'Takes out Unsqueeze, Reshape, Expand and Tile before an operator that broadcasts by itself',
  operators: 'Add Sub Mul Div Pow And Or Xor Equal Less Greater LessOrEqual GreaterOrEqual Where Max Min Sum Mean Mod',
  replace(node, site) {
    // Until 7 some of them take inputs of one shape alone.
    if (site.onnx.opset < 8) return undefined;
    for (const [index, input] of node.inputs.entries()) {
      const maker = producerOf(input, node, 'Unsqueeze', 'Reshape', 'Expand', 'Tile');
      const x = maker?.input(0);
      if (!maker || !x || !input || input.useCount !== 1 || !broadcastsTo(x.shape, input.shape)) continue;
      const others = node.inputs.flatMap((other, k) => (k === index ? [x.shape] : [other?.shape]));
      const shape = broadcast(others);
      if (!shape || sameShape(shape, node.output().shape) !== true) continue;
      const inputs = node.inputs.map((other, k) => (k === index ? x : other));
      const [value] = site.onnx.same(inputs);
      return value && instead(node, value, `${named(node)} broadcasts by itself what ${named(maker)} spreads`);
    }
    return undefined;
  },
});

const leadingOnes = simplification({
  name: 'constant-without-leading-axes',
  title: 'Takes axes of size 1 from a constant instead of from what it is added to',
  operators: RESHAPES.join(' '),
  replace(node, site) {
    const inner = producerOf(node.input(0), node, 'Add', 'Sub', 'Mul', 'Div');
    const { shape } = node.output();
    const whole = inner?.output().shape;
    if (!inner || !shape || !whole || inner.output().useCount !== 1) return undefined;
    const extra = whole.length - shape.length;
    if (extra <= 0 || sameShape(whole.slice(extra), shape) !== true) return undefined;
    if (whole.slice(0, extra).some((size) => size !== 1)) return undefined;
    const inputs = inner.inputs.map((input) => {
      if (!input?.shape || input.shape.length <= shape.length) return input;
      const constant = constantOf(input);
      const fits = constant?.shape.slice(0, input.shape.length - shape.length).every((size) => size === 1);
      if (!constant || !fits || constant.byteLength > MOST_BYTES) return undefined;
      return site.onnx.constant(constant.reshaped(constant.shape.slice(constant.shape.length - shape.length)));
    });
    if (inputs.includes(undefined)) return undefined;
    const [value] = site.from(inner).same(inputs);
    return (
      value && instead(node, value, `the constant of ${named(inner)} alone has the axes that ${named(node)} takes out`)
    );
  },
});

/** Larger constants are not written in a second shape. */
const MOST_BYTES = 1 << 24;

/** Whether broadcasting a value of shape `from` gives what the other has: axes of size 1 in front, or repeated. */
function broadcastsTo(from: Shape | undefined, to: Shape | undefined): boolean {
  if (!from || !to || from.length > to.length) return false;
  const offset = to.length - from.length;
  return from.every((size, k) => size === 1 || sameDim(size, to[k + offset]) === true);
}

/** The broadcast of shapes, where that is sure. */
export function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Dim[] = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    const [long, short] = shape.length > result.length ? [shape, result] : [result, shape];
    const offset = long.length - short.length;
    const joined: Dim[] = [];
    for (const [k, a] of long.entries()) {
      const b = k < offset ? 1 : short[k - offset];
      if (a === 1) joined.push(b);
      else if (b === 1 || sameDim(a, b) === true) joined.push(a);
      else return undefined;
    }
    result = joined;
  }
  return result;
}

export const reshapeRules: readonly PatternRule[] = [chain, reduction, leadingAxes, leadingOnes];
