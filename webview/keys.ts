/** The keyboard: arrows along the data, and a key for everything that the toolbar does. */
import type { Direction } from './scene/neighbours.ts';

export interface Keys {
  move(direction: Direction): void;
  openDetails(): void;
  toggle(): void;
  clear(): void;
  zoom(factor: number): void;
  fitAll(): void;
  search(): void;
}

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** Search works from everywhere in the panel; the other keys where the graph has the focus, Esc everywhere. */
export function listenToKeys(panel: HTMLElement, graph: SVGSVGElement, keys: Keys): void {
  document.addEventListener('keydown', (event) => {
    const find = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f';
    const slash = event.key === '/' && !isTyping(event);
    if (find || slash) keys.search();
    else if (event.key === 'Escape' && panel.contains(document.activeElement)) keys.clear();
    else return;
    event.preventDefault();
  });
  graph.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = ARROWS[event.key];
    if (direction) keys.move(direction);
    else if (event.key === 'Enter') keys.openDetails();
    else if (event.key === ' ') keys.toggle();
    else if (event.key === '+' || event.key === '=') keys.zoom(1.4);
    else if (event.key === '-') keys.zoom(1 / 1.4);
    else if (event.key === '0') keys.fitAll();
    else return;
    event.preventDefault();
  });
}

function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
