/** Slices of what other Slices have left, and Slices that share a value out between them. Exact. */
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { exactCuts } from './exact-cuts.ts';
import { type Cut, cutsOf, sliced, split } from './forms.ts';
import { instead, named, producerOf, type Replacement, simplification } from './rule.ts';

export const sliceChain = simplification({
  name: 'slice-chain',
  title: 'Makes one of Slices that follow each other',
  operators: 'Slice',
  replace(node, { onnx }) {
    const inner = producerOf(node.input(0), node, 'Slice');
    const x = inner?.input(0);
    if (!inner || !x || !feedsOnlySlices(inner)) return undefined;
    const cuts = merged(inner, node);
    const value = cuts && sliced(onnx, x, cuts);
    return value && instead(node, value, `${named(inner)} and ${named(node)} are one cut`);
  },
});

/** Whether a Slice goes once those that read it cut its input themselves. */
function feedsOnlySlices(inner: Node): boolean {
  const value = inner.output();
  if (value.useCount > MOST_PARTS) return false;
  return value.uses.every((use) => {
    const user = use.kind === 'input' && use.index === 0 ? use.node : undefined;
    return (
      user?.op === 'Slice' && user.domain === '' && user.graph === inner.graph && merged(inner, user) !== undefined
    );
  });
}

/** The cuts of two Slices, one after the other. */
function merged(inner: Node, node: Node): readonly Cut[] | undefined {
  const [first, second] = [writtenCuts(inner), writtenCuts(node)];
  if (!first || !second) return undefined;
  const shared = second.some(({ axis }) => first.some((cut) => cut.axis === axis));
  return shared ? nested(exactCuts(inner), exactCuts(node)) : [...first, ...second];
}

/** Cuts of what other cuts have left. */
function nested(first: readonly Cut[] | undefined, second: readonly Cut[] | undefined): readonly Cut[] | undefined {
  if (!first || !second) return undefined;
  const both = first.map((outer): Cut => {
    const inner = second.find(({ axis }) => axis === outer.axis);
    if (!inner) return outer;
    const at = (index: number): number => outer.start + index * outer.step;
    const count = Math.max(0, Math.ceil((inner.end - inner.start) / inner.step));
    const step = outer.step * inner.step;
    const start = at(inner.start);
    return { axis: outer.axis, start, end: count === 0 ? start : start + (count - 1) * step + 1, step };
  });
  return [...both, ...second.filter(({ axis }) => !first.some((cut) => cut.axis === axis))];
}

/** All cuts as they are written. */
function writtenCuts(node: Node): readonly Cut[] | undefined {
  return cutsOf(node)?.map(({ axis, start, end, step }) => ({ axis, start: Number(start), end: Number(end), step }));
}

export const slicesToSplit = simplification({
  name: 'slices-to-split',
  title: 'Makes one Split of Slices that share a value out',
  operators: 'Slice',
  replace(node, site): Replacement | undefined {
    const x = node.input(0);
    const cuts = exactCuts(node);
    const [cut] = cuts ?? [];
    // The first of them speaks for all.
    if (!x || cuts?.length !== 1 || !cut || cut.start !== 0 || cut.step !== 1) return undefined;
    const { axis } = cut;
    const size = x.shape?.[axis];
    if (typeof size !== 'number' || x.useCount > MOST_PARTS) return undefined;
    const parts = new Map<number, { readonly end: number; readonly outputs: Value[] }>();
    for (const user of x.users) {
      if (user.op !== 'Slice' || user.domain !== '' || user.graph !== node.graph) continue;
      const own = exactCuts(user);
      const [part] = own ?? [];
      if (own?.length !== 1 || part?.axis !== axis || part.step !== 1) continue;
      const before = parts.get(part.start);
      if (before && before.end !== part.end) return undefined;
      if (before) before.outputs.push(user.output());
      else parts.set(part.start, { end: part.end, outputs: [user.output()] });
    }
    const sizes: number[] = [];
    const order: Value[][] = [];
    for (let at = 0; at < size; ) {
      const part = parts.get(at);
      if (!part || part.end <= at) return undefined;
      sizes.push(part.end - at);
      order.push(part.outputs);
      at = part.end;
    }
    if (sizes.length < 2 || !isStatic(sizes)) return undefined;
    const place = x.producer && x.producer.graph === node.graph ? x.producer.after : undefined;
    const results = split(site.from(node, place ?? firstOf(node)), x, axis, sizes);
    const values = new Map<Value, Value>();
    order.forEach((outputs, k) => {
      for (const output of outputs) if (results[k]) values.set(output, results[k]);
    });
    return { values, reason: `${named(node)} and others share one value out between them` };
  },
});

const MOST_PARTS = 64;

function firstOf(node: Node): Node {
  const [first] = node.graph?.nodes ?? [];
  return first ?? node;
}
