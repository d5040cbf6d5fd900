/** Makes elements of HTML and SVG in one expression. */

type Child = Node | string | undefined | false;
type Properties = Readonly<Record<string, string | boolean | undefined | ((event: Event) => void)>>;

/** An element with attributes (`true` for an empty one), listeners (`onclick`) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties?: Properties,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export function h(tag: string, properties?: Properties, ...children: Child[]): HTMLElement;
export function h(tag: string, properties: Properties = {}, ...children: Child[]): HTMLElement {
  return filled(document.createElement(tag), properties, children);
}

export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children);
}

function filled<E extends Element>(element: E, properties: Properties, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else if (value === true) element.setAttribute(name, '');
    else if (typeof value === 'string') element.setAttribute(name, value);
  }
  for (const child of children) if (child !== undefined && child !== false) element.append(child);
  return element;
}

const ICONS = {
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  fold: 'M4.5 2.5 8 6l3.5-3.5M4.5 13.5 8 10l3.5 3.5',
  unfold: 'M4.5 6 8 2.5 11.5 6M4.5 10 8 13.5 11.5 10',
  search: 'M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0ZM10.2 10.2l3.6 3.6',
  up: 'M3.5 10 8 5.5l4.5 4.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  details: 'M2.5 2.5h11v11h-11zM9.5 2.5v11',
  convert: 'M2.5 5.5h9M8.5 2.5l3 3-3 3M13.5 10.5h-9M7.5 7.5l-3 3 3 3',
  text: 'M3 3.5h10M3 6.5h7M3 9.5h10M3 12.5h5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
} as const;

export type IconName = keyof typeof ICONS;

/** A line drawing of 16 by 16 that takes the colour of the text around it. */
export function icon(name: IconName, properties: Properties = {}): SVGSVGElement {
  const path = s('path', { d: ICONS[name] });
  return s(
    'svg',
    { class: 'icon', viewBox: '0 0 16 16', width: '16', height: '16', 'aria-hidden': 'true', ...properties },
    path,
  );
}
