/** Finds the command, and turns every end of it into an exit status and words. */
import { CancelledError, InputError } from '../core/ir/errors.ts';
import { VERSION } from '../core/version.ts';
import { SEE_HELP } from './arguments.ts';
import { HELP } from './help.ts';
import { BAD_INPUT, DONE, OUR_FAULT, printJson, say } from './report.ts';

type Command = (args: readonly string[]) => Promise<number>;

/** Each command loads what it needs, so that the others cost nothing. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  assemble: async () => (await import('./commands/assemble.ts')).assemble,
  capture: async () => (await import('./commands/capture.ts')).capture,
  check: async () => (await import('./commands/check.ts')).check,
  convert: async () => (await import('./commands/convert.ts')).convert,
  inspect: async () => (await import('./commands/inspect.ts')).inspect,
  rules: async () => (await import('./commands/rules.ts')).rules,
  simplify: async () => (await import('./commands/simplify.ts')).simplify,
  targets: async () => (await import('./commands/targets.ts')).targets,
  text: async () => (await import('./commands/text.ts')).text,
};

/** Runs one command line; the answer is the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    return explain(error, args.includes('--json'));
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return name === undefined ? BAD_INPUT : DONE;
  }
  if (name === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return DONE;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new InputError('bad-argument', `there is no command "${name}"`, undefined, SEE_HELP);
  return (await command())(rest);
}

/** What is left to say when a command did not come to its own end. */
function explain(error: unknown, json: boolean): number {
  if (error instanceof InputError) {
    if (json) {
      const { code, message, place, next } = error;
      printJson({ status: 'bad-input', error: { code, message, place, next }, output: [], problems: [], seconds: 0 });
    } else say(`error: ${error.describe()}`);
    return BAD_INPUT;
  }
  if (error instanceof CancelledError) {
    const { message } = error;
    if (json) {
      printJson({ status: 'bad-input', error: { code: 'cancelled', message }, output: [], problems: [], seconds: 0 });
    } else say(`${message} Nothing was written.`);
    return BAD_INPUT;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (json) printJson({ status: 'our-fault', error: { message: stack }, output: [], problems: [], seconds: 0 });
  say(
    `This is a fault of Graphwright ${VERSION}, not of your model. Please report it with the command and these lines:\n${stack}`,
  );
  return OUR_FAULT;
}
