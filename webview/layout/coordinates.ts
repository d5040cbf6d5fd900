/**
 * Horizontal positions: U. Brandes and B. Köpf, "Fast and Simple Horizontal Coordinate Assignment" (2001). Cells are aligned
 * with a neighbour above or below, from the left or from the right; each of the four gives positions, and every cell takes
 * the mean of the middle two. Blocks are placed by longest paths over the order of the layers.
 */
import type { Ladder, Step } from './ladder.ts';
import { SPACE } from './types.ts';

interface Run {
  readonly vertical: 'above' | 'below';
  /** Mirrored runs see every layer from the right. */
  readonly mirrored: boolean;
}

const RUNS: readonly Run[] = [
  { vertical: 'above', mirrored: false },
  { vertical: 'above', mirrored: true },
  { vertical: 'below', mirrored: false },
  { vertical: 'below', mirrored: true },
];

/** The centre of every cell. */
export function assignCoordinates(ladder: Ladder): Float64Array {
  const position = positionsOf(ladder);
  const crossed = crossedSteps(ladder, position);
  const through = longestPaths(ladder);
  const placed = RUNS.map((run) => ({
    run,
    x: place(ladder, align(ladder, { position, crossed, through }, run), run),
  }));
  const extents = placed.map(({ x }) => extentOf(ladder, x));
  const narrowest = extents.reduce((best, each) => (each.max - each.min < best.max - best.min ? each : best));
  placed.forEach(({ run, x }, k) => {
    const extent = extents[k];
    if (!extent) return;
    const shift = run.mirrored ? narrowest.max - extent.max : narrowest.min - extent.min;
    for (let cell = 0; cell < x.length; cell++) x[cell] = (x[cell] ?? 0) + shift;
  });
  const result = new Float64Array(ladder.layerOf.length);
  for (let cell = 0; cell < result.length; cell++) {
    const four = placed.map(({ x }) => x[cell] ?? 0).sort((a, b) => a - b);
    result[cell] = ((four[1] ?? 0) + (four[2] ?? 0)) / 2;
  }
  return result;
}

/** The least distance of the centres of two neighbours. */
export function separation(ladder: Ladder, left: number, right: number): number {
  const gap = left < ladder.boxCount && right < ladder.boxCount ? SPACE.beside : SPACE.passing;
  return (ladder.halfWidth[left] ?? 0) + (ladder.halfWidth[right] ?? 0) + gap;
}

function positionsOf(ladder: Ladder): Int32Array {
  const position = new Int32Array(ladder.layerOf.length);
  for (const cells of ladder.layers) {
    cells.forEach((cell, k) => {
      position[cell] = k;
    });
  }
  return position;
}

function isPassing(ladder: Ladder, cell: number): boolean {
  return cell >= ladder.boxCount;
}

/** Steps that cross a step between two passing cells: those stay straight, these give way. */
function crossedSteps(ladder: Ladder, position: Int32Array): Set<Step> {
  const crossed = new Set<Step>();
  for (let at = 1; at < ladder.layers.length; at++) {
    const cells = ladder.layers[at] ?? [];
    const width = ladder.layers[at - 1]?.length ?? 0;
    let from = 0;
    let leftEnd = -1;
    for (let k = 0; k <= cells.length; k++) {
      const cell = cells[k];
      const inner = cell === undefined ? undefined : innerStep(ladder, cell);
      if (!inner && k < cells.length) continue;
      const rightEnd = inner ? (position[inner.from] ?? 0) : width;
      for (; from <= Math.min(k, cells.length - 1); from++) {
        for (const step of ladder.above[cells[from] ?? 0] ?? []) {
          const place = position[step.from] ?? 0;
          const isInner = isPassing(ladder, step.from) && isPassing(ladder, step.to);
          if (!isInner && (place < leftEnd || place > rightEnd)) crossed.add(step);
        }
      }
      leftEnd = rightEnd;
    }
  }
  return crossed;
}

function innerStep(ladder: Ladder, cell: number): Step | undefined {
  if (!isPassing(ladder, cell)) return undefined;
  return (ladder.above[cell] ?? []).find((step) => isPassing(ladder, step.from));
}

/** Blocks of cells that stand below one another: the first cell of each, and how far each cell is beside that one. */
interface Blocks {
  readonly root: Int32Array;
  readonly shift: Float64Array;
}

/** How many boxes the longest path through a cell has: what lies on the longest paths stands in one line. */
function longestPaths(ladder: Ladder): Int32Array {
  const count = ladder.layerOf.length;
  const up = new Int32Array(count);
  const down = new Int32Array(count);
  const weight = (cell: number) => (isPassing(ladder, cell) ? 0 : 1);
  for (const cell of ladder.layers.flat()) {
    for (const { to } of ladder.below[cell] ?? []) up[to] = Math.max(up[to] ?? 0, (up[cell] ?? 0) + weight(cell));
  }
  for (const cell of ladder.layers.flat().reverse()) {
    for (const { from } of ladder.above[cell] ?? []) {
      down[from] = Math.max(down[from] ?? 0, (down[cell] ?? 0) + weight(cell));
    }
  }
  return up.map((above, cell) => above + (down[cell] ?? 0) + weight(cell));
}

/** What the choice of neighbours to align with depends on. */
interface Order {
  readonly position: Int32Array;
  readonly crossed: ReadonlySet<Step>;
  readonly through: Int32Array;
}

