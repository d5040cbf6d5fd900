/** What the panel remembers while it is hidden, and how it is read back: nothing in it is believed. */
import type { Host } from './host.ts';
import type { View } from './render/camera.ts';

export interface KeptState {
  readonly path: string;
  readonly root: string;
  readonly open: readonly string[];
  readonly view: View;
  readonly selected?: string | undefined;
}

/** The state that was kept for a model of that path; undefined where there is none. */
export function keptStateOf(state: unknown, path: string): KeptState | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const { path: itsPath, root, open, view, selected } = state as Partial<Record<keyof KeptState, unknown>>;
  if (itsPath !== path || typeof root !== 'string' || !Array.isArray(open)) return undefined;
  const { x, y, k } = (view ?? {}) as Partial<Record<keyof View, unknown>>;
  if (typeof x !== 'number' || typeof y !== 'number' || typeof k !== 'number') return undefined;
  return {
    path,
    root,
    open: open.filter((each) => typeof each === 'string'),
    view: { x, y, k },
    selected: typeof selected === 'string' ? selected : undefined,
  };
}

/** So long nothing must have changed before it is kept: not at every step of a movement. */
const PAUSE = 200;

/** Remembers what is shown for when the panel is hidden and shown again. */
export class StateKeeper {
  private timer = 0;

  constructor(
    private readonly host: Pick<Host, 'state'>,
    private readonly current: () => KeptState | undefined,
  ) {}

  keep(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const state = this.current();
      if (state) this.host.state = state;
    }, PAUSE);
  }
}
