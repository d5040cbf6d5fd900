/** The parts of the panel on the page: what covers the picture while there is none, and what is said to screen readers. */
import { h } from './dom.ts';

export class Frame {
  readonly element: HTMLElement;
  private readonly overlay = h('div', { class: 'overlay' });
  private readonly live = h('div', { class: 'live', role: 'status', 'aria-live': 'polite', 'data-testid': 'live' });

  constructor(
    private readonly toolbar: HTMLElement,
    view: Element,
    private readonly details: HTMLElement,
  ) {
    const stage = h('div', { class: 'stage' }, view, this.overlay);
    const body = h('div', { class: 'body' }, stage, details);
    this.element = h('main', { class: 'panel' }, toolbar, body, this.live);
  }

  /** Shows a state in the place of the picture, without what belongs to the picture; undefined shows the picture. */
  cover(state: HTMLElement | undefined): void {
    this.overlay.replaceChildren(...(state ? [state] : []));
    this.overlay.hidden = state === undefined;
    this.toolbar.hidden = state !== undefined;
    this.details.hidden = state !== undefined;
  }

  say(text: string): void {
    this.live.textContent = text;
  }
}
