/**
 * Folds a graph: nodes that follow one another within a module become a group, long lists become stretches.
 * A group is always a run of nodes that are neighbours in topological order, so groups never depend on each other in a
 * circle, however often a module is called.
 */
import type { Graph } from '../core/ir/graph.ts';
import type { Node } from '../core/ir/node.ts';
import type { GroupId } from '../shared/identifiers.ts';

export type Leaf = { readonly kind: 'node'; readonly node: Node; readonly module: string };
export type Child = Leaf | Group;

export interface Group {
  readonly kind: 'group';
  readonly id: GroupId;
  /** The module's path from the root of the model; empty for what is no module. */
  readonly path: string;
  readonly title: string;
  readonly subtitle: string;
  readonly of: 'graph' | 'module' | 'node' | 'body' | 'stretch';
  /** The node that it stands for, or whose body it is. */
  readonly node: Node | undefined;
  /** The graph, where it is one whole (of a model, a function or a body). */
  readonly graph: Graph | undefined;
  readonly children: readonly Child[];
  /** All nodes within, at any depth; hidden constants are not counted. */
  readonly nodeCount: number;
}

/** One module on the way to a node: what it is called, and what tells it from others. */
interface Step {
  readonly path: string;
  readonly type: string;
}

/** More children than this are cut into stretches. */
const MOST_CHILDREN = 300;
const STRETCH = 120;
const PLAIN = { path: '', subtitle: '', node: undefined, graph: undefined } as const;

/** A Constant node is shown as a part of its readers, unless the graph gives it back. */
export function isHiddenConstant(node: Node): boolean {
  return node.op === 'Constant' && node.domain === '' && !node.outputs.some((value) => value.isGraphOutput);
}

/** The tree of groups of a whole graph. */
export function groupGraph(graph: Graph, id: GroupId, title: string): Group {
  return asGroup({ ...PLAIN, id, title, of: 'graph', graph }, childrenOf(graph, id));
}

function childrenOf(graph: Graph, id: GroupId): readonly Child[] {
  const entries: Entry[] = [];
  for (const node of graph.nodes) if (!isHiddenConstant(node)) entries.push({ node, steps: stepsOf(node) });
  const names = new Names(id);
  return stretched(splice(grouped(entries, 0, '', names)), names);
}

interface Entry {
  readonly node: Node;
  readonly steps: readonly Step[];
}

/** The modules around a node: its scope, or else what its name says (`/layer1/layer1.0/conv1/Conv`). */
function stepsOf(node: Node): readonly Step[] {
  if (node.scope.length > 0) return node.scope.filter((entry) => entry.path !== '');
  const parts = (node.name ?? '').split('/').filter((part) => part !== '');
  parts.pop();
  let before = '';
  let path = '';
  return parts.map((part) => {
    // PyTorch repeats the way to a module within its name.
    const own = before !== '' && part.startsWith(`${before}.`) ? part.slice(before.length + 1) : part;
    path = path === '' ? own : `${path}.${own}`;
    before = part;
    return { path, type: '' };
  });
}

/** Ids below a group: by the module's path, numbered where it comes again. */
class Names {
  private readonly seen = new Map<string, number>();
  constructor(readonly parent: GroupId) {}

  next(name: string): GroupId {
    const count = (this.seen.get(name) ?? 0) + 1;
    this.seen.set(name, count);
    return `${this.parent}/${name}${count === 1 ? '' : `#${count}`}`;
  }
}

function grouped(entries: readonly Entry[], depth: number, parentPath: string, names: Names): Child[] {
  const children: Child[] = [];
  for (let at = 0; at < entries.length; ) {
    const first = entries[at];
    if (!first) break;
    const step = first.steps[depth];
    let end = at + 1;
    while (step && entries[end]?.steps[depth]?.path === step.path) end++;
    if (!step || end === at + 1) {
      children.push(single(first, depth));
    } else {
      children.push(module(entries.slice(at, end), depth, step, parentPath, names));
    }
    at = end;
  }
  return children;
}

