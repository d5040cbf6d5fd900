/**
 * The layered graph with every edge cut into steps of one layer. What passes a layer takes a cell there; edges that leave
 * a box at the same port share their cells until they part.
 */
import { type LayoutInput, SPACE } from './types.ts';

/** A step from a cell to one of the next layer. Ports are distances from the cells' centres. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly fromPort: number;
  /** Undefined where it may arrive anywhere. */
  readonly toPort: number | undefined;
}

export interface Ladder {
  /** Cells of every layer, from left to right once they are ordered. The first cells are the boxes, by their number. */
  readonly layers: number[][];
  readonly layerOf: readonly number[];
  readonly boxCount: number;
  /** Half the room that a cell takes sideways. */
  readonly halfWidth: readonly number[];
  /** Steps by the cell that they reach, and by the cell that they leave. */
  readonly above: readonly (readonly Step[])[];
  readonly below: readonly (readonly Step[])[];
  /** The cells that an edge passes between its boxes; undefined for an edge that is drawn straight. */
  readonly ways: readonly (readonly number[] | undefined)[];
}

/** Cells for passing edges: beyond this the longest edges are drawn straight and take no room. */
const passingCells = (boxes: number) => 20_000 + 6 * boxes;

export function makeLadder(input: LayoutInput, layer: Int32Array): Ladder {
  const { boxes, edges } = input;
  const layerOf = Array.from(layer);
  const halfWidth = boxes.map((box) => (box.border ? SPACE.passing / 4 : box.width / 2));
  const above: Step[][] = boxes.map(() => []);
  const below: Step[][] = boxes.map(() => []);
  const ways: (readonly number[] | undefined)[] = edges.map(() => undefined);
  const layers: number[][] = [];
  const put = (cell: number, at: number) => {
    let cells = layers[at];
    if (!cells) {
      cells = [];
      layers[at] = cells;
    }
    cells.push(cell);
  };
  boxes.forEach((_, box) => {
    put(box, layer[box] ?? 0);
  });
  const link = (step: Step) => {
    above[step.to]?.push(step);
    below[step.from]?.push(step);
  };

  let room = passingCells(boxes.length);
  for (const bundle of bundles(input, layer)) {
    room -= bundle.span - 1;
    if (room < 0) break;
    const { from, fromPort } = bundle;
    const cells: number[] = [];
    for (let at = 1; at < bundle.span; at++) {
      const cell = layerOf.length;
      const where = (layer[from] ?? 0) + at;
      layerOf.push(where);
      halfWidth.push(0);
      above.push([]);
      below.push([]);
      put(cell, where);
      const before = cells.at(-1);
      link({ from: before ?? from, to: cell, fromPort: before === undefined ? fromPort : 0, toPort: 0 });
      cells.push(cell);
    }
    for (const k of bundle.edges) {
      const edge = edges[k];
      if (!edge) continue;
      const way = cells.slice(0, (layer[edge.to] ?? 0) - (layer[from] ?? 0) - 1);
      const last = way.at(-1);
      link({ from: last ?? from, to: edge.to, fromPort: last === undefined ? fromPort : 0, toPort: edge.toPort });
      ways[k] = way;
    }
  }
  for (let at = 0; at < layers.length; at++) layers[at] ??= [];
  return { layers, layerOf, boxCount: boxes.length, halfWidth, above, below, ways };
}

interface Bundle {
  readonly from: number;
  readonly fromPort: number;
  /** How many layers its longest edge goes down. */
  span: number;
  readonly edges: number[];
}

/** Edges that leave a box at the same port, the shortest bundles first; edges that point up are left out. */
function bundles({ edges }: LayoutInput, layer: Int32Array): Bundle[] {
  const byPort = new Map<string, Bundle>();
  edges.forEach((edge, k) => {
    const span = (layer[edge.to] ?? 0) - (layer[edge.from] ?? 0);
    if (span <= 0) return;
    const key = `${edge.from}:${edge.fromPort}`;
    const known = byPort.get(key);
    if (known) {
      known.span = Math.max(known.span, span);
      known.edges.push(k);
    } else byPort.set(key, { from: edge.from, fromPort: edge.fromPort, span, edges: [k] });
  });
  return [...byPort.values()].sort((a, b) => a.span - b.span);
}
