/** How long work tells where it is and hears that it should stop. */
import { CancelledError } from './ir/errors.ts';

export interface Progress {
  /** Says what is being done now; resolves when the work may go on, throws CancelledError where it must stop. */
  step(title: string): Promise<void>;
  /** For inner loops: throws CancelledError where the work must stop. */
  check(): void;
}

/** Progress that nobody watches. */
export const silent: Progress = { step: async () => {}, check: () => {} };

/** Progress that reports titles and stops on a signal; every step lets other events of the process in. */
export function watched(report: (title: string) => void, signal?: AbortSignal): Progress {
  const check = () => {
    if (signal?.aborted) throw new CancelledError();
  };
  return {
    check,
    async step(title) {
      report(title);
      await new Promise((resolve) => setImmediate(resolve));
      check();
    },
  };
}
