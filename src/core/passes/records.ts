/** What passes did: how often always, each application where it is asked for, with the text of the nodes where that is. */
import { nodeText } from '../formats/onnxtxt/node-text.ts';
import type { Node } from '../ir/node.ts';

/** One application of a pass: what stood there before, what stands there now. */
export interface PassRecord {
  /** Its number in the run of passes, from 1; absent where it was not a pass that did it. */
  readonly step?: number;
  readonly pass: string;
  /** `model`, `function acme::swish`, `model/If check/then_branch`. */
  readonly graph: string;
  readonly reason: string;
  /** Operator and name of each node, before and after. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The same nodes as ONNX text, where that was asked for. */
  readonly text?: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** By what each of them is found in the model: its name, or that of its first output. Beside the text. */
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
  readonly optional?: boolean;
  readonly records?: readonly PassRecord[];
}

/** `text` keeps what `records` keeps, and the text of the nodes. */
export type Detail = 'counts' | 'records' | 'text';

/** So many readers of a value count as its neighbours. */
const MOST_READERS = 4;

/** A node before it changed. */
interface Seen {
  readonly text: string;
  readonly around: readonly Node[];
}

interface Count {
  readonly pass: string;
  readonly title: string;
  applications: number;
  removed: number;
  added: number;
}

/** How often each pass did something, in the order in which they first did. */
class PassCounts {
  private readonly counts = new Map<string, Count>();

  add(pass: string, title: string, removed: number, added: number): void {
    const count = this.counts.get(pass) ?? { pass, title, applications: 0, removed: 0, added: 0 };
    this.counts.set(pass, count);
    count.applications++;
    count.removed += removed;
    count.added += added;
  }

  summaries(): PassSummary[] {
    return [...this.counts.values()].map((count) => ({ ...count }));
  }
}

export class PassLog {
  readonly records: PassRecord[] = [];
  /** Nodes as they were before the application that is under way: they lose their inputs as they go. */
  private readonly seen = new Map<Node, Seen>();
  private readonly counts = new PassCounts();
  /** Of all passes together. */
  applications = 0;

  /** `firstStep` is the number of the first application. */
  constructor(
    private readonly detail: Detail,
    private readonly firstStep = 1,
  ) {}

  /** The number of the last application. */
  get step(): number {
    return this.firstStep + this.applications - 1;
  }

  /** To be told of every node that is about to change or to go. */
  willChange(node: Node): void {
    if (this.detail !== 'text' || this.seen.has(node)) return;
    this.seen.set(node, { text: nodeText(node), around: [...around(node)] });
  }

  add(
    pass: { readonly name: string; readonly title: string },
    graph: string,
    reason: string,
    before: readonly Node[],
    after: readonly Node[],
  ): void {
    this.applications++;
    this.counts.add(pass.name, pass.title, before.length, after.length);
    if (this.detail === 'counts') return;
    const told = this.detail === 'text' && {
      text: {
        before: before.map((node) => this.seen.get(node)?.text ?? nodeText(node)),
        after: after.map(nodeText),
      },
      found: { before: before.map(foundBy), after: after.map(foundBy), near: this.near(before) },
    };
    this.seen.clear();
    this.records.push({
      step: this.step,
      pass: pass.name,
      graph,
      reason,
      before: before.map(nodeLabel),
      after: after.map(nodeLabel),
      ...told,
    });
  }

  /** Passes in the order in which they first did something. */
  summaries(): PassSummary[] {
    return this.counts.summaries();
  }

  /** Neighbours of what went that are still there. */
  private near(gone: readonly Node[]): string[] {
    const stayed = gone.flatMap((node) => this.seen.get(node)?.around ?? []).filter((node) => node.graph);
    return [...new Set(stayed.map(foundBy))];
  }
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

/** Summaries of records that were kept without a log. */
export function summarized(records: readonly PassRecord[]): PassSummary[] {
  const counts = new PassCounts();
  for (const { pass, before, after } of records) counts.add(pass, pass, before.length, after.length);
  return counts.summaries();
}

/** Who makes the inputs of a node, and the first readers of its outputs. */
function* around(node: Node): Iterable<Node> {
  for (const input of node.inputs) if (input?.producer) yield input.producer;
  for (const output of node.outputs) yield* [...output.users].slice(0, MOST_READERS);
}

function foundBy(node: Node): string {
  return node.name ?? node.outputs[0]?.name ?? '';
}

/** `Conv conv_1`: how records and messages name a node. */
export function nodeLabel(node: Node): string {
  return `${node.operator} ${node.name ?? ''}`.trim();
}
