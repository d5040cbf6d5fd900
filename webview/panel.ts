/** The graph panel: what the host says becomes a picture, what the user does becomes questions to the host. */
import type { TargetRow } from '../src/shared/conversion.ts';
import type { ModelSummary } from '../src/shared/graph.ts';
import type { GroupId, TargetChoice } from '../src/shared/identifiers.ts';
import type { ToPanel } from '../src/shared/panel.ts';
import type { PlacedProblem } from '../src/shared/problems.ts';
import { targetTitle } from '../src/shared/target-text.ts';
import { Frame } from './frame.ts';
import type { Host } from './host.ts';
import { type KeptState, keptStateOf, StateKeeper } from './kept-state.ts';
import { type Keys, listenToKeys } from './keys.ts';
import type { LayOut } from './layout/client.ts';
import { DetailsPane } from './panels/details-pane.ts';
import { Search } from './panels/search.ts';
import { emptyState, errorState, loadingState } from './panels/states.ts';
import { Toolbar } from './panels/toolbar.ts';
import { Picture } from './picture.ts';
import { countProblems, problemsOf, together } from './problem-counts.ts';
import { GraphView } from './render/graph-view.ts';
import type { Measure } from './scene/face.ts';
import { type Pointed, Selection } from './selection.ts';

/** So many items are shown before modules stay folded, after "unfold all". */
const UNFOLD_BUDGET = 12_000;

interface ShownModel {
  readonly summary: ModelSummary;
  readonly targets: readonly TargetRow[];
  readonly fixTitles: Extract<ToPanel, { type: 'model' }>['fixTitles'];
}

export class Panel {
  private readonly frame: Frame;
  private readonly view: GraphView;
  private readonly picture: Picture;
  private readonly selection: Selection;
  private readonly keeper: StateKeeper;
  private readonly search: Search;
  private readonly toolbar: Toolbar;
  private readonly details: DetailsPane;

  private model: ShownModel | undefined;
  private target: TargetChoice | undefined;
  private checked: readonly PlacedProblem[] | undefined;
  /** What is to be done, of each kind the last, when there is a picture. */
  private readonly waiting = new Map<string, () => Promise<void>>();
  /** What is ringed, whenever the model is shown again too. */
  private pointed: Pointed | undefined;

  constructor(
    private readonly host: Host,
    layOut: LayOut,
    measure: Measure,
  ) {
    this.keeper = new StateKeeper(host, () => this.state);
    this.view = new GraphView(measure, {
      select: (id) => this.selection.pick(id),
      toggle: (id) => this.guard(this.toggle(id)),
      moved: () => this.keeper.keep(),
    });
    this.picture = new Picture(host, this.view, layOut, measure, () => this.pictured());
    this.selection = new Selection(host, this.picture, this.view, {
      changed: () => {
        this.showDetails();
        this.keeper.keep();
      },
      say: (text) => this.frame.say(text),
    });
    this.search = new Search({
      find: (query, offset, limit) => host.ask('search', query, { offset, limit }),
      show: ({ item, root, groups }) => this.guard(this.selection.visit(item, root, groups)),
      leave: () => this.view.element.focus(),
    });
    this.toolbar = new Toolbar(this.search.element, {
      chooseTarget: (target) => host.send({ type: 'choose-target', target }),
      chooseRoot: (group) => this.guard(this.showRoot(group)),
      convert: () => host.send({ type: 'convert' }),
      openText: () => host.send({ type: 'open-text' }),
      zoom: (factor) => this.view.camera.zoomBy(factor),
      fitAll: () => this.fitAll(),
      foldAll: () => this.guard(this.picture.unfold(0)),
      unfoldAll: () => this.guard(this.picture.unfold(UNFOLD_BUDGET)),
      toggleDetails: () => this.details.toggle(),
    });
    this.details = new DetailsPane(host, {
      reveal: ({ node, root, groups }) => this.guard(this.selection.visit(node, root, groups)),
      toggle: (id) => this.guard(this.toggle(id)),
      target: () => this.target ?? { target: 'onnx' },
      fixTitle: (fix) => this.model?.fixTitles[fix] ?? fix,
    });
    this.frame = new Frame(this.toolbar.element, this.view.element, this.details.element);
    listenToKeys(this.element, this.view.element, this.keys());
    this.frame.cover(loadingState('Loading…'));
  }

  get element(): HTMLElement {
    return this.frame.element;
  }

  hear(message: Exclude<ToPanel, { type: 'answer' }>): void {
    switch (message.type) {
      case 'loading':
        if (!this.model) this.frame.cover(loadingState(message.title));
        break;
      case 'model':
        this.guard(this.showModel(message));
        break;
      case 'failed': {
        this.model = undefined;
        const copy = (text: string) => this.host.send({ type: 'copy', text });
        const reload = () => {
          this.frame.cover(loadingState('Loading…'));
          this.host.send({ type: 'reload' });
        };
        const capture = (code: string) => this.host.send({ type: 'capture', code });
        this.frame.cover(errorState(message.failure, message.fileName, { copy, reload, capture }));
        this.ready();
        break;
      }
      case 'problems':
        this.target = message.target;
        this.checked = message.problems;
        if (this.model) this.toolbar.offer(this.model.summary, this.model.targets, this.target);
        this.showProblems();
        break;
      case 'reveal':
        this.whenShown('reveal', () => this.selection.reveal(message.node));
        break;
      case 'follow':
        if (!this.picture.isMissing) this.guard(this.selection.reveal(message.node, true));
        break;
      case 'point':
        this.pointed = message;
        if (!this.picture.isMissing) this.guard(this.point(message));
        break;
      case 'explain':
        this.whenShown('explain', () => this.explain(message.node));
        break;
      case 'find':
        this.search.focus();
        break;
    }
  }

