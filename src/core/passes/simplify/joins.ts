/** Concat behind Split, Slice and Concat, and before them: joins of joins, and joins that cuts undo. Exact. */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { exactCuts } from './exact-cuts.ts';
import { axisOf, sliced, split, splitSizes } from './forms.ts';
import { instead, named, producerOf, type Replacement, type Site, simplification } from './rule.ts';

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

export const sliceOfConcat = simplification({
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

export const splitOfConcat = simplification({
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

/** So many values are joined anew for each reader of a join. */
const MOST_JOINED = 64;

/** Whether a join of so many inputs is read by one node alone, or by joins along its axis that can all do without it. */
function goesIntoJoins(value: Value, reader: Node, axis: number, inputs: number): boolean {
  if (value.useCount === 1) return true;
  for (let use = value.firstUse; use; use = use.next) {
    if (use.kind === 'output' || use.node.op !== 'Concat' || use.node.domain !== '') return false;
    if (use.node.graph !== reader.graph || axisOf(use.node, 0n, value.rank) !== axis) return false;
    if (use.node.inputCount + inputs > MOST_JOINED) return false;
  }
  return true;
}

export const concatChain = simplification({
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
      if (!concat || axisOf(concat, 0n) !== axis || !goesIntoJoins(value, node, axis, concat.inputCount))
        return [value];
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

export const concatOfParts = simplification({
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

/** Parts of a Split that are neighbours, in their order, and read by that Concat alone. */
export const concatOfOutputs = simplification({
  name: 'concat-of-neighbours',
  title: 'Lets a Split give as one part what a Concat makes of its neighbouring parts',
  operators: 'Concat',
  replace(node, site): Replacement | undefined {
    const maker = producerOf(node.input(0), node, 'Split');
    const axis = axisOf(node, 0n, node.output().rank);
    const sizes = maker && splitSizes(maker);
    if (!maker || !sizes || axis === undefined || axisOf(maker, 0n) !== axis || node.inputCount < 2) return undefined;
    const first = node.input(0)?.outputIndex ?? 0;
    const next = first + node.inputCount;
    const x = maker.input(0);
    const together = node.inputs.every((value, k) => value === maker.outputs[first + k] && value?.useCount === 1);
    if (!x || !together || sizes.length !== maker.outputs.length) return undefined;
    const joined = sizes.slice(first, next).reduce((sum, size) => sum + size, 0);
    const results = split(site.from(maker, maker), x, axis, [...sizes.slice(0, first), joined, ...sizes.slice(next)]);
    const left = [...maker.outputs.slice(0, first), node.output(), ...maker.outputs.slice(next)];
    const values = new Map<Value, Value>();
    for (const [k, value] of left.entries()) {
      const result = results[k];
      if (result && value.useCount > 0) values.set(value, result);
    }
    return { values, reason: `${named(node)} joins neighbouring parts of ${named(maker)}` };
  },
});
