/** What simplification does to the selected node, and which rules nearly fit: looked for when somebody asks. */
import type { NodeExplanation, RuleAtNode } from '../../src/shared/node.ts';
import { h } from '../dom.ts';
import { link, section } from './section.ts';

/** The section of a node's details. `ask` tries the rules. */
export function explanationView(label: string, ask: () => Promise<NodeExplanation>): HTMLElement {
  const content = h('div', { 'data-testid': 'explanation', 'aria-live': 'polite' });
  const look = async () => {
    content.replaceChildren(h('p', { class: 'quiet' }, 'Trying the rules…'));
    try {
      content.replaceChildren(...answer(label, await ask()));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      content.replaceChildren(h('p', { role: 'alert' }, message), h('p', {}, again('Try again')));
    }
  };
  const again = (text: string) => link(text, 'Try every rule, and see what becomes of this node', look, 'explain');
  content.append(h('p', {}, again('What does simplifying do here?')));
  const view = section('Simplification', content);
  view.dataset.testid = 'simplification';
  return view;
}

function answer(label: string, { tried, done, missed }: NodeExplanation): HTMLElement[] {
  if (!tried) return [h('p', {}, 'The model does not convert to this target yet: its problems say why.')];
  if (done.length + missed.length === 0)
    return [h('p', {}, 'It stays as it is: no rule fits here, and none nearly does.')];
  const near = missed.filter((rule) => rule.near);
  const far = missed.filter((rule) => !rule.near);
  return [
    h('p', {}, done.length > 0 ? 'It does not stay as it is:' : 'It stays as it is.'),
    ...(done.length > 0 ? [ruleList(label, done)] : []),
    ...(near.length > 0 ? [h('p', {}, 'Rules that nearly fit, and why they do not:'), ruleList(label, near)] : []),
    ...(far.length > 0 ? [furtherRules(label, far)] : []),
  ];
}

/** Rules that end with this operator, and find something else before it: few want to see them. */
function furtherRules(label: string, rules: readonly RuleAtNode[]): HTMLElement {
  const words = rules.length === 1 ? '1 further rule ends' : `${rules.length} further rules end`;
  return h('details', {}, h('summary', { class: 'quiet' }, `${words} with this operator`), ruleList(label, rules));
}

function ruleList(label: string, rules: readonly RuleAtNode[]): HTMLElement {
  const rows = rules.map(({ pass, title, graph, node, reason }) => {
    const places = [...(node === label ? [] : [`at ${node}`]), ...(graph === 'model' ? [] : [`in ${graph}`])];
    return h(
      'li',
      {},
      h('b', { title: pass }, title),
      h('div', { class: 'wrap' }, reason),
      places.length > 0 && h('div', { class: 'quiet wrap' }, places.join(', ')),
    );
  });
  return h('ul', { class: 'rules' }, ...rows);
}