function module(entries: readonly Entry[], depth: number, step: Step, parentPath: string, names: Names): Child {
  const id = names.next(step.path);
  const inner = new Names(id);
  const children = grouped(entries, depth + 1, step.path, inner);
  const [only] = children;
  // A module that only passes on to another one is one group with it.
  if (children.length === 1 && only?.kind === 'group' && only.of === 'module') {
    return { ...only, title: titleOf(only.path, parentPath) };
  }
  const { path, type } = step;
  const title = titleOf(path, parentPath);
  const subtitle = type.split('.').at(-1) ?? '';
  return asGroup({ ...PLAIN, id, path, title, subtitle, of: 'module' }, stretched(children, inner));
}

/** The path without that of the parent; a bare number keeps the name before it (`layer.0`). */
function titleOf(path: string, parentPath: string): string {
  const own = path.startsWith(`${parentPath}.`) ? path.slice(parentPath.length + 1) : path;
  if (!/^\d/.test(own)) return own;
  const before = parentPath.split('.');
  let title = own;
  for (let name = before.pop(); name !== undefined; name = before.pop()) {
    title = `${name}.${title}`;
    if (!/^\d/.test(name)) break;
  }
  return title;
}

/** A node by itself; its module's name stands on it where the module does nothing else here. */
function single({ node, steps }: Entry, depth: number): Child {
  const alone = steps.length > depth ? steps.at(-1) : undefined;
  const module = alone?.path.split('.').at(-1) ?? '';
  return { kind: 'node', node, module };
}

/** A graph whose nodes all lie in one module shows what the module holds. */
function splice(children: readonly Child[]): readonly Child[] {
  const [only] = children;
  return children.length === 1 && only?.kind === 'group' && only.of === 'module' ? only.children : children;
}

/** Cuts a long list into stretches, and those again where there are many. */
function stretched(children: readonly Child[], names: Names): readonly Child[] {
  if (children.length <= MOST_CHILDREN) return children;
  const cuts: Child[] = [];
  for (let at = 0; at < children.length; at += STRETCH) {
    const part = children.slice(at, at + STRETCH);
    const title = `${at + 1} – ${at + part.length}`;
    const id = names.next(`${at + 1}-${at + part.length}`);
    cuts.push(asGroup({ ...PLAIN, id, title, of: 'stretch' }, part));
  }
  return stretched(cuts, names);
}

function asGroup(facts: Omit<Group, 'kind' | 'children' | 'nodeCount'>, children: readonly Child[]): Group {
  const count = children.reduce((sum, child) => sum + (child.kind === 'node' ? 1 : child.nodeCount), 0);
  return { kind: 'group', ...facts, children, nodeCount: count + (facts.of === 'node' ? 1 : 0) };
}

/** Turns nodes that hold graphs (If, Loop) into groups of their bodies. `idOf` names a node. */
export function withBodies(group: Group, idOf: (node: Node) => string): Group {
  const children = group.children.map((child) => {
    if (child.kind === 'group') return withBodies(child, idOf);
    const bodies = bodiesOf(child.node, `${group.id}/${idOf(child.node)}`).map((body) => withBodies(body, idOf));
    if (bodies.length === 0) return child;
    const { node } = child;
    const id = idOf(node);
    return asGroup({ ...PLAIN, id, title: node.op, subtitle: node.name ?? '', of: 'node', node }, bodies);
  });
  return asGroup({ ...group }, children);
}

function bodiesOf(node: Node, id: GroupId): Group[] {
  const bodies: Group[] = [];
  for (const [name, attribute] of node.attributes) {
    const graphs = attribute.type === 'graph' ? [attribute.value] : attribute.type === 'graphs' ? attribute.value : [];
    graphs.forEach((graph, k) => {
      const title = graphs.length === 1 ? name : `${name} ${k}`;
      const bodyId = `${id}/${title}`;
      bodies.push(asGroup({ ...PLAIN, id: bodyId, title, of: 'body', node, graph }, childrenOf(graph, bodyId)));
    });
  }
  return bodies;
}
