/** Commands about the onnxruntime of a Python: editors show them before they run. */

/** What runs models. Nothing is written beside the packages (-B), and texts are UTF-8. */
export function runtimeCommand(python: string, script: string): readonly [string, ...string[]] {
  return [python, '-B', '-X', 'utf8', script];
}

/** What gives an interpreter its onnxruntime. */
export function installCommand(python: string): string {
  return `${/\s/.test(python) ? JSON.stringify(python) : python} -m pip install onnxruntime`;
}
