/** Orders the cells of every layer so that few edges cross: sweeps by the mean of neighbours, then swaps of neighbours. */
import type { Ladder, Step } from './ladder.ts';

/** Steps times sweeps: keeps the time of large graphs linear. */
const SWEEP_WORK = 1_500_000;
const MOST_SWEEPS = 24;
/** Swapping neighbours looks at every pair of them: only worth it for graphs that one can read. */
const SWAPPED_STEPS = 4000;

/** Orders `ladder.layers` in place. The same input always gives the same order. */
export function orderCells(ladder: Ladder): void {
  const steps = ladder.below.reduce((sum, list) => sum + list.length, 0);
  const position = new Float64Array(ladder.layerOf.length);
  depthFirst(ladder);
  remember(ladder, position);
  let best = copy(ladder.layers);
  let fewest = countCrossings(ladder, position);
  const sweeps = Math.max(2, Math.min(MOST_SWEEPS, Math.floor(SWEEP_WORK / Math.max(1, steps))));
  let idle = 0;
  for (let k = 0; k < sweeps && fewest > 0 && idle < 6; k++) {
    sweep(ladder, position, k % 2 === 0 ? 'down' : 'up');
    if (steps <= SWAPPED_STEPS) swapNeighbours(ladder, position);
    const crossings = countCrossings(ladder, position);
    if (crossings < fewest) {
      fewest = crossings;
      best = copy(ladder.layers);
      idle = 0;
    } else idle++;
  }
  best.forEach((cells, at) => {
    ladder.layers[at] = cells;
  });
}

/** A first order: cells as a walk from the top meets them, which keeps chains together. */
function depthFirst(ladder: Ladder): void {
  const seen = new Uint8Array(ladder.layerOf.length);
  const layers: number[][] = ladder.layers.map(() => []);
  const roots = ladder.layers.flat().sort((a, b) => (ladder.layerOf[a] ?? 0) - (ladder.layerOf[b] ?? 0) || a - b);
  for (const root of roots) {
    const stack = [root];
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      if (seen[cell]) continue;
      seen[cell] = 1;
      layers[ladder.layerOf[cell] ?? 0]?.push(cell);
      const below = ladder.below[cell] ?? [];
      for (let k = below.length - 1; k >= 0; k--) {
        const to = below[k]?.to;
        if (to !== undefined && !seen[to]) stack.push(to);
      }
    }
  }
  layers.forEach((cells, at) => {
    ladder.layers[at] = cells;
  });
}

function remember(ladder: Ladder, position: Float64Array): void {
  for (const cells of ladder.layers) {
    cells.forEach((cell, k) => {
      position[cell] = k;
    });
  }
}

/** A port on the right side of a wide box counts as further right. Less than a place, so that boxes keep their order. */
function portShare(ladder: Ladder, cell: number, port: number | undefined): number {
  const half = ladder.halfWidth[cell] ?? 0;
  return port === undefined || half === 0 ? 0 : Math.max(-0.45, Math.min(0.45, (port / half) * 0.45));
}

function sweep(ladder: Ladder, position: Float64Array, direction: 'down' | 'up'): void {
  const { layers } = ladder;
  const count = layers.length;
  for (let k = 1; k < count; k++) {
    const at = direction === 'down' ? k : count - 1 - k;
    const cells = layers[at] ?? [];
    const wanted = new Map(cells.map((cell) => [cell, meanOf(ladder, position, cell, direction)]));
    // Cells without neighbours on that side stay where they are; the others are sorted around them.
    const free = cells.filter((cell) => wanted.get(cell) !== undefined);
    free.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || (position[a] ?? 0) - (position[b] ?? 0));
    let next = 0;
    const sorted = cells.map((cell) => (wanted.get(cell) === undefined ? cell : (free[next++] ?? cell)));
    sorted.forEach((cell, place) => {
      position[cell] = place;
    });
    layers[at] = sorted;
  }
}

function meanOf(ladder: Ladder, position: Float64Array, cell: number, direction: 'down' | 'up'): number | undefined {
  const steps = (direction === 'down' ? ladder.above : ladder.below)[cell] ?? [];
  if (steps.length === 0) return undefined;
  let sum = 0;
  for (const step of steps) {
    const other = direction === 'down' ? step.from : step.to;
    const [there, here] = direction === 'down' ? [step.fromPort, step.toPort] : [step.toPort, step.fromPort];
    sum += (position[other] ?? 0) + portShare(ladder, other, there) - portShare(ladder, cell, here);
  }
  return sum / steps.length;
}

/** Crossings between all pairs of neighbouring layers: inversions, counted with a tree of sums in n log n. */
export function countCrossings(ladder: Ladder, position: Float64Array): number {
  let crossings = 0;
  for (let at = 0; at + 1 < ladder.layers.length; at++) {
    const width = ladder.layers[at + 1]?.length ?? 0;
    const sums = new Int32Array(width + 1);
    let inserted = 0;
    for (const cell of ladder.layers[at] ?? []) {
      const below = ladder.below[cell] ?? [];
      // Steps of one cell: those of its left ports first, so that they cross only where they must.
      const ends = [...below].sort((a, b) => a.fromPort - b.fromPort || place(a, position) - place(b, position));
      for (const step of ends) {
        const to = place(step, position);
        let notRight = 0;
        for (let k = to + 1; k > 0; k -= k & -k) notRight += sums[k] ?? 0;
        crossings += inserted - notRight;
        inserted++;
        for (let k = to + 1; k <= width; k += k & -k) sums[k] = (sums[k] ?? 0) + 1;
      }
    }
  }
  return crossings;
}

function place(step: Step, position: Float64Array): number {
  return position[step.to] ?? 0;
}

/** Swaps neighbours as long as that removes crossings. */
function swapNeighbours(ladder: Ladder, position: Float64Array): void {
  for (let round = 0; round < 4; round++) {
    let better = false;
    for (const cells of ladder.layers) {
      for (let k = 0; k + 1 < cells.length; k++) {
        const left = cells[k] ?? 0;
        const right = cells[k + 1] ?? 0;
        if (crossingsOf(ladder, position, left, right) <= crossingsOf(ladder, position, right, left)) continue;
        cells[k] = right;
        cells[k + 1] = left;
        position[right] = k;
        position[left] = k + 1;
        better = true;
      }
    }
    if (!better) return;
  }
}

function crossingsOf(ladder: Ladder, position: Float64Array, left: number, right: number): number {
  let crossings = 0;
  for (const a of ladder.above[left] ?? []) {
    const x = (position[a.from] ?? 0) + portShare(ladder, a.from, a.fromPort);
    for (const b of ladder.above[right] ?? []) {
      if ((position[b.from] ?? 0) + portShare(ladder, b.from, b.fromPort) < x) crossings++;
    }
  }
  for (const a of ladder.below[left] ?? []) {
    const x = (position[a.to] ?? 0) + portShare(ladder, a.to, a.toPort);
    for (const b of ladder.below[right] ?? []) {
      if ((position[b.to] ?? 0) + portShare(ladder, b.to, b.toPort) < x) crossings++;
    }
  }
  return crossings;
}

function copy(layers: readonly (readonly number[])[]): number[][] {
  return layers.map((cells) => [...cells]);
}
