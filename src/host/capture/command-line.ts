/** The command line that a program finds, as one writes it in a terminal. */
import { commandLineUse } from '../../core/language/python/command-line.ts';
import type { ProgramChoice } from '../../shared/capture.ts';

/** Parameters that stand for all settings of a program: the helper in Python fills them from what parses the command line. */
const SETTINGS =
  /^(?:args?|opts?|options?|cfg|conf|config|configs|configuration|hparams?|hp|params|settings|flags|namespace)$/i;

/** Whether what is captured may read the command line: on import, in a function that makes it, or for its settings. */
export function readsCommandLine(text: string, { kind, parameters }: ProgramChoice): boolean {
  const use = commandLineUse(text);
  if (use !== 'in functions') return use !== undefined;
  return kind === 'function' || parameters.some((each) => each.default === undefined && SETTINGS.test(each.name));
}

/** `--name "a b"` as its words; undefined where a quote is not closed. */
export function splitCommandLine(text: string): readonly string[] | undefined {
  const words: string[] = [];
  for (const [word] of text.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\]|["'\\])+/gs)) {
    let plain = '';
    for (const [piece] of word.matchAll(/"(?:\\.|[^"\\])*"|'[^']*'|\\.|[\s\S]/gs)) {
      if (piece === '"' || piece === "'") return undefined;
      if (piece.startsWith("'")) plain += piece.slice(1, -1);
      else if (piece.startsWith('"')) plain += piece.slice(1, -1).replace(/\\(["\\])/g, '$1');
      // A path of Windows keeps its backslashes.
      else plain += /^\\[\s"'\\]$/.test(piece) ? piece.slice(1) : piece;
    }
    words.push(plain);
  }
  return words;
}
