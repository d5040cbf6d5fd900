/** The layout's own thread: one answer for every question, in order. */
import { layout } from './layout.ts';
import type { LayoutInput, LayoutResult } from './types.ts';

export interface LayoutQuestion {
  readonly id: number;
  readonly input: LayoutInput;
}

export interface LayoutAnswer {
  readonly id: number;
  readonly result?: LayoutResult;
  readonly error?: string;
}

/** What a worker's global object offers here; the library's types describe a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<LayoutQuestion>) => void) | null;
  postMessage(answer: LayoutAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data: { id, input } }) => {
  try {
    scope.postMessage({ id, result: layout(input) });
  } catch (error) {
    scope.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
};
