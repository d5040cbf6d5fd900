/** Writes the aten graph: one node for each operator that ran, with its place in the program; and collects problems. */
import { fresh, type TensorInfo } from '../dialects/aten/rule.ts';
import { SYMBOLS } from '../dialects/aten/schemas.ts';
import { type Attribute, int, strings } from '../ir/attribute.ts';
import type { DataType } from '../ir/dtype.ts';
import { Expression } from '../ir/expression.ts';
import { Graph } from '../ir/graph.ts';
import { Node } from '../ir/node.ts';
import { NO_ORIGIN, NO_SCOPE, type Origin } from '../ir/origin.ts';
import type { Shape } from '../ir/shape.ts';
import { Tensor } from '../ir/tensor.ts';
import { tensorType, type ValueType } from '../ir/type.ts';
import type { Value } from '../ir/value.ts';
import type { ProblemCode } from '../problems/codes.ts';
import { type Problem, problem } from '../problems/problem.ts';
import { dropUnusedNodes } from './unused.ts';
import { Facts } from './values/facts.ts';
import type { ScalarValue } from './values/scalars.ts';
import { SymbolTable } from './values/symbols.ts';
import type { Place } from './values/tensor.ts';

export const NOWHERE: Place = { origin: () => NO_ORIGIN, scope: NO_SCOPE };

/** An operator to write down. Domain `aten` and no overload where nothing else is said. */
export interface Call {
  readonly domain?: string;
  readonly op: string;
  readonly overload?: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>> | ReadonlyMap<string, Attribute>;
  /** Undefined for outputs of unknown type. */
  readonly outputs: readonly (TensorInfo | undefined)[];
  /** Where it stands; the recorder's place where nothing else is said. */
  readonly place?: Place;
}

export interface Report {
  readonly problem: Problem;
  /** The node that it is about, where one was recorded: if that turns out to be dead code, so is the problem. */
  readonly node: Node | undefined;
  /** Of several that are about one thing, the first shows. */
  readonly subject: unknown;
}

export class Recorder {
  readonly graph = new Graph('main');
  /** What is known on the way that the program takes now. */
  readonly facts: Facts;
  /** The numbers that only a run knows. */
  readonly symbols = new SymbolTable(this);
  /** Where the program is now: the one who runs it keeps this. */
  place: Place = NOWHERE;
  /** What decides a condition or a loop, by its place. */
  readonly deciding = new WeakMap<Place, ScalarValue>();
  /** Values went unknown on the way: what looks unused may be needed. */
  incomplete = false;
  private reports: Report[] = [];
  private graphs: readonly Graph[] = [this.graph];
  private readonly owners = new WeakMap<Value, Graph>();
  private readonly counts = new Map<string, number>();
  // A program asks for the origin of one place several times in a row.
  private lastOrigin: { readonly place: Place; readonly origin: Origin } | undefined;

  constructor(takesApart = false) {
    this.facts = new Facts(takesApart);
  }

  /** The graphs that nodes recorded now stand in, outermost first. */
  get open(): readonly Graph[] {
    return this.graphs;
  }

  /** The graph that nodes go to: that of the program, or that of one side of a condition or of the body of a loop. */
  get current(): Graph {
    return this.graphs.at(-1) ?? this.graph;
  }

  /** Runs `work`, whose nodes go to `graph`: they may read everything that is visible here. */
  within<T>(graph: Graph, work: () => T): T {
    const outer = this.graphs;
    this.graphs = [...outer, graph];
    try {
      return work();
    } finally {
      this.graphs = outer;
    }
  }

  /** An input of the graph of a loop's body. */
  addInput(graph: Graph, name: string, type: ValueType): Value {
    const value = graph.addInput({ name: this.unique(name), type });
    this.owners.set(value, graph);
    return value;
  }

  /** Whether what is recorded now stands in a graph, or in one within it. */
  isWithin(graph: Graph): boolean {
    return this.graphs.includes(graph);
  }

  /** Whether a node that is recorded now may read a value: those of a condition's side are not visible outside it. */
  sees(value: Value): boolean {
    const graph = value.producer ? value.producer.graph : (this.owners.get(value) ?? this.graph);
    return graph !== undefined && this.graphs.includes(graph);
  }

  /** Runs `work` and forgets what it reported where `keep` says no to its result. */
  trial<T>(work: () => T, keep: (result: T) => boolean): T {
    const forget = this.mark();
    const result = work();
    if (!keep(result)) forget();
    return result;
  }

  /** Gives what forgets all that is reported from here on, and hands it back. */
  mark(): () => readonly Report[] {
    const { reports, incomplete } = this;
    this.reports = [...reports];
    return () => {
      const forgotten = this.reports.slice(reports.length);
      this.reports = reports;
      this.incomplete = incomplete;
      return forgotten;
    };
  }

  /** Reports what was forgotten, where something is not known and nothing says why. */
  explain(forgotten: readonly Report[]): void {
    const isError = ({ severity }: Problem) => severity === 'error';
    if (this.incomplete && !this.problems().some(isError))
      this.reports.push(...forgotten.filter(({ problem: found }) => isError(found)));
  }

  /**
   * Appends a node. The numbers of symbols among its attributes become further inputs, and the attribute `symbols` names
   * them in order (see dialects/aten/arguments.ts).
   */
  record(call: Call): Node {
    const place = call.place ?? this.place;
    const node = this.makeNode(call.domain ?? 'aten', call.op, place, withSymbols(call, this.symbols));
    this.current.nodes.append(node);
    node.outputs.forEach((output, k) => {
      this.declareSizes(output, call.outputs[k]?.shape ?? []);
    });
    return node;
  }

