/**
 * Whether the names of a graph are such that every value has one maker, which stands before its readers (single static
 * assignment in topological order; ONNX IR specification, "Graphs" and "Names within a graph"; onnx/checker.cc, check_graph).
 */
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { type CheckContext, checkOperator } from './check-operator.ts';
import { checkAgain } from './check-types.ts';
import { CycleFinder } from './cycles.ts';
import type { Details, Findings } from './findings.ts';
import { nearestName, suggestionOf } from './spelling.ts';

export interface GraphCheck {
  readonly findings: Findings;
  readonly context: CheckContext;
  /** Up to IR version 3 a constant is an input as well. */
  readonly constantsAreInputs: boolean;
  /** Nodes that reading has told problems of already: of these only the names are looked at. */
  readonly told: ReadonlySet<Node>;
}

/** Graphs within graphs: the same limit as for files. */
const DEEPEST = 100;

/** For how many undefined names another is offered: each looks through all that there are. */
export const MOST_SUGGESTIONS = 20;

/** What a name stands for, and in which graph. */
interface Binding {
  readonly value: Value;
  readonly graph: Graph;
}

/** How to forget the names of a graph when it ends; undefined for the outermost, with which all ends. */
type Undo = (() => void)[];

/** Checks a graph, the operators of its nodes, and the graphs within. */
export function checkGraph(graph: Graph, check: GraphCheck): void {
  new GraphChecker(check).graph(graph, 0);
}

class GraphChecker {
  /** The names that can be read at the point that the walk has come to, those of graphs around too. */
  private readonly scope = new Map<string, Binding>();
  private readonly defined = new Set<Value>();
  private readonly cycles = new CycleFinder();
  private suggestionsLeft = MOST_SUGGESTIONS;

  constructor(private readonly check: GraphCheck) {}

  graph(graph: Graph, depth: number): void {
    const undo: Undo | undefined = depth === 0 ? undefined : [];
    if (graph.name === '' && !this.isBody(graph)) {
      this.report('name-missing', {}, { what: graphWords(graph, true) }, graphPart(graph));
    }
    for (const value of graph.inputs) this.defineInput(graph, value, undo);
    for (const value of graph.initializers) this.defineConstant(graph, value, undo);
    for (const node of graph.nodes) this.node(graph, node, depth, undo);
    for (const value of graph.outputs) this.checkOutput(graph, value);
    for (const value of ownValues(graph)) checkAgain(graph, value, this.check.findings);
    // Names of a graph within are not seen outside. Backwards: a name may have been bound twice.
    for (const forget of undo?.reverse() ?? []) forget();
  }

  private node(graph: Graph, node: Node, depth: number, undo: Undo | undefined): void {
    for (let index = 0; index < node.inputCount; index++) {
      const value = node.input(index);
      if (value && !this.defined.has(value)) this.undefinedInput(node, value, index);
    }
    if (!this.check.told.has(node)) {
      this.check.findings.add(checkOperator(node, this.check.context), { node });
    }
    for (const inner of node.subgraphs()) {
      if (depth < DEEPEST) this.graph(inner, depth + 1);
      else
        this.report(
          'invalid-model',
          { node },
          { reason: `graphs are nested more than ${DEEPEST} deep` },
          graphPart(inner),
        );
    }
    node.outputs.forEach((value, index) => {
      const first = value.name ? this.scope.get(value.name)?.value : undefined;
      if (first && first !== value) {
        const part = { kind: 'output', index } as const;
        this.report('value-redefined', { node, value, first }, againDetails(value, first), part);
      } else this.bind(graph, value, undo);
      this.define(value, undo);
    });
  }

  private defineInput(graph: Graph, value: Value, undo: Undo | undefined): void {
    if (value.name === '') this.report('name-missing', { value }, { what: 'An input of the graph' }, graphPart(graph));
    const before = value.name ? this.scope.get(value.name) : undefined;
    // An input of a graph within may hide a name of the graph around it.
    if (before?.graph === graph) this.redefined(graph, value, before.value, 'input');
    this.bind(graph, value, undo);
    this.define(value, undo);
  }

  private defineConstant(graph: Graph, value: Value, undo: Undo | undefined): void {
    const { name } = value;
    this.define(value, undo);
    if (name === '') this.report('name-missing', { value }, { what: 'A constant of the graph' }, graphPart(graph));
    const before = name ? this.scope.get(name) : undefined;
    if (before?.graph === graph) {
      const isDefault = before.value === value;
      if (!isDefault) this.redefined(graph, value, before.value, 'initializer');
      else if (!this.check.constantsAreInputs && isBodyOfOnnx(graph)) this.defaulted(graph, value);
      return;
    }
    if (this.check.constantsAreInputs) {
      const reason = `The constant '${name ?? ''}' is not among the inputs of the graph, as IR version 3 and before want it`;
      this.report('ir-version', { value }, { reason }, valuePart(graph, value, 'initializer'));
    }
    this.bind(graph, value, undo);
  }

