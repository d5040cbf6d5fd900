/** A model as text, in pages, with the line on which each node begins. */
import type { Node } from '../core/ir/node.ts';
import type { LinePage, TextPage } from '../shared/text.ts';
import { labelOf } from './open-graph.ts';

/** A printed model: lines count from 1. */
export interface Printed {
  readonly text: string;
  /** Nodes by the line on which they begin. */
  readonly nodes: ReadonlyMap<number, Node>;
  lineOf(node: Node): number | undefined;
}

export class TextMap {
  private readonly lines: readonly string[];
  private readonly starts: readonly { readonly node: Node; readonly line: number }[];

  constructor(
    private readonly printed: Printed,
    private readonly idOf: (node: Node) => string,
  ) {
    this.lines = printed.text.split('\n');
    this.starts = [...printed.nodes].map(([line, node]) => ({ node, line })).sort((a, b) => a.line - b.line);
  }

  /** From 1; undefined for a node that has no line of its own. */
  lineOf(node: Node): number | undefined {
    return this.printed.lineOf(node);
  }

  page(page: LinePage | undefined): TextPage {
    const first = Math.max(1, page?.first ?? 1);
    const end = page ? first + page.count : this.lines.length + 1;
    const within = this.starts.filter(({ line }) => line >= first && line < end);
    return {
      text: page ? this.lines.slice(first - 1, end - 1).join('\n') : this.printed.text,
      first,
      totalLines: this.lines.length,
      nodes: within.map(({ node, line }) => ({ node: this.idOf(node), name: labelOf(node), line })),
    };
  }
}
