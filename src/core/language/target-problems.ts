/** What a target does not take of a text, where it stands. */
import { parseModel } from '../formats/onnxtxt/parse.ts';
import { targetProblems } from '../pipeline.ts';
import type { Problem } from '../problems/problem.ts';
import type { Progress } from '../progress.ts';
import type { TextTarget } from '../text-target.ts';
import type { LanguageDocument } from './document.ts';
import { partOfNode, placeOfPart } from './problem-places.ts';
import { frameAt, problemsOf, type TextProblem } from './problems.ts';
import { nodeAround } from './spot.ts';
import type { Span } from './text.ts';

/** Empty where the text itself has errors: these come first. */
export async function targetProblemsOf(
  document: LanguageDocument,
  target: TextTarget,
  progress: Progress,
): Promise<TextProblem[]> {
  if (problemsOf(document).some(({ severity }) => severity === 'error')) return [];
  const { text } = document.text;
  // Converting changes a model: it is made for this alone.
  const model = parseModel(text, document.path, { store: document.store });
  const problems = await targetProblems(model, document.custom, target, progress);
  // Meanwhile the text may have changed: then nobody wants to know.
  if (document.text.text !== text) return [];
  document.ofTarget = problems.map((problem) => placed(document, problem));
  return [...document.ofTarget];
}

function placed(document: LanguageDocument, problem: Problem): TextProblem {
  const span = spanOf(document, problem);
  return { ...problem, origin: [frameAt(document, span.start)], range: document.text.rangeOf(span), related: [] };
}

/** The node by its line, else the part of the model, else the start of the graph. */
function spanOf(document: LanguageDocument, { origin, part }: Problem): Span {
  const { tree, text } = document;
  const frame = origin.find(({ kind }) => kind === 'onnxtxt');
  const offset = frame && text.offsetAt({ line: frame.line - 1, character: (frame.column ?? 1) - 1 });
  const node = offset === undefined ? undefined : nodeAround(tree, offset);
  if (node) return partOfNode(node.node, part ?? { kind: 'operator' }, node.at);
  const own = part && placeOfPart(document, part);
  return own ?? tree.graph?.name ?? { start: 0, end: Math.min(1, text.length) };
}
