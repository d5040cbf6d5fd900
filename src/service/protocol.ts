/** What goes over the wire between the engine's process and its client; derived from the table of calls. */
import type { ArgumentsOf, EngineCalls, Failure, ResultOf } from '../shared/engine.ts';
import type { LanguageCalls } from '../shared/language.ts';

/** Everything that the engine's process answers: about models, and about texts that are edited. */
export type Calls = EngineCalls & LanguageCalls;
export type Call = keyof Calls;

/** To the engine. */
export type Request =
  | {
      [C in Call]: {
        readonly type: 'call';
        readonly id: number;
        readonly call: C;
        readonly arguments: ArgumentsOf<Calls, C>;
      };
    }[Call]
  | { readonly type: 'cancel'; readonly id: number };

/** From the engine. Every call ends with one `result` or `failure`. */
export type Reply =
  | { readonly type: 'listening' }
  | { readonly type: 'report'; readonly id: number; readonly title: string }
  | { readonly type: 'print'; readonly id: number; readonly lines: string }
  | { readonly type: 'result'; readonly id: number; readonly result: ResultOf<Calls, Call> }
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

/** How many arguments each call about models has before its watch. */
const ENGINE_COUNTS: { readonly [C in keyof EngineCalls]: ArgumentsOf<EngineCalls, C>['length'] } = {
  open: 2,
  close: 1,
  groups: 2,
  unfolding: 3,
  search: 3,
  locate: 2,
  node: 2,
  tensor: 3,
  explain: 3,
  text: 2,
  source: 2,
  targets: 1,
  problems: 2,
  domainVersions: 1,
  targetTable: 1,
  convert: 1,
  steps: 3,
  openStep: 3,
  draftOperator: 3,
  describeProgram: 1,
  guessInputs: 1,
  capture: 1,
};

/** The same of the calls about texts. */
const LANGUAGE_COUNTS: { readonly [C in keyof LanguageCalls]: ArgumentsOf<LanguageCalls, C>['length'] } = {
  opsFile: 2,
  opsComplete: 3,
  opsHover: 3,
  testRules: 2,
  openDocument: 3,
  changeDocument: 3,
  closeDocument: 1,
  textProblems: 1,
  targetProblems: 2,
  textFixes: 2,
  hover: 2,
  complete: 2,
  signature: 2,
  definition: 2,
  references: 2,
  renameTarget: 2,
  rename: 3,
  outline: 1,
  folding: 1,
  selections: 2,
  format: 2,
  inlays: 2,
  semanticTokens: 2,
  nodeAt: 2,
  rangeOfNode: 2,
  binaryText: 1,
  saveBinary: 2,
};

export const ARGUMENT_COUNTS = { ...ENGINE_COUNTS, ...LANGUAGE_COUNTS };

/** Every call by name, so that code can be made for all of them. */
export const CALL_NAMES = Object.keys(ARGUMENT_COUNTS) as readonly Call[];

export function isLanguageCall(call: Call): call is keyof LanguageCalls {
  return Object.hasOwn(LANGUAGE_COUNTS, call);
}

/** The calls whose first argument is no model. */
export const CALLS_WITHOUT_MODEL: ReadonlySet<Call> = new Set<Call>([
  'open',
  'targets',
  'convert',
  'steps',
  'openStep',
  'describeProgram',
  'guessInputs',
  'capture',
  ...CALL_NAMES.filter(isLanguageCall),
]);

/** A call with its watch apart, however many arguments it has. */
export type AnyCall = (...args: readonly unknown[]) => Promise<unknown>;
