/**
 * The types of a model's graph, node by node, and what they contradict. When nodes change, only those are inferred again
 * that read something whose type or known data has changed.
 */
import { type CheckContext, contextOf } from '../dialects/onnx/check-operator.ts';
import { checkDeclared, reportContradiction } from '../dialects/onnx/check-types.ts';
import { type Data, dataOf, setData } from '../dialects/onnx/data.ts';
import { type Finding, Findings } from '../dialects/onnx/findings.ts';
import type { InferContext } from '../dialects/onnx/infer/context.ts';
import { declaredType, forgetInferred } from '../dialects/onnx/infer/declared.ts';
import { inferOutputs, modelContext } from '../dialects/onnx/infer.ts';
import type { Graph } from '../ir/graph.ts';
import type { Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import type { Dim, Shape } from '../ir/shape.ts';
import { typeText, type ValueType } from '../ir/type.ts';
import type { Value } from '../ir/value.ts';
import { Refusal } from '../problems/problem.ts';

export class TypeInference {
  /** The nodes of the graph itself, in order, and where each stands. */
  private readonly order: Node[];
  private readonly places = new Map<Node, number>();
  private readonly found = new Map<Node, readonly Finding[]>();
  private readonly context: InferContext & Pick<Required<InferContext>, 'oddities'>;
  private readonly nodesOfBudget: number;
  private readonly checks: CheckContext;
  /** Once all was inferred: nodes that are to be inferred again. */
  private readonly dirty = new Set<Node>();
  private firstDirty = 0;
  /** Whether everything was inferred once: before, nobody has read what a node gave. */
  private complete = false;

  /** `skipped` tells nodes of which nothing more is to be said: something else is wrong with them. */
  constructor(
    private readonly model: Model,
    private readonly skipped: (node: Node) => boolean,
  ) {
    this.order = [...model.graph.nodes];
    for (const [place, node] of this.order.entries()) this.places.set(node, place);
    this.context = { ...modelContext(model), oddities: new Map() };
    this.nodesOfBudget = this.context.budget.nodes;
    this.checks = contextOf(model);
  }

  /** Whether each node stands behind what it reads: only then can a part be inferred again by itself. */
  inOrder(node: Node): boolean {
    const place = this.places.get(node) ?? 0;
    return everyRead(node, (value) => {
      const maker = value?.producer && this.topOf(value.producer);
      return maker === undefined || maker === node || (this.places.get(maker) ?? place) < place;
    });
  }

  allInOrder(): boolean {
    return this.order.every((node) => this.inOrder(node));
  }

  /** Everything is to be inferred again, as if nothing had been before. */
  restart(): void {
    for (const node of this.order) forget(node);
    this.complete = false;
  }

  /** Nodes of the graph that nobody read were replaced by others, from a place on. */
  replaced(place: number, removed: readonly Node[], added: readonly Node[]): void {
    this.order.splice(place, removed.length, ...added);
    for (const node of removed) {
      this.places.delete(node);
      this.found.delete(node);
      this.dirty.delete(node);
    }
    const last = removed.length === added.length ? place + added.length : this.order.length;
    for (let k = place; k < last; k++) {
      const node = this.order[k];
      if (node) this.places.set(node, k);
    }
    for (const node of added) this.touch(node);
  }

  /** Says that a node, or one within it, has changed. */
  touch(node: Node): void {
    const top = this.topOf(node);
    const place = top && this.places.get(top);
    if (!top || place === undefined) return;
    this.dirty.add(top);
    this.firstDirty = Math.min(this.firstDirty, place);
  }

  /** Infers what has changed and all that follows from it. How many nodes that were. */
  settle(): number {
    if (!this.complete) return this.inferAll();
    let count = 0;
    for (let place = this.firstDirty; place < this.order.length && this.dirty.size > 0; place++) {
      const node = this.order[place];
      if (!node || !this.dirty.delete(node)) continue;
      this.renew(node);
      count++;
    }
    this.firstDirty = this.order.length;
    return count;
  }

  private inferAll(): number {
    for (const node of this.order) this.renew(node);
    this.dirty.clear();
    this.firstDirty = this.order.length;
    this.complete = true;
    return this.order.length;
  }

  /** Does something while values have the types that the text declares. */
  withDeclared<T>(work: () => T): T {
    return this.complete ? withDeclared(this.values(), work) : work();
  }

  /** Every value whose type inference may tell. */
  private *values(): Iterable<Value> {
    for (const node of this.order) yield* valuesOf(node);
  }

  /** What types contradict, in the order of the nodes; a node in a function once. */
  *findings(): Iterable<Finding> {
    if (this.found.size === 0) return;
    const told = new Set<Node>();
    for (const node of this.order) {
      for (const finding of this.found.get(node) ?? []) {
        const outside = finding.node && this.topOf(finding.node) !== node;
        if (outside && finding.node && told.has(finding.node)) continue;
        if (outside && finding.node) told.add(finding.node);
        yield finding;
      }
    }
  }

  private renew(node: Node): void {
    const before = this.complete ? node.outputs.map(factsOf) : [];
    forget(node);
    const findings = this.infer(node);
    if (findings.length > 0) this.found.set(node, findings);
    else if (this.found.size > 0) this.found.delete(node);
    if (!this.complete) return;
    node.outputs.forEach((value, k) => {
      if (!sameFacts(factsOf(value), before[k])) this.touchReaders(value);
    });
  }

  private touchReaders(value: Value): void {
    for (let use = value.firstUse; use; use = use.next) {
      const reader = use.kind === 'input' ? use.node : use.graph.parent;
      if (reader) this.touch(reader);
    }
  }

  private infer(node: Node): readonly Finding[] {
    const { problems, oddities, budget } = this.context;
    // Each node has all of the budget, and its problems alone.
    problems.clear();
    oddities.clear();
    budget.nodes = this.nodesOfBudget;
    try {
      inferOutputs(node, this.context);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.set(node, error.problem);
    }
    const findings = new Findings();
    for (const [at, problem] of problems) {
      if (!this.skipped(at)) reportContradiction(at, problem, this.checks, findings);
    }
    for (const [at, odd] of oddities) if (!problems.has(at)) findings.add([odd], { node: at });
    this.checkDeclared(node, problems, findings);
    return findings.list;
  }

  /** What a node and those within it make against what the text declares. */
  private checkDeclared(node: Node, contradictions: InferContext['problems'], findings: Findings): void {
    // A node that contradicts what it reads says nothing of what it makes.
    for (const value of contradictions.has(node) ? [] : node.outputs) {
      const declared = declaredType(value);
      if (declared && value.type && declared !== value.type) checkDeclared(value, declared, value.type, findings);
    }
    for (const graph of node.subgraphs()) {
      for (const inner of graph.nodes) this.checkDeclared(inner, contradictions, findings);
    }
  }

  /** The node of the model's graph that is `node` or holds it. */
  private topOf(node: Node): Node | undefined {
    let top: Node | undefined = node;
    while (top && top.graph !== this.model.graph) top = top.graph?.parent;
    return top;
  }
}

/** Whether something holds of all that a node reads, also within its subgraphs. */
function everyRead(node: Node, holds: (value: Value | undefined) => boolean): boolean {
  for (let k = 0; k < node.inputCount; k++) if (!holds(node.input(k))) return false;
  for (const graph of node.subgraphs()) if (!everyReadWithin(graph, holds)) return false;
  return true;
}

function everyReadWithin(graph: Graph, holds: (value: Value | undefined) => boolean): boolean {
  if (!graph.outputs.every(holds)) return false;
  for (const node of graph.nodes) if (!everyRead(node, holds)) return false;
  return true;
}

/** The values that a node makes, and those that come up within it. */
function* valuesOf(node: Node): Iterable<Value> {
  yield* node.outputs;
  for (const graph of node.subgraphs()) {
    yield* graph.inputs;
    for (const inner of graph.nodes) yield* valuesOf(inner);
  }
}

/** Does something while values have the types that the text declares. */
export function withDeclared<T>(values: Iterable<Value>, work: () => T): T {
  const inferred: (readonly [Value, Value['type']])[] = [];
  for (const value of values) {
    const declared = declaredType(value);
    if (declared === value.type) continue;
    inferred.push([value, value.type]);
    value.type = declared;
  }
  try {
    return work();
  } finally {
    for (const [value, type] of inferred) value.type = type;
  }
}

/** Puts back what the text declares, of the values that a node and those within it make. */
function forget(node: Node): void {
  for (const graph of node.subgraphs()) {
    for (const value of graph.inputs) forgetInferred(value);
    for (const inner of graph.nodes) forget(inner);
  }
  for (const value of node.outputs) {
    forgetInferred(value);
    setData(value, undefined);
  }
}

/** Everything that readers of a value may have taken from it. */
interface Facts {
  readonly type: ValueType | undefined;
  readonly data: Data | undefined;
}

function factsOf(value: Value): Facts {
  return { type: value.type, data: dataOf(value) };
}

function sameFacts({ type, data }: Facts, before: Facts | undefined): boolean {
  return before !== undefined && sameType(type, before.type) && sameData(data, before.data);
}

function sameType(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (a === b) return true;
  // Most values are tensors; of others the text says everything.
  if (a?.kind !== 'tensor' || b?.kind !== 'tensor')
    return a !== undefined && b !== undefined && typeText(a) === typeText(b);
  return a.dtype === b.dtype && sameSizes(a.shape, b.shape);
}

function sameData(a: Data | undefined, b: Data | undefined): boolean {
  if (a === b) return true;
  return a?.dtype === b?.dtype && sameSizes(a?.shape, b?.shape) && sameSizes(a?.elements, b?.elements);
}

/** Whether two lists of sizes are written alike: unlike `sameShape`, unknown ones are the same. */
function sameSizes(a: Shape | undefined, b: Shape | undefined): boolean {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (!sameSize(a[k], b[k])) return false;
  return true;
}

function sameSize(a: Dim, b: Dim): boolean {
  // NaN is a value that data may have.
  if (Object.is(a, b)) return true;
  return typeof a === 'object' && typeof b === 'object' && a.equals(b);
}
