/** The engine's end of the wire: runs the calls that arrive, passes progress on, and hears when to stop. */
import type { EngineCalls } from '../shared/engine.ts';
import type { LanguageCalls } from '../shared/language.ts';
import { toFailure } from './failure.ts';
import {
  type AnyCall,
  ARGUMENT_COUNTS,
  type Call,
  isLanguageCall,
  type Port,
  type Reply,
  type Request,
} from './protocol.ts';

/** Who answers the calls of each table. */
export interface Tables {
  readonly engine: EngineCalls;
  readonly language?: LanguageCalls;
}

/** Answers requests until the port falls silent. Calls run as they come; each may be cancelled by itself. */
export function serve(tables: Tables, port: Port<Reply, Request>): void {
  const running = new Map<number, AbortController>();

  const run = async (request: Extract<Request, { type: 'call' }>) => {
    const { id, call } = request;
    const stop = new AbortController();
    running.set(id, stop);
    try {
      const answer = callOf(tables, call);
      const args: unknown[] = request.arguments.slice(0, ARGUMENT_COUNTS[call]);
      while (args.length < ARGUMENT_COUNTS[call]) args.push(undefined);
      const report = (title: string) => port.send({ type: 'report', id, title });
      const print = (lines: string) => port.send({ type: 'print', id, lines });
      const result = await answer(...args, { signal: stop.signal, report, print });
      // A result belongs to its call by the types of the tables.
      port.send({ type: 'result', id, result } as Reply);
    } catch (error) {
      port.send({ type: 'failure', id, failure: toFailure(error) });
    } finally {
      running.delete(id);
    }
  };

  port.listen((request) => {
    if (request.type === 'cancel') running.get(request.id)?.abort();
    else void run(request);
  });
  port.send({ type: 'listening' });
}

function callOf({ engine, language }: Tables, name: Call): AnyCall {
  const table: Partial<Record<Call, unknown>> | undefined = isLanguageCall(name) ? language : engine;
  if (!table || !Object.hasOwn(ARGUMENT_COUNTS, name)) throw new TypeError(`the engine has no call ${name}`);
  // One place where the tables are used by name: the types of each call are kept by Request and the tables.
  return (table[name] as AnyCall).bind(table);
}
