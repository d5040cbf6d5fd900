/** What passes did: how often always, each application where it is asked for, with the text of the nodes where that is. */
import { nodeText } from '../formats/onnxtxt/node-text.ts';
import type { Node } from '../ir/node.ts';

/** One application of a pass: what stood there before, what stands there now. */
export interface PassRecord {
  readonly pass: string;
  /** `model`, `function acme::swish`, `model/If check/then_branch`. */
  readonly graph: string;
  readonly reason: string;
  /** Operator and name of each node, before and after. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The same nodes as ONNX text, where that was asked for. */
  readonly text?: { readonly before: readonly string[]; readonly after: readonly string[] };
}

/** What one pass did in a whole run. */
export interface PassSummary {
  readonly pass: string;
  readonly title: string;
  readonly applications: number;
  /** Nodes that it took out and put in, over all applications. */
  readonly removed: number;
  readonly added: number;
  readonly records?: readonly PassRecord[];
}

/** `text` keeps what `records` keeps, and the text of the nodes. */
export type Detail = 'counts' | 'records' | 'text';

interface Count {
  readonly pass: string;
  readonly title: string;
  applications: number;
  removed: number;
  added: number;
}

export class PassLog {
  readonly records: PassRecord[] = [];
  /** Text of nodes as they were before the application that is under way: nodes lose their inputs as they go. */
  private readonly texts = new Map<Node, string>();
  private readonly counts = new Map<string, Count>();

  constructor(private readonly detail: Detail) {}

  get applications(): number {
    let sum = 0;
    for (const { applications } of this.counts.values()) sum += applications;
    return sum;
  }

  /** To be told of every node that is about to change or to go. */
  willChange(node: Node): void {
    if (this.detail === 'text' && !this.texts.has(node)) this.texts.set(node, nodeText(node));
  }

  add(
    pass: { readonly name: string; readonly title: string },
    graph: string,
    reason: string,
    before: readonly Node[],
    after: readonly Node[],
  ): void {
    const count = this.countOf(pass.name, pass.title);
    count.applications++;
    count.removed += before.length;
    count.added += after.length;
    if (this.detail === 'counts') return;
    const text = this.detail === 'text' && {
      before: before.map((node) => this.texts.get(node) ?? nodeText(node)),
      after: after.map(nodeText),
    };
    this.texts.clear();
    this.records.push({
      pass: pass.name,
      graph,
      reason,
      before: before.map(nodeLabel),
      after: after.map(nodeLabel),
      ...(text && { text }),
    });
  }

  /** Passes in the order in which they first did something. */
  summaries(): PassSummary[] {
    return [...this.counts.values()].map((count) => ({ ...count }));
  }

  private countOf(pass: string, title: string): Count {
    const count = this.counts.get(pass) ?? { pass, title, applications: 0, removed: 0, added: 0 };
    this.counts.set(pass, count);
    return count;
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
  const counts = new Map<string, Count>();
  for (const { pass, before, after } of records) {
    const count = counts.get(pass) ?? { pass, title: pass, applications: 0, removed: 0, added: 0 };
    count.applications++;
    count.removed += before.length;
    count.added += after.length;
    counts.set(pass, count);
  }
  return [...counts.values()];
}

/** `Conv conv_1`: how records and messages name a node. */
export function nodeLabel(node: Node): string {
  return `${node.operator} ${node.name ?? ''}`.trim();
}
