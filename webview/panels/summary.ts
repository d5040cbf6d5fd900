/** What the details panel shows while nothing is selected: the model as a whole, and its problems. */
import type { ModelSummary, ValueSummary } from '../../src/shared/graph.ts';
import type { PlacedProblem } from '../../src/shared/problems.ts';
import { h } from '../dom.ts';
import { bytesText, countText, fileName } from './format.ts';
import { type ProblemActions, problemCard } from './problem-card.ts';
import { keyValues, section } from './section.ts';

export interface SummaryState {
  readonly summary: ModelSummary;
  readonly problems: readonly PlacedProblem[] | undefined;
  readonly targetTitle: string;
}

const SHOWN_OPERATORS = 40;

export function summaryPanel({ summary, problems, targetTitle }: SummaryState, actions: ProblemActions): HTMLElement {
  const { opsets, nodeCount, parameterCount, parameterBytes, fileBytes, producer } = summary;
  return h(
    'div',
    { class: 'details-body', 'data-testid': 'model-summary' },
    h('h2', {}, fileName(summary.path)),
    h('p', { class: 'quiet' }, summary.format),
    problemSection(problems, targetTitle, actions),
    section(
      'Model',
      keyValues([
        ['Nodes', nodeCount.toLocaleString('en')],
        ['Parameters', `${countText(parameterCount)} (${bytesText(parameterBytes)})`],
        ['File', bytesText(fileBytes)],
        ...opsets.map(({ domain, version }): [string, string] => [`Opset ${domain}`, String(version)]),
        ...(producer === '' ? [] : [['Producer', producer] as [string, string]]),
      ]),
      summary.documentation !== '' && h('p', { class: 'prose' }, summary.documentation),
    ),
    section('Inputs', valueTable(summary.inputs)),
    section('Outputs', valueTable(summary.outputs)),
    section(`Operators (${summary.operators.length})`, operatorTable(summary)),
    summary.metadata.length > 0 && section('Metadata', keyValues(summary.metadata)),
  );
}

/** The same message at many nodes is one card with a list of them. */
function problemSection(
  problems: readonly PlacedProblem[] | undefined,
  targetTitle: string,
  actions: ProblemActions,
): HTMLElement | undefined {
  if (targetTitle === '') return undefined;
  if (!problems) return section('Problems', h('p', { class: 'quiet' }, `Checking for ${targetTitle}…`));
  if (problems.length === 0) {
    return section(
      'Problems',
      h('p', { class: 'good', 'data-testid': 'no-problems' }, `No problems: this model converts to ${targetTitle}.`),
    );
  }
  const same = new Map<string, PlacedProblem[]>();
  for (const problem of problems) {
    const list = same.get(problem.message);
    if (list) list.push(problem);
    else same.set(problem.message, [problem]);
  }
  const cards = [...same.values()].map((list) => problemCard(list, actions));
  return section(`Problems for ${targetTitle} (${problems.length})`, h('div', { class: 'cards' }, ...cards));
}

function valueTable(values: readonly ValueSummary[]): HTMLElement {
  if (values.length === 0) return h('p', { class: 'quiet' }, 'None');
  const rows = values.map(({ name, type }) =>
    h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'code' }, type)),
  );
  return h('table', {}, ...rows);
}

function operatorTable({ operators }: ModelSummary): HTMLElement {
  const rows = operators
    .slice(0, SHOWN_OPERATORS)
    .map(({ operator, count }) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row', class: 'code' }, operator),
        h('td', { class: 'number' }, count.toLocaleString('en')),
      ),
    );
  const rest = operators.length - rows.length;
  return h(
    'div',
    {},
    h('table', { class: 'counts' }, ...rows),
    rest > 0 && h('p', { class: 'quiet' }, `and ${rest} more`),
  );
}
