/** Building blocks of the details panel. */
import { h } from '../dom.ts';

export function section(title: string, ...children: (HTMLElement | undefined | false)[]): HTMLElement {
  return h('section', {}, h('h3', {}, title), ...children);
}

/** A table of names and texts. */
export function keyValues(rows: readonly (readonly [string, string])[]): HTMLElement {
  return h(
    'table',
    {},
    ...rows.map(([key, value]) => h('tr', {}, h('th', { scope: 'row' }, ...nameParts(key)), h('td', {}, value))),
  );
}

/** A name that may go on in a new line behind its dots and underscores, and nowhere else. */
export function nameParts(name: string): readonly (string | HTMLElement)[] {
  return name.split(/(?<=[._])/).flatMap((part, k) => (k === 0 ? [part] : [h('wbr', {}), part]));
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
