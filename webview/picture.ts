/** What is unfolded of the graph, and the picture of it. */
import type { GroupId } from '../src/shared/identifiers.ts';
import { Contents } from './contents.ts';
import type { Host } from './host.ts';
import type { LayOut } from './layout/client.ts';
import type { GraphView } from './render/graph-view.ts';
import { type Arranged, Arranger } from './scene/arrange.ts';
import type { Measure } from './scene/face.ts';
import { EMPTY_SCENE, type Scene, sceneOf } from './scene/scene.ts';

/** So many items are shown before modules stay folded. */
const FIRST_BUDGET = 200;

export class Picture {
  private readonly contents: Contents;
  private readonly arranger: Arranger;
  private shownRoot: GroupId = '';
  private open = new Set<GroupId>();
  private shownScene: Scene = EMPTY_SCENE;
  private round = 0;

  /** `shown` is called whenever the view shows another picture. */
  constructor(
    private readonly host: Host,
    private readonly view: GraphView,
    layOut: LayOut,
    measure: Measure,
    private readonly shown: () => void,
  ) {
    this.contents = new Contents(host);
    this.arranger = new Arranger(layOut, measure);
  }

  get root(): GroupId {
    return this.shownRoot;
  }

  get scene(): Scene {
    return this.shownScene;
  }

  /** Whether nothing was shown yet. */
  get isMissing(): boolean {
    return this.shownScene === EMPTY_SCENE;
  }

  get unfolded(): readonly GroupId[] {
    return [...this.open];
  }

  get contentOf(): Contents['of'] {
    return this.contents.of;
  }

  /** Forgets what groups hold: the model has changed. */
  clear(): void {
    this.contents.clear();
    this.arranger.clear();
  }

  /** Shows a graph with the groups that were open before; with as many as fit where these are gone, or none are said. */
  async begin(root: GroupId, before: readonly GroupId[] | undefined): Promise<void> {
    this.shownRoot = root;
    this.open = new Set(before ?? (await this.firstOf(root)));
    try {
      await this.arrange();
    } catch (error) {
      if (!before) throw error;
      // The file has changed and the groups that were open are gone.
      this.open = new Set(await this.firstOf(root));
      await this.arrange();
    }
  }

  async showRoot(root: GroupId): Promise<void> {
    this.shownRoot = root;
    this.open = new Set(await this.firstOf(root));
    await this.arrange();
    this.view.showTop();
  }

  /** Unfolds groups until so many items are there; folds all where there are to be none. */
  async unfold(budget: number): Promise<void> {
    this.open = new Set(budget === 0 ? [] : await this.host.ask('unfolding', this.shownRoot, budget));
    await this.arrange();
    this.view.showTop();
  }

  async toggle(id: GroupId): Promise<void> {
    if (!this.open.delete(id)) this.open.add(id);
    await this.arrange(id);
  }

  /** Unfolds what hides an item; whether anything did. */
  async unhide(root: GroupId, groups: readonly GroupId[]): Promise<boolean> {
    const hidden = root !== this.shownRoot || groups.some((group) => !this.open.has(group));
    if (!hidden) return false;
    if (root !== this.shownRoot) this.open = new Set(await this.firstOf(root));
    this.shownRoot = root;
    this.mark(groups);
    await this.arrange();
    return true;
  }

  /** Marks groups as open, for the next time that the picture is made. */
  mark(groups: readonly GroupId[]): void {
    for (const group of groups) this.open.add(group);
  }

  /** Lays out what is open and shows it; a later call makes an earlier one void. `keep` is an item that stays in its place. */
  async arrange(keep?: string): Promise<void> {
    const round = ++this.round;
    this.view.busy = true;
    const arranged = await this.arranged().finally(() => {
      if (round === this.round) this.view.busy = false;
    });
    if (round !== this.round) return;
    this.shownScene = sceneOf(arranged);
    this.view.show(this.shownScene, keep);
    this.shown();
  }

  private async arranged(): Promise<Arranged> {
    await this.contents.need([this.shownRoot, ...this.open]);
    return this.arranger.arrange(this.shownRoot, (group) => this.open.has(group), this.contents.of);
  }

  private firstOf(root: GroupId): Promise<readonly GroupId[]> {
    return this.host.ask('unfolding', root, FIRST_BUDGET);
  }
}
