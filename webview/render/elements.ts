/** Draws one box, one frame, one line. Colours and fonts are the style sheet's. */
import { type IconName, s } from '../dom.ts';
import { FRAME } from '../scene/arrange.ts';
import { ASIDE_GAP, LINE_HEIGHT, type Measure } from '../scene/face.ts';
import type { Box, Line } from '../scene/scene.ts';

/** How many problems stand on an item or within it. */
export interface ProblemCount {
  readonly errors: number;
  readonly warnings: number;
}

const TITLE_LEFT = 14;
const PILL_LEFT = 14;
const FOLDED_LEFT = 30;
const BASELINE = 19.5;
const FIRST_LINE = 35;

export function drawBox(box: Box, measure: Measure): SVGGElement {
  const { item, face, width, height } = box;
  const element = s('g', {
    id: elementId(box.id),
    class: boxClass(box),
    role: 'option',
    'aria-label': boxLabel(box),
    'data-testid': box.open ? 'group-open' : item.kind,
    'data-id': box.id,
    'data-name': item.kind === 'group' ? item.title : item.name,
    transform: `translate(${round(box.left)} ${round(box.top)})`,
  });
  if (item.kind === 'input' || item.kind === 'output') {
    element.append(rectangle(width, height, height / 2, 'card'), texts(face, PILL_LEFT, measure));
    return element;
  }
  if (item.kind === 'group') {
    // A second card below: there is more inside.
    element.append(rectangle(width, height, 6, 'stack', 3, 3), rectangle(width, height, 6, 'card'));
    element.append(chevron('down', 15, height / 2), texts(face, FOLDED_LEFT, measure));
    return element;
  }
  element.append(rectangle(width, height, 6, 'card'));
  element.append(
    s('path', { class: 'stripe', d: `M6 .75A5.25 5.25 0 0 0 .75 6V${height - 6}A5.25 5.25 0 0 0 6 ${height - 0.75}Z` }),
  );
  element.append(texts(face, TITLE_LEFT, measure));
  return element;
}

/** The frame of an open group: its ground, and a head with its name. */
export function drawFrame(box: Box, measure: Measure): { ground: SVGGElement; head: SVGGElement } {
  const { face, width, height } = box;
  const place = `translate(${round(box.left)} ${round(box.top)})`;
  const ground = s(
    'g',
    { class: `frame depth-${box.depth % 2}`, transform: place },
    rectangle(width, height, 8, 'ground'),
  );
  const head = s(
    'g',
    {
      id: elementId(box.id),
      class: 'box head',
      role: 'option',
      'aria-expanded': 'true',
      'aria-label': boxLabel(box),
      'data-testid': 'group-open',
      'data-id': box.id,
      'data-name': box.item.kind === 'group' ? box.item.title : '',
      transform: place,
    },
    rectangle(width, height, 8, 'outline'),
    s('rect', { class: 'hit', width: String(width), height: String(FRAME.head) }),
    chevron('up', 14, FRAME.head / 2),
    texts(face, 26, measure, false),
  );
  return { ground, head };
}

export function drawLine(line: Line, toOpenGroup: boolean): SVGGElement {
  const arrow = line.to === undefined || toOpenGroup ? '' : ' arrow';
  return s(
    'g',
    { class: 'line' },
    s('path', { class: `way${arrow}`, d: line.path }),
    line.label &&
      s('text', { class: 'shape', x: String(round(line.label.x)), y: String(round(line.label.y)) }, line.label.text),
  );
}

/** A cross for errors, a triangle for warnings, with their number where there are several. */
export function drawBadge(box: Box, { errors, warnings }: ProblemCount): SVGGElement {
  const isError = errors > 0;
  const count = isError ? errors : warnings;
  const words = `${count} ${isError ? 'error' : 'warning'}${count === 1 ? '' : 's'}`;
  const x = box.left + box.width - (box.open ? 16 : 4);
  const y = box.top + (box.open ? FRAME.head / 2 : 4);
  const shape = isError
    ? [s('circle', { class: 'sign', r: '8' }), s('path', { class: 'mark', d: 'M-3 -3L3 3M3 -3L-3 3' })]
    : [s('path', { class: 'sign', d: 'M0 -8.5L8.5 7H-8.5Z' }), s('path', { class: 'mark', d: 'M0 -3.5V1.5M0 4V4.6' })];
  const text = count > 1 && s('text', { class: 'count', x: '-12', y: '4', 'text-anchor': 'end' }, String(count));
  return s(
    'g',
    {
      class: `badge ${isError ? 'error' : 'warning'}`,
      'data-testid': 'problem-badge',
      'data-id': box.id,
      transform: `translate(${round(x)} ${round(y)})`,
    },
    s('title', {}, words),
    ...(text
      ? [
          s('rect', {
            class: 'plate',
            x: String(-17 - 7 * String(count).length),
            y: '-8',
            width: String(17 + 7 * String(count).length),
            height: '16',
            rx: '8',
          }),
          text,
        ]
      : []),
    ...shape,
  );
}

/** An id for the page, out of an id of the model. */
export function elementId(id: string): string {
  return `item-${id.replace(/[^\w.-]/g, (character) => `_${character.charCodeAt(0)}_`)}`;
}

export function boxLabel({ item, open }: Box): string {
  switch (item.kind) {
    case 'node': {
      const details = [item.module || item.name, ...item.hyperparameters].join(', ');
      return `${item.operator} ${details}`;
    }
    case 'group':
      return `${open ? 'Open' : 'Folded'} group ${item.title} ${item.subtitle}, ${item.nodeCount} nodes`;
    default:
      return `${item.kind === 'input' ? 'Input' : 'Output'} ${item.name}, ${item.type}`;
  }
}

function boxClass({ item }: Box): string {
  if (item.kind === 'node') return `box node category-${item.category}`;
  return `box ${item.kind === 'group' ? 'folded' : `pill ${item.kind}`}`;
}

function rectangle(width: number, height: number, radius: number, name: string, x = 0, y = 0): SVGRectElement {
  return s('rect', {
    class: name,
    x: String(x + 0.5),
    y: String(y + 0.5),
    width: String(Math.max(0, round(width) - 1)),
    height: String(Math.max(0, round(height) - 1)),
    rx: String(radius),
  });
}

function texts(face: Box['face'], left: number, measure: Measure, lines = true): SVGTextElement {
  const title = s('tspan', { class: 'title' }, face.title);
  const text = s('text', { x: String(left), y: String(BASELINE) }, title);
  if (face.aside !== '') {
    const x = left + measure(face.title, 'title') + ASIDE_GAP;
    text.append(s('tspan', { class: 'aside', x: String(round(x)) }, face.aside));
  }
  if (lines) {
    face.lines.forEach((line, k) => {
      text.append(s('tspan', { class: 'detail', x: String(left), y: String(FIRST_LINE + k * LINE_HEIGHT) }, line));
    });
  }
  return text;
}

function chevron(name: Extract<IconName, 'up' | 'down'>, x: number, y: number): SVGPathElement {
  const d = name === 'down' ? 'M-2 -4L2 0L-2 4' : 'M-4 -2L0 2L4 -2';
  return s('path', { class: 'chevron', d, transform: `translate(${x} ${y})` });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
