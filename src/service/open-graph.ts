/** What the graph view shows of one open model: ids, folded groups, and the edges within and across each of them. */
import type { Graph } from '../core/ir/graph.ts';
import type { Model } from '../core/ir/model.ts';
import type { Node } from '../core/ir/node.ts';
import { typeText } from '../core/ir/type.ts';
import type { Value } from '../core/ir/value.ts';
import type { BorderItem, GraphEdge, GraphItem, GroupContent, NodePlace } from '../shared/graph.ts';
import type { GroupId, NodeId, ValueId } from '../shared/identifiers.ts';
import { categoryOf } from './categories.ts';
import { constantOf, hyperparametersOf, scalarText, shapeLabel } from './describe.ts';
import { type Child, type Group, groupGraph, isHiddenConstant, withBodies } from './grouping.ts';
import type { SlotNames } from './slots.ts';

/** The content of a group while it is put together. */
interface Draft {
  readonly items: GraphItem[];
  readonly edges: GraphEdge[];
  readonly enters: { value: ValueId; to: string }[];
  readonly leaves: { value: ValueId; from: string; label: string }[];
  readonly seen: Set<string>;
}

/** Where an item stands: itself last, its groups before it, outermost first. */
type Path = readonly string[];

export const MAIN_GROUP: GroupId = 'main';

export class OpenGraph {
  readonly roots: readonly { readonly group: Group; readonly title: string }[];
  private readonly groups = new Map<GroupId, Group>();
  private readonly drafts = new Map<GroupId, Draft>();
  private readonly nodes: Node[] = [];
  private readonly nodeIds = new Map<Node, NodeId>();
  private readonly values: Value[] = [];
  private readonly valueIds = new Map<Value, ValueId>();
  private readonly paths = new Map<Node | BorderItem, Path>();
  private readonly borders = new Map<Graph, { inputs: Map<Value, BorderItem>; outputs: BorderItem[] }>();
  private readonly byName = new Map<string, Node>();

  constructor(
    readonly model: Model,
    private readonly slots: SlotNames,
  ) {
    const graphs: { id: GroupId; title: string; graph: Graph }[] = [
      { id: MAIN_GROUP, title: model.graph.name || 'Graph', graph: model.graph },
    ];
    model.functions.forEach((each, k) => {
      graphs.push({ id: `function:${k}`, title: functionTitle(each), graph: each.graph });
    });
    for (const { graph } of graphs) this.name(graph);
    this.roots = graphs.map(({ id, title, graph }) => {
      const group = withBodies(groupGraph(graph, id, title), (node) => this.idOf(node));
      this.place(group, []);
      return { group, title };
    });
    for (const { graph } of graphs) this.connect(graph);
  }

  idOf(node: Node): NodeId {
    return this.nodeIds.get(node) ?? '';
  }

  nodeOf(id: NodeId): Node | undefined {
    return id.startsWith('n') ? this.nodes[Number(id.slice(1))] : undefined;
  }

  valueId(value: Value): ValueId {
    let id = this.valueIds.get(value);
    if (id === undefined) {
      id = `v${this.values.length}`;
      this.values.push(value);
      this.valueIds.set(value, id);
    }
    return id;
  }

  valueOf(id: ValueId): Value | undefined {
    return id.startsWith('v') ? this.values[Number(id.slice(1))] : undefined;
  }

  group(id: GroupId): Group | undefined {
    return this.groups.get(id);
  }

  /** All nodes in order, with those of bodies and functions. */
  allNodes(): readonly Node[] {
    return this.nodes;
  }

  allGroups(): Iterable<Group> {
    return this.groups.values();
  }

  content(id: GroupId): GroupContent | undefined {
    const draft = this.drafts.get(id);
    if (!draft) return undefined;
    const { items, edges, enters, leaves } = draft;
    return { group: id, items, edges, enters, leaves };
  }

  /** The node of that id, of that name, or with an output of that name. */
  find(name: string): Node | undefined {
    return this.byName.get(name) ?? this.nodeOf(name);
  }

  placeOf(node: Node): NodePlace {
    const shown = isHiddenConstant(node) ? (firstReader(node) ?? node) : node;
    const path = this.paths.get(shown) ?? [MAIN_GROUP];
    const [root = MAIN_GROUP, ...rest] = path;
    return { node: this.idOf(shown), label: labelOf(node), root, groups: rest.slice(0, -1) };
  }

  /** The way to a group: its root, and the groups to unfold. */
  wayTo(group: GroupId): { readonly root: GroupId; readonly groups: readonly GroupId[] } {
    const [root = MAIN_GROUP, ...groups] = this.ways.get(group) ?? [];
    return { root, groups };
  }

  private readonly ways = new Map<GroupId, Path>();

  private name(graph: Graph): void {
    for (const value of graph.inputs) this.valueId(value);
    for (const node of graph.allNodes()) {
      this.nodeIds.set(node, `n${this.nodes.length}`);
      this.nodes.push(node);
      for (const output of node.outputs) {
        this.valueId(output);
        if (output.name) this.note(output.name, node);
      }
    }
    for (const node of graph.allNodes()) if (node.name) this.note(node.name, node);
  }

