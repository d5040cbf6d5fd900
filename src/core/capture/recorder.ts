/** Writes the aten graph: one node for each operator that ran, with its place in the program; and collects problems. */
import type { TensorInfo } from '../dialects/aten/rule.ts';
import type { Attribute } from '../ir/attribute.ts';
import type { DataType } from '../ir/dtype.ts';
import { Graph } from '../ir/graph.ts';
import { Node } from '../ir/node.ts';
import { NO_ORIGIN, NO_SCOPE, type Origin } from '../ir/origin.ts';
import { Tensor } from '../ir/tensor.ts';
import { tensorType, type ValueType } from '../ir/type.ts';
import type { Value } from '../ir/value.ts';
import type { ProblemCode } from '../problems/codes.ts';
import { type Problem, problem } from '../problems/problem.ts';
import { SymbolTable } from './symbols.ts';
import type { Place } from './tensor.ts';

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

interface Report {
  readonly problem: Problem;
  /** The node that it is about, where one was recorded: if that turns out to be dead code, so is the problem. */
  readonly node: Node | undefined;
}

export class Recorder {
  readonly graph = new Graph('main');
  /** The numbers that only a run knows. */
  readonly symbols = new SymbolTable();
  /** Where the program is now: the one who runs it keeps this. */
  place: Place = NOWHERE;
  /** Values went unknown on the way: what looks unused may be needed. */
  incomplete = false;
  private readonly reports: Report[] = [];
  private readonly counts = new Map<string, number>();
  // A program asks for the origin of one place several times in a row.
  private lastOrigin: { readonly place: Place; readonly origin: Origin } | undefined;

  /** Appends a node. */
  record(call: Call): Node {
    const place = call.place ?? this.place;
    const node = this.makeNode(call.domain ?? 'aten', call.op, place, call);
    this.graph.nodes.append(node);
    return node;
  }

  /** As `record`, for operators with one output: gives its value. */
  value(call: Omit<Call, 'outputs'> & { readonly output: TensorInfo | undefined }): Value {
    return this.record({ ...call, outputs: [call.output] }).output();
  }

  /** A constant of one element. */
  constant(name: string, dtype: DataType, value: number | bigint | boolean): Value {
    return this.graph.addInitializer({ name: this.unique(name), constant: Tensor.scalar(dtype, value) });
  }

  /** Reports a problem of a recorded node, or of something that ran and leaves no node. */
  report(
    code: ProblemCode,
    at: Node | { readonly operator: string; readonly place?: Place },
    details: Readonly<Record<string, string>> = {},
  ): void {
    const recorded = at instanceof Node;
    const node = recorded ? at : this.ghost(at.operator, at.place ?? this.place);
    this.reports.push({ problem: problem(code, node, details), node: recorded ? at : undefined });
  }

  /** Takes a problem that was made elsewhere. */
  add(found: Problem): void {
    this.reports.push({ problem: found, node: undefined });
  }

  /** All problems whose nodes are still part of the graph. */
  problems(): Problem[] {
    return this.reports.flatMap(({ problem: found, node }) => (node && !node.graph ? [] : [found]));
  }

  /** Removes nodes whose results nothing uses: operators of this dialect have no other effect. Incomplete graphs stay. */
  dropUnused(): void {
    if (this.incomplete) return;
    for (const node of this.graph.nodes.reversed()) {
      if (node.outputs.every((value) => value.useCount === 0)) this.graph.nodes.remove(node);
    }
    for (const value of this.graph.initializers) if (value.useCount === 0) this.graph.initializers.delete(value);
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

function attributeEntries(attributes: NonNullable<Call['attributes']>): Iterable<readonly [string, Attribute]> {
  return Symbol.iterator in attributes ? attributes : Object.entries(attributes);
}

export function typeOf(info: TensorInfo): ValueType {
  return tensorType(info.dtype, info.shape);
}
