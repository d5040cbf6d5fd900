/**
 * Where nodes came from, as metadata of ONNX nodes under the keys of PyTorch's exporter (torch/onnx/_internal/exporter/
 * _core.py of PyTorch 2.13), so that other tools read what we write and the other way round:
 * - `name_scopes`, `class_hierarchy`: Python lists of module paths and classes, root first; the last entry is the
 *   node of the exported program and its operator.
 * - `stack_trace`: frames as in a Python traceback, innermost last.
 */
import type { Node } from '../../ir/node.ts';
import type { Frame, Origin } from '../../ir/origin.ts';

export const SCOPES = 'pkg.torch.onnx.name_scopes';
export const CLASSES = 'pkg.torch.onnx.class_hierarchy';
export const TRACE = 'pkg.torch.onnx.stack_trace';
/** The same as scopes and classes, for another reader. */
const NAMESPACE = 'namespace';

/** The metadata that says where a node came from. What the node says itself stays as it is. */
export function provenanceOf(node: Node): ReadonlyMap<string, string> {
  if (node.origin.length === 0 && node.scope.length === 0) return node.metadata;
  const metadata = new Map(node.metadata);
  const trace = traceText(node.origin);
  if (trace !== '' && !metadata.has(TRACE)) metadata.set(TRACE, trace);
  if (node.scope.length > 0 && !metadata.has(SCOPES) && !metadata.has(CLASSES)) {
    metadata.set(SCOPES, pythonList([...node.scope.map((entry) => entry.path), node.name ?? node.op]));
    metadata.set(CLASSES, pythonList([...node.scope.map((entry) => entry.type), node.operator]));
  }
  return metadata;
}

/**
 * Whether metadata is what PyTorch's exporter and onnxscript's optimiser write for their own use: graph nodes and signatures
 * of the exported program, rules that made a node. Scopes and traces count where they are `known` to the graph.
 */
export function isExporterNote(key: string, known: { readonly scope: boolean; readonly origin: boolean }): boolean {
  if (key === SCOPES || key === CLASSES || key === NAMESPACE) return known.scope;
  if (key === TRACE) return known.origin;
  return key.startsWith('pkg.torch.') || key.startsWith('pkg.onnxscript.');
}

/** Frames of the user's code, of TorchScript and of a prototxt go into files; those of an ONNX text belong to that text. */
export function writtenFrames(origin: Origin): Origin {
  return origin.every(isWritten) ? origin : origin.filter(isWritten);
}

function isWritten({ kind }: Frame): boolean {
  return kind === 'python' || kind === 'torchscript' || kind === 'prototxt';
}

/** What stands for the function of a frame; undefined where there is none. A line of a prototxt is told by it. */
export function functionIn({ kind, function: name }: Frame): string | undefined {
  return kind === 'prototxt' ? PROTOTXT : name;
}

const PROTOTXT = '<prototxt>';

function traceText(origin: Origin): string {
  return writtenFrames(origin)
    .toReversed()
    .map((frame) => {
      const head = `File "${frame.file}", line ${frame.line}, in ${functionIn(frame) ?? '<module>'}`;
      return frame.text === undefined ? head : `${head}\n    ${frame.text.replaceAll('\n', ' ')}`;
    })
    .join('\n');
}

/** Entries of TorchScript archives are told by their folder. `name` is what `functionIn` has written. */
export function frameOfFile(file: string, line: number, name: string | undefined, text: string | undefined): Frame {
  if (name === PROTOTXT) return { kind: 'prototxt', file, line };
  return {
    kind: file.startsWith('code/') ? 'torchscript' : 'python',
    file,
    line,
    ...(name && name !== '<module>' && { function: name }),
    ...(text !== undefined && { text }),
  };
}

/** Python's `repr` of a list of strings. */
function pythonList(items: readonly string[]): string {
  return `[${items.map(pythonString).join(', ')}]`;
}

function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? character);
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
