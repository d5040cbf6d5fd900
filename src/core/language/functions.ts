/** Functions of a text and the nodes that call them. */
import { onnxDomain } from '../dialects/onnx/operators.ts';
import type { FunctionSyntax, HeaderSyntax, OperatorSyntax, TextSyntax } from '../formats/onnxtxt/syntax.ts';
import { allNodes, type NodeAt } from './scopes.ts';

/** What tells functions of a model apart. */
export interface FunctionKey {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
}

export function keyOfFunction({ header, graph }: FunctionSyntax): FunctionKey {
  return {
    domain: onnxDomain(headerText(header, 'domain') ?? ''),
    name: graph.name?.text ?? '',
    overload: headerText(header, 'overload') ?? '',
  };
}

/** The operator of a node as a function would be called. */
export function keyOfOperator({ domain, name, overload }: OperatorSyntax): FunctionKey {
  const words = domain.map((word) => word.text).join('.');
  return { domain: onnxDomain(words), name: name.text, overload: overload?.text ?? '' };
}

export function sameKey(a: FunctionKey, b: FunctionKey): boolean {
  return a.name === b.name && a.domain === b.domain && a.overload === b.overload;
}

/** The function of the text that a node calls. */
export function calledBy(tree: TextSyntax, { node }: NodeAt): FunctionSyntax | undefined {
  if (!node.operator) return undefined;
  const key = keyOfOperator(node.operator);
  return tree.functions.find((definition) => sameKey(keyOfFunction(definition), key));
}

/** The nodes that call a function. */
export function* callsOf(tree: TextSyntax, definition: FunctionSyntax): Iterable<NodeAt> {
  const key = keyOfFunction(definition);
  for (const placed of allNodes(tree)) {
    if (placed.node.operator && sameKey(keyOfOperator(placed.node.operator), key)) yield placed;
  }
}

/** The text behind a key of a header. */
export function headerText(header: HeaderSyntax | undefined, key: string): string | undefined {
  const value = header?.entries.find((entry) => entry.key.text === key)?.value;
  return value?.kind === 'string' ? value.text : undefined;
}
