/**
 * A text that is open in an editor, with its tree and what it means, kept in step with every edit. An edit within a node
 * costs what the node and its consequences cost; other edits cost the whole text.
 */
import type { CustomOperators } from '../custom/definition.ts';
import { functionKey } from '../dialects/onnx/check-operator.ts';
import type { TensorStore } from '../formats/onnxtxt/building.ts';
import { reparse } from '../formats/onnxtxt/reparse.ts';
import type { NodeSyntax, SyntaxFault, TextSyntax } from '../formats/onnxtxt/syntax.ts';
import { faultsOf, parseText } from '../formats/onnxtxt/syntax-text.ts';
import type { Graph } from '../ir/graph.ts';
import type { FunctionDefinition, Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';
import { Analysis } from './analysis.ts';
import { customBeside } from './custom-beside.ts';
import type { FunctionKey } from './functions.ts';
import { changedFaults } from './moved-faults.ts';
import type { TextProblem } from './problems.ts';
import type { GraphScope, Mention } from './scopes.ts';
import type { TypedDocument } from './syntax-document.ts';
import { DocumentText, type TextEdit } from './text.ts';

export interface DocumentOptions {
  /** The path of the text, or of the binary that it was made from: data in other files lies beside it. */
  readonly path: string;
  /** Where constants are that stand in the text by their hash. */
  readonly store?: TensorStore | undefined;
}

export class LanguageDocument implements TypedDocument {
  readonly text: DocumentText;
  readonly path: string;
  version: number;
  private syntax: TextSyntax;
  /** What is wrong with the syntax; offsets count in the text. */
  syntaxFaults: readonly SyntaxFault[];
  /** What the target that was asked last does not take of the text as it is; none once it is edited. */
  ofTarget: readonly TextProblem[] = [];
  private known: Analysis | undefined;
  private operators: CustomOperators | undefined;
  private names = new WeakMap<Graph, ReadonlyMap<string, Value>>();

  constructor(
    text: string,
    version: number,
    private readonly options: DocumentOptions,
  ) {
    this.text = new DocumentText(text);
    this.version = version;
    this.path = options.path;
    this.syntax = parseText(text);
    this.syntaxFaults = faultsOf(this.syntax);
  }

  get tree(): TextSyntax {
    return this.syntax;
  }

  get store(): TensorStore | undefined {
    return this.options.store;
  }

  /** Applies the changes of one version, in their order. */
  edit(changes: readonly TextEdit[], version: number): void {
    for (const change of changes) this.apply(change);
    this.ofTarget = [];
    this.version = version;
  }

  private apply(edit: TextEdit): void {
    const change = this.text.apply(edit);
    const { text } = this.text;
    const { tree, changed } = reparse(this.syntax, text, change);
    this.syntax = tree;
    this.syntaxFaults = changed ? changedFaults(this.syntaxFaults, tree, changed, change) : faultsOf(tree);
    if (this.known && !(changed && this.known.patch(text, changed, change))) this.known = undefined;
  }

  /** Forgets what the text meant: the store has other constants now. */
  restart(): void {
    this.known = undefined;
  }

  /** What the text means now. */
  get analysis(): Analysis {
    this.known ??= new Analysis(this.text.text, this.syntax, { fileName: this.path, store: this.options.store });
    this.known.settle();
    return this.known;
  }

  get model(): Model {
    return this.analysis.model;
  }

  nodeOf(node: NodeSyntax): Node | undefined {
    return this.analysis.nodeOf.get(node);
  }

  graphOf({ holder, attribute = '', graph, definition }: GraphScope): Graph | undefined {
    if (!holder) {
      const index = definition ? this.tree.functions.indexOf(definition) : -1;
      return definition ? this.model.functions[index]?.graph : this.model.graph;
    }
    const held = this.nodeOf(holder.node)?.attributes.get(attribute);
    if (held?.type === 'graph') return held.value;
    if (held?.type !== 'graphs') return undefined;
    const value = holder.node.attributes?.items.find((item) => item.name.text === attribute)?.value;
    const items = value?.kind === 'list' ? value.items : [];
    return held.value[items.findIndex((item) => item.kind === 'graph-value' && item.graph === graph)];
  }

  valueOf(mention: Mention): Value | undefined {
    if (mention.kind === 'node-output' && mention.node) {
      return this.nodeOf(mention.node.node)?.outputs[mention.index ?? 0];
    }
    const graph = this.graphOf(mention.scope);
    return graph && this.givenOf(graph).get(mention.text);
  }

  /** Inputs and constants of a graph by their names. */
  private givenOf(graph: Graph): ReadonlyMap<string, Value> {
    const known = this.names.get(graph);
    if (known) return known;
    const names = new Map<string, Value>();
    for (const value of [...graph.initializers, ...graph.inputs]) if (value.name) names.set(value.name, value);
    this.names.set(graph, names);
    return names;
  }

  importsOf({ definition }: GraphScope): ReadonlyMap<string, number> {
    const index = definition ? this.tree.functions.indexOf(definition) : -1;
    return this.model.functions[index]?.opsetImports ?? this.model.opsetImports;
  }

  functionOf({ domain, name, overload }: FunctionKey): FunctionDefinition | undefined {
    const key = functionKey(domain, name, overload);
    return this.model.functions.find((each) => functionKey(each.domain, each.name, each.overload) === key);
  }

  get custom(): CustomOperators {
    this.operators ??= customBeside(this.path);
    return this.operators;
  }
}
