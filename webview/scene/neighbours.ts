/** Where the arrow keys lead: along the data, through the borders of open groups, and to what stands beside. */
import type { GroupContent } from '../../src/shared/graph.ts';
import type { GroupId, ValueId } from '../../src/shared/identifiers.ts';
import type { Box, Scene } from './scene.ts';

export type Direction = 'up' | 'down' | 'left' | 'right';

type ContentOf = (group: GroupId) => GroupContent | undefined;

/** The box to go to from another one; undefined where there is none. `from` undefined: the first of the picture. */
export function neighbour(
  scene: Scene,
  contentOf: ContentOf,
  from: string | undefined,
  direction: Direction,
): string | undefined {
  const box = from === undefined ? undefined : scene.byId.get(from);
  if (!box) return topmost(scene)?.id;
  if (direction === 'left' || direction === 'right') return beside(scene, box, direction);
  // Into an open group from its head, and out of it by its first item.
  if (box.open && direction === 'down') {
    const inner = scene.boxes.filter((each) => each.within.at(-1) === box.id);
    return nearest(inner, box, (each) => each.top)?.id;
  }
  const ends = direction === 'down' ? readersOf(scene, contentOf, box) : producersOf(scene, contentOf, box);
  const boxes = ends.flatMap((id) => scene.byId.get(id) ?? []);
  return nearest(boxes, box, (each) => Math.abs(centre(each) - centre(box)))?.id ?? aroundIt(box, direction);
}

function aroundIt(box: Box, direction: Direction): string | undefined {
  const around = box.within.at(-1);
  return direction === 'up' && box.within.length > 1 ? around : undefined;
}

function topmost(scene: Scene): Box | undefined {
  return scene.boxes.reduce<Box | undefined>((best, box) => (best && best.top <= box.top ? best : box), undefined);
}

function nearest(boxes: readonly Box[], from: Box, distance: (box: Box) => number): Box | undefined {
  return boxes.reduce<Box | undefined>((best, box) => {
    if (box.id === from.id) return best;
    return best && distance(best) <= distance(box) ? best : box;
  }, undefined);
}

/** The next one in that direction that stands at about the same height, in the same group. */
function beside(scene: Scene, from: Box, direction: 'left' | 'right'): string | undefined {
  const sign = direction === 'right' ? 1 : -1;
  const group = from.within.at(-1);
  const candidates = scene.boxes.filter((box) => {
    const overlap = Math.min(box.top + box.height, from.top + from.height) - Math.max(box.top, from.top);
    return box.within.at(-1) === group && overlap > 0 && sign * (centre(box) - centre(from)) > 1;
  });
  return nearest(candidates, from, (box) => sign * (centre(box) - centre(from)))?.id;
}

function centre(box: Box): number {
  return box.left + box.width / 2;
}

/** The visible boxes that read what a box makes. */
function readersOf(scene: Scene, contentOf: ContentOf, box: Box): string[] {
  const found: string[] = [];
  const follow = (values: ReadonlySet<ValueId> | undefined, id: string, path: readonly GroupId[]) => {
    const content = contentOf(path.at(-1) ?? '');
    if (!content) return;
    for (const edge of content.edges) {
      if (edge.from !== id || (values && !values.has(edge.value))) continue;
      found.push(...entered(scene, contentOf, edge.value, edge.to));
    }
    const leaving = content.leaves.filter((each) => each.from === id && (!values || values.has(each.value)));
    const group = path.at(-1);
    if (leaving.length > 0 && group !== undefined && path.length > 1) {
      follow(new Set(leaving.map((each) => each.value)), group, path.slice(0, -1));
    }
  };
  follow(undefined, box.id, box.within);
  return found;
}

/** Who reads a value within an item: the item, or what is in it where it is open. */
function entered(scene: Scene, contentOf: ContentOf, value: ValueId, id: string): string[] {
  if (!scene.byId.get(id)?.open) return [id];
  const inner = contentOf(id)?.enters.filter((each) => each.value === value) ?? [];
  return inner.length === 0 ? [id] : inner.flatMap((each) => entered(scene, contentOf, value, each.to));
}

/** The visible boxes that make what a box reads. */
function producersOf(scene: Scene, contentOf: ContentOf, box: Box): string[] {
  const found: string[] = [];
  const follow = (values: ReadonlySet<ValueId> | undefined, id: string, path: readonly GroupId[]) => {
    const content = contentOf(path.at(-1) ?? '');
    if (!content) return;
    for (const edge of content.edges) {
      if (edge.to !== id || (values && !values.has(edge.value))) continue;
      found.push(...left(scene, contentOf, edge.value, edge.from));
    }
    const entering = content.enters.filter((each) => each.to === id && (!values || values.has(each.value)));
    const group = path.at(-1);
    if (entering.length > 0 && group !== undefined && path.length > 1) {
      follow(new Set(entering.map((each) => each.value)), group, path.slice(0, -1));
    }
  };
  follow(undefined, box.id, box.within);
  return found;
}

/** Who makes a value within an item: the item, or what is in it where it is open. */
function left(scene: Scene, contentOf: ContentOf, value: ValueId, id: string): string[] {
  if (!scene.byId.get(id)?.open) return [id];
  const inner = contentOf(id)?.leaves.filter((each) => each.value === value) ?? [];
  return inner.length === 0 ? [id] : inner.flatMap((each) => left(scene, contentOf, value, each.from));
}