  /** Symbols that nothing provides yet are the sizes of this value. */
  declareSizes(value: Value, shape: Shape): void {
    shape.forEach((dim, axis) => {
      const symbol = dim instanceof Expression ? dim.symbol : undefined;
      if (symbol !== undefined && !this.symbols.has(symbol))
        this.symbols.declare(
          symbol,
          once(() => this.sizeOf(value, axis)),
        );
    });
  }

  /** The size of a value along an axis: the node that reads it stands where the value is made. */
  private sizeOf(value: Value, axis: number): Value {
    const node = this.makeNode('aten', 'sym_size', NOWHERE, {
      overload: 'int',
      inputs: [value],
      attributes: { dim: int(axis) },
      outputs: [fresh('int64', [])],
    });
    const { producer } = value;
    const [first] = this.graph.nodes;
    if (producer?.graph) producer.graph.nodes.insertAfter(producer, node);
    else if (first) this.graph.nodes.insertBefore(first, node);
    else this.graph.nodes.append(node);
    return node.output();
  }

  /** As `record`, for operators with one output: gives its value. */
  value(call: Omit<Call, 'outputs'> & { readonly output: TensorInfo | undefined }): Value {
    return this.record({ ...call, outputs: [call.output] }).output();
  }

  /** A constant of one element. */
  constant(name: string, dtype: DataType, value: number | bigint | boolean): Value {
    return this.graph.addInitializer({ name: this.unique(name), constant: Tensor.scalar(dtype, value) });
  }

  /**
   * Reports a problem of a recorded node, or of something that ran and leaves no node; only one shows for each `subject`,
   * where one is given.
   */
  report(
    code: ProblemCode,
    at: Node | { readonly operator: string; readonly place?: Place },
    details: Readonly<Record<string, string>> = {},
    subject?: unknown,
  ): void {
    const recorded = at instanceof Node;
    const node = recorded ? at : this.ghost(at.operator, at.place ?? this.place);
    this.reports.push({ problem: problem(code, node, details), node: recorded ? at : undefined, subject });
  }

  /** Takes a problem that was made elsewhere. */
  add(found: Problem): void {
    this.reports.push({ problem: found, node: undefined, subject: undefined });
  }

  /** All problems whose nodes are still part of the graph. */
  problems(): Problem[] {
    const subjects = new Set<unknown>();
    return this.reports.flatMap(({ problem: found, node, subject }) => {
      if ((node && !this.holds(node)) || subjects.has(subject)) return [];
      if (subject !== undefined) subjects.add(subject);
      return [found];
    });
  }

  /** Removes nodes whose results nothing uses: operators of this dialect have no other effect. Incomplete graphs stay. */
  dropUnused(): void {
    if (this.incomplete) return;
    dropUnusedNodes(this.graph);
    for (const value of this.graph.initializers) if (value.useCount === 0) this.graph.initializers.delete(value);
  }

  /** Whether a node is part of the program's graph, at any depth. */
  private holds(node: Node): boolean {
    let { graph } = node;
    while (graph && graph !== this.graph) graph = graph.parent?.graph;
    return graph !== undefined;
  }

  /** A node that stands in no graph: problems lead to a place through it. */
  private ghost(operator: string, place: Place): Node {
    const [domain = '', op] = operator.includes('::') ? operator.split('::') : ['', operator];
    return this.makeNode(domain, op ?? operator, place, { outputs: [] });
  }

  private makeNode(domain: string, op: string, place: Place, call: Partial<Call>): Node {
    const path = place.scope.at(-1)?.path ?? '';
    const name = this.unique(path === '' ? op : `${path}/${op}`);
    const outputs = call.outputs ?? [];
    return new Node(op, call.inputs ?? [], {
      domain,
      overload: call.overload ?? '',
      name,
      attributes: attributeEntries(call.attributes ?? {}),
      outputs: outputs.map((info, k) => ({
        name: outputs.length === 1 ? name : `${name}.${k}`,
        type: info && typeOf(info),
      })),
      origin: this.originAt(place),
      scope: place.scope,
    });
  }

  unique(key: string): string {
    const count = this.counts.get(key) ?? 0;
    this.counts.set(key, count + 1);
    return `${key}_${count}`;
  }

  private originAt(place: Place): Origin {
    if (this.lastOrigin?.place !== place) this.lastOrigin = { place, origin: place.origin() };
    return this.lastOrigin.origin;
  }
}

/** The call with the numbers of its symbols behind its inputs. */
function withSymbols(call: Call, symbols: SymbolTable): Call {
  const attributes = new Map(attributeEntries(call.attributes ?? {}));
  const names = new Set<string>();
  for (const attribute of attributes.values()) {
    if (attribute.type !== 'dim' && attribute.type !== 'dims') continue;
    const values = attribute.type === 'dim' ? [attribute.value] : attribute.value;
    for (const value of values) if (value instanceof Expression) for (const name of value.symbols()) names.add(name);
  }
  if (names.size === 0) return call;
  attributes.set(SYMBOLS, strings([...names]));
  return { ...call, attributes, inputs: [...call.inputs, ...[...names].map((name) => symbols.provider(name))] };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function attributeEntries(attributes: NonNullable<Call['attributes']>): Iterable<readonly [string, Attribute]> {
  return Symbol.iterator in attributes ? attributes : Object.entries(attributes);
}

export function typeOf(info: TensorInfo): ValueType {
  return tensorType(info.dtype, info.shape);
}