  private async showModel(message: Extract<ToPanel, { type: 'model' }>): Promise<void> {
    const { summary, targets, target, fixTitles } = message;
    const again = this.model?.summary.path === summary.path;
    this.model = { summary, targets, fixTitles };
    if (targetKey(target) !== targetKey(this.target)) this.checked = undefined;
    this.target = target;
    this.picture.clear();
    this.element.classList.toggle('moment', message.moment === true);
    this.toolbar.offer(summary, targets, target);
    const kept = again ? undefined : keptStateOf(this.host.state, summary.path);
    const groups = summary.roots.map(({ group }) => group);
    const root = [again ? this.picture.root : kept?.root, groups[0]].find(
      (group) => group !== undefined && groups.includes(group),
    );
    await this.picture.begin(root ?? '', again ? this.picture.unfolded : kept?.open);
    if (kept) this.view.camera.jump(kept.view);
    else if (!again) this.view.showTop();
    this.selection.set(again ? this.selection.id : kept?.selected);
    this.showProblems();
    this.ready();
    const { pointed } = this;
    if (pointed) this.waiting.set('point', () => this.point(pointed));
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const work of waiting) await work();
  }

  private whenShown(kind: string, work: () => Promise<void>): void {
    if (this.picture.isMissing) this.waiting.set(kind, work);
    else this.guard(work());
  }

  /** The view shows another picture. */
  private pictured(): void {
    const { scene } = this.picture;
    this.frame.cover(scene.boxes.length === 0 ? emptyState() : undefined);
    this.selection.keep();
    this.keeper.keep();
  }

  private async toggle(id: GroupId): Promise<void> {
    await this.picture.toggle(id);
    if (this.selection.id === id) this.selection.set(id);
  }

  private async showRoot(root: GroupId): Promise<void> {
    this.selection.set(undefined);
    await this.picture.showRoot(root);
  }

  private async point(pointed: Pointed): Promise<void> {
    if (!(await this.selection.point(pointed)))
      this.details.notice('This step changed no node: the diff editor shows what it did.');
  }

  private async explain(named: string | undefined): Promise<void> {
    if (named !== undefined) await this.selection.reveal(named);
    const { node } = this.selection;
    if (node === undefined) this.details.notice('Select a node first.');
    else this.details.explain(node);
  }

  private showDetails(): void {
    if (!this.model) return;
    const problems = this.problems();
    const { box } = this.selection;
    if (!box) {
      const title = this.target ? targetTitle(this.target, this.model.targets) : '';
      const all = this.checked || this.model.summary.problems.length > 0 ? problems : undefined;
      this.details.showSummary({ summary: this.model.summary, problems: all, targetTitle: title });
      return;
    }
    this.details.showItem(box.item, box.open, problemsOf(problems, box.id));
  }

  private problems(): PlacedProblem[] {
    return together(this.model?.summary.problems ?? [], this.checked ?? []);
  }

  private showProblems(): void {
    this.view.mark(countProblems(this.problems()));
    this.showDetails();
  }

  private fitAll(): void {
    this.view.camera.fly(this.view.camera.viewOfAll(this.view.area));
  }

  private keys(): Keys {
    return {
      move: (direction) => this.selection.move(direction),
      openDetails: () => this.details.open(true),
      toggle: () => {
        const { box } = this.selection;
        if (box?.item.kind === 'group') this.guard(this.toggle(box.id));
      },
      clear: () => {
        this.selection.pick(undefined);
        this.view.element.focus();
      },
      zoom: (factor) => this.view.camera.zoomBy(factor),
      fitAll: () => this.fitAll(),
      search: () => this.search.focus(),
    };
  }

  private ready(): void {
    document.body.dataset.ready = 'true';
  }

  private get state(): KeptState | undefined {
    const { model, picture } = this;
    const selected = this.selection.id;
    if (!model) return undefined;
    const { x, y, k } = this.view.camera.view;
    return { path: model.summary.path, root: picture.root, open: picture.unfolded, view: { x, y, k }, selected };
  }

  /** A question that fails leaves the picture as it is and is said, unless there is no picture yet. */
  private guard(work: Promise<void>): void {
    work.catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (this.picture.isMissing) this.hear({ type: 'failed', failure: { kind: 'fault', message }, fileName: '' });
      else this.details.notice(message);
    });
  }
}

function targetKey(target: TargetChoice | undefined): string {
  return target ? `${target.target}@${target.opset ?? ''}` : '';
}
