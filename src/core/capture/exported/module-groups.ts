/** Finds the nodes of an exported program that belong to a module for which a custom definition stands. */
import type { CustomOperator, CustomOperators } from '../../custom/definition.ts';
import { liveOperator } from '../../custom/live.ts';
import type { Argument, ExportedGraph, ExportedNode } from '../../formats/torch/exported.ts';
import type { Scope } from '../../ir/origin.ts';

/** One thing to run: a node, or all nodes of one call of a module. */
export type Step =
  | { readonly kind: 'node'; readonly node: ExportedNode }
  | {
      readonly kind: 'group';
      readonly definition: CustomOperator;
      readonly nodes: readonly ExportedNode[];
      /** The modules around it, itself last. */
      readonly scope: Scope;
      /** Tensors that it reads: those that the program computed, in the order of their first use. */
      readonly inputs: readonly string[];
      /** Parameters and buffers that it reads, likewise. */
      readonly parameters: readonly string[];
      /** Its results that something outside reads, in order. */
      readonly outputs: readonly string[];
      /** A tensor from outside that it changes in place. */
      readonly written: string | undefined;
    };

/** The steps of a graph, in order. Consecutive nodes below the same module of a defined class are one step. */
export function moduleGroups(graph: ExportedGraph, customOps: CustomOperators): Step[] {
  const steps: Step[] = [];
  const lastUse = lastUses(graph);
  const live = recordedLive(graph);
  const produced = new Set(graph.nodes.flatMap((node) => namesIn(node.outputs)));
  for (let at = 0; at < graph.nodes.length; ) {
    const node = graph.nodes[at];
    if (!node) break;
    const found = definedModule(node, customOps, live);
    if (!found) {
      steps.push({ kind: 'node', node });
      at++;
      continue;
    }
    let end = at + 1;
    while (sameModule(graph.nodes[end], found.scope)) end++;
    steps.push({ kind: 'group', ...found, ...boundary(graph.nodes.slice(at, end), end, lastUse, produced) });
    at = end;
  }
  return steps;
}

/** The modules whose calls live capture recorded as one operator each: that node says all. */
function recordedLive({ nodes }: ExportedGraph): ReadonlySet<string> {
  const isCall = ({ target }: ExportedNode, type: string) =>
    target.replace(/^torch\.ops\.(\w+)\.(\w+).*$/, '$1::$2') === liveOperator(type);
  return new Set(nodes.flatMap((node) => node.scope.filter(({ type }) => isCall(node, type)).map(({ path }) => path)));
}

function definedModule(
  node: ExportedNode,
  customOps: CustomOperators,
  live: ReadonlySet<string>,
): { definition: CustomOperator; scope: Scope } | undefined {
  for (const [k, { type, path }] of node.scope.entries()) {
    const definition = live.has(path) ? undefined : customOps.forModule(type);
    if (definition) return { definition, scope: node.scope.slice(0, k + 1) };
  }
  return undefined;
}

function sameModule(node: ExportedNode | undefined, scope: Scope): boolean {
  const [mine, theirs] = [node?.scope[scope.length - 1], scope.at(-1)];
  return mine !== undefined && mine.path === theirs?.path && mine.type === theirs.type;
}

function boundary(
  nodes: readonly ExportedNode[],
  end: number,
  lastUse: ReadonlyMap<string, number>,
  produced: ReadonlySet<string>,
) {
  const made = new Set(nodes.flatMap((node) => namesIn(node.outputs)));
  const read = new Set(
    nodes.flatMap((node) => namesIn(node.inputs.map((input) => input.value)).filter((name) => !made.has(name))),
  );
  const isParameter = (name: string) => !produced.has(name) && /^(p|b|c)_/.test(name);
  const changing = nodes.find((node) => /\w_(\.\w+)?$/.test(node.target) && !made.has(targetOf(node) ?? ''));
  return {
    nodes,
    inputs: [...read].filter((name) => !isParameter(name)),
    parameters: [...read].filter(isParameter),
    outputs: [...made].filter((name) => (lastUse.get(name) ?? -1) >= end),
    written: changing && targetOf(changing),
  };
}

function targetOf(node: ExportedNode): string | undefined {
  const [first] = node.inputs;
  return first?.value.kind === 'tensor' ? first.value.name : undefined;
}

/** The index of the last node that reads each name; graph outputs count as one more. */
function lastUses(graph: ExportedGraph): Map<string, number> {
  const uses = new Map<string, number>();
  graph.nodes.forEach((node, k) => {
    for (const name of namesIn(node.inputs.map((input) => input.value))) uses.set(name, k);
  });
  for (const name of namesIn(graph.outputs)) uses.set(name, graph.nodes.length);
  return uses;
}

function namesIn(args: readonly Argument[]): string[] {
  return args.flatMap((argument) => {
    switch (argument.kind) {
      case 'tensor':
      case 'optional-tensor':
        return argument.name === undefined ? [] : [argument.name];
      case 'tensors':
      case 'optional-tensors':
        return argument.names.flatMap((name) => name ?? []);
      default:
        return [];
    }
  });
}
