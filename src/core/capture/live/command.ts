/** The command that runs the helper: editors show it before it runs. */

/** Nothing is written beside the user's files (-B), nothing is held back (-u), and texts are UTF-8. */
export function helperCommand(python: string, script: string): readonly [string, ...string[]] {
  return [python, '-B', '-u', '-X', 'utf8', script];
}
