/** Slice, Split, Concat and Pad that follow each other: cuts of cuts, joins of joins, and those that undo each other. Exact. */
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { axisOf, type Cut, cutsOf, padded, paddingOf, sliced, split, splitSizes } from './forms.ts';
import { instead, named, producerOf, type Replacement, type Site, simplification } from './rule.ts';

/** The cuts of a Slice with bounds within the sizes; undefined where a size or a bound is not a number. */
function exactCuts(node: Node): readonly Cut[] | undefined {
  const { shape } = node.input(0) ?? {};
  const cuts = cutsOf(node)?.map((cut): Cut | undefined => {
    const size = shape?.[cut.axis];
    if (typeof size !== 'number' || cut.step < 1) return undefined;
    const bound = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    const start = bound(Number(cut.start));
    return { axis: cut.axis, start, end: Math.max(start, bound(Number(cut.end))), step: cut.step };
  });
  return cuts?.every((cut) => cut !== undefined) ? (cuts as Cut[]) : undefined;
}

/** All cuts as they are written. */
function writtenCuts(node: Node): readonly Cut[] | undefined {
  return cutsOf(node)?.map(({ axis, start, end, step }) => ({ axis, start: Number(start), end: Number(end), step }));
}

const slices = simplification({
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

/** What one input of a Concat brings, and where it begins. */
interface Piece {
  readonly value: Value;
  readonly start: number;
  readonly size: number;
}

/** The inputs of a Concat along its axis; undefined where a size is not known. */
function piecesOf(concat: Node, axis: number): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let start = 0;
  for (const value of concat.inputs) {
    const size = value?.shape?.[axis];
    if (!value || typeof size !== 'number') return undefined;
    pieces.push({ value, start, size });
    start += size;
  }
  return pieces;
}

/** What lies from `start` to `end` of a Concat: whole inputs, or a part of one. */
function partOf(pieces: readonly Piece[], axis: number, start: number, end: number, { onnx }: Site): Value | undefined {
  const whole = pieces.filter((piece) => piece.start >= start && piece.start + piece.size <= end && piece.size > 0);
  const covered = whole.reduce((sum, { size }) => sum + size, 0);
  if (covered === end - start && covered > 0) {
    const values = whole.map(({ value }) => value);
    return values.length === 1 ? values[0] : onnx.Concat(...values, { axis });
  }
  const inside = pieces.find((piece) => piece.start <= start && end <= piece.start + piece.size);
  if (!inside || end <= start) return undefined;
  return sliced(onnx, inside.value, [{ axis, start: start - inside.start, end: end - inside.start, step: 1 }]);
}

const sliceOfConcat = simplification({
  name: 'slice-of-concat',
  title: 'Takes from the inputs of a Concat what a Slice takes from the whole',
  operators: 'Slice',
  replace(node, site) {
    const concat = producerOf(node.input(0), node, 'Concat');
    const axis = concat && axisOf(concat, 0n);
    const cuts = exactCuts(node);
    const cut = cuts?.length === 1 ? cuts[0] : undefined;
    if (!concat || axis === undefined || cut?.axis !== axis || cut.step !== 1) return undefined;
    const pieces = piecesOf(concat, axis);
    const value = pieces && partOf(pieces, axis, cut.start, cut.end, site);
    if (!value) return undefined;
    // What is built must stand in the place of both.
    if (site.onnx.built.length > 0 && concat.output().useCount > 1) return undefined;
    return instead(node, value, `${named(node)} takes what one input of ${named(concat)} brings`);
  },
});

const splitOfConcat = simplification({
  name: 'split-of-concat',
  title: 'Lets the parts of a Split come straight from the inputs of a Concat',
  operators: 'Split',
  replace(node, site): Replacement | undefined {
    const concat = producerOf(node.input(0), node, 'Concat');
    const [axis, other] = [concat && axisOf(concat, 0n), axisOf(node, 0n)];
    const sizes = splitSizes(node);
    if (!concat || axis === undefined || axis !== other || !sizes || concat.output().useCount > 1) return undefined;
    const pieces = piecesOf(concat, axis);
    if (!pieces) return undefined;
    const values = new Map<Value, Value>();
    let start = 0;
    for (const [k, size] of sizes.entries()) {
      const output = node.outputs[k];
      const part = partOf(pieces, axis, start, start + size, site);
      start += size;
      if (!output || output.useCount === 0) continue;
      if (!part) return site.missed(`part ${k} is made of pieces of its inputs`, concat, node);
      values.set(output, part);
    }
    // Two nodes go, each part that is no whole input brings one.
    if (values.size === 0 || site.onnx.built.length > 1) return undefined;
    return { values, reason: `${named(node)} takes apart what ${named(concat)} joins` };
  },
});

const concats = simplification({
  name: 'concat-chain',
  title: 'Makes one of Concats along the same axis, and leaves out empty inputs',
  operators: 'Concat',
  replace(node, { onnx }) {
    const axis = axisOf(node, 0n, node.output().rank);
    if (axis === undefined) return undefined;
    let inner: Node | undefined;
    const inputs = node.inputs.flatMap((value) => {
      if (!value || value.shape?.[axis] === 0) return [];
      const concat = producerOf(value, node, 'Concat');
      if (!concat || axisOf(concat, 0n) !== axis || value.useCount !== 1) return [value];
      inner ??= concat;
      return concat.inputs.flatMap((each) => each ?? []);
    });
    if (inputs.length === 0 || (!inner && inputs.length === node.inputCount)) return undefined;
    const [only] = inputs;
    const value = inputs.length === 1 && only ? only : onnx.Concat(...inputs, { axis });
    const reason = inner ? `${named(inner)} and ${named(node)} are one join` : `an input of ${named(node)} is empty`;
    return instead(node, value, reason);
  },
});

/** A value that is cut from another one along an axis. */
interface Source {
  readonly of: Value;
  readonly start: number;
  readonly end: number;
}

/** Where a value was cut from: by a Slice of one axis, or by a Split. */
function sourceOf(value: Value, axis: number): Source | undefined {
  const maker = value.producer;
  const of = maker?.domain === '' ? maker.input(0) : undefined;
  if (!maker || !of) return undefined;
  if (maker.op === 'Slice') {
    const cuts = exactCuts(maker);
    const [cut] = cuts ?? [];
    return cuts?.length === 1 && cut?.axis === axis && cut.step === 1
      ? { of, start: cut.start, end: cut.end }
      : undefined;
  }
  if (maker.op !== 'Split' || axisOf(maker, 0n) !== axis) return undefined;
  const sizes = splitSizes(maker);
  const index = value.outputIndex ?? 0;
  if (!sizes) return undefined;
  const start = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
  return { of, start, end: start + (sizes[index] ?? 0) };
}

const joinedParts = simplification({
  name: 'concat-of-parts',
  title: 'Takes out cutting what a Concat puts together again',
  operators: 'Concat',
  replace(node, { onnx }) {
    const axis = axisOf(node, 0n, node.output().rank);
    if (axis === undefined) return undefined;
    const runs: { source: Source | undefined; values: Value[] }[] = [];
    for (const value of node.inputs) {
      if (!value) return undefined;
      const source = sourceOf(value, axis);
      const last = runs.at(-1);
      if (source && last?.source?.of === source.of && last.source.end === source.start) {
        last.source = { ...last.source, end: source.end };
        last.values.push(value);
      } else runs.push({ source, values: [value] });
    }
    const inputs: Value[] = [];
    let joined = false;
    for (const { source, values } of runs) {
      const [first] = values;
      const size = source?.of.shape?.[axis];
      if (source && values.length > 1 && source.start === 0 && source.end === size) {
        inputs.push(source.of);
        joined = true;
      } else if (source && values.length > 1 && cutsGo(values)) {
        const { start, end } = source;
        inputs.push(sliced(onnx, source.of, [{ axis, start, end, step: 1 }]) ?? source.of);
        joined = true;
      } else if (first) inputs.push(...values);
    }
    if (!joined) return undefined;
    const [only] = inputs;
    const value = inputs.length === 1 && only ? only : onnx.Concat(...inputs, { axis });
    return instead(node, value, `${named(node)} puts together what was one before`);
  },
});

/** Whether the Slices that make those values have no other readers. */
function cutsGo(values: readonly Value[]): boolean {
  return values.every((value) => value.producer?.op === 'Slice' && value.useCount === 1);
}

const pads = simplification({
  name: 'pad-chain',
  title: 'Makes one of Pads that follow each other',
  operators: 'Pad',
  replace(node, { onnx }) {
    const inner = producerOf(node.input(0), node, 'Pad');
    const x = inner?.input(0);
    if (!inner || !x || inner.output().useCount !== 1) return undefined;
    const [first, second] = [paddingOf(inner), paddingOf(node)];
    if (!first || !second || first.mode !== 'constant' || second.mode !== 'constant') return undefined;
    const grows = [first, second].every(({ before, after }) => [...before, ...after].every((pad) => pad >= 0));
    if (first.value === undefined || !Object.is(first.value, second.value) || !grows) return undefined;
    const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((each, k) => each + (b[k] ?? 0));
    const both = { ...first, before: sum(first.before, second.before), after: sum(first.after, second.after) };
    return instead(node, padded(onnx, x, both), `${named(inner)} and ${named(node)} are one`);
  },
});

const slicesToSplit = simplification({
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

export const cutRules: readonly PatternRule[] = [
  slices,
  sliceOfConcat,
  splitOfConcat,
  concats,
  joinedParts,
  pads,
  slicesToSplit,
];
