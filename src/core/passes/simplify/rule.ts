/**
 * How rules of the simplifier are written: a rule says which values stand in the place of others, and why. Names, types of
 * graph outputs, origins and what nobody reads any more are seen to here.
 */
import { type OnnxBuilder, onnxBuilder } from '../../convert/builder.ts';
import { takePlace } from '../../dialects/onnx/infer/declared.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { inferOnwards } from '../onwards.ts';
import type { PassContext, PatternRule, Rewritten } from '../pass.ts';
import { dropConstant, removeUnused } from './unused.ts';

/** Below this opset operators meant other things (broadcasting by attributes): nothing is touched. */
const OLDEST_OPSET = 7;

export interface Replacement {
  /** What stands in the place of which output. */
  readonly values: ReadonlyMap<Value, Value>;
  /** In words for users, naming operators and nodes. */
  readonly reason: string;
}

/** Where a rule builds what it puts in the place of a node. */
export interface Site {
  readonly root: Node;
  readonly model: Model;
  /** Builds before the root, with its origin. */
  readonly onnx: OnnxBuilder;
  /** Builds before `place` from now on, with the origin of `source`. */
  from(source: Node, place?: Node): OnnxBuilder;
  /** Whether somebody asks why a rule does not fit here. */
  readonly asks: boolean;
  /** Says why the rule nearly fits and does not (`seen` are the nodes that do); for `return site.missed(...)`. */
  missed(reason: string, ...seen: readonly Node[]): undefined;
  /** The same where of several operators only the root fits. */
  begun(reason: string): undefined;
}

export interface Simplification {
  readonly name: string;
  /** What it does, in a line for users. */
  readonly title: string;
  /** The operators of the node where the pattern ends, with spaces between. */
  readonly operators: string;
  /** Whether floating-point numbers are computed in another order than before. */
  readonly reassociates?: boolean;
  /** Undefined where the rule does not fit; what was built until then is taken back. */
  replace(node: Node, site: Site): Replacement | undefined;
}

/** One value in the place of a node's first output. The other outputs must be unused. */
export function instead(node: Node, value: Value, reason: string): Replacement {
  return { values: new Map([[node.output(), value]]), reason };
}

/** Whether only the first output of a node is read. */
export function givesOne(node: Node): boolean {
  return node.outputs.every((value, k) => k === 0 || value.useCount === 0);
}

/** The node that makes a value, where it is one of those operators of ai.onnx and stands in the same graph as its reader. */
export function producerOf(value: Value | undefined, reader: Node, ...operators: readonly string[]): Node | undefined {
  const node = value?.producer;
  const fits = node && node.domain === '' && node.graph === reader.graph && operators.includes(node.op);
  return fits ? node : undefined;
}

/** `Conv conv_3`: how reasons name a node. */
export function named(node: Node): string {
  const name = node.name || node.outputs[0]?.name;
  return name ? `${node.op} ${name}` : node.op;
}

export function simplification(facts: Simplification): PatternRule {
  return {
    kind: 'pattern',
    name: facts.name,
    title: facts.title,
    dialect: 'onnx',
    opsets: { from: OLDEST_OPSET },
    reassociates: facts.reassociates ?? false,
    requires: ['typed'],
    roots: facts.operators.split(/\s+/),
    rewrite: (root, context) => rewrite(facts, root, context),
  };
}

function rewrite(facts: Simplification, root: Node, context: PassContext): Rewritten | undefined {
  const { graph } = root;
  if (!graph) return undefined;
  const work = new Work(root, builderOf(graph, context.opset), context);
  const found = facts.replace(root, work);
  if (!found) {
    work.takeBack();
    return undefined;
  }
  return work.apply(found);
}

class Work implements Site {
  private readonly made: Node[] = [];
  private readonly constants: Value[] = [];

  constructor(
    readonly root: Node,
    private readonly builder: OnnxBuilder,
    private readonly context: PassContext,
  ) {
    builder.from(root);
  }

  get onnx(): OnnxBuilder {
    return this.builder;
  }

  get model(): Model {
    return this.context.model;
  }

  from(source: Node, place = this.root): OnnxBuilder {
    this.made.push(...this.builder.built);
    this.constants.push(...this.builder.builtConstants);
    return this.builder.from(source, place);
  }

