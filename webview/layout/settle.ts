/** Lets blocks of cells that stand in one line slide towards their neighbours, as far as the cells beside them leave room. */
import { separation } from './coordinates.ts';
import type { Ladder, Step } from './ladder.ts';

const ROUNDS = 6;
/** Steps nearer to vertical than this are straight, and stay so. In pixels. */
const STRAIGHT = 0.5;

export function settle(ladder: Ladder, x: Float64Array): void {
  const blocks = straightBlocks(ladder, x);
  const position = new Int32Array(x.length);
  for (const cells of ladder.layers) {
    cells.forEach((cell, k) => {
      position[cell] = k;
    });
  }
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (let k = 0; k < blocks.length; k++) {
      const block = blocks[round % 2 === 0 ? k : blocks.length - 1 - k] ?? [];
      const wanted = wish(ladder, x, block);
      if (Math.abs(wanted) < STRAIGHT) continue;
      const shift =
        wanted < 0
          ? -Math.min(-wanted, room(ladder, x, position, block, -1))
          : Math.min(wanted, room(ladder, x, position, block, 1));
      if (Math.abs(shift) < STRAIGHT) continue;
      for (const cell of block) x[cell] = (x[cell] ?? 0) + shift;
      moved = true;
    }
    if (!moved) return;
  }
}

function across(x: Float64Array, step: Step): number {
  return (x[step.to] ?? 0) + (step.toPort ?? 0) - (x[step.from] ?? 0) - step.fromPort;
}

/** Cells connected by straight steps, in the order of their first cells. */
function straightBlocks(ladder: Ladder, x: Float64Array): number[][] {
  const root = Int32Array.from({ length: x.length }, (_, cell) => cell);
  const find = (cell: number): number => {
    let top = cell;
    while (root[top] !== top) {
      root[top] = root[root[top] ?? 0] ?? 0;
      top = root[top] ?? 0;
    }
    return top;
  };
  for (const steps of ladder.below) {
    for (const step of steps) {
      if (Math.abs(across(x, step)) < STRAIGHT) root[find(step.to)] = find(step.from);
    }
  }
  const blocks = new Map<number, number[]>();
  for (let cell = 0; cell < x.length; cell++) {
    const top = find(cell);
    const block = blocks.get(top);
    if (block) block.push(cell);
    else blocks.set(top, [cell]);
  }
  return [...blocks.values()];
}

/** How far a block would go sideways for its slanted steps: their mean. */
function wish(ladder: Ladder, x: Float64Array, block: readonly number[]): number {
  let sum = 0;
  let count = 0;
  const add = (distance: number) => {
    if (Math.abs(distance) < STRAIGHT) return;
    sum += distance;
    count++;
  };
  for (const cell of block) {
    for (const step of ladder.above[cell] ?? []) add(-across(x, step));
    for (const step of ladder.below[cell] ?? []) add(across(x, step));
  }
  return count === 0 ? 0 : sum / count;
}

/** How far all cells of a block can go to one side. */
function room(ladder: Ladder, x: Float64Array, position: Int32Array, block: readonly number[], side: -1 | 1): number {
  let least = Number.POSITIVE_INFINITY;
  for (const cell of block) {
    const beside = ladder.layers[ladder.layerOf[cell] ?? 0]?.[(position[cell] ?? 0) + side];
    if (beside === undefined) continue;
    const gap = side * ((x[beside] ?? 0) - (x[cell] ?? 0)) - separation(ladder, cell, beside);
    least = Math.min(least, Math.max(0, gap));
  }
  return least;
}
