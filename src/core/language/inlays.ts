/** Inferred types behind the outputs of nodes, where the text does not declare them. */
import { declaredType } from '../dialects/onnx/infer/declared.ts';
import type { GraphScope } from './scopes.ts';
import { moved, type NodeAt, nodesOf, rootScopes, subgraphsOf } from './scopes.ts';
import type { TypedDocument } from './syntax-document.ts';
import type { Span, TextPosition, TextRange } from './text.ts';
import { shownType } from './type-text.ts';

/** The type of a value, shown behind its name. */
export interface InlayText {
  readonly position: TextPosition;
  readonly text: string;
  readonly markdown?: string;
}

export function inlaysIn(document: TypedDocument, range: TextRange): InlayText[] {
  const span = document.text.spanOf(range);
  const inlays: InlayText[] = [];
  for (const scope of rootScopes(document.tree)) collect(document, scope, span, inlays);
  return inlays;
}

function collect(document: TypedDocument, scope: GraphScope, span: Span, into: InlayText[]): void {
  const declared = new Set<string>();
  const { outputs, values } = scope.graph;
  for (const entry of [...(outputs?.items ?? []), ...(values?.items ?? [])]) {
    if (entry.name && entry.type) declared.add(entry.name.text);
  }
  for (const placed of nodesOf(scope)) {
    if (placed.at > span.end || placed.at + placed.node.length < span.start) continue;
    into.push(...nodeInlays(document, placed, declared));
    for (const inner of subgraphsOf(placed)) collect(document, inner, span, into);
  }
}

function* nodeInlays(
  document: TypedDocument,
  { node, at }: NodeAt,
  declared: ReadonlySet<string>,
): Iterable<InlayText> {
  const values = document.nodeOf(node)?.outputs ?? [];
  for (const [k, name] of node.outputs.entries()) {
    const value = values[k];
    if (!value?.type || name.text === '' || declared.has(name.text) || declaredType(value) === value.type) continue;
    yield { position: document.text.positionAt(moved(name, at).end), text: `: ${shownType(value.type)}` };
  }
}
