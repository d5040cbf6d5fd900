/**
 * What a text means: its graph, the types of values, and what the checker finds. After an edit within single nodes the
 * graph is patched, these nodes are checked again, and types are inferred again as far as they change.
 */
import { findProblems } from '../dialects/onnx/check.ts';
import { type CheckContext, checkOperator, contextOf } from '../dialects/onnx/check-operator.ts';
import type { Finding } from '../dialects/onnx/findings.ts';
import type { BuildFault, Placed, TensorStore } from '../formats/onnxtxt/building.ts';
import { buildLeniently } from '../formats/onnxtxt/parse.ts';
import type { ChangedStatements, TextChange } from '../formats/onnxtxt/reparse.ts';
import type { NameSyntax, NodeSyntax, TextSyntax } from '../formats/onnxtxt/syntax.ts';
import type { Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import { Value } from '../ir/value.ts';
import { movedFaults } from './moved-faults.ts';
import { faultyNodes, namesOf, patchNode, staysItself } from './patch.ts';
import { TypeInference, withDeclared } from './type-inference.ts';
import { UnusedParts } from './unused.ts';

export interface AnalysisOptions {
  /** The path of the text, or of the binary that it was made from: data in other files lies beside it. */
  readonly fileName: string;
  /** Where constants are that stand in the text by their hash. */
  readonly store?: TensorStore | undefined;
}

export class Analysis {
  readonly model: Model;
  readonly nodes: Map<Node, Placed<NodeSyntax>>;
  readonly nodeOf: Map<NodeSyntax, Node>;
  readonly values: Map<Value, Placed<NameSyntax>>;
  /** What the text says and what cannot be, beside the faults of its tree; offsets count in the text. */
  faults: readonly BuildFault[];
  private readonly context: CheckContext;
  private readonly types: TypeInference;
  private readonly unused: UnusedParts;
  /** Nodes whose statement is wrong itself: of these nothing more is said than what their names are. */
  private readonly faulty: Set<Node>;
  /** What the checker finds without types and uses; undefined when it is to be asked again. */
  private structure: readonly Finding[] | undefined;
  /** Nodes that it finds errors of: what types say of them follows from these. */
  private wrong: ReadonlySet<Node> = new Set();
  private names: Map<string, Value> | undefined;
  /** Whether nodes stand before what they read: then types are inferred again as a whole. */
  private disordered: boolean;

  constructor(
    text: string,
    tree: TextSyntax,
    private readonly options: AnalysisOptions,
  ) {
    const built = buildLeniently(text, tree, options);
    this.model = built.model;
    this.nodes = new Map(built.nodes);
    this.nodeOf = new Map(built.nodeOf);
    this.values = new Map(built.values);
    this.faults = built.faults;
    this.faulty = faultyNodes(built.nodes, built.faults);
    this.context = contextOf(this.model);
    this.unused = new UnusedParts(this.model);
    this.types = new TypeInference(this.model, (node) => this.faulty.has(node) || this.wrong.has(node));
    this.disordered = !this.types.allInOrder();
    this.settle();
  }

  /** Everything that is wrong with the graph. */
  findings(): readonly Finding[] {
    this.settle();
    return [...(this.structure ?? []), ...this.types.findings(), ...this.unused.findings()];
  }

  /** Works out what has changed since the last time. */
  settle(): void {
    if (!this.structure) this.checkStructure();
    this.types.settle();
  }

  /**
   * Brings the graph in step with nodes that were parsed anew; false where that takes more than a patch, and the text must
   * be analysed again as a whole.
   */
  patch(text: string, changed: ChangedStatements, change: TextChange): boolean {
    const { removed, added } = changed;
    if (changed.function || removed.length !== added.length) return false;
    const pairs: { node: Node; before: NodeSyntax; after: NodeSyntax }[] = [];
    for (const [k, before] of removed.entries()) {
      const after = added[k];
      if (before.kind !== 'node' || after?.kind !== 'node') return false;
      const node = this.nodeOf.get(before);
      if (!node || !staysItself(before, after)) return false;
      pairs.push({ node, before, after });
    }
    this.faults = movedFaults(this.faults, changed, change);
    for (const { node, before, after } of pairs) {
      const { inputs, domain } = node;
      this.replace(text, node, before, after);
      this.unused.patched(node, { inputs, domain });
      this.recheck(node);
    }
    if (this.disordered) this.types.restart();
    return true;
  }

  private replace(text: string, node: Node, before: NodeSyntax, after: NodeSyntax): void {
    const options = { ...this.options, dialect: this.model.dialect };
    const names = this.namedValues();
    const faults = patchNode(node, text, after, options, (name) => {
      const value = names.get(name) ?? new Value({ name });
      names.set(name, value);
      return value;
    });
    this.faults = [...this.faults, ...faults];
    this.nodeOf.delete(before);
    this.nodeOf.set(after, node);
    const placed = { syntax: after, within: undefined };
    this.nodes.set(node, placed);
    for (const [k, value] of node.outputs.entries()) {
      const name = after.outputs[k];
      if (name) this.values.set(value, { syntax: name, within: placed });
    }
    if (faults.length > 0 || after.faults.length > 0) this.faulty.add(node);
    else this.faulty.delete(node);
    this.types.touch(node);
  }

  /** What names of the model's graph stand for, also those that nothing defines: these are known by their readers. */
  private namedValues(): Map<string, Value> {
    this.names ??= namesOf(this.model);
    return this.names;
  }

  /** Checks a patched node by itself where its problems are of its own; else everything is to be checked again. */
  private recheck(node: Node): void {
    this.disordered ||= !this.types.inOrder(node);
    const plain = !this.disordered && this.model.functions.length === 0 && this.namesAreFine(node);
    if (!plain || !this.structure) {
      this.structure = undefined;
      return;
    }
    const others = this.structure.filter((finding) => finding.node !== node);
    const own = this.faulty.has(node) ? [] : this.checkOperator(node);
    this.structure = [...others, ...own];
    const wrong = new Set(this.wrong);
    if (own.some(isError)) wrong.add(node);
    else wrong.delete(node);
    this.wrong = wrong;
  }

  private checkOperator(node: Node): Finding[] {
    const inputs = node.inputs.filter((value) => value !== undefined);
    return withDeclared(inputs, () => checkOperator(node, this.context)).map((problem) => ({ problem, node }));
  }

  /** Whether nothing is wrong, or was, with the names that a node reads and gives. */
  private namesAreFine(node: Node): boolean {
    const reads = node.inputs.every((value) => !value || value.producer || this.isGiven(value));
    const about = (finding: Finding) => finding.node === node || finding.first?.producer === node;
    return reads && !this.structure?.some((finding) => about(finding) && NAMES.has(finding.problem.code));
  }

  private isGiven(value: Value): boolean {
    const { inputs, initializers } = this.model.graph;
    return initializers.has(value) || inputs.includes(value);
  }

  private checkStructure(): void {
    const found = withDeclared(this.types.values(), () => {
      return findProblems(this.model, { types: false, told: this.faulty });
    });
    this.structure = found.filter(({ problem }) => !UnusedParts.codes.has(problem.code));
    const before = this.wrong;
    this.wrong = new Set(this.structure.flatMap((finding) => (finding.node && isError(finding) ? [finding.node] : [])));
    // What types say is told of other nodes now.
    for (const node of [...before, ...this.wrong]) {
      if (before.has(node) !== this.wrong.has(node)) this.types.touch(node);
    }
    this.disordered = !this.types.allInOrder();
    if (this.disordered) this.types.restart();
  }
}

/** Problems of what nodes read and give; those of operators are all others. */
const NAMES: ReadonlySet<string> = new Set([
  'value-undefined',
  'used-before-defined',
  'cycle',
  'value-redefined',
  'name-missing',
]);

function isError({ problem }: Finding): boolean {
  return problem.severity === 'error';
}
