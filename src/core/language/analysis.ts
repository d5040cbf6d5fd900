/**
 * What a text means: its graph, the types of values, and what the checker finds. After an edit within single nodes the
 * graph is patched, these nodes are checked again, and types are inferred again as far as they change.
 */
import { findProblems } from '../dialects/onnx/check.ts';
import { MOST_SUGGESTIONS } from '../dialects/onnx/check-graph.ts';
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
import { faultyNodes, hasGraphs, makeNode, namesOf, patchNode, staysItself } from './patch.ts';
import { TypeInference, withDeclared } from './type-inference.ts';
import { undefinedInputs } from './undefined-inputs.ts';
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
  /** Inputs and constants; what a node gives has its name there. */
  private readonly values: Map<Value, Placed<NameSyntax>>;
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
  /** The names of inputs and constants of the model's graph as the text lists them. */
  private readonly listed: ReadonlySet<string>;
  /** Constants whose elements are wrong: their readers read these, whatever else has the name. */
  private readonly broken: ReadonlySet<Value>;
  private readonly brokenNames: ReadonlySet<string>;
  /** Whether a node of the model's graph holds graphs of its own. */
  private readonly holdsGraphs: boolean;
  /** Whether nodes stand before what they read: then types are inferred again as a whole. */
  private disordered: boolean;

  constructor(
    text: string,
    tree: TextSyntax,
    private readonly options: AnalysisOptions,
  ) {
    const built = buildLeniently(text, tree, options);
    this.model = built.model;
    this.nodes = built.nodes;
    this.nodeOf = built.nodeOf;
    this.values = built.values;
    this.faults = built.faults;
    this.faulty = faultyNodes(built.nodes, built.faults);
    this.context = contextOf(this.model);
    const entries = [...(tree.graph?.inputs?.items ?? []), ...(tree.graph?.values?.items ?? [])];
    this.listed = new Set(entries.map((entry) => entry.name?.text ?? ''));
    this.broken = built.broken;
    this.brokenNames = new Set(Array.from(built.broken, ({ name = '' }) => name));
    this.holdsGraphs = tree.graph?.nodes?.items.some(hasGraphs) ?? false;
    this.unused = new UnusedParts(this.model);
    this.types = new TypeInference(this.model, (node) => this.faulty.has(node) || this.wrong.has(node));
    this.disordered = false;
    this.settle();
  }

  /** Everything that is wrong with the graph. */
  findings(): readonly Finding[] {
    this.settle();
    return [...(this.structure ?? []), ...this.types.findings(), ...this.unused.findings()];
  }

  /** Where a value gets its name. */
  nameOf(value: Value): Placed<NameSyntax> | undefined {
    const within = value.producer && this.nodes.get(value.producer);
    const syntax = within?.syntax.outputs[value.outputIndex ?? 0];
    return syntax ? { syntax, within } : this.values.get(value);
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
    if (changed.function) return false;
    const removed = changed.removed.filter(isNode);
    const added = changed.added.filter(isNode);
    if (removed.length < changed.removed.length || added.length < changed.added.length) return false;
    if (added.some((syntax) => this.readsUnknown(syntax))) return false;
    const { head, tail } = unchangedEnds(removed, added);
    const middle = {
      place: changed.from + head,
      removed: removed.slice(head, removed.length - tail),
      added: added.slice(head, added.length - tail),
      // The first node behind that is there still, by the statement that it has stood for.
      next: tail > 0 ? removed.at(-tail) : changed.block.items[changed.from + added.length],
    };
    const isExchange = middle.removed.length + middle.added.length > 0;
    if (isExchange && !this.canExchange(changed, middle.removed, middle.added)) return false;
    this.faults = movedFaults(this.faults, changed, change);
    // What is taken out goes first: its neighbours may come to read names of it.
    if (isExchange) this.exchange(text, middle);
    for (let k = 0; k < head; k++) this.replace(text, removed[k], added[k]);
    for (let k = 1; k <= tail; k++) this.replace(text, removed.at(-k), added.at(-k));
    if (this.disordered) {
      this.types.restart();
      this.unused.restart();
    }
    return true;
  }

  /** Whether a node reads a value that the text lists but is too broken for: what it is only its entry tells. */
  private readsUnknown({ inputs }: NodeSyntax): boolean {
    const names = this.namedValues();
    const isUnknown = (name: string) => {
      const value = names.get(name);
      return value ? this.brokenNames.has(name) && !this.broken.has(value) : this.listed.has(name);
    };
    return inputs?.names.some(({ text }) => isUnknown(text)) ?? false;
  }

  /** Whether nodes can be taken out and put in by themselves: nobody reads what they give, and no graph holds another. */
  private canExchange(
    { graph }: ChangedStatements,
    removed: readonly NodeSyntax[],
    added: readonly NodeSyntax[],
  ): boolean {
    if (this.holdsGraphs || [...removed, ...added].some(hasGraphs)) return false;
    const nodes = removed.map((syntax) => this.nodeOf.get(syntax));
    if (nodes.some((node) => !node || node.outputs.some((value) => value.useCount > 0))) return false;
    const own = new Set(removed.flatMap((syntax) => syntax.outputs.map(({ text }) => text)));
    const names = this.namedValues();
    const declared = new Set(graph.values?.items.map((entry) => entry.name?.text));
    const given = added.flatMap((syntax) => syntax.outputs.map(({ text }) => text)).filter((text) => text !== '');
    const isFree = (name: string) => (own.has(name) || !names.has(name)) && !declared.has(name);
    const redefined = this.structure?.some(({ problem }) => problem.code === 'value-redefined') ?? true;
    // Nodes that read themselves or each other backwards are told of as circles.
    const open = new Set(given);
    const inOrder = added.every(({ inputs, outputs }) => {
      const reads = inputs?.names.some(({ text }) => open.has(text)) ?? false;
      for (const { text } of outputs) open.delete(text);
      return !reads;
    });
    return !redefined && inOrder && new Set(given).size === given.length && given.every(isFree);
  }

  private exchange(text: string, { place, removed, added, next }: Exchange): void {
    const { nodes } = this.model.graph;
    const before = next?.kind === 'node' ? this.nodeOf.get(next) : undefined;
    const gone = removed
      .flatMap((syntax) => this.nodeOf.get(syntax) ?? [])
      .map((node) => ({ node, inputs: node.inputs }));
    const names = this.namedValues();
    for (const { node } of gone) {
      for (const value of node.outputs) {
        if (value.name && names.get(value.name) === value) names.delete(value.name);
      }
      nodes.remove(node);
      this.nodes.delete(node);
      this.faulty.delete(node);
    }
    for (const syntax of removed) this.nodeOf.delete(syntax);
    const made = added.map((syntax) => {
      const options = { ...this.options, dialect: this.model.dialect };
      const { node, faults } = makeNode(text, syntax, options, (name) => this.valueNamed(name));
      for (const value of node.outputs) if (value.name) names.set(value.name, value);
      if (before) nodes.insertBefore(before, node);
      else nodes.append(node);
      this.place(node, syntax, faults);
      return node;
    });
    this.types.replaced(
      place,
      gone.map(({ node }) => node),
      made,
    );
    this.unused.replaced(gone, made);
    const left = new Set(gone.map(({ node }) => node));
    const structure = this.structure?.filter(({ node }) => !node || !left.has(node));
    // Which names there are decides what others were told of theirs.
    this.structure = structure?.some(({ problem }) => ABOUT_NAMES.has(problem.code)) ? undefined : structure;
    for (const node of made) this.recheck(node);
  }

  /** Makes the node of a statement what the statement is now. */
  private replace(text: string, before: NodeSyntax | undefined, after: NodeSyntax | undefined): void {
    const node = before && this.nodeOf.get(before);
    if (!node || !after) return;
    const options = { ...this.options, dialect: this.model.dialect };
    // What nothing defines is known by its readers: the node must not have let go of it.
    this.namedValues();
    const { inputs, domain } = node;
    const faults = patchNode(node, text, after, options, (name) => this.valueNamed(name));
    this.nodeOf.delete(before);
    this.place(node, after, faults);
    this.types.touch(node);
    this.unused.patched(node, { inputs, domain });
    this.recheck(node);
  }

  /** Says which statement a node stands for. */
  private place(node: Node, syntax: NodeSyntax, faults: readonly BuildFault[]): void {
    this.faults = [...this.faults, ...faults];
    this.nodeOf.set(syntax, node);
    this.nodes.set(node, { syntax, within: undefined });
    if (faults.length > 0 || syntax.faults.length > 0) this.faulty.add(node);
    else this.faulty.delete(node);
  }

  private valueNamed(name: string): Value {
    const names = this.namedValues();
    const value = names.get(name) ?? new Value({ name });
    names.set(name, value);
    return value;
  }

  /** What names of the model's graph stand for, also those that nothing defines: these are known by their readers. */
  private namedValues(): Map<string, Value> {
    this.names ??= namesOf(this.model);
    return this.names;
  }

  /** Checks a patched node by itself where its problems are of its own; else everything is to be checked again. */
  private recheck(node: Node): void {
    this.disordered ||= !this.types.inOrder(node);
    const others = this.structure?.filter((finding) => finding.node !== node) ?? [];
    const names = this.isPlain(node) ? undefinedInputs(this.model.graph, node) : undefined;
    const undefinedNames = others.filter(({ problem }) => UNDEFINED.has(problem.code)).length + (names?.length ?? 0);
    // So many names at most are offered others: who gets one depends on all.
    if (!this.structure || !names || undefinedNames > MOST_SUGGESTIONS) {
      this.structure = undefined;
      return;
    }
    const own = [...names, ...(this.faulty.has(node) ? [] : this.checkOperator(node))];
    this.structure = [...others, ...own];
    const wrong = new Set(this.wrong);
    if (own.some(isError)) wrong.add(node);
    else wrong.delete(node);
    this.wrong = wrong;
  }

  /** Whether what is wrong with a node is so because of itself, or of a name that nothing defines. */
  private isPlain(node: Node): boolean {
    // A model without imports is told so once, by one of its nodes.
    if (this.disordered || this.model.functions.length > 0 || this.model.opsetImports.size === 0) return false;
    if (node.outputs.some((value) => node.inputs.includes(value))) return false;
    const about = (finding: Finding) => finding.node === node || finding.first?.producer === node;
    return !this.structure?.some((finding) => about(finding) && REDEFINED.has(finding.problem.code));
  }

  private checkOperator(node: Node): Finding[] {
    const inputs = node.inputs.filter((value) => value !== undefined);
    return withDeclared(inputs, () => checkOperator(node, this.context)).map((problem) => ({ problem, node }));
  }

  private checkStructure(): void {
    const found = this.types.withDeclared(() => {
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

const UNDEFINED: ReadonlySet<string> = new Set(['value-undefined', 'output-undefined']);

/** Problems of names that depend on more than the node that has them. */
const REDEFINED: ReadonlySet<string> = new Set(['used-before-defined', 'cycle', 'value-redefined', 'name-missing']);

/** Problems whose words name other names of the graph. */
const ABOUT_NAMES: ReadonlySet<string> = new Set([...UNDEFINED, ...REDEFINED]);

/** Nodes that are put in the place of others, before `next`. */
interface Exchange {
  readonly place: number;
  readonly removed: readonly NodeSyntax[];
  readonly added: readonly NodeSyntax[];
  readonly next: ChangedStatements['added'][number] | undefined;
}

/** How many nodes at both ends of two rows stay what they are to others. */
function unchangedEnds(removed: readonly NodeSyntax[], added: readonly NodeSyntax[]) {
  const most = Math.min(removed.length, added.length);
  const stays = (before: NodeSyntax | undefined, after: NodeSyntax | undefined) =>
    before !== undefined && after !== undefined && staysItself(before, after);
  let head = 0;
  while (head < most && stays(removed[head], added[head])) head++;
  let tail = 0;
  while (tail < most - head && stays(removed.at(-1 - tail), added.at(-1 - tail))) tail++;
  return { head, tail };
}

function isNode(statement: ChangedStatements['added'][number]): statement is NodeSyntax {
  return statement.kind === 'node';
}

function isError({ problem }: Finding): boolean {
  return problem.severity === 'error';
}
