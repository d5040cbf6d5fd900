/** The engine for the editor and for tests: a child process behind the table of calls, started when first needed and again when it died. */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { CancelledError } from '../core/ir/errors.ts';
import type { Watch } from '../shared/engine.ts';
import type { ModelSummary } from '../shared/graph.ts';
import type { ModelId } from '../shared/identifiers.ts';
import { EngineError, toError } from './failure.ts';
import NODE_FLAGS from './node-flags.json' with { type: 'json' };
import {
  ARGUMENT_COUNTS,
  CALL_NAMES,
  CALLS_WITHOUT_MODEL,
  type Call,
  type Calls,
  isLanguageCall,
  type Reply,
  type Request,
} from './protocol.ts';

export interface EngineOptions {
  /** The bundle of main.ts. */
  readonly program: string;
  readonly fork?: ForkOptions;
  /** One line at a time: starts, ends, and what the process writes to its standard error. */
  readonly log?: (line: string) => void;
  /** How long a cancelled call may go on before its process is ended. */
  readonly patienceMs?: number;
}

/** A client with a call for everything in the tables. */
export interface EngineClient extends Calls {
  /** The process that runs now; undefined while there is none. */
  readonly pid: number | undefined;
  /** Ends the process; whatever is pending fails. */
  dispose(): void;
}

/**
 * An engine in a process of its own. Calls fail with InputError, CancelledError or EngineError. When the process dies,
 * pending calls fail and the next call starts another, in which open models are opened again before they are used.
 * Texts that are edited are not: who follows them has their present text, and sees the end of the process by `pid`.
 */
export function startEngine(options: EngineOptions): EngineClient {
  const connection = new Connection(options);
  const calls = Object.fromEntries(
    CALL_NAMES.map((call) => [
      call,
      (...args: unknown[]) => {
        const count = ARGUMENT_COUNTS[call];
        return connection.call(call, args.slice(0, count), args[count] as Watch | undefined);
      },
    ]),
  );
  // Each entry has the arguments and result of its row in the tables, which the compiler cannot follow through a list.
  return {
    ...(calls as unknown as Calls),
    get pid() {
      return connection.pid;
    },
    dispose: () => connection.dispose(),
  };
}

interface Pending {
  readonly call: Call;
  /** The model that the call is about, if any, and its other arguments. */
  readonly model: KnownModel | undefined;
  readonly rest: readonly unknown[];
  readonly settle: { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void };
  readonly watch: Watch | undefined;
  /** Ends listening to the caller's signal and the wait after a cancel. */
  readonly release: () => void;
}

/** A call that opens a model, as it is made again in another process. */
interface Opening {
  readonly call: 'open' | 'openStep';
  readonly args: readonly unknown[];
}

/** What a model is to its users, and in which process it is open under which name. */
interface KnownModel {
  readonly opening: Opening;
  process: ChildProcess | undefined;
  there: Promise<ModelId>;
}

const LOG_TAIL_LINES = 20;
const PATIENCE_MS = 2000;
/** An editor gives up questions with every key, while they wait behind a check of a large text: that is no hang. */
const TEXT_PATIENCE_MS = 30_000;

class Connection {
  private process: ChildProcess | undefined;
  private readonly pending = new Map<number, Pending>();
  private readonly models = new Map<ModelId, KnownModel>();
  private readonly tail: string[] = [];
  private count = 0;
  private disposed = false;

  constructor(private readonly options: EngineOptions) {}

  get pid(): number | undefined {
    return this.process?.pid;
  }

  async call(call: Call, args: unknown[], watch: Watch | undefined): Promise<unknown> {
    if (call === 'open' || call === 'openStep') return this.open({ call, args }, watch);
    if (CALLS_WITHOUT_MODEL.has(call)) return this.send(call, undefined, args, watch);
    const [id, ...rest] = args as [ModelId, ...unknown[]];
    const model = this.models.get(id);
    if (!model) throw new EngineError({ kind: 'fault', message: `model ${id} is not open` });
    if (call === 'close') {
      this.models.delete(id);
      if (model.process !== this.process) return undefined;
    }
    return this.send(call, model, rest, watch);
  }

  dispose(): void {
    this.disposed = true;
    this.process?.kill();
  }

  private async open(opening: Opening, watch: Watch | undefined): Promise<ModelSummary> {
    const process = this.running();
    const summary = (await this.send(opening.call, undefined, opening.args, watch)) as ModelSummary;
    const id = `m${++this.count}`;
    this.models.set(id, { opening, process, there: Promise.resolve(summary.id) });
    return { ...summary, id };
  }

