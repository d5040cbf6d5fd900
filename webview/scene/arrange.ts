/**
 * Arranges what is unfolded: every open group is laid out by itself, from the innermost outwards, and is one box in the
 * layout of the group around it. What has not changed is not laid out again.
 */
import type { GraphItem, GroupContent } from '../../src/shared/graph.ts';
import type { GroupId, ValueId } from '../../src/shared/identifiers.ts';
import type { LayOut } from '../layout/client.ts';
import type { LayoutBox, LayoutEdge, LayoutResult } from '../layout/types.ts';
import { type Face, faceOf, type Measure } from './face.ts';

/** One group with everything that is open in it. Coordinates count from its own upper left corner. */
export interface Arranged {
  readonly content: GroupContent;
  readonly width: number;
  readonly height: number;
  readonly faces: readonly Face[];
  /** Open groups among the items. */
  readonly open: ReadonlyMap<string, Arranged>;
  readonly layout: LayoutResult;
  readonly edges: readonly ArrangedEdge[];
  /** Where values cross its border, from its left side. */
  readonly enters: ReadonlyMap<ValueId, number>;
  readonly leaves: ReadonlyMap<ValueId, number>;
}

/** One line of the picture; it may stand for several values between the same two items. */
export interface ArrangedEdge {
  readonly values: readonly ValueId[];
  /** Undefined where it comes from, or goes to, the border of the group. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly label: string;
}

/** Room around the layout within an open group; a graph by itself has none. */
export const FRAME = { head: 30, side: 18, foot: 14 } as const;

export class Arranger {
  private readonly known = new Map<GroupId, Arranged>();
  private readonly faces = new Map<string, Face>();

  constructor(
    private readonly layOut: LayOut,
    private readonly measure: Measure,
  ) {}

  /** Forgets everything: another model, other fonts. */
  clear(): void {
    this.known.clear();
    this.faces.clear();
  }

  /** `contentOf` has every group that is open. A group within another has a frame. */
  async arrange(
    group: GroupId,
    isOpen: (group: GroupId) => boolean,
    contentOf: (group: GroupId) => GroupContent | undefined,
    framed = false,
  ): Promise<Arranged> {
    const content = contentOf(group) ?? { group, items: [], edges: [], enters: [], leaves: [] };
    const opened = content.items.filter((item) => item.kind === 'group' && isOpen(item.id) && contentOf(item.id));
    const inner = await Promise.all(opened.map((item) => this.arrange(item.id, isOpen, contentOf, true)));
    const open = new Map(opened.map((item, k) => [item.id, inner[k]] as const).filter(isPresent));
    const before = this.known.get(group);
    if (before && before.content === content && sameEntries(before.open, open)) return before;
    const arranged = await this.layOutGroup(content, open, framed);
    this.known.set(group, arranged);
    return arranged;
  }

  private async layOutGroup(
    content: GroupContent,
    open: ReadonlyMap<string, Arranged>,
    framed: boolean,
  ): Promise<Arranged> {
    const faces = content.items.map((item) => this.face(item));
    const boxes: LayoutBox[] = content.items.map((item, k) => {
      const { width, height } = open.get(item.id) ?? faces[k] ?? { width: 0, height: 0 };
      return { width, height };
    });
    const enters = borderBoxes(boxes, content.enters, 'enter');
    const leaves = borderBoxes(boxes, content.leaves, 'leave');
    const numbers = new Map(content.items.map((item, k) => [item.id, k]));
    const { edges, drawn } = edgesOf(content, numbers, enters, leaves, open);
    const layout = await this.layOut({ boxes, edges });
    const side = framed ? FRAME.side : 0;
    const place = (ports: ReadonlyMap<ValueId, number>) =>
      new Map([...ports].map(([value, box]) => [value, (layout.boxes[box]?.x ?? 0) + side]));
    return {
      content,
      width: layout.width + 2 * side,
      height: layout.height + (framed ? FRAME.head + FRAME.foot : 0),
      faces,
      open,
      layout,
      edges: drawn,
      enters: place(enters),
      leaves: place(leaves),
    };
  }

  private face(item: GraphItem): Face {
    let face = this.faces.get(item.id);
    if (!face) {
      face = faceOf(item, this.measure);
      this.faces.set(item.id, face);
    }
    return face;
  }
}

/** One point on the border for every value that crosses it: the numbers of their boxes. */
function borderBoxes(
  boxes: LayoutBox[],
  crossing: readonly { readonly value: ValueId }[],
  border: 'enter' | 'leave',
): Map<ValueId, number> {
  const ports = new Map<ValueId, number>();
  for (const { value } of crossing) {
    if (ports.has(value)) continue;
    ports.set(value, boxes.length);
    boxes.push({ width: 0, height: 0, border });
  }
  return ports;
}

interface Drawn {
  readonly edges: LayoutEdge[];
  readonly drawn: ArrangedEdge[];
}

function edgesOf(
  content: GroupContent,
  numbers: ReadonlyMap<string, number>,
  enters: ReadonlyMap<ValueId, number>,
  leaves: ReadonlyMap<ValueId, number>,
  open: ReadonlyMap<string, Arranged>,
): Drawn {
  const edges: LayoutEdge[] = [];
  const drawn: (ArrangedEdge & { values: ValueId[]; label: string })[] = [];
  const known = new Map<string, number>();
  const labelled = new Set<string>();
  const add = (value: ValueId, from: string | undefined, to: string | undefined, label: string) => {
    const source = from === undefined ? enters.get(value) : numbers.get(from);
    const target = to === undefined ? leaves.get(value) : numbers.get(to);
    if (source === undefined || target === undefined) return;
    const fromPort = portOf(from === undefined ? undefined : open.get(from), 'leaves', value) ?? 0;
    const toPort = portOf(to === undefined ? undefined : open.get(to), 'enters', value);
    const key = `${source}:${fromPort}>${target}:${toPort}`;
    const same = drawn[known.get(key) ?? -1];
    if (same) {
      same.values.push(value);
      if (same.label !== '') same.label = `${same.values.length} tensors`;
      return;
    }
    known.set(key, edges.length);
    edges.push({ from: source, to: target, fromPort, toPort });
    // An open group shows the shape already where the value is made.
    const port = `${source}:${fromPort}`;
    const shown = from === undefined || open.get(from)?.leaves.has(value) || labelled.has(port) ? '' : label;
    labelled.add(port);
    drawn.push({ values: [value], from, to, label: shown });
  };
  for (const { value, from, to, label } of content.edges) add(value, from, to, label);
  for (const { value, to } of content.enters) add(value, undefined, to, '');
  for (const { value, from, label } of content.leaves) add(value, from, undefined, label);
  return { edges, drawn };
}

/** The distance of a value's crossing from the middle of an open group. */
function portOf(group: Arranged | undefined, side: 'enters' | 'leaves', value: ValueId): number | undefined {
  const x = group?.[side].get(value);
  return group === undefined || x === undefined ? undefined : x - group.width / 2;
}

function sameEntries(a: ReadonlyMap<string, Arranged>, b: ReadonlyMap<string, Arranged>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

function isPresent(entry: readonly [string, Arranged | undefined]): entry is [string, Arranged] {
  return entry[1] !== undefined;
}
