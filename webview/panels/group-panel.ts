/** The selected group, input or output. */
import type { BorderItem, GroupItem } from '../../src/shared/graph.ts';
import type { PlacedProblem } from '../../src/shared/problems.ts';
import { h } from '../dom.ts';
import { type ProblemActions, problemCard } from './problem-card.ts';
import { keyValues, section } from './section.ts';
import { button } from './toolkit.ts';

export function groupPanel(
  group: GroupItem,
  open: boolean,
  problems: readonly PlacedProblem[],
  actions: ProblemActions & { toggle(id: string): void },
): HTMLElement {
  return h(
    'div',
    { class: 'details-body', 'data-testid': 'group-details' },
    h('h2', {}, group.title),
    h('p', { class: 'quiet' }, group.subtitle),
    h(
      'div',
      { class: 'buttons' },
      button({
        label: open ? 'Fold' : 'Unfold',
        icon: open ? 'fold' : 'unfold',
        testId: 'toggle-group',
        onClick: () => actions.toggle(group.id),
      }),
    ),
    section('Content', keyValues([['Nodes', group.nodeCount.toLocaleString('en')]])),
    problems.length > 0 &&
      section(
        `Problems (${problems.length})`,
        h('div', { class: 'cards' }, ...problems.map((problem) => problemCard([problem], actions))),
      ),
  );
}

export function borderPanel(item: BorderItem): HTMLElement {
  return h(
    'div',
    { class: 'details-body', 'data-testid': 'border-details' },
    h('h2', {}, item.name),
    h('p', { class: 'quiet' }, item.kind === 'input' ? 'Input of the graph' : 'Output of the graph'),
    section('Type', h('p', { class: 'code wrap' }, item.type)),
  );
}
