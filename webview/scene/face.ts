/** What stands on an item, and how much room that takes. */
import type { GraphItem } from '../../src/shared/graph.ts';

/** The text of an item: a title with something beside it, and lines below. */
export interface Face {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Beside the title and quieter: the module's name, a class, a type. */
  readonly aside: string;
  readonly lines: readonly string[];
}

export type FontRole = 'title' | 'text';
/** The width of a text in pixels. */
export type Measure = (text: string, role: FontRole) => number;

const LEAST_WIDTH = 84;
const MOST_WIDTH = 300;
const MOST_TITLE = 170;
const BESIDE_TEXT = 24;
const PILL_BESIDE_TEXT = 28;
const FOLDED_BESIDE_TEXT = 42;
/** Room between a title and what stands beside it. */
export const ASIDE_GAP = 8;
const TITLE_HEIGHT = 30;
export const LINE_HEIGHT = 15;
const BELOW_LINES = 7;

export function faceOf(item: GraphItem, measure: Measure): Face {
  switch (item.kind) {
    case 'node': {
      const { hyperparameters, parameters } = item;
      const lines = [hyperparameters.join(' · '), parametersLine(parameters)].filter((line) => line !== '');
      return shaped(operatorTitle(item.operator), item.module, lines, BESIDE_TEXT, measure);
    }
    case 'group': {
      const count = `${item.nodeCount.toLocaleString('en')} ${item.nodeCount === 1 ? 'node' : 'nodes'}`;
      return shaped(item.title, item.subtitle, [count], FOLDED_BESIDE_TEXT, measure);
    }
    case 'input':
    case 'output':
      return shaped(item.name, item.type, [], PILL_BESIDE_TEXT, measure);
  }
}

const FRAMEWORK_PREFIX = /^(aten|caffe|ai\.onnx)::/;

/** `aten::conv2d` is conv2d, because every node of such a graph is of aten; `acme::swish` stays whole. */
export function operatorTitle(operator: string): string {
  return operator.replace(FRAMEWORK_PREFIX, '');
}

const SHOWN_PARAMETERS = 2;

function parametersLine(parameters: readonly { readonly name: string; readonly shape: string }[]): string {
  const shown = parameters.slice(0, SHOWN_PARAMETERS).map(({ name, shape }) => `${name} ${shape}`);
  const rest = parameters.length - shown.length;
  return [...shown, ...(rest > 0 ? [`+${rest}`] : [])].join(' · ');
}

function shaped(title: string, aside: string, lines: readonly string[], beside: number, measure: Measure): Face {
  const most = MOST_WIDTH - beside;
  const shortTitle = shorten(title, 'title', aside === '' ? most : MOST_TITLE, measure);
  const titleWidth = measure(shortTitle, 'title');
  const shortAside = aside === '' ? '' : shorten(aside, 'text', most - titleWidth - ASIDE_GAP, measure);
  const shortLines = lines.map((line) => shorten(line, 'text', most, measure));
  const head = titleWidth + (shortAside === '' ? 0 : ASIDE_GAP + measure(shortAside, 'text'));
  const width = Math.max(head, ...shortLines.map((line) => measure(line, 'text'))) + beside;
  return {
    width: Math.ceil(Math.max(LEAST_WIDTH, width)),
    height: TITLE_HEIGHT + (lines.length > 0 ? lines.length * LINE_HEIGHT + BELOW_LINES - 5 : 0),
    title: shortTitle,
    aside: shortAside,
    lines: shortLines,
  };
}

/** The text, or as much of its beginning as fits with `…` behind it. */
function shorten(text: string, role: FontRole, width: number, measure: Measure): string {
  if (measure(text, role) <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${text.slice(0, middle)}…`, role) <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low).trimEnd()}…`;
}

export const TITLE_FONT_SIZE = 12;
export const TEXT_FONT_SIZE = 11;

/** Measures with the fonts of the page; widths are remembered, because the same words come again and again. */
export function pageMeasure(fontFamily: string): Measure {
  const context = document.createElement('canvas').getContext('2d');
  const known = new Map<string, number>();
  return (text, role) => {
    const key = `${role}:${text}`;
    let width = known.get(key);
    if (width === undefined) {
      const font = role === 'title' ? `600 ${TITLE_FONT_SIZE}px` : `${TEXT_FONT_SIZE}px`;
      if (context) context.font = `${font} ${fontFamily}`;
      width = context?.measureText(text).width ?? text.length * 7;
      known.set(key, width);
    }
    return width;
  };
}
