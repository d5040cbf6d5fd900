/**
 * Whether a Python file reads the command line that it is run with, told by its text alone: when it is imported, or in its
 * functions, such as a `parse_args()` or a factory. What stands under `if __name__ == "__main__"` does not count: a capture does
 * not run it.
 */
import { statementsOf } from './statements.ts';

export type CommandLineUse = 'at import' | 'in functions';

/** sys.argv, argparse (and what parses like it), click, typer, fire, tyro, absl, OmegaConf, hydra. */
const READS = [
  /\bsys\.argv\b/,
  /\.parse_(?:known_|intermixed_)?args(?:_into_dataclasses)?\s*\(\s*(?:args\s*=\s*)?(?:None\s*)?\)/,
  /^@(?:click|typer|hydra|\w+)\.(?:command|group|main)\b/,
  /\b(?:fire\.Fire|tyro\.cli|app\.run|OmegaConf\.from_cli)\s*\(/,
  /\bFLAGS\.\w/,
];
const MAIN = /^if\s+(?:__name__\s*==|.*==\s*__name__\s*:)/;
/** What stands in a function runs when it is called, what stands in a class or a condition when the file is imported. */
const FUNCTION = /^(?:async\s+)?def\b|^@/;

export function commandLineUse(text: string): CommandLineUse | undefined {
  let use: CommandLineUse | undefined;
  /** Indents of the functions around a statement, and of the main block. */
  const functions: number[] = [];
  let main: number | undefined;
  for (const { text: code, indent } of statementsOf(text)) {
    while ((functions.at(-1) ?? -1) >= indent) functions.pop();
    if (main !== undefined && indent <= main) main = undefined;
    if (main !== undefined) continue;
    if (MAIN.test(code)) {
      main = indent;
      continue;
    }
    if (READS.some((read) => read.test(code))) {
      if (functions.length === 0 && !FUNCTION.test(code)) return 'at import';
      use = 'in functions';
    }
    if (FUNCTION.test(code) && !code.startsWith('@')) functions.push(indent);
  }
  return use;
}
