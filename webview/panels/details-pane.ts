/** The pane beside the graph (below it in narrow windows): the model, or what is selected. */
import type { GraphItem, NodePlace } from '../../src/shared/graph.ts';
import type { TargetChoice } from '../../src/shared/identifiers.ts';
import type { FixName, PlacedProblem } from '../../src/shared/problems.ts';
import { h } from '../dom.ts';
import type { Host } from '../host.ts';
import { borderPanel, groupPanel } from './group-panel.ts';
import { type NodeActions, nodePanel } from './node-panel.ts';
import { type SummaryState, summaryPanel } from './summary.ts';
import { iconButton } from './toolkit.ts';

export interface DetailsEvents {
  /** What the model is checked against. */
  target(): TargetChoice;
  reveal(place: NodePlace): void;
  toggle(id: string): void;
  fixTitle(fix: FixName): string;
}

const TENSOR_PAGE = 64;

export class DetailsPane {
  readonly element: HTMLElement;
  private readonly content = h('div', { class: 'details-scroll', tabindex: '-1' });
  private readonly note = h('p', { class: 'notice', role: 'alert', 'data-testid': 'notice' });
  private readonly actions: NodeActions & DetailsEvents;
  private round = 0;
  /** The node whose explanation is wanted as soon as its details are there. */
  private wanted: string | undefined;

  constructor(
    private readonly host: Host,
    events: DetailsEvents,
  ) {
    this.actions = {
      ...events,
      fix: (fix, problem) => host.send({ type: 'fix', fix, problem }),
      openText: (node) => host.send({ type: 'open-text', node }),
      openSource: (frame) => host.send({ type: 'open-source', frame }),
      copy: (text) => host.send({ type: 'copy', text }),
      explain: (node) => host.ask('explain', node, events.target()),
      tensor: (value, offset) => host.ask('tensor', value, { offset, limit: TENSOR_PAGE }),
    };
    this.note.hidden = true;
    this.element = h(
      'aside',
      { class: 'details', 'aria-label': 'Details', 'data-testid': 'details' },
      iconButton({ label: 'Close details', icon: 'close', testId: 'close-details', onClick: () => this.close() }),
      this.note,
      this.content,
    );
  }

  /** Opens the pane; with `focus`, the keyboard goes there. */
  open(focus = false): void {
    this.element.classList.add('open');
    this.element.classList.remove('closed');
    if (focus) this.content.focus();
  }

  close(): void {
    this.element.classList.remove('open');
    this.element.classList.add('closed');
  }

  /** Wide windows show the pane until it is closed, narrow ones when it is opened. */
  toggle(): void {
    if (getComputedStyle(this.element).display === 'none') this.open();
    else this.close();
  }

  showSummary(state: SummaryState): void {
    this.round++;
    this.put(summaryPanel(state, this.actions));
    // In a narrow window nothing selected means that one wants to see the graph.
    this.element.classList.remove('open');
  }

  showItem(item: GraphItem, open: boolean, problems: readonly PlacedProblem[]): void {
    const round = ++this.round;
    if (!this.element.classList.contains('closed')) this.open();
    const node = item.kind === 'node' ? item.id : item.kind === 'group' ? item.node : undefined;
    if (node !== undefined) void this.showNode(node, problems, round);
    else if (item.kind === 'group') this.put(groupPanel(item, open, problems, this.actions));
    else if (item.kind !== 'node') this.put(borderPanel(item));
  }

  /** Says of a node what simplification does to it, now or when it is shown. */
  explain(node: string): void {
    this.wanted = node;
    this.open();
    this.explainWanted();
  }

  private explainWanted(): void {
    const shown = this.content.querySelector<HTMLElement>('[data-testid=node-details]');
    if (this.wanted === undefined || shown?.dataset.node !== this.wanted) return;
    this.wanted = undefined;
    shown.querySelector<HTMLElement>('[data-testid=explain]')?.click();
    shown.querySelector('[data-testid=simplification]')?.scrollIntoView({ block: 'start' });
  }

  /** Something that could not be done. It stays until something else is shown. */
  notice(text: string): void {
    this.note.textContent = text;
    this.note.hidden = false;
    this.open();
  }

  private async showNode(id: string, problems: readonly PlacedProblem[], round: number): Promise<void> {
    try {
      const details = await this.host.ask('node', id);
      if (round === this.round) this.put(nodePanel(details, problems, this.actions));
    } catch (error) {
      if (round === this.round) this.notice(error instanceof Error ? error.message : String(error));
    }
  }

  private put(content: HTMLElement): void {
    this.note.hidden = true;
    this.content.replaceChildren(content);
    this.content.scrollTop = 0;
    this.explainWanted();
  }
}
