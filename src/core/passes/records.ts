/** What passes did: how often always, each application where it is asked for, with the text of the nodes where that is. */
import { constantText, nodeText } from '../formats/onnxtxt/node-text.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';
import { GraphOrder } from './graph-order.ts';

/** One application of a pass: what stood there before, what stands there now. */
export interface PassRecord {
  /** Its number among all steps of a conversion, from 1. */
  readonly step: number;
  readonly pass: string;
  /** `model`, `function acme::swish`, `model/If check/then_branch`. */
  readonly graph: string;
  readonly reason: string;
  /** Operator and name of each node, `constant` and name of each constant; in the order of the graph. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The same as ONNX text, where that was asked for. */
  readonly text?: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** By what each node is found in the model: a value that it makes, or its name; empty for a constant. Beside the text. */
  readonly found?: {
    readonly before: readonly string[];
    readonly after: readonly string[];
    /** Of nodes around them that stayed. */
    readonly near: readonly string[];
  };
}

/** What one pass did in a whole run. */
export interface PassSummary {
  readonly pass: string;
  readonly title: string;
  readonly applications: number;
  /** Nodes that it took out and put in, over all applications. */
  readonly removed: number;
  readonly added: number;
  /** Whether the user may switch it off. */
  readonly optional: boolean;
  readonly records?: readonly PassRecord[];
}

/** Who does something: a pass, or a step of a conversion that is none. */
export interface Doer {
  readonly name: string;
  readonly title: string;
  /** Why it cannot be switched off, where that is so. */
  readonly required?: string;
}

/** Constants that an application took out and put in. */
export interface ChangedConstants {
  readonly before?: readonly Value[];
  readonly after?: readonly Value[];
}

/** `text` keeps what `records` keeps, and the text of the nodes. */
export type Detail = 'counts' | 'records' | 'text';

export interface LogOptions {
  /** How much is kept of each application; `records` where nothing is said. */
  readonly detail?: Detail;
  /** The number of the first application, where runs follow each other. */
  readonly firstStep?: number;
  /** Stops after the application of that number: the model as it was after a step of a run that was the same so far. */
  readonly upTo?: number | undefined;
  /** Hears the number of each application, while the model is as it left it. */
  readonly atStep?: ((step: number) => void) | undefined;
}

/** Thrown within a run to end it after the step up to which it was to go. */
export class Reached extends Error {}

/** So many readers of a value count as its neighbours. */
const MOST_READERS = 4;
/** Where constants alone changed, so many of their readers are shown. */
const MOST_REWIRED = 20;

/** A node before it changed. */
interface Seen {
  readonly label: string;
  readonly text: string;
  readonly found: string;
  readonly around: readonly Node[];
}

interface Count {
  readonly pass: string;
  readonly title: string;
  readonly optional: boolean;
  applications: number;
  removed: number;
  added: number;
}

export class PassLog {
  readonly records: PassRecord[] = [];
  readonly detail: Detail;
  /** Nodes as they were before the application that is under way: they lose their inputs as they go. */
  private readonly seen = new Map<Node, Seen>();
  private readonly order = new GraphOrder();
  private readonly counts = new Map<string, Count>();
  private readonly firstStep: number;
  private readonly upTo: number | undefined;
  private readonly atStep: LogOptions['atStep'];
  /** Of all passes together. */
  applications = 0;

  constructor({ detail = 'records', firstStep = 1, upTo, atStep }: LogOptions = {}) {
    this.detail = detail;
    this.firstStep = firstStep;
    this.upTo = upTo;
    this.atStep = atStep;
  }

  /** The number of the last application. */
  get step(): number {
    return this.firstStep + this.applications - 1;
  }

  /** Whether the last application was the one after which the run is to end. */
  get reached(): boolean {
    return this.upTo !== undefined && this.step >= this.upTo;
  }

  /** To be told of every node that is about to change or to go. */
  willChange(node: Node): void {
    if (this.detail !== 'text' || this.seen.has(node)) return;
    this.order.note(node);
    this.seen.set(node, {
      label: nodeLabel(node),
      text: nodeText(node),
      found: foundBy(node),
      around: [...around(node)],
    });
  }

  /** Forgets what changed without being recorded. */
  startOver(): void {
    this.seen.clear();
  }

  add(
    doer: Doer,
    graph: string,
    reason: string,
    before: readonly Node[],
    after: readonly Node[],
    constants: ChangedConstants = {},
  ): void {
    this.applications++;
    this.count(doer, before, after);
    if (this.detail !== 'counts') {
      const head = { step: this.step, pass: doer.name, graph, reason };
      this.records.push({ ...head, ...this.sides(before, after, constants) });
    }
    this.seen.clear();
    this.atStep?.(this.step);
  }

