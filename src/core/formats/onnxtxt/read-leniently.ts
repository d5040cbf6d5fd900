/** Files of ONNX text for the checker: what is there becomes a model, and what is wrong is told with its line. */
import type { ByteSource } from '../../ir/bytes.ts';
import type { Node } from '../../ir/node.ts';
import type { ProblemCode } from '../../problems/codes.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import type { LenientModel } from '../onnx/read.ts';
import { type BuildFault, baseOf } from './building.ts';
import { type BuiltText, buildLeniently } from './parse.ts';
import { readText } from './read.ts';
import { faultsOf, parseText } from './syntax-text.ts';

/**
 * Reads a text past whatever is wrong in it. Undefined where the text is of another dialect than ONNX: only ONNX is
 * checked. Throws InputError `file-too-large`, or `file-malformed` where it is no UTF-8.
 */
export function readOnnxTextLeniently(source: ByteSource): LenientModel | undefined {
  const text = readText(source);
  const tree = parseText(text);
  const built = buildLeniently(text, tree, { fileName: source.name });
  if (built.model.dialect !== 'onnx') return undefined;
  const syntax = faultsOf(tree).map((fault) => ({ ...fault, code: 'syntax-error' as const }));
  const faults = [...syntax, ...built.faults].sort((a, b) => a.start - b.start);
  return { model: built.model, problems: problemsOf(faults, text, source.name), told: nodesWith(faults, built) };
}

const CODE_OF: Partial<Record<BuildFault['code'], ProblemCode>> = {
  'external-data-missing': 'external-data-missing',
  'external-data-outside': 'external-data-outside',
  'git-lfs-pointer': 'external-data-missing',
  'file-malformed': 'tensor-malformed',
  'file-truncated': 'tensor-malformed',
};

/** Faults in the order of the text, so that its lines are counted once. */
function problemsOf(faults: readonly BuildFault[], text: string, file: string): Problem[] {
  let line = 1;
  let lineStart = 0;
  return faults.map(({ start, message, code }) => {
    for (let next = text.indexOf('\n', lineStart); next !== -1 && next < start; next = text.indexOf('\n', lineStart)) {
      line++;
      lineStart = next + 1;
    }
    const reason = message.charAt(0).toUpperCase() + message.slice(1);
    const origin = [{ kind: 'onnxtxt', file, line, column: start - lineStart + 1 } as const];
    return { ...problem(CODE_OF[code] ?? 'syntax-error', undefined, { reason }), origin };
  });
}

/** The nodes in whose statements something is wrong; those around them too. */
function nodesWith(faults: readonly BuildFault[], { nodes }: BuiltText): Set<Node> {
  const found = new Set<Node>();
  if (faults.length === 0) return found;
  const starts = faults.map(({ start }) => start);
  for (const [node, placed] of nodes) {
    const start = baseOf(placed) + placed.syntax.start;
    const first = starts[firstFrom(starts, start)];
    if (first !== undefined && first <= start + placed.syntax.length) found.add(node);
  }
  return found;
}

/** The index of the first number from `least` on, in a sorted list. */
function firstFrom(sorted: readonly number[], least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
