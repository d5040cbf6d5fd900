/** Finds nodes, modules and tensors of an open model by words of their names. */
import { typeText } from '../core/ir/type.ts';
import type { SearchHit, SearchPage } from '../shared/graph.ts';
import type { Page } from '../shared/identifiers.ts';
import { isHiddenConstant } from './grouping.ts';
import { labelOf, type OpenGraph } from './open-graph.ts';

interface Candidate {
  readonly words: string;
  readonly hit: () => SearchHit;
}

/** What can be found in a model, in graph order. It is made once, when somebody first searches. */
export class SearchIndex {
  private readonly candidates: readonly Candidate[];
  private last: { query: string; found: readonly Candidate[] } = { query: '', found: [] };

  constructor(graph: OpenGraph) {
    this.candidates = [...candidatesOf(graph)];
  }

  search(query: string, page: Page): SearchPage {
    const found = this.find(query.trim().toLowerCase());
    const hits = found.slice(page.offset, page.offset + page.limit).map((candidate) => candidate.hit());
    return { total: found.length, hits };
  }

  private find(query: string): readonly Candidate[] {
    if (query === '') return [];
    if (query !== this.last.query) {
      const words = query.split(/\s+/);
      const found = this.candidates.filter((each) => words.every((word) => each.words.includes(word)));
      this.last = { query, found };
    }
    return this.last.found;
  }
}

function* candidatesOf(graph: OpenGraph): Iterable<Candidate> {
  for (const group of graph.allGroups()) {
    if (group.of !== 'module') continue;
    const hit = (): SearchHit => ({
      kind: 'group',
      item: group.id,
      text: group.path,
      detail: group.subtitle,
      ...graph.wayTo(group.id),
    });
    yield { words: `${group.path} ${group.subtitle}`.toLowerCase(), hit };
  }
  for (const node of graph.allNodes()) {
    if (isHiddenConstant(node)) continue;
    const place = () => {
      const { root, groups } = graph.placeOf(node);
      return { item: graph.idOf(node), root, groups };
    };
    const module = node.scope.at(-1)?.path ?? '';
    const outputs = node.outputs.map((value) => value.name ?? '').join(' ');
    yield {
      words: `${labelOf(node)} ${node.operator} ${module} ${outputs}`.toLowerCase(),
      hit: () => ({ kind: 'node', text: labelOf(node), detail: node.operator, ...place() }),
    };
    for (const value of node.inputs) {
      const name = value?.constant && value.name;
      if (!name) continue;
      yield {
        words: name.toLowerCase(),
        hit: () => ({ kind: 'value', text: name, detail: typeText(value.type), ...place() }),
      };
    }
  }
}
