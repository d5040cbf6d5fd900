/** Everything about the selected node. */
import type { NodePlace } from '../../src/shared/graph.ts';
import type {
  AttributeRow,
  NodeDetails,
  NodeExplanation,
  SlotRow,
  SourceFrame,
  TensorPage,
} from '../../src/shared/node.ts';
import type { PlacedProblem } from '../../src/shared/problems.ts';
import { h } from '../dom.ts';
import { explanationView } from './explanation.ts';
import { fileName } from './format.ts';
import { type ProblemActions, problemCard } from './problem-card.ts';
import { keyValues, link, nameParts, section } from './section.ts';

export interface NodeActions extends ProblemActions {
  tensor(value: string, offset: number): Promise<TensorPage>;
  copy(text: string): void;
  explain(node: string): Promise<NodeExplanation>;
}

export function nodePanel(node: NodeDetails, problems: readonly PlacedProblem[], actions: NodeActions): HTMLElement {
  const overload = node.overload === '' ? '' : `.${node.overload}`;
  const module = node.scope.at(-1);
  return h(
    'div',
    { class: 'details-body', 'data-testid': 'node-details', 'data-node': node.id },
    h('h2', {}, h('span', { class: `swatch category-${node.category}` }), `${node.operator}${overload}`),
    h('p', { class: 'quiet code wrap' }, node.name),
    problems.length > 0 && h('div', { class: 'cards' }, ...problems.map((problem) => problemCard([problem], actions))),
    node.documentation !== '' && h('p', { class: 'prose' }, node.documentation),
    node.attributes.length > 0 && section('Attributes', attributeTable(node.attributes)),
    node.inputs.length > 0 && section('Inputs', ...node.inputs.map((slot) => slotView(slot, 'input', actions))),
    section('Outputs', ...node.outputs.map((slot) => slotView(slot, 'output', actions))),
    module && section('Module', moduleView(node)),
    node.origin.length > 0 && section('Origin', originList(node.origin, actions)),
    explanationView(`${node.operator} ${node.name}`, () => actions.explain(node.id)),
    node.metadata.length > 0 && section('Metadata', keyValues(node.metadata)),
    h(
      'p',
      {},
      link('Show in text', 'Open the model as text at this node', () => actions.openText(node.id), 'show-in-text'),
    ),
  );
}

function attributeTable(attributes: readonly AttributeRow[]): HTMLElement {
  const rows = attributes.map(({ name, type, text, elided }) => {
    const count = elided === undefined ? undefined : h('span', { class: 'quiet' }, ` (${elided} elements)`);
    return h(
      'tr',
      {},
      h('th', { scope: 'row', title: type }, ...nameParts(name)),
      h('td', { class: 'code wrap' }, text, count),
    );
  });
  return h('table', { 'data-testid': 'attributes' }, ...rows);
}

function slotView({ name, value }: SlotRow, side: 'input' | 'output', actions: NodeActions): HTMLElement {
  if (!value) {
    return h(
      'div',
      { class: 'slot' },
      h('div', { class: 'slot-head' }, h('b', {}, name), h('span', { class: 'quiet' }, 'not given')),
    );
  }
  const ends = side === 'input' ? (value.producer ? [value.producer] : []) : value.readers;
  const rest = side === 'output' ? value.readerCount - ends.length : 0;
  const isConstant = value.role === 'constant';
  return h(
    'div',
    { class: 'slot', 'data-testid': side },
    h(
      'div',
      { class: 'slot-head' },
      h('b', {}, name),
      h('span', { class: 'code' }, value.type),
      isConstant && h('span', { class: 'tag' }, 'constant'),
      value.role === 'input' && h('span', { class: 'tag' }, 'graph input'),
    ),
    value.name !== '' && h('div', { class: 'quiet code wrap' }, value.name),
    value.preview !== undefined && h('div', { class: 'code wrap' }, value.preview),
    isConstant && value.preview === undefined && tensorView(value.id, actions),
    ends.length > 0 &&
      h(
        'div',
        { class: 'ends' },
        side === 'input' ? 'from ' : 'to ',
        ...joined(ends, actions),
        rest > 0 && ` and ${rest} more`,
      ),
  );
}

function joined(places: readonly NodePlace[], actions: NodeActions): (HTMLElement | string)[] {
  return places.flatMap((place, k) => [
    ...(k === 0 ? [] : [', ']),
    link(place.label, 'Show in the graph', () => actions.reveal(place)),
  ]);
}

/** Values are read only when somebody wants to see them, a page at a time. */
function tensorView(value: string, actions: NodeActions): HTMLElement {
  const text = h('div', { class: 'code values', 'data-testid': 'tensor-values' });
  const note = h('span', { class: 'quiet' });
  let shown = 0;
  const more = link('Show values', 'Read the first elements', () => void read(), 'show-values');
  const read = async () => {
    try {
      const page = await actions.tensor(value, shown);
      text.append(`${shown > 0 ? ', ' : ''}${page.elements.join(', ')}`);
      shown += page.elements.length;
      note.textContent = ` ${shown.toLocaleString('en')} of ${page.count.toLocaleString('en')} `;
      more.textContent = 'Show more';
      more.hidden = shown >= page.count;
    } catch (error) {
      note.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  return h('div', {}, text, more, note);
}

function moduleView({ scope }: NodeDetails): HTMLElement {
  const rows = scope.map(({ path, type }) =>
    h('li', {}, h('span', { class: 'code' }, path === '' ? '(root)' : path), ' ', h('span', { class: 'quiet' }, type)),
  );
  return h('ol', { class: 'scope' }, ...rows);
}

/** The user's own code first; frames of libraries are folded away. */
function originList(origin: readonly SourceFrame[], actions: NodeActions): HTMLElement {
  const libraries = origin.filter(isOfLibrary);
  const own = origin.filter((frame) => !isOfLibrary(frame));
  if (own.length === 0) return frameList(origin, actions);
  return h(
    'div',
    {},
    frameList(own, actions),
    libraries.length > 0 &&
      h(
        'details',
        {},
        h(
          'summary',
          { class: 'quiet' },
          `${libraries.length} ${libraries.length === 1 ? 'frame' : 'frames'} of libraries`,
        ),
        frameList(libraries, actions),
      ),
  );
}

function isOfLibrary({ kind, file }: SourceFrame): boolean {
  return kind === 'python' && /(^|[\\/])(site-packages|dist-packages|torch)[\\/]|^</.test(file);
}

function frameList(frames: readonly SourceFrame[], actions: NodeActions): HTMLElement {
  const rows = frames.map((frame) => {
    const place = `${fileName(frame.file)}:${frame.line}`;
    return h(
      'li',
      {},
      link(place, frame.file, () => actions.openSource(frame), 'origin'),
      frame.kind === 'torchscript' && h('span', { class: 'tag' }, 'TorchScript'),
      frame.function !== undefined && h('span', { class: 'quiet' }, ` in ${frame.function}`),
      frame.text !== undefined && h('pre', {}, frame.text.trim()),
    );
  });
  return h('ol', { class: 'origin' }, ...rows);
}