  /** The model's name in the process that runs now: opened again where that is not the one that had it. */
  private opened(model: KnownModel): Promise<ModelId> {
    const process = this.running();
    if (model.process !== process) {
      model.process = process;
      // Watched by nobody: other calls than the first may wait for it too.
      const { call, args } = model.opening;
      const again = this.send(call, undefined, args, undefined) as Promise<ModelSummary>;
      model.there = again.then((summary) => summary.id);
      model.there.catch(() => {
        if (model.process === process) model.process = undefined;
      });
    }
    return model.there;
  }

  private async send(
    call: Call,
    model: KnownModel | undefined,
    rest: readonly unknown[],
    watch: Watch | undefined,
  ): Promise<unknown> {
    const signal = watch?.signal;
    const args = model ? [await this.opened(model), ...rest] : rest;
    if (signal?.aborted) throw new CancelledError();
    const child = this.running();
    return new Promise((resolve, reject) => {
      const id = ++this.count;
      let patience: NodeJS.Timeout | undefined;
      const cancel = () => {
        child.send({ type: 'cancel', id } satisfies Request);
        patience = setTimeout(() => this.stopFor(child, id), this.patienceFor(call));
      };
      const release = () => {
        clearTimeout(patience);
        signal?.removeEventListener('abort', cancel);
      };
      this.pending.set(id, { call, model, rest, settle: { resolve, reject }, watch, release });
      signal?.addEventListener('abort', cancel, { once: true });
      // Arguments belong to their call by the types of EngineClient.
      const request = { type: 'call', id, call, arguments: args } as unknown as Request;
      child.send(request, (error) => error && this.fail(id, lost(error.message)));
    });
  }

  /** A call that does not hear its cancel blocks the process: it is ended, and what else it was doing is done again. */
  private stopFor(child: ChildProcess, id: number): void {
    this.fail(id, new CancelledError());
    if (this.process !== child) return;
    this.log('a cancelled call went on: ending the engine');
    this.process = undefined;
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
    const others = [...this.pending.values()];
    this.pending.clear();
    for (const { call, model, rest, settle, watch, release } of others) {
      release();
      this.send(call, model, rest, watch).then(settle.resolve, settle.reject);
    }
  }

  private patienceFor(call: Call): number {
    return this.options.patienceMs ?? (isLanguageCall(call) ? TEXT_PATIENCE_MS : PATIENCE_MS);
  }

  private running(): ChildProcess {
    if (this.disposed) throw lost('the engine was shut down');
    this.process ??= this.start();
    return this.process;
  }

  private start(): ChildProcess {
    const { program, fork: forkOptions = {} } = this.options;
    const child = fork(program, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Not those of this process: a debugger's port is taken already. Graphs are many small objects that stay: with more
      // room for new ones fewer are copied about by collections.
      execArgv: NODE_FLAGS,
      ...forkOptions,
      // An editor's executable acts as Node only when it is told to.
      env: { ...(forkOptions.env ?? process.env), ELECTRON_RUN_AS_NODE: '1' },
    });
    this.log(`the engine starts as process ${child.pid}`);
    this.tail.length = 0;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => this.note(String(data)));
    child.on('message', (message) => this.hear(message as Reply));
    child.on('error', (error) => this.ended(child, error.message));
    child.on('exit', (code, signal) => this.ended(child, signal ? `signal ${signal}` : `exit status ${code}`));
    return child;
  }

  private hear(reply: Reply): void {
    if (reply.type === 'listening') return;
    const call = this.pending.get(reply.id);
    if (!call) return;
    if (reply.type === 'report') {
      call.watch?.report?.(reply.title);
    } else if (reply.type === 'print') {
      call.watch?.print?.(reply.lines);
    } else if (reply.type === 'failure') {
      this.fail(reply.id, toError(reply.failure));
    } else {
      this.pending.delete(reply.id);
      call.release();
      call.settle.resolve(reply.result);
    }
  }

  private fail(id: number, error: Error): void {
    const call = this.pending.get(id);
    this.pending.delete(id);
    call?.release();
    call?.settle.reject(error);
  }

  private ended(child: ChildProcess, reason: string): void {
    if (this.process !== child) return;
    this.process = undefined;
    this.log(`the engine ended: ${reason}`);
    const memory = this.tail.some((line) => line.includes('heap out of memory'));
    const why = memory ? 'it ran out of memory' : reason;
    const last = this.tail.find((line) => /Error: /.test(line)) ?? this.tail.at(-1);
    const said = memory || last === undefined ? '' : ` Its last words: ${last}`;
    const next = 'The next action starts it again.';
    for (const id of [...this.pending.keys()]) this.fail(id, lost(`The engine stopped (${why}). ${next}${said}`));
  }

  private note(text: string): void {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      this.log(line);
      this.tail.push(line);
      if (this.tail.length > LOG_TAIL_LINES) this.tail.shift();
    }
  }

  private log(line: string): void {
    this.options.log?.(line);
  }
}

function lost(message: string): EngineError {
  return new EngineError({ kind: 'lost', message });
}
