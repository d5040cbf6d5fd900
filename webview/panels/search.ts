/** The search box: finds as one types, shows where one is among the results, and leads through them. */
import type { SearchHit, SearchPage } from '../../src/shared/graph.ts';
import { h, icon } from '../dom.ts';
import { iconButton, type TextField, textField } from './toolkit.ts';

export interface SearchEvents {
  find(query: string, offset: number, limit: number): Promise<SearchPage>;
  show(hit: SearchHit): void;
  /** Esc in an empty box: back to the graph. */
  leave(): void;
}

const PAGE = 50;
const WAIT_MS = 120;

export class Search {
  readonly element: HTMLElement;
  private readonly field: TextField;
  private readonly count = h('span', {
    class: 'count',
    'data-testid': 'search-count',
    role: 'status',
    'aria-live': 'polite',
  });
  private readonly list = h('ul', {
    class: 'hits',
    role: 'listbox',
    'aria-label': 'Search results',
    'data-testid': 'search-hits',
  });
  private readonly steps = h('div', { class: 'steps' });
  private hits: readonly SearchHit[] = [];
  private total = 0;
  private at = -1;
  private timer: number | undefined;
  private round = 0;

  constructor(private readonly events: SearchEvents) {
    this.field = textField('Search operators, modules and tensors', 'Search (/)', 'search', () => this.changed());
    this.field.element.prepend(icon('search', { slot: 'start' }));
    this.list.hidden = true;
    this.element = h('div', { class: 'search', role: 'search' }, this.field.element, this.steps, this.list);
    this.steps.append(
      this.count,
      iconButton({
        label: 'Previous result (Shift+Enter)',
        icon: 'up',
        testId: 'search-previous',
        onClick: () => this.step(-1),
      }),
      iconButton({ label: 'Next result (Enter)', icon: 'down', testId: 'search-next', onClick: () => this.step(1) }),
    );
    this.steps.hidden = true;
    this.element.addEventListener('keydown', (event) => this.pressed(event));
    this.element.addEventListener('focusout', (event) => {
      const to = event.relatedTarget;
      if (!(to instanceof Node) || !this.element.contains(to)) this.list.hidden = true;
    });
    this.element.addEventListener('focusin', () => this.render());
  }

  focus(): void {
    this.field.element.focus();
    const input = this.field.element.shadowRoot?.querySelector('input');
    input?.select();
  }

  clear(): void {
    this.field.value = '';
    this.take('', { total: 0, hits: [] });
  }

  private changed(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.find(), WAIT_MS);
  }

  private async find(): Promise<void> {
    const query = this.field.value.trim();
    const round = ++this.round;
    const page = query === '' ? { total: 0, hits: [] } : await this.events.find(query, 0, PAGE);
    if (round === this.round) this.take(query, page);
  }

  private take(query: string, { total, hits }: SearchPage): void {
    this.hits = hits;
    this.total = total;
    this.at = -1;
    this.steps.hidden = query === '';
    this.count.textContent = query === '' ? '' : total === 0 ? 'No results' : `${total.toLocaleString('en')} found`;
    this.render();
  }

  private async step(by: number): Promise<void> {
    if (this.total === 0) return;
    this.at = this.at < 0 && by < 0 ? this.total - 1 : (this.at + by + this.total) % this.total;
    const hit = await this.hitAt(this.at);
    if (!hit) return;
    this.count.textContent = `${this.at + 1} of ${this.total.toLocaleString('en')}`;
    this.render();
    this.events.show(hit);
  }

  /** Results beyond the first page are asked for one by one. */
  private async hitAt(at: number): Promise<SearchHit | undefined> {
    return this.hits[at] ?? (await this.events.find(this.field.value.trim(), at, 1)).hits[0];
  }

  private render(): void {
    this.list.hidden = this.hits.length === 0 || !this.element.contains(document.activeElement);
    this.list.replaceChildren(
      ...this.hits.map((hit, k) =>
        h(
          'li',
          {
            role: 'option',
            'aria-selected': String(k === this.at),
            'data-testid': 'search-hit',
            // The box keeps the focus, so that the list stays open for the next click.
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => {
              this.at = k - 1;
              void this.step(1);
            },
          },
          h(
            'span',
            { class: `kind ${hit.kind}` },
            hit.kind === 'group' ? 'module' : hit.kind === 'value' ? 'tensor' : 'node',
          ),
          h('span', { class: 'text' }, hit.text),
          h('span', { class: 'quiet' }, hit.detail),
        ),
      ),
    );
    this.list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === 'Enter') void this.step(event.shiftKey ? -1 : 1);
    else if (event.key === 'ArrowDown') void this.step(1);
    else if (event.key === 'ArrowUp') void this.step(-1);
    else if (event.key === 'Escape') {
      this.clear();
      this.events.leave();
    } else {
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
