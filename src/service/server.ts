/** The engine's end of the wire: runs the calls that arrive, passes progress on, and hears when to stop. */
import type { EngineCalls } from '../shared/engine.ts';
import { toFailure } from './failure.ts';
import { ARGUMENT_COUNTS, callOf, type Port, type Reply, type Request } from './protocol.ts';

/** Answers requests until the port falls silent. Calls run as they come; each may be cancelled by itself. */
export function serve(engine: EngineCalls, port: Port<Reply, Request>): void {
  const running = new Map<number, AbortController>();

  const run = async (request: Extract<Request, { type: 'call' }>) => {
    const { id, call } = request;
    const stop = new AbortController();
    running.set(id, stop);
    try {
      if (!Object.hasOwn(ARGUMENT_COUNTS, call)) throw new TypeError(`the engine has no call ${call}`);
      const args: unknown[] = request.arguments.slice(0, ARGUMENT_COUNTS[call]);
      while (args.length < ARGUMENT_COUNTS[call]) args.push(undefined);
      const report = (title: string) => port.send({ type: 'report', id, title });
      const result = await callOf(engine, call)(...args, { signal: stop.signal, report });
      port.send({ type: 'result', id, result });
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
