/** Gives every box a layer so that edges point down and are short: longest path, then boxes move within their slack. */
import type { LayoutInput } from './types.ts';

/** Edges by the box they leave and the box they reach, as indices into the list of edges. */
export interface Incidence {
  readonly out: readonly (readonly number[])[];
  readonly in: readonly (readonly number[])[];
}

export function incidenceOf({ boxes, edges }: LayoutInput): Incidence {
  const out: number[][] = boxes.map(() => []);
  const into: number[][] = boxes.map(() => []);
  edges.forEach((edge, k) => {
    if (edge.from === edge.to) return;
    out[edge.from]?.push(k);
    into[edge.to]?.push(k);
  });
  return { out, in: into };
}

/** Boxes in an order in which every edge points forward; edges that close a circle are not counted. */
function topologicalOrder({ boxes, edges }: LayoutInput, incidence: Incidence): number[] {
  const waiting = incidence.in.map((list) => list.length);
  const order: number[] = [];
  const done = new Uint8Array(boxes.length);
  let ready = boxes.flatMap((_, box) => (waiting[box] === 0 ? [box] : []));
  let next = 0;
  const take = (box: number) => {
    done[box] = 1;
    order.push(box);
    for (const k of incidence.out[box] ?? []) {
      const to = edges[k]?.to ?? 0;
      const left = (waiting[to] ?? 0) - 1;
      waiting[to] = left;
      if (left === 0 && !done[to]) ready.push(to);
    }
  };
  while (order.length < boxes.length) {
    for (let k = 0; k < ready.length; k++) take(ready[k] ?? 0);
    ready = [];
    // Only a circle is left: it is opened at its first box.
    while (next < boxes.length && done[next]) next++;
    if (next < boxes.length) take(next);
  }
  return order;
}

/** The layer of every box, from 0 without gaps. */
export function assignLayers(input: LayoutInput, incidence: Incidence): Int32Array {
  const { boxes, edges } = input;
  const order = topologicalOrder(input, incidence);
  const position = new Int32Array(boxes.length);
  order.forEach((box, k) => {
    position[box] = k;
  });
  /** The edges that point forward in the order, that is, all but those that close a circle. */
  const ahead = (list: readonly number[] | undefined) =>
    (list ?? []).flatMap((k) => {
      const edge = edges[k];
      return edge && (position[edge.from] ?? 0) < (position[edge.to] ?? 0) ? [edge] : [];
    });
  const above = boxes.map((_, box) => ahead(incidence.in[box]).map((edge) => edge.from));
  const below = boxes.map((_, box) => ahead(incidence.out[box]).map((edge) => edge.to));

  const layer = new Int32Array(boxes.length);
  const hasEnter = boxes.some((box) => box.border === 'enter');
  for (const box of order) {
    const least = boxes[box]?.border === 'enter' || !hasEnter ? 0 : 1;
    layer[box] = (above[box] ?? []).reduce((most, from) => Math.max(most, (layer[from] ?? 0) + 1), least);
  }
  tighten(input, order, layer, above, below);
  let last = 0;
  boxes.forEach((box, k) => {
    if (box.border !== 'leave') last = Math.max(last, layer[k] ?? 0);
  });
  boxes.forEach((box, k) => {
    if (box.border === 'leave') layer[k] = last + 1;
  });
  return layer;
}

const TIGHTENINGS = 3;

/** Moves boxes towards the side where more of their edges are, as far as their neighbours let them. */
function tighten(
  { boxes }: LayoutInput,
  order: readonly number[],
  layer: Int32Array,
  above: readonly (readonly number[])[],
  below: readonly (readonly number[])[],
): void {
  const move = (box: number) => {
    if (boxes[box]?.border) return;
    const up = above[box] ?? [];
    const down = below[box] ?? [];
    const first = up.reduce((most, from) => Math.max(most, (layer[from] ?? 0) + 1), 0);
    const inner = down.filter((to) => boxes[to]?.border !== 'leave');
    const last = inner.reduce((least, to) => Math.min(least, (layer[to] ?? 0) - 1), Number.MAX_SAFE_INTEGER);
    if (inner.length > up.length && last !== Number.MAX_SAFE_INTEGER) layer[box] = Math.max(first, last);
    else if (up.length > 0) layer[box] = first;
  };
  for (let k = 0; k < TIGHTENINGS; k++) {
    for (let at = order.length - 1; at >= 0; at--) move(order[at] ?? 0);
    for (const box of order) move(box);
  }
}