  get asks(): boolean {
    return this.context.missed !== undefined;
  }

  missed(reason: string, ...seen: readonly Node[]): undefined {
    this.context.missed?.(this.root, reason, seen.length > 0 ? seen : undefined);
    return undefined;
  }

  begun(reason: string): undefined {
    this.context.missed?.(this.root, reason, undefined, false);
    return undefined;
  }

  takeBack(): void {
    if (this.madeNothing) return;
    for (const node of this.built().reverse()) if (node.graph) removeUnused(node);
    this.dropUnread();
  }

  /** As most rules do. */
  private get madeNothing(): boolean {
    const { built, builtConstants } = this.builder;
    return this.made.length + this.constants.length + built.length + builtConstants.length === 0;
  }

  /** Constants that nothing reads after all: to take them out later would count as a change. */
  private dropUnread(): void {
    const { graph } = this.builder;
    for (const constant of [...this.constants, ...this.builder.builtConstants]) dropConstant(graph, constant);
  }

  apply({ values, reason }: Replacement): Rewritten | undefined {
    const made = new Set(this.built());
    const steps: [old: Value, by: Value][] = [];
    const taken = new Set<Value>();
    for (const [old, by] of values) {
      const stands = this.nameable(old, by, made, taken);
      if (!stands) {
        this.takeBack();
        return undefined;
      }
      if (old.isGraphOutput) taken.add(stands);
      steps.push([old, stands]);
    }
    const untyped = steps.flatMap(([old, by]) => (old.type && by.type ? [] : [by]));
    for (const [old, by] of steps) {
      // What stands for an output of the graph keeps that name, whatever else it stands for.
      const isNew = by.producer !== undefined && made.has(by.producer) && !taken.has(by);
      if (isNew || old.isGraphOutput) takeOver(by, old);
      old.replaceAllUsesWith(by);
    }
    const removed = new Set<Node>();
    for (const [old] of steps) if (old.producer?.graph) removeUnused(old.producer, removed);
    const added = this.built().filter((node) => node.graph);
    this.dropUnread();
    keepNames(removed, added);
    inferOnwards(untyped, this.context);
    return { reason, removed: [...removed], added };
  }

  /** A graph output takes its name from what stands there: a value that has a name to keep gets a node of its own. */
  private nameable(old: Value, by: Value, made: Set<Node>, taken: ReadonlySet<Value>): Value | undefined {
    if (!old.isGraphOutput) return by;
    const free = by.producer && by.producer.graph === this.root.graph && !by.isGraphOutput && !taken.has(by);
    if (free) return by;
    if (old.producer?.op === 'Identity' && old.producer.domain === '') return undefined;
    // What was built for other nodes than the root may stand behind it.
    const place = by.producer && made.has(by.producer) ? by.producer.after : undefined;
    const node = this.from(this.root, place).node('', 'Identity', [by]);
    made.add(node);
    return node.output();
  }

  private built(): Node[] {
    return [...this.made, ...this.builder.built];
  }
}

function takeOver(value: Value, old: Value): void {
  value.name = old.name;
  value.doc = old.doc;
  for (const [key, text] of old.metadata) value.metadata.set(key, text);
  value.unknown = old.unknown;
  takePlace(value, old);
}

/** A node that goes leaves its name to the first new one of the same operator. */
function keepNames(removed: Iterable<Node>, added: readonly Node[]): void {
  const open = new Set(added);
  for (const node of removed) {
    if (!node.name) continue;
    for (const other of open) {
      if (other.op !== node.op || other.domain !== node.domain) continue;
      open.delete(other);
      other.name = node.name;
      other.doc = node.doc;
      other.unknown = node.unknown;
      if (node.hasMetadata) for (const [key, text] of node.metadata) other.metadata.set(key, text);
      break;
    }
  }
}

const builders = new WeakMap<Graph, OnnxBuilder>();

/** One builder for each graph: to make one walks the whole graph. */
function builderOf(graph: Graph, opset: number): OnnxBuilder {
  const before = builders.get(graph);
  if (before?.opset === opset) return before;
  const made = onnxBuilder(graph, opset);
  builders.set(graph, made);
  return made;
}
