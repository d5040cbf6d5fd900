/**
 * Which rewrite made which node, so that rules which undo each other are found: a rule that meets, in what came of its own
 * work, the very place that it has rewritten before will meet it for ever.
 */
import type { Attribute } from '../ir/attribute.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';

/** One rewrite and the one that made what it found. */
interface Step {
  readonly rule: string;
  /** What stood at its root, as a number that equal expressions share. */
  readonly content: number | undefined;
  readonly depth: number;
  readonly before: Step | undefined;
}

/** So long may a chain of rewrites be before it is looked at, and so far back. */
const LOOKED_AT = 24;
const EVERY = 8;

export class Lineage {
  private readonly steps = new Map<Node, Step>();
  private readonly contents = new Map<Node, number>();
  private readonly numbers = new Map<string, number>();
  private readonly identities = new WeakMap<object, number>();
  private identity = 0;

  /** What stands at a node that is about to be rewritten. Before the first rewrite nothing can come back. */
  before(node: Node): number | undefined {
    return this.steps.size > 0 ? this.contentOf(node) : undefined;
  }

  private contentOf(node: Node): number {
    const inputs = node.inputs.map((input) => this.valueKey(input));
    return this.numberOf(`${node.operator}|${inputs.join(' ')}|${this.attributesKey(node)}`);
  }

  /** Notes a rewrite. Returns the rules that undo each other where it shows that they do. */
  add(
    rule: string,
    root: Node,
    content: number | undefined,
    removed: readonly Node[],
    added: readonly Node[],
  ): readonly string[] | undefined {
    let before: Step | undefined = this.steps.get(root);
    for (const node of removed) {
      const other = this.steps.get(node);
      if (other && other.depth > (before?.depth ?? 0)) before = other;
    }
    const step: Step = { rule, content, depth: (before?.depth ?? 0) + 1, before };
    for (const node of removed) this.forget(node);
    for (const node of added) {
      this.steps.set(node, step);
      this.contents.set(node, this.contentOf(node));
    }
    return step.depth >= LOOKED_AT && step.depth % EVERY === 0 ? repeated(step) : undefined;
  }

  private forget(node: Node): void {
    this.steps.delete(node);
    this.contents.delete(node);
  }

  /** Values that rewrites made are known by what they are, all others by themselves. */
  private valueKey(value: Value | undefined): string {
    if (!value) return '-';
    const made = value.producer && this.contents.get(value.producer);
    if (made !== undefined) return `${made}.${value.outputIndex}`;
    // Rules make their constants anew each time.
    if (value.constant && value.constant.count === 1 && value.constant.dtype !== 'string')
      return `=${value.constant.dtype}${value.constant.numbers()}`;
    return `#${this.identityOf(value)}`;
  }

  private attributesKey(node: Node): string {
    let key = '';
    for (const [name, attribute] of node.attributes) key += `${name}=${this.attributeKey(attribute)};`;
    return key;
  }

  private attributeKey({ type, value }: Attribute): string {
    if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return `${type}${value.join()}`;
    return typeof value === 'object' ? `${type}#${this.identityOf(value)}` : `${type}${value}`;
  }

  private identityOf(object: object): number {
    let found = this.identities.get(object);
    if (found === undefined) {
      found = this.identity++;
      this.identities.set(object, found);
    }
    return found;
  }

  private numberOf(key: string): number {
    let found = this.numbers.get(key);
    if (found === undefined) {
      found = this.numbers.size;
      this.numbers.set(key, found);
    }
    return found;
  }
}

/** The rules from one time that a place was met to the next. */
function repeated(last: Step): readonly string[] | undefined {
  const rules = new Set([last.rule]);
  let step = last.before;
  for (let back = 0; step && back < LOOKED_AT; back++, step = step.before) {
    if (step.rule === last.rule && step.content === last.content) return [...rules];
    rules.add(step.rule);
  }
  return undefined;
}
