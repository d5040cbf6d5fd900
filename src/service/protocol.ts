/** What goes over the wire between the engine's process and its client; derived from the table of calls. */
import type { CallArguments, CallResult, EngineCall, EngineCalls, Failure } from '../shared/engine.ts';

/** To the engine. */
export type Request =
  | {
      [C in EngineCall]: {
        readonly type: 'call';
        readonly id: number;
        readonly call: C;
        readonly arguments: CallArguments<C>;
      };
    }[EngineCall]
  | { readonly type: 'cancel'; readonly id: number };

/** From the engine. Every call ends with one `result` or `failure`. */
export type Reply =
  | { readonly type: 'listening' }
  | { readonly type: 'report'; readonly id: number; readonly title: string }
  | { readonly type: 'result'; readonly id: number; readonly result: CallResult<EngineCall> }
  | { readonly type: 'failure'; readonly id: number; readonly failure: Failure };

/** Two ends that pass whole messages in order: a child process's IPC, or a pair in memory. */
export interface Port<Out, In> {
  send(message: Out): void;
  listen(hear: (message: In) => void): void;
}

/** Whether a message from another process has the shape of a request: nothing else is believed of it. */
export function isRequest(message: unknown): message is Request {
  if (typeof message !== 'object' || message === null || !('type' in message) || !('id' in message)) return false;
  if (typeof message.id !== 'number') return false;
  if (message.type === 'cancel') return true;
  return message.type === 'call' && 'call' in message && 'arguments' in message && Array.isArray(message.arguments);
}

/** How many arguments each call has before its watch. */
export const ARGUMENT_COUNTS: { readonly [C in EngineCall]: CallArguments<C>['length'] } = {
  open: 2,
  close: 1,
  groups: 2,
  unfolding: 3,
  search: 3,
  locate: 2,
  node: 2,
  tensor: 3,
  text: 2,
  source: 2,
  targets: 0,
  problems: 2,
  convert: 1,
  draftOperator: 3,
};

/** The calls whose first argument is no model. */
export const CALLS_WITHOUT_MODEL: ReadonlySet<EngineCall> = new Set<EngineCall>(['open', 'targets', 'convert']);

/** Every call by name, so that code can be made for all of them. */
export const ENGINE_CALLS = Object.keys(ARGUMENT_COUNTS) as readonly EngineCall[];

/** A call of the table with its watch apart, however many arguments it has. */
export type AnyCall = (...args: readonly unknown[]) => Promise<CallResult<EngineCall>>;

export function callOf(engine: EngineCalls, name: EngineCall): AnyCall {
  // One place where the table is used by name: the types of each call are kept by Request and EngineCalls.
  return (engine[name] as AnyCall).bind(engine);
}
