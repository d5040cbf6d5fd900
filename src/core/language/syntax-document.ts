/** What features read of a document: its text and syntax tree, and of the second kind also its graph with types. */

import type { CustomOperators } from '../custom/definition.ts';
import type { NodeSyntax, TextSyntax } from '../formats/onnxtxt/syntax.ts';
import type { Graph } from '../ir/graph.ts';
import type { FunctionDefinition, Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';
import type { FunctionKey } from './functions.ts';
import type { GraphScope, Mention } from './scopes.ts';
import type { DocumentText } from './text.ts';

export interface SyntaxDocument {
  readonly text: DocumentText;
  readonly tree: TextSyntax;
}

export interface TypedDocument extends SyntaxDocument {
  readonly model: Model;
  /** The node of the graph that a statement stands for; undefined where it is too broken for one. */
  nodeOf(node: NodeSyntax): Node | undefined;
  /** The graph that a scope stands for. */
  graphOf(scope: GraphScope): Graph | undefined;
  /** The value that a mention stands for; undefined where nothing defines it. */
  valueOf(mention: Mention): Value | undefined;
  /** The versions by which a graph's nodes are read. */
  importsOf(scope: GraphScope): ReadonlyMap<string, number>;
  functionOf(key: FunctionKey): FunctionDefinition | undefined;
  /** Those of graphwright.ops.json. */
  readonly custom: CustomOperators;
}
