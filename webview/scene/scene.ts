/** The whole picture in absolute coordinates: boxes from the outermost to the innermost, and lines with their labels. */
import { curveBumpY, line } from 'd3-shape';
import type { GraphItem } from '../../src/shared/graph.ts';
import type { GroupId, ValueId } from '../../src/shared/identifiers.ts';
import type { Point } from '../layout/types.ts';
import { type Arranged, FRAME } from './arrange.ts';
import type { Face } from './face.ts';

export interface Box {
  readonly id: string;
  readonly item: GraphItem;
  readonly face: Face;
  /** Whether it is a group whose items are shown. */
  readonly open: boolean;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** The open groups around it, the root first. */
  readonly within: readonly GroupId[];
}

export interface Line {
  readonly key: string;
  readonly path: string;
  readonly values: readonly ValueId[];
  /** The boxes at its ends; undefined where it goes on beyond the border of a group. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly group: GroupId;
  readonly label: { readonly x: number; readonly y: number; readonly text: string } | undefined;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  readonly byId: ReadonlyMap<string, Box>;
}

export const EMPTY_SCENE: Scene = { width: 0, height: 0, boxes: [], lines: [], byId: new Map() };

export function sceneOf(root: Arranged): Scene {
  const boxes: Box[] = [];
  const lines: Line[] = [];
  collect(root, { left: 0, top: 0, depth: 0, framed: false, within: [root.content.group] }, boxes, lines);
  return { width: root.width, height: root.height, boxes, lines, byId: new Map(boxes.map((box) => [box.id, box])) };
}

interface Corner {
  readonly left: number;
  readonly top: number;
  readonly depth: number;
  readonly framed: boolean;
  readonly within: readonly GroupId[];
}

function collect(group: Arranged, corner: Corner, boxes: Box[], lines: Line[]): void {
  const left = corner.left + (corner.framed ? FRAME.side : 0);
  const top = corner.top + (corner.framed ? FRAME.head : 0);
  const { content, layout } = group;
  content.items.forEach((item, k) => {
    const placed = layout.boxes[k];
    const face = group.faces[k];
    if (!placed || !face) return;
    const inner = group.open.get(item.id);
    const { width, height } = inner ?? face;
    const box: Box = {
      id: item.id,
      item,
      face,
      open: inner !== undefined,
      left: left + placed.x - width / 2,
      top: top + placed.top,
      width,
      height,
      depth: corner.depth,
      within: corner.within,
    };
    boxes.push(box);
    if (!inner) return;
    const within = [...corner.within, item.id];
    collect(inner, { left: box.left, top: box.top, depth: corner.depth + 1, framed: true, within }, boxes, lines);
  });
  group.edges.forEach((edge, k) => {
    const points = layout.edges[k] ?? [];
    const [first] = points;
    const last = points.at(-1);
    if (!first || !last) return;
    const way: Point[] = points.map(([x, y]) => [left + x, top + y]);
    // What crosses the border begins or ends on the frame.
    if (edge.from === undefined) way.unshift([left + first[0], corner.top]);
    if (edge.to === undefined) way.push([left + last[0], corner.top + group.height]);
    lines.push(lineOf(`${content.group}|${k}`, content.group, edge, way));
  });
}

const curve = line<Point>(
  ([x]) => x,
  ([, y]) => y,
).curve(curveBumpY);

/** Labels stand right of a line, just below where it begins. */
const LABEL_BESIDE = 6;
const LABEL_BELOW = 15;
const LABEL_WIDTH = 120;

function lineOf(key: string, group: GroupId, edge: Arranged['edges'][number], way: readonly Point[]): Line {
  const xs = way.map(([x]) => x);
  const ys = way.map(([, y]) => y);
  const [start] = way;
  const label =
    edge.label === '' || !start
      ? undefined
      : { x: start[0] + LABEL_BESIDE, y: start[1] + LABEL_BELOW, text: edge.label };
  return {
    key,
    path: curve(way) ?? '',
    values: edge.values,
    from: edge.from,
    to: edge.to,
    group,
    label,
    left: Math.min(...xs),
    right: Math.max(...xs) + (label ? LABEL_WIDTH : 0),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
  };
}

/** The innermost box at a point; the inside of an open group counts as that group only on its head. */
export function boxAt(scene: Scene, x: number, y: number): Box | undefined {
  let found: Box | undefined;
  for (const box of scene.boxes) {
    if (x < box.left || x > box.left + box.width || y < box.top || y > box.top + box.height) continue;
    if (box.open && y > box.top + FRAME.head) continue;
    found = box;
  }
  return found;
}