function align(ladder: Ladder, order: Order, run: Run): Blocks {
  const { position, crossed } = order;
  const count = ladder.layerOf.length;
  const root = Int32Array.from({ length: count }, (_, cell) => cell);
  const shift = new Float64Array(count);
  const sign = run.mirrored ? -1 : 1;
  const layers = run.vertical === 'above' ? ladder.layers : [...ladder.layers].reverse();
  for (const cells of layers) {
    let reached = run.mirrored ? Number.MAX_SAFE_INTEGER : -1;
    for (let k = 0; k < cells.length; k++) {
      const cell = cells[run.mirrored ? cells.length - 1 - k : k] ?? 0;
      for (const step of candidates(ladder, order, cell, run)) {
        const other = run.vertical === 'above' ? step.from : step.to;
        const there = position[other] ?? 0;
        const free = run.mirrored ? there < reached : there > reached;
        if (!free || crossed.has(step)) continue;
        root[cell] = root[other] ?? other;
        const ports = step.fromPort - (step.toPort ?? 0);
        shift[cell] = (shift[other] ?? 0) + sign * (run.vertical === 'above' ? ports : -ports);
        reached = there;
        break;
      }
    }
  }
  return { root, shift };
}

/** The neighbours to align with, best first: boxes on the longest paths, then the others, then what only passes. */
function candidates(ladder: Ladder, { position, through }: Order, cell: number, run: Run): Step[] {
  const steps = ladder[run.vertical][cell] ?? [];
  // What passes leaves a box to the boxes beside it: chains stay in one line, and values that skip go round them.
  if (isPassing(ladder, cell)) return steps.length === 1 ? steps.filter((step) => mayFollow(ladder, step, run)) : [];
  if (steps.length <= 1) return [...steps];
  const end = (step: Step) => (run.vertical === 'above' ? step.from : step.to);
  const sorted = [...steps].sort((a, b) => (position[end(a)] ?? 0) - (position[end(b)] ?? 0));
  if (run.mirrored) sorted.reverse();
  const boxes = sorted.filter((step) => !isPassing(ladder, end(step)));
  const passing = sorted.filter((step) => isPassing(ladder, end(step)));
  const longest = boxes.reduce((most, step) => Math.max(most, through[end(step)] ?? 0), 0);
  const main = boxes.filter((step) => through[end(step)] === longest);
  const rest = boxes.filter((step) => through[end(step)] !== longest);
  return [main, rest, passing].flatMap(medians);
}

function mayFollow(ladder: Ladder, step: Step, run: Run): boolean {
  const other = run.vertical === 'above' ? step.from : step.to;
  if (isPassing(ladder, other)) return true;
  const beside = run.vertical === 'above' ? (ladder.below[other] ?? []) : (ladder.above[other] ?? []);
  return beside.every((each) => isPassing(ladder, run.vertical === 'above' ? each.to : each.from));
}

function medians(steps: readonly Step[]): Step[] {
  const low = steps[(steps.length - 1) >> 1];
  const high = steps[steps.length >> 1];
  if (!low || !high) return [];
  return low === high ? [low] : [low, high];
}

/** Places blocks as far left as their order allows, then lets them follow their right neighbours. */
function place(ladder: Ladder, { root, shift }: Blocks, run: Run): Float64Array {
  const count = ladder.layerOf.length;
  const right: { block: number; distance: number }[][] = Array.from({ length: count }, () => []);
  const waiting = new Int32Array(count);
  for (const layer of ladder.layers) {
    for (let k = 0; k + 1 < layer.length; k++) {
      const [first = 0, second = 0] = layer.slice(k, k + 2);
      const [left, next] = run.mirrored ? [second, first] : [first, second];
      const distance = separation(ladder, left, next) + (shift[left] ?? 0) - (shift[next] ?? 0);
      right[root[left] ?? 0]?.push({ block: root[next] ?? 0, distance });
      waiting[root[next] ?? 0] = (waiting[root[next] ?? 0] ?? 0) + 1;
    }
  }
  const order: number[] = [];
  for (let cell = 0; cell < count; cell++) if (root[cell] === cell && waiting[cell] === 0) order.push(cell);
  const x = new Float64Array(count);
  for (let k = 0; k < order.length; k++) {
    const block = order[k] ?? 0;
    for (const { block: next, distance } of right[block] ?? []) {
      x[next] = Math.max(x[next] ?? 0, (x[block] ?? 0) + distance);
      const left = (waiting[next] ?? 0) - 1;
      waiting[next] = left;
      if (left === 0) order.push(next);
    }
  }
  for (let k = order.length - 1; k >= 0; k--) {
    const block = order[k] ?? 0;
    let room = Number.POSITIVE_INFINITY;
    for (const { block: next, distance } of right[block] ?? []) room = Math.min(room, (x[next] ?? 0) - distance);
    if (room !== Number.POSITIVE_INFINITY && room > (x[block] ?? 0)) x[block] = room;
  }
  const sign = run.mirrored ? -1 : 1;
  const result = new Float64Array(count);
  for (let cell = 0; cell < count; cell++) result[cell] = sign * ((x[root[cell] ?? 0] ?? 0) + (shift[cell] ?? 0));
  return result;
}

function extentOf(ladder: Ladder, x: Float64Array): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let cell = 0; cell < x.length; cell++) {
    min = Math.min(min, (x[cell] ?? 0) - (ladder.halfWidth[cell] ?? 0));
    max = Math.max(max, (x[cell] ?? 0) + (ladder.halfWidth[cell] ?? 0));
  }
  return { min, max };
}
