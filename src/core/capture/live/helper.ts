/**
 * Runs the helper (python/graphwright_capture) in the user's Python: a process group of its own, which ends with it, at
 * a time limit, or when the user cancels. What the program prints goes to a log, as far as it is of use.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Progress } from '../../progress.ts';
import { type ChildEnd, endOf } from '../../runtime/child-end.ts';
import { environment, shippedPackage } from '../../runtime/shipped-python.ts';
import { helperCommand } from './command.ts';
import type { HelperEvent, HelperFailure, HelperNote, HelperRequest } from './protocol.ts';

export interface HelperOptions {
  /** The interpreter: a path, or a name that is found on the path. */
  readonly python: string;
  /** The folder that it runs in. */
  readonly folder: string;
  /** How long it may take, in seconds. */
  readonly seconds: number;
  /** Hears what the program prints, and what PyTorch says of a way of capturing that fails. */
  readonly log?: Log | undefined;
}

export type Log = (line: string, by: 'program' | 'torch') => void;

/** How a run ended; `hello` is there where the interpreter came as far as to speak. */
export type HelperRun = {
  readonly hello?: Hello | undefined;
  readonly notes: readonly HelperNote[];
} & ({ readonly result: unknown } | { readonly failure: HelperFailure });

type Hello = Extract<HelperEvent, { event: 'hello' }>;

/** The helper's last word may be late where the machine is busy. */
const GRACE_SECONDS = 10;
/** What the log takes of what a program prints; the end is kept for what went wrong. */
const MOST_LOGGED = 1_000_000;
const TAIL = 16_000;
/** A Python that is one has said so after this time. */
const HELLO_SECONDS = 120;
/** One event of the helper is never longer. */
const MOST_SAID = 64_000_000;

/** Runs the helper once. Throws CancelledError where the user stops it; its processes are gone then. */
export async function runHelper(
  request: HelperRequest,
  options: HelperOptions,
  progress: Progress,
): Promise<HelperRun> {
  const [python, ...words] = helperCommand(options.python, helperScript());
  const child = spawn(python, words, {
    cwd: options.folder,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    // No window may open for a plot.
    env: { ...environment(), PYTHONIOENCODING: 'utf-8', MPLBACKEND: 'Agg' },
  });
  const run = new Run(child, options, progress, 'memory' in request ? request.memory : 0);
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(request));
  return run.ended();
}

/** The folder of the helper. */
export function helperScript(): string {
  return shippedPackage('graphwright_capture');
}

/** One child from its start to its end. */
class Run {
  private hello: Hello | undefined;
  private readonly notes: HelperNote[] = [];
  private last: { readonly result: unknown } | { readonly failure: HelperFailure } | undefined;
  private doing = 'starting Python';
  private said = '';
  private tail = '';
  private logged = 0;
  private line = '';
  private readonly started = process.uptime();
  private cancelled: { readonly error: unknown } | undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly options: HelperOptions,
    private readonly progress: Progress,
    private readonly memory: number,
  ) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.note(text));
  }

  /** Resolves when the process is gone, and with it what it started. */
  async ended(): Promise<HelperRun> {
    const { child, options } = this;
    const end = await endOf(child, {
      seconds: options.seconds + GRACE_SECONDS,
      check: () => this.check(),
      isEnough: () => this.isEnough(),
    });
    if (this.line !== '') this.log(this.line);
    return { hello: this.hello, notes: this.notes, ...(this.last ?? { failure: this.failure(end) }) };
  }

  private check(): void {
    if (this.cancelled) throw this.cancelled.error;
    this.progress.check();
  }

  private isEnough(): boolean {
    if (this.said.length > MOST_SAID) return true;
    // Something else than Python may say nothing, or print for ever.
    return !this.hello && (process.uptime() - this.started > HELLO_SECONDS || this.logged > MOST_LOGGED);
  }

  private hear(text: string): void {
    this.said += text;
    const lines = this.said.split('\n');
    this.said = lines.pop() ?? '';
    for (const line of lines) this.take(line);
  }

  private take(line: string): void {
    const event = parseEvent(line);
    if (!event) {
      this.note(`${line}\n`);
      return;
    }
    switch (event.event) {
      case 'hello':
        this.hello = event;
        this.doing = 'loading PyTorch';
        return;
      case 'step':
        this.doing = event.title.charAt(0).toLowerCase() + event.title.slice(1);
        this.progress.step(event.title).catch((error) => {
          this.cancelled ??= { error };
        });
        return;
      case 'note':
        this.notes.push(event.note);
        return;
      case 'words':
        for (const words of event.text.split('\n')) this.options.log?.(words, 'torch');
        return;
      case 'result':
        this.last = { result: event.result };
        return;
      case 'failure':
        this.last = { failure: event.failure };
    }
  }

  private note(text: string): void {
    this.tail = (this.tail + text).slice(-TAIL);
    if (this.logged > MOST_LOGGED) return;
    this.logged += text.length;
    const lines = (this.line + text).split(/\r?\n/);
    this.line = (lines.pop() ?? '').slice(-TAIL);
    for (const line of lines) this.log(line.slice(0, TAIL));
    if (this.logged <= MOST_LOGGED) return;
    this.log('(the program prints without end: the rest is left out)');
    this.line = '';
  }

  private log(line: string): void {
    this.options.log?.(line, 'program');
  }

  /** Why there is no last word. */
  private failure({ status, late, notStarted }: ChildEnd): HelperFailure {
    const { hello, options, tail, doing } = this;
    const of = (kind: string, reason: string, details = {}): HelperFailure => ({
      kind,
      reason,
      details: { doing, ...details },
      frames: framesOfCrash(tail),
      candidates: [],
    });
    if (notStarted !== undefined) return of('python-unusable', notStarted, { python: options.python });
    if (late) return of('timed-out', '', { seconds: String(options.seconds) });
    // A system that runs out of memory ends the largest process.
    const outOfMemory =
      /bad_alloc|MemoryError|can't allocate memory/.test(tail) || (hello && status === 'signal SIGKILL');
    if (outOfMemory) return of('memory', status, { megabytes: String(Math.floor(this.memory / 1e6)) });
    // What the program did itself: os._exit.
    if (hello) return of(status.startsWith('exit') ? 'exits' : 'died', status);
    const words = tail.trim().split('\n').at(-1)?.trim().replace(/\.$/, '') ?? '';
    return of('python-unusable', words === '' ? `it ended with ${status}` : words, { python: options.python });
  }
}

/** The user's lines of what Python's faulthandler prints when it dies, the deepest first. */
function framesOfCrash(tail: string): HelperFailure['frames'] {
  const dump = tail.slice(Math.max(tail.lastIndexOf('(most recent call first)'), 0));
  return [...dump.matchAll(/^ {2}File "([^"\n]+)", line (\d+) in (.+)$/gm)]
    .map(([, file = '', line, name = '']) => ({ file, line: Number(line), function: name }))
    .filter(({ file }) => !/site-packages|dist-packages|graphwright_capture[/\\]|[/\\]lib[/\\]python\d|^</.test(file));
}

/** An event of the helper; undefined for a line that is none. */
function parseEvent(line: string): HelperEvent | undefined {
  if (!line.startsWith('{"event": ')) return undefined;
  try {
    return JSON.parse(line) as HelperEvent;
  } catch {
    return undefined;
  }
}
