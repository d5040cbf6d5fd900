/** One problem (or the same one at several nodes) with its place, its fixes and the way to its source. */
import type { NodePlace } from '../../src/shared/graph.ts';
import type { SourceFrame } from '../../src/shared/node.ts';
import type { FixName, PlacedProblem } from '../../src/shared/problems.ts';
import { h } from '../dom.ts';
import { fileName } from './format.ts';
import { link } from './section.ts';
import { button } from './toolkit.ts';

export interface ProblemActions {
  fixTitle(fix: FixName): string;
  fix(fix: FixName, problem: PlacedProblem): void;
  reveal(place: NodePlace): void;
  openText(node: string): void;
  openSource(frame: SourceFrame): void;
}

const SHOWN_PLACES = 8;

export function problemCard(problems: readonly PlacedProblem[], actions: ProblemActions): HTMLElement {
  const [first] = problems;
  if (!first) return h('div');
  return h(
    'article',
    { class: `problem ${first.severity}`, 'data-testid': 'problem', 'data-code': first.code },
    h('p', { class: 'message' }, h('span', { class: 'dot', 'aria-label': first.severity }), first.message),
    problems.length > 1 || first.place ? places(problems, actions) : undefined,
    buttons(first, actions),
  );
}

function places(problems: readonly PlacedProblem[], actions: ProblemActions): HTMLElement {
  const shown = problems.slice(0, SHOWN_PLACES).flatMap(({ place, node }) => {
    if (!place) return [];
    const module = node?.scope.at(-1)?.path ?? '';
    const text = module === '' ? place.label : module;
    return [
      h(
        'li',
        {},
        link(text, `Show ${place.label} in the graph`, () => actions.reveal(place), 'problem-place'),
      ),
    ];
  });
  const rest = problems.length - SHOWN_PLACES;
  return h('ul', { class: 'places' }, ...shown, rest > 0 && h('li', { class: 'quiet' }, `and ${rest} more`));
}

function buttons(problem: PlacedProblem, actions: ProblemActions): HTMLElement {
  const { place, origin, fixes } = problem;
  const [frame] = origin;
  return h(
    'div',
    { class: 'buttons' },
    ...fixes.map((fix, k) =>
      button({
        label: actions.fixTitle(fix),
        look: k === 0 ? 'primary' : 'secondary',
        testId: `fix-${fix}`,
        onClick: () => actions.fix(fix, problem),
      }),
    ),
    frame &&
      link(`Go to ${fileName(frame.file)}:${frame.line}`, frame.file, () => actions.openSource(frame), 'go-to-source'),
    place &&
      link('Show in text', 'Open the model as text at this node', () => actions.openText(place.node), 'show-in-text'),
  );
}
