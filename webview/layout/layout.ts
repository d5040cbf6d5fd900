/** The layout of one group: layers, then the order within them, then positions, then the ways of the edges. */
import { assignCoordinates } from './coordinates.ts';
import { orderCells } from './crossings.ts';
import { type Ladder, makeLadder } from './ladder.ts';
import { assignLayers, incidenceOf } from './layers.ts';
import { settle } from './settle.ts';
import { type LayoutInput, type LayoutResult, type Point, SPACE } from './types.ts';

/** Lays out a graph without circles, top to bottom. No two boxes overlap; edges pass beside boxes. Deterministic. */
export function layout(input: LayoutInput): LayoutResult {
  if (input.boxes.length === 0) return { width: 0, height: 0, boxes: [], edges: [] };
  const layer = assignLayers(input, incidenceOf(input));
  const ladder = makeLadder(input, layer);
  orderCells(ladder);
  const x = assignCoordinates(ladder);
  settle(ladder, x);
  const rows = rowsOf(input, ladder, x);
  const left = input.boxes.reduce(
    (min, _, box) => Math.min(min, (x[box] ?? 0) - (ladder.halfWidth[box] ?? 0)),
    Infinity,
  );
  const edge = x.reduce((min, each) => Math.min(min, each), left);
  for (let cell = 0; cell < x.length; cell++) x[cell] = (x[cell] ?? 0) - edge;

  const boxes = input.boxes.map((box, k) => {
    const row = rows[layer[k] ?? 0] ?? NO_ROW;
    // Beside a tall group, boxes stand where their row begins.
    const down = row.height > 3 * box.height ? 0 : (row.height - box.height) / 2;
    return { x: x[k] ?? 0, top: row.top + down, layer: layer[k] ?? 0 };
  });
  const right = x.reduce((max, each, cell) => Math.max(max, each + (ladder.halfWidth[cell] ?? 0)), 0);
  const last = rows.at(-1) ?? NO_ROW;
  return { width: right, height: last.top + last.height, boxes, edges: waysOf(input, ladder, x, rows, boxes) };
}

interface Row {
  readonly top: number;
  readonly height: number;
}
const NO_ROW: Row = { top: 0, height: 0 };

/** How much a row moves down for edges that go far to the side above it. */
const SLOPE = 0.05;
const MOST_BELOW = 110;

function rowsOf({ boxes }: LayoutInput, ladder: Ladder, x: Float64Array): Row[] {
  let top = 0;
  const isBorder = (at: number) => {
    const cells = ladder.layers[at] ?? [];
    return cells.length > 0 && cells.every((cell) => boxes[cell]?.border !== undefined);
  };
  return ladder.layers.map((cells, at) => {
    const height = cells.reduce((most, cell) => Math.max(most, boxes[cell]?.height ?? 0), 0);
    if (at > 0) {
      let farthest = 0;
      for (const cell of cells) {
        for (const step of ladder.above[cell] ?? []) {
          const across = (x[step.from] ?? 0) + step.fromPort - (x[cell] ?? 0) - (step.toPort ?? 0);
          farthest = Math.max(farthest, Math.abs(across));
        }
      }
      const beside = isBorder(at - 1) || isBorder(at);
      top += Math.min(MOST_BELOW, (beside ? SPACE.border : SPACE.below) + SLOPE * farthest);
    }
    const row = { top, height };
    top += height;
    return row;
  });
}

type Placed = LayoutResult['boxes'];

function waysOf(input: LayoutInput, ladder: Ladder, x: Float64Array, rows: readonly Row[], boxes: Placed): Point[][] {
  const arrivals = arrivalPorts(input, ladder, x);
  return input.edges.map((edge, k) => {
    const from = boxes[edge.from];
    const to = boxes[edge.to];
    if (!from || !to || edge.from === edge.to) return [];
    const bottom = from.top + (input.boxes[edge.from]?.height ?? 0);
    const start: Point = [from.x + edge.fromPort, bottom];
    const end: Point = [to.x + (arrivals[k] ?? 0), to.top];
    const way = ladder.ways[k];
    if (!way) return [start, end];
    const points: Point[] = [start];
    const add = (px: number, py: number) => {
      const last = points.at(-1);
      if (!last || Math.abs(last[0] - px) > 0.01 || Math.abs(last[1] - py) > 0.01) points.push([px, py]);
    };
    const first = rows[from.layer] ?? NO_ROW;
    add(start[0], first.top + first.height);
    for (const cell of way) {
      const row = rows[ladder.layerOf[cell] ?? 0] ?? NO_ROW;
      add(x[cell] ?? 0, row.top);
      add(x[cell] ?? 0, row.top + row.height);
    }
    add(end[0], rows[to.layer]?.top ?? end[1]);
    add(end[0], end[1]);
    return straightened(points);
  });
}

/** Drops points within a straight vertical line. */
function straightened(points: readonly Point[]): Point[] {
  return points.filter(([px], k) => {
    const before = points[k - 1];
    const after = points[k + 1];
    return !before || !after || Math.abs(before[0] - px) > 0.01 || Math.abs(after[0] - px) > 0.01;
  });
}

const ARRIVAL_SPACE = 16;

/** Where edges without a port arrive: side by side in the order in which they come, one that comes straight in the middle. */
function arrivalPorts({ boxes, edges }: LayoutInput, ladder: Ladder, x: Float64Array): number[] {
  const arriving = new Map<number, { edge: number; from: number }[]>();
  const ports = edges.map((edge) => edge.toPort ?? 0);
  edges.forEach((edge, k) => {
    if (edge.toPort !== undefined) return;
    const last = ladder.ways[k]?.at(-1);
    const from = last === undefined ? (x[edge.from] ?? 0) + edge.fromPort : (x[last] ?? 0);
    const list = arriving.get(edge.to) ?? [];
    list.push({ edge: k, from });
    arriving.set(edge.to, list);
  });
  for (const [box, list] of arriving) {
    list.sort((a, b) => a.from - b.from || a.edge - b.edge);
    const centre = x[box] ?? 0;
    const straight = list.findIndex((each) => Math.abs(each.from - centre) < 1);
    const middle = straight < 0 ? (list.length - 1) / 2 : straight;
    const room = Math.max(0, (boxes[box]?.width ?? 0) / 2 - 10);
    const space = Math.min(ARRIVAL_SPACE, room / Math.max(1, middle, list.length - 1 - middle));
    list.forEach((each, k) => {
      ports[each.edge] = (k - middle) * space;
    });
  }
  return ports;
}