  private note(name: string, node: Node): void {
    if (!this.byName.has(name)) this.byName.set(name, node);
  }

  /** Makes the items of a group and of all within. */
  private place(group: Group, above: Path): void {
    const path = [...above, group.id];
    const draft: Draft = { items: [], edges: [], enters: [], leaves: [], seen: new Set() };
    this.groups.set(group.id, group);
    this.drafts.set(group.id, draft);
    this.ways.set(group.id, above);
    if (group.node && group.of === 'node') this.paths.set(group.node, path);
    if (group.graph) this.border(group.graph, group.id, draft, path);
    for (const child of group.children) {
      draft.items.push(this.item(child));
      if (child.kind === 'group') this.place(child, path);
      else this.paths.set(child.node, [...path, this.idOf(child.node)]);
    }
  }

  private border(graph: Graph, id: GroupId, draft: Draft, path: Path): void {
    const pill = (kind: 'input' | 'output', value: Value, k: number): BorderItem => {
      const name = value.name ?? `${kind} ${k}`;
      const item = { kind, id: `${id}/${kind}/${k}`, value: this.valueId(value), name, type: typeText(value.type) };
      this.paths.set(item, [...path, item.id]);
      draft.items.push(item);
      return item;
    };
    const inputs = graph.inputs.filter((value) => !value.constant);
    this.borders.set(graph, {
      inputs: new Map(inputs.map((value, k) => [value, pill('input', value, k)])),
      outputs: graph.outputs.map((value, k) => pill('output', value, k)),
    });
  }

  private item(child: Child): GraphItem {
    if (child.kind === 'group') {
      const { id, title, subtitle, of, node, nodeCount } = child;
      return {
        kind: 'group',
        id,
        title,
        subtitle,
        of: of === 'graph' ? 'body' : of,
        ...(node && { node: this.idOf(node) }),
        nodeCount,
      };
    }
    const { node, module } = child;
    const inputs = this.slots.inputs(node);
    return {
      kind: 'node',
      id: this.idOf(node),
      name: labelOf(node),
      operator: node.operator,
      category: categoryOf(node),
      module,
      hyperparameters: hyperparametersOf(node),
      parameters: node.inputs.flatMap((value, k) => {
        const constant = value && constantOf(value);
        if (!value || (!constant && !value.constant)) return [];
        return [{ name: inputs[k] ?? String(k), shape: (constant && scalarText(constant)) ?? shapeLabel(value.type) }];
      }),
    };
  }

  /** Draws every value from where it is made to where it is read, through the groups between. */
  private connect(graph: Graph): void {
    const border = this.borders.get(graph);
    for (const [value, item] of border?.inputs ?? []) this.draw(value, this.paths.get(item));
    for (const node of graph.nodes) {
      if (!isHiddenConstant(node)) for (const value of node.outputs) this.draw(value, this.paths.get(node));
      for (const body of node.subgraphs()) this.connect(body);
    }
  }

  private draw(value: Value, from: Path | undefined): void {
    if (!from) return;
    const id = this.valueId(value);
    const label = shapeLabel(value.type);
    for (const use of value.uses) {
      const reader = use.kind === 'input' ? use.node : this.borders.get(use.graph)?.outputs[use.index];
      const to = reader && this.paths.get(reader);
      if (to) this.drawTo(id, label, from, to);
    }
  }

  private drawTo(value: ValueId, label: string, from: Path, to: Path): void {
    let common = 0;
    while (common < from.length - 1 && common < to.length - 1 && from[common] === to[common]) common++;
    // The last group that holds both ends; an end may be a group itself (a node with bodies).
    if (from[common] === to[common]) return;
    const draft = this.drafts.get(from[common - 1] ?? '');
    const source = from[common];
    const target = to[common];
    if (!draft || source === undefined || target === undefined) return;
    if (once(draft, `${value}>${source}>${target}`)) draft.edges.push({ value, from: source, to: target, label });
    for (let k = common; k < from.length - 1; k++) {
      const inner = this.drafts.get(from[k] ?? '');
      const item = from[k + 1] ?? '';
      if (inner && once(inner, `${value}<${item}`)) inner.leaves.push({ value, from: item, label });
    }
    for (let k = common; k < to.length - 1; k++) {
      const inner = this.drafts.get(to[k] ?? '');
      const item = to[k + 1] ?? '';
      if (inner && once(inner, `${value}>${item}`)) inner.enters.push({ value, to: item });
    }
  }
}

function once(draft: Draft, key: string): boolean {
  if (draft.seen.has(key)) return false;
  draft.seen.add(key);
  return true;
}

/** What people call a node: its name, or its first output's. */
export function labelOf(node: Node): string {
  return node.name || node.outputs[0]?.name || node.op;
}

function firstReader(node: Node): Node | undefined {
  for (const value of node.outputs) for (const reader of value.users) return reader;
  return undefined;
}

function functionTitle(definition: {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
}): string {
  const name = definition.overload ? `${definition.name}.${definition.overload}` : definition.name;
  return definition.domain === '' ? name : `${definition.domain}::${name}`;
}
