/** What is selected in the graph, and the ways to an item: what hides it is unfolded, and it is brought into sight. */

import type { NodePlace } from '../src/shared/graph.ts';
import type { GroupId } from '../src/shared/identifiers.ts';
import type { ToPanel } from '../src/shared/panel.ts';
import type { Host } from './host.ts';
import type { Picture } from './picture.ts';
import type { GraphView } from './render/graph-view.ts';
import { type Direction, neighbour } from './scene/neighbours.ts';
import type { Box } from './scene/scene.ts';

/** So many nodes are ringed. */
const MOST_RINGED = 50;

export type Pointed = Extract<ToPanel, { type: 'point' }>;

export interface SelectionEvents {
  /** Another item is selected, or it shows something else now. */
  changed(): void;
  /** For those who do not see the picture. */
  say(text: string): void;
}

export class Selection {
  private selected: string | undefined;

  constructor(
    private readonly host: Host,
    private readonly picture: Picture,
    private readonly view: GraphView,
    private readonly events: SelectionEvents,
  ) {}

  get id(): string | undefined {
    return this.selected;
  }

  get box(): Box | undefined {
    return this.selected === undefined ? undefined : this.picture.scene.byId.get(this.selected);
  }

  /** The node that is selected, be it unfolded or not. */
  get node(): string | undefined {
    const item = this.box?.item;
    return item?.kind === 'node' ? item.id : item?.kind === 'group' ? item.node : undefined;
  }

  set(id: string | undefined): void {
    this.selected = id;
    this.view.select(id);
    this.events.changed();
    if (id !== undefined) this.events.say(this.view.labelOf(id));
  }

  /** The user selects: the host hears of it. */
  pick(id: string | undefined): void {
    this.set(id);
    this.tell();
  }

  /** Selects the item that lies in that direction. */
  move(direction: Direction): void {
    const { scene, contentOf } = this.picture;
    const to = neighbour(scene, contentOf, this.selected, direction);
    if (to === undefined) return;
    this.pick(to);
    this.view.reveal(to);
  }

  /** Shows it in another picture, where that still has it. */
  keep(): void {
    if (this.selected !== undefined && !this.picture.scene.byId.has(this.selected)) this.set(undefined);
    else this.view.select(this.selected);
  }

  /** Unfolds what hides an item, selects it and brings it into sight. */
  async goTo({ node, root, groups }: Pick<NodePlace, 'node' | 'root' | 'groups'>): Promise<void> {
    const hidden = await this.picture.unhide(root, groups);
    this.set(node);
    this.view.reveal(node, hidden);
  }

  /** As `goTo`, where the user asked for it here. */
  async visit(item: string, root: GroupId, groups: readonly GroupId[]): Promise<void> {
    await this.goTo({ node: item, root, groups });
    this.tell();
  }

  /** Goes to a node by a name of it; says where there is none, unless `quiet`. */
  async reveal(name: string, quiet = false): Promise<void> {
    const place = await this.host.ask('locate', name);
    if (place) await this.goTo(place);
    else if (!quiet) this.events.say(`There is no node ${name}`);
  }

  /** Rings nodes, unfolds what hides them and brings the last into sight, or else a neighbour; false where there is neither. */
  async point({ side, nodes, near }: Pointed): Promise<boolean> {
    const found = (names: readonly string[]) => Promise.all(names.map((name) => this.host.ask('locate', name)));
    const ringed = (await found(nodes.slice(-MOST_RINGED))).filter((place) => place !== undefined);
    for (const { root, groups } of ringed) if (root === this.picture.root) this.picture.mark(groups);
    this.view.ring(new Set(ringed.map(({ node }) => node)), side);
    const place = ringed.at(-1) ?? (await found(near.slice(0, 1)))[0];
    if (!place) return false;
    await this.goTo(place);
    if (ringed.length > 1) await this.picture.arrange();
    this.set(undefined);
    this.events.say(`${ringed.length} nodes are marked`);
    return true;
  }

  private tell(): void {
    this.host.send({ type: 'selected', node: this.node });
  }
}
