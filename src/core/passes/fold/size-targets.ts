/**
 * Sizes that a run computes and that an operator could do without: a Reshape copies them with 0 or works one out for -1, an
 * Expand keeps them with 1, a Slice goes to the end. Only where that gives the same for every input. Rules: the ONNX
 * operator specification.
 */
import { constantOf, dimsOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import { type Dim, isStatic, type Shape, sameDim } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { PatternRule } from '../pass.ts';
import { removeUnused } from '../simplify/unused.ts';

/** The largest end that can be said in each type of indices. */
const TO_THE_END = { int64: 2n ** 63n - 1n, int32: 2n ** 31n - 1n };

/** What stands in the place of computed sizes; undefined where that is not sure. */
type Targets = (node: Node, sizes: Shape) => readonly (number | bigint)[] | undefined;

/** Which input of an operator holds sizes. */
const OPERATORS: Readonly<Record<string, { readonly input: number; readonly targets: Targets }>> = {
  Reshape: { input: 1, targets: reshapeTargets },
  Expand: { input: 1, targets: expandTargets },
  Slice: { input: 2, targets: sliceEnds },
};

export const constantSizes: PatternRule = {
  kind: 'pattern',
  name: 'constant-sizes',
  title: 'Gives Reshape, Expand and Slice constants in the place of sizes that a run would compute',
  dialect: 'onnx',
  reassociates: false,
  opsets: { from: 7 },
  roots: Object.keys(OPERATORS),
  rewrite(root, context) {
    const row = OPERATORS[root.op];
    const given = row && root.input(row.input);
    const { graph } = root;
    if (!row || !given || !graph || constantOf(given)) return undefined;
    const sizes = dimsOf(given) ?? unknownSizes(given.shape);
    const found = sizes && row.targets(root, sizes);
    if (!found) {
      context.missed?.(root, 'not all of the sizes that it is given are known, or can be left open');
      return undefined;
    }
    const constant = Tensor.of(given.dtype ?? 'int64', [found.length], found);
    root.setInput(row.input, graph.addInitializer({ name: `${given.name ?? 'sizes'}_known`, constant }));
    const removed = new Set<Node>();
    if (given.producer) removeUnused(given.producer, removed);
    return {
      reason: `the sizes [${found.join(', ')}] say the same for every input`,
      removed: [root, ...removed],
      added: [root],
    };
  },
};

/** A list of which nothing is known but how long it is. */
function unknownSizes(shape: Shape | undefined): Shape | undefined {
  const [length] = shape ?? [];
  return shape?.length === 1 && typeof length === 'number' ? Array<Dim>(length).fill(undefined) : undefined;
}

/**
 * 0 where the size is the input's at that place, and -1 at one more place. What a run would put there can be no other than
 * what is left for it, or it would fail: as long as the other sizes are not 0.
 */
function reshapeTargets(node: Node, sizes: Shape): readonly number[] | undefined {
  const from = node.input(0)?.shape;
  const copies = node.int('allowzero', 0n) === 0n;
  const to = node.output().shape;
  const targets = sizes.map((size, k): number | undefined => {
    if (typeof size === 'number') return size;
    const known = to?.[k];
    if (typeof known === 'number' && known > 0) return known;
    return copies && sameDim(from?.[k], size) ? 0 : undefined;
  });
  if (isStatic(targets)) return copies || !targets.includes(0) ? targets : undefined;
  const open = targets.indexOf(undefined);
  const others = targets.filter((_, k) => k !== open);
  return others.every((size) => size !== undefined && size > 0) ? targets.map((size) => size ?? -1) : undefined;
}

/** 1 where the size is the input's: what is broadcast to 1 stays as it is. */
function expandTargets(node: Node, sizes: Shape): readonly number[] | undefined {
  const from = node.input(0)?.shape;
  if (!from) return undefined;
  const lead = sizes.length - from.length;
  const targets = sizes.map((size, k): number | undefined => {
    if (typeof size === 'number') return size;
    return k >= lead && sameDim(from[k - lead], size) ? 1 : undefined;
  });
  return isStatic(targets) ? targets : undefined;
}

/** The end is the end, whatever it is, for one who walks forwards. */
function sliceEnds(node: Node, sizes: Shape): readonly (number | bigint)[] | undefined {
  const shape = node.input(0)?.shape;
  const [axes, steps] = [node.input(3), node.input(4)].map((value) => value && dimsOf(value));
  if (!shape || (node.input(3) && !axes) || (node.input(4) && !steps)) return undefined;
  const last = node.input(2)?.dtype === 'int32' ? TO_THE_END.int32 : TO_THE_END.int64;
  const ends = sizes.map((size, k) => {
    if (typeof size === 'number') return size;
    const axis = axes ? axes[k] : k;
    if (typeof axis !== 'number' || (steps && !(Number(steps[k]) > 0))) return undefined;
    return sameDim(shape[axis < 0 ? axis + shape.length : axis], size) ? last : undefined;
  });
  const whole = ends.filter((end) => end !== undefined);
  return whole.length === ends.length ? whole : undefined;
}
