/** Waits for a child process to end: by itself, at its time limit, when the user cancels, or when its caller has had enough of it. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Waiting {
  /** After so many seconds it is ended. */
  readonly seconds: number;
  /** Asked again and again: throws where the user has cancelled. */
  readonly check?: (() => void) | undefined;
  /** Asked again and again: whether it is to be ended now. */
  readonly isEnough?: () => boolean;
}

export interface ChildEnd {
  /** Whether it has been ended at its limit. */
  readonly late: boolean;
  /** Why it did not start, in words; undefined where it did. */
  readonly notStarted?: string;
  /** `exit status 1`, `signal SIGKILL`. */
  readonly status: string;
}

const LOOK_MS = 100;
/** What was said last may still be on its way; what a child has started may hold its pipes open for ever. */
const LAST_WORDS_MS = 1000;

/**
 * Resolves when the process is gone, and with it its group where it leads one (`detached`).
 *
 * @throws what `check` throws, once the process is gone
 */
export function endOf(child: ChildProcess, { seconds, check, isEnough }: Waiting): Promise<ChildEnd> {
  let late = false;
  let cancelled: { readonly error: unknown } | undefined;
  const limit = setTimeout(() => {
    late = true;
    endNow(child);
  }, seconds * 1000);
  const look = setInterval(() => {
    if (isEnough?.()) endNow(child);
    try {
      check?.();
    } catch (error) {
      cancelled ??= { error };
      endNow(child);
    }
  }, LOOK_MS);
  return new Promise((resolve, reject) => {
    const settle = (end: Omit<ChildEnd, 'late'>) => {
      clearTimeout(limit);
      clearInterval(look);
      endNow(child);
      if (cancelled) reject(cancelled.error);
      else resolve({ late, ...end });
    };
    child.once('error', (error) => settle({ notStarted: startFailure(error), status: error.message }));
    child.once('exit', (code, signal) => {
      const status = signal ? `signal ${signal}` : `exit status ${code}`;
      const patience = setTimeout(() => settle({ status }), LAST_WORDS_MS);
      child.once('close', () => {
        clearTimeout(patience);
        settle({ status });
      });
    });
  });
}

/** Ends a process, and what it has started where it leads a group: workers do not outlive a program. */
function endNow(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    if (child.exitCode === null) spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It leads no group, or is gone already.
    child.kill('SIGKILL');
  }
}

function startFailure(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such program';
  return code === 'EACCES' ? 'it is no program that may be run' : error.message;
}