  /** Passes in the order in which they first did something. */
  summaries(): PassSummary[] {
    return [...this.counts.values()].map((count) => ({ ...count }));
  }

  private count({ name, title, required }: Doer, before: readonly Node[], after: readonly Node[]): void {
    const fresh = { pass: name, title, optional: required === undefined, applications: 0, removed: 0, added: 0 };
    const count = this.counts.get(name) ?? fresh;
    this.counts.set(name, count);
    count.applications++;
    const [gone, come] = [new Set(before), new Set(after)];
    count.removed += [...gone].filter((node) => !come.has(node)).length;
    count.added += [...come].filter((node) => !gone.has(node)).length;
  }

  /** What an application changed, as far as it is kept. */
  private sides(before: readonly Node[], after: readonly Node[], constants: ChangedConstants) {
    const [gone, come] = [constants.before ?? [], constants.after ?? []].map((values) => values.map(constantLabel));
    if (this.detail !== 'text')
      return { before: [...(gone ?? []), ...before.map(nodeLabel)], after: [...(come ?? []), ...after.map(nodeLabel)] };
    const rewired = before.length + after.length === 0 ? this.rewired() : [];
    const [old, made] = this.inOrder([...new Set([...before, ...rewired])], [...new Set([...after, ...rewired])]);
    const texts = (values: readonly Value[] = []) => values.map(constantText);
    const nowhere = (values: readonly Value[] = []) => values.map(() => '');
    return {
      before: [...(gone ?? []), ...old.map((node) => this.seen.get(node)?.label ?? nodeLabel(node))],
      after: [...(come ?? []), ...made.map(nodeLabel)],
      text: {
        before: [...texts(constants.before), ...old.map((node) => this.seen.get(node)?.text ?? nodeText(node))],
        after: [...texts(constants.after), ...made.map(nodeText)],
      },
      found: {
        before: [...nowhere(constants.before), ...old.map((node) => this.seen.get(node)?.found ?? foundBy(node))],
        after: [...nowhere(constants.after), ...made.map(foundBy)],
        near: this.near(old),
      },
    };
  }

  /** Nodes that stayed and read something else now. */
  private rewired(): readonly Node[] {
    const changed = [...this.seen].filter(([node, { text }]) => node.graph && nodeText(node) !== text);
    return changed.slice(0, MOST_REWIRED).map(([node]) => node);
  }

  private inOrder(before: readonly Node[], after: readonly Node[]): readonly [readonly Node[], readonly Node[]] {
    const old = this.order.sorted(before);
    for (const node of after) if (this.seen.has(node)) this.order.forget(node);
    return [old, this.order.sorted(after)];
  }

  /** Neighbours of what went that are still there. */
  private near(gone: readonly Node[]): string[] {
    const stayed = gone.flatMap((node) => this.seen.get(node)?.around ?? []).filter((node) => node.graph);
    return [...new Set(stayed.map(foundBy))];
  }
}

/** One summary for each pass, in the order in which they first did something. */
export function joined(summaries: readonly PassSummary[]): readonly PassSummary[] {
  const byPass = new Map<string, PassSummary>();
  for (const each of summaries) {
    const before = byPass.get(each.pass);
    const sum = before && {
      ...before,
      applications: before.applications + each.applications,
      removed: before.removed + each.removed,
      added: before.added + each.added,
    };
    byPass.set(each.pass, sum ?? each);
  }
  return [...byPass.values()];
}

/** Summaries with the records that belong to each. */
export function withRecords(summaries: readonly PassSummary[], records: readonly PassRecord[]): PassSummary[] {
  const byPass = new Map<string, PassRecord[]>();
  for (const record of records) {
    const list = byPass.get(record.pass) ?? [];
    list.push(record);
    byPass.set(record.pass, list);
  }
  return summaries.map((summary) => ({ ...summary, records: byPass.get(summary.pass) ?? [] }));
}

/** Who makes the inputs of a node, and the first readers of its outputs. */
function* around(node: Node): Iterable<Node> {
  for (const input of node.inputs) if (input?.producer) yield input.producer;
  for (const output of node.outputs) yield* [...output.users].slice(0, MOST_READERS);
}

/** Names of values stand for one value; several nodes may have one name. */
function foundBy(node: Node): string {
  return node.outputs.find((value) => value.name)?.name ?? node.name ?? '';
}

/** `Conv conv_1`: how records and messages name a node. */
export function nodeLabel(node: Node): string {
  return `${node.operator} ${node.name ?? ''}`.trim();
}

function constantLabel({ name = '' }: Value): string {
  return `constant ${name}`.trim();
}