  /** What a body of ONNX's own operators takes is handed in: a default would never count (onnx/shape_inference). */
  private defaulted(graph: Graph, value: Value): void {
    const details = { value: value.name ?? '', reason: 'as an input and as a constant' };
    this.report('value-redefined', { value }, details, valuePart(graph, value, 'initializer'));
  }

  private redefined(graph: Graph, value: Value, first: Value, role: 'input' | 'initializer'): void {
    this.report('value-redefined', { value, first }, againDetails(value, first), valuePart(graph, value, role));
  }

  private bind(graph: Graph, value: Value, undo: Undo | undefined): void {
    const { name } = value;
    if (!name) return;
    const before = this.scope.get(name);
    this.scope.set(name, { value, graph });
    undo?.push(() => {
      if (before) this.scope.set(name, before);
      else this.scope.delete(name);
    });
  }

  private define(value: Value, undo: Undo | undefined): void {
    if (this.defined.has(value)) return;
    this.defined.add(value);
    undo?.push(() => this.defined.delete(value));
  }

  private undefinedInput(node: Node, value: Value, index: number): void {
    const subject = { node, value };
    const part = { kind: 'input', index } as const;
    const name = value.name ?? '';
    const maker = value.producer;
    const reader = maker?.graph && ancestorIn(maker.graph, node);
    if (!maker || !reader) {
      this.report('value-undefined', subject, undefinedDetails(name, this.nearest(name)), part);
    } else if (this.cycles.connects(maker, reader)) {
      this.report('cycle', subject, { value: name }, part);
    } else {
      this.report('used-before-defined', subject, { value: name, maker: maker.operator }, part);
    }
  }

  private nearest(name: string): string | undefined {
    return this.suggestionsLeft-- > 0 ? nearestName(name, this.scope.keys()) : undefined;
  }

  private checkOutput(graph: Graph, value: Value): void {
    const name = value.name ?? '';
    const part = valuePart(graph, value, 'output');
    if (value.name === '') this.report('name-missing', { value }, { what: 'An output of the graph' }, graphPart(graph));
    else if (!this.defined.has(value)) {
      const suggested = this.nearest(name);
      const reason = `no node, input or constant has that name${suggestionOf(suggested)}`;
      const details = { value: name, graph: graphWords(graph), reason, ...(suggested && { suggested }) };
      this.report('output-undefined', { value }, details, part);
    } else if (value.name && this.scope.get(value.name)?.graph !== graph) {
      const reason = 'it is a value of the graph around it, which an Identity can pass on';
      this.report('output-undefined', { value }, { value: name, graph: graphWords(graph), reason }, part);
    }
  }

  /** The body of a function has the function's name. */
  private isBody(graph: Graph): boolean {
    return this.check.context.within?.graph === graph;
  }

  private report(...[code, subject, details, part]: Parameters<Findings['report']>): void {
    this.check.findings.report(code, subject, details, part);
  }
}

/** What is said of a name that nothing defines. */
export function undefinedDetails(name: string, suggested: string | undefined): Details {
  return { value: name, suggestion: suggestionOf(suggested), ...(suggested && { suggested }) };
}

/** Every value of a graph itself, each once. */
function* ownValues(graph: Graph): Iterable<Value> {
  yield* graph.inputs;
  for (const value of graph.initializers) if (!graph.inputs.includes(value)) yield value;
  for (const node of graph.nodes) yield* node.outputs;
}

/** Whether a graph is run by an operator of ONNX, with what this hands in. */
function isBodyOfOnnx({ parent }: Graph): boolean {
  return parent !== undefined && parent.domain === '' && BODIES.has(parent.op);
}

const BODIES: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

/** The node of `graph` that is `node` or holds it in a graph within. */
function ancestorIn(graph: Graph, node: Node): Node | undefined {
  let found: Node | undefined = node;
  while (found && found.graph !== graph) found = found.graph?.parent;
  return found;
}

function againDetails(value: Value, first: Value): Record<string, string> {
  const by = (each: Value) =>
    each.producer ? `by ${each.producer.operator}` : each.constant ? 'as a constant' : 'as an input';
  return { value: value.name ?? '', reason: `${by(first)} and ${by(value)}` };
}

/** `the graph 'g'`, `a graph within If`. */
function graphWords(graph: Graph, atStart = false): string {
  const words = graph.parent
    ? `a graph within ${graph.parent.operator}`
    : graph.name
      ? `the graph '${graph.name}'`
      : 'the graph';
  return atStart ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}

function graphPart(graph: Graph) {
  return { kind: 'graph', name: graph.name } as const;
}

function valuePart<R extends 'input' | 'output' | 'initializer'>(graph: Graph, value: Value, role: R) {
  return { kind: 'value', name: value.name ?? '', role, graph: graph.name } as const;
}
