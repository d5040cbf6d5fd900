/** Building blocks of the details panel. */
import { h } from '../dom.ts';

export function section(title: string, ...children: (HTMLElement | undefined | false)[]): HTMLElement {
  return h('section', {}, h('h3', {}, title), ...children);
}

/** A table of names and texts. */
export function keyValues(rows: readonly (readonly [string, string])[]): HTMLElement {
  return h('table', {}, ...rows.map(([key, value]) => h('tr', {}, h('th', { scope: 'row' }, key), h('td', {}, value))));
}

/** Text that does something, as a button without a frame. */
export function link(text: string, title: string, onclick: () => void, testId?: string): HTMLElement {
  const properties = {
    type: 'button',
    class: 'link',
    title,
    onclick,
    ...(testId !== undefined && { 'data-testid': testId }),
  };
  return h('button', properties, text);
}
