/** Nodes of the graph and where they stand in the text. */
import { headSpan } from './fix-places.ts';
import { allNodes, type NodeAt } from './scopes.ts';
import { nodeAround } from './spot.ts';
import type { SyntaxDocument } from './syntax-document.ts';
import type { TextPosition, TextRange } from './text.ts';

/** The name of the node at a position, or that of its first output. */
export function nodeNameAt({ text, tree }: SyntaxDocument, position: TextPosition): string | undefined {
  const placed = nodeAround(tree, text.offsetAt(position));
  return placed && nameOf(placed);
}

function nameOf({ node }: NodeAt): string | undefined {
  return node.label?.name.text || node.outputs.find(({ text }) => text !== '')?.text;
}

/** Where a node stands that has a name, or makes a value of it. */
export function rangeOfNamed({ text, tree }: SyntaxDocument, name: string): TextRange | undefined {
  let maker: NodeAt | undefined;
  for (const placed of allNodes(tree)) {
    if (placed.node.label?.name.text === name) return text.rangeOf(headSpan(placed));
    if (placed.node.outputs.some((output) => output.text === name)) maker ??= placed;
  }
  return maker && text.rangeOf(headSpan(maker));
}
