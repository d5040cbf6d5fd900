/** The row above the graph: search, what it is checked against, converting, and the view. */
import type { TargetRow } from '../../src/shared/conversion.ts';
import type { ModelSummary } from '../../src/shared/graph.ts';
import type { TargetChoice } from '../../src/shared/identifiers.ts';
import { parseTarget, targetTitle, targetWord } from '../../src/shared/target-text.ts';
import { h } from '../dom.ts';
import { button, dropdown, iconButton } from './toolkit.ts';

export interface ToolbarEvents {
  chooseTarget(target: TargetChoice): void;
  chooseRoot(group: string): void;
  convert(): void;
  openText(): void;
  zoom(factor: number): void;
  fitAll(): void;
  foldAll(): void;
  unfoldAll(): void;
  toggleDetails(): void;
}

export class Toolbar {
  readonly element: HTMLElement;
  private readonly targets = dropdown('Check against', 'target', (value) =>
    this.events.chooseTarget(parseTarget(value)),
  );
  private readonly roots = dropdown('Graph or function', 'root', (value) => this.events.chooseRoot(value));

  constructor(
    search: HTMLElement,
    private readonly events: ToolbarEvents,
  ) {
    const separator = () => h('span', { class: 'separator', 'aria-hidden': 'true' });
    this.roots.element.hidden = true;
    this.element = h(
      'div',
      { class: 'toolbar', role: 'toolbar', 'aria-label': 'Graph' },
      search,
      this.roots.element,
      h(
        'div',
        { class: 'view-tools' },
        iconButton({ label: 'Zoom out (-)', icon: 'minus', testId: 'zoom-out', onClick: () => events.zoom(1 / 1.4) }),
        iconButton({ label: 'Zoom in (+)', icon: 'plus', testId: 'zoom-in', onClick: () => events.zoom(1.4) }),
        iconButton({ label: 'Fit the whole graph (0)', icon: 'fit', testId: 'fit', onClick: events.fitAll }),
        separator(),
        iconButton({ label: 'Fold all modules', icon: 'fold', testId: 'fold-all', onClick: events.foldAll }),
        iconButton({ label: 'Unfold all modules', icon: 'unfold', testId: 'unfold-all', onClick: events.unfoldAll }),
      ),
      h('span', { class: 'spring' }),
      h('label', { class: 'target' }, h('span', { class: 'quiet' }, 'Check for'), this.targets.element),
      button({ label: 'Convert…', icon: 'convert', look: 'primary', testId: 'convert', onClick: events.convert }),
      iconButton({ label: 'Open as text', icon: 'text', testId: 'open-text', onClick: events.openText }),
      iconButton({ label: 'Details', icon: 'details', testId: 'toggle-details', onClick: events.toggleDetails }),
    );
  }

  offer(summary: ModelSummary, targets: readonly TargetRow[], target: TargetChoice | undefined): void {
    const own = target && { value: targetWord(target), title: targetTitle(target, targets) };
    const choices = targets.flatMap(({ id, title, opsets }) => {
      if (!opsets) return [{ value: id, title }];
      const versions = Array.from({ length: opsets.highest - opsets.lowest + 1 }, (_, k) => opsets.highest - k);
      return [
        { value: id, title },
        ...versions.map((opset) => ({ value: `${id}@${opset}`, title: `${title}, opset ${opset}` })),
      ];
    });
    const extra = own && !choices.some(({ value }) => value === own.value) ? [own] : [];
    const none = own ? [] : [{ value: 'none', title: 'Choose a target' }];
    this.targets.offer([...none, ...choices, ...extra], own?.value ?? 'none');
    this.roots.element.hidden = summary.roots.length < 2;
    this.roots.offer(
      summary.roots.map(({ group, title, nodeCount }) => ({ value: group, title: `${title} (${nodeCount})` })),
      summary.roots[0]?.group ?? '',
    );
  }
}
