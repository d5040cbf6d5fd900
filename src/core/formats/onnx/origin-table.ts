/**
 * Where nodes came from, once for a whole model instead of node by node: an entry of the graph's metadata that holds, in
 * base64, deflated JSON. Each module, line and stack stands there once; a node is found by a hash of the name of its first
 * output, so that what other tools add, remove or move changes nothing for the others.
 */
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Frame, Scope, ScopeEntry } from '../../ir/origin.ts';
import type { Value } from '../../ir/value.ts';
import { nodeZlib } from '../../on-demand.ts';
import { hashOf, NONE, once, type Provenance, type Table, TableWriter } from './origin-table-writer.ts';
import { frameOfFile, isExporterNote, writtenFrames } from './provenance.ts';

/** The key of the entry. A graph that has it, with whatever text, is written with a table. */
export const ORIGINS = 'graphwright.origins';

/** What a text may inflate to: that of a million nodes is smaller. */
const MOST_BYTES = 1 << 26;
/** Modules and calls within each other; deeper ones are no program's. */
const DEEPEST = 1000;

/** Asks for a table, and takes out what PyTorch's exporter says of nodes and values for its own use. */
export function shareOrigins(model: Model): void {
  const keep = { scope: true, origin: true };
  const clean = ({ metadata }: { readonly metadata: Map<string, string> }, known = keep) => {
    for (const key of [...metadata.keys()]) if (isExporterNote(key, known)) metadata.delete(key);
  };
  const cleanValue = (value: Value) => value.hasMetadata && clean(value);
  const within = (graph: Graph) => {
    clean(graph);
    for (const value of [...graph.inputs, ...graph.initializers]) cleanValue(value);
    for (const node of graph.nodes) {
      if (node.hasMetadata) clean(node, { scope: node.scope.length > 0, origin: node.origin.length > 0 });
      for (const value of node.outputs) cleanValue(value);
      for (const inner of node.subgraphs()) within(inner);
    }
  };
  clean(model);
  within(model.graph);
  for (const { graph } of model.functions) within(graph);
  if (!model.graph.metadata.has(ORIGINS)) model.graph.metadata.set(ORIGINS, '');
}

/** Gives names as they are written. */
interface Names {
  of(value: Value): string;
}

const NAMES_AS_READ: Names = { of: ({ name }) => name ?? '' };

/** The table of a model whose graph asks for one; undefined where nothing is known. `names` are those of each graph. */
export function encodeOrigins(model: Model, names: ReadonlyMap<Graph, Names>): string | undefined {
  const before = decodeTable(model.graph.metadata.get(ORIGINS));
  const made = new TableWriter();
  for (const [node, key] of keyedNodes(model, (graph) => names.get(graph) ?? NAMES_AS_READ)) {
    const origin = writtenFrames(node.origin);
    const known = node.scope.length > 0 || origin.length > 0;
    // Nodes of a text know nothing but their line in it.
    const found = known ? { scope: node.scope, origin } : before?.get(hashOf(key));
    if (found) made.add(key, found);
  }
  return made.text();
}

/** Gives the nodes of a model that was read what its table says. A table that is none says nothing. */
export function handOutOrigins(model: Model): void {
  const table = decodeTable(model.graph.metadata.get(ORIGINS));
  if (!table) return;
  for (const [node, key] of keyedNodes(model, () => NAMES_AS_READ)) {
    if (node.scope.length > 0 || node.origin.length > 0) continue;
    const found = table.get(hashOf(key));
    if (!found) continue;
    node.scope = found.scope;
    node.origin = found.origin;
  }
}

/** The nodes that a name tells, with what tells them apart: names of other graphs may be the same. */
function* keyedNodes(model: Model, namesOf: (graph: Graph) => Names): Iterable<readonly [Node, string]> {
  yield* keyedWithin(model.graph, '', namesOf(model.graph));
  for (const { domain, name, overload, graph } of model.functions) {
    yield* keyedWithin(graph, `\n${domain}\n${name}\n${overload}\n`, namesOf(graph));
  }
}

function* keyedWithin(graph: Graph, prefix: string, names: Names): Iterable<readonly [Node, string]> {
  for (const node of graph.nodes) {
    const [first] = node.outputs;
    const name = first && names.of(first);
    if (!name) continue;
    const key = prefix + name;
    yield [node, key];
    for (const [k, inner] of node.subgraphs().entries()) yield* keyedWithin(inner, `${key}\n${k}\n`, names);
  }
}

function pathFrom(text: string, around: string): string {
  return text.startsWith('.') ? around + text : text.replace(/^\\/, '');
}

/** What a table says, by the hash of a node's key; undefined where it is none. */
function decodeTable(text: string | undefined): ReadonlyMap<number, Provenance> | undefined {
  const table = text ? parsed(text) : undefined;
  if (!table) return undefined;
  const keys = Buffer.from(table.keys, 'base64');
  const modules = chains(table.modules, 3, (_, path, type) => ({
    path: table.texts[path] ?? '',
    type: table.texts[type] ?? '',
  }));
  const stacks = chains(table.stacks, 2, (_, line) => frameAt(table, line));
  const scopeOf = once((module: number) => pathsJoined(modules(module)));
  const stackOf = once((stack: number) => stacks(stack).reverse());
  const found = new Map<number, Provenance>();
  for (let k = 0; 4 * k + 4 <= keys.length && 3 * k + 3 <= table.nodes.length; k++) {
    const [module = NONE, stack = NONE, last = 0] = table.nodes.slice(3 * k, 3 * k + 3);
    const scope = scopeOf(module);
    const lines = stackOf(stack);
    const origin = last > 0 ? [...lines.slice(last), ...lines.slice(0, last)] : lines;
    found.set(keys.readUInt32LE(4 * k), { scope, origin });
  }
  return found;
}

function parsed(text: string): Table | undefined {
  try {
    const inflated = nodeZlib().inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: MOST_BYTES });
    const table: unknown = JSON.parse(inflated.toString('utf8'));
    return isTable(table) ? table : undefined;
  } catch {
    return undefined;
  }
}

function isTable(found: unknown): found is Table {
  if (typeof found !== 'object' || found === null) return false;
  const { texts, modules, lines, stacks, nodes, keys } = found as Partial<Record<keyof Table, unknown>>;
  const isTexts = Array.isArray(texts) && texts.every((each) => typeof each === 'string');
  const lists = [modules, lines, stacks, nodes];
  const isNumbers = (list: unknown) => Array.isArray(list) && list.every((each) => Number.isSafeInteger(each));
  return isTexts && typeof keys === 'string' && lists.every(isNumbers);
}

/** The rows from the outermost to the one of a number, of a list in which each names one before it. */
function chains<T>(list: readonly number[], width: number, row: (...fields: number[]) => T): (last: number) => T[] {
  return (last) => {
    const found: T[] = [];
    for (let at = last; at >= 0 && width * (at + 1) <= list.length && found.length < DEEPEST; ) {
      const fields = list.slice(width * at, width * (at + 1));
      found.push(row(...fields));
      const [outer = NONE] = fields;
      at = outer < at ? outer : NONE;
    }
    return found.reverse();
  };
}

function pathsJoined(entries: readonly ScopeEntry[]): Scope {
  let around = '';
  return entries.map(({ path, type }) => {
    around = pathFrom(path, around);
    return { path: around, type };
  });
}

function frameAt({ texts, lines }: Table, number: number): Frame {
  const [file = NONE, line = 0, name = NONE, text = NONE] = lines.slice(4 * number, 4 * number + 4);
  return frameOfFile(texts[file] ?? '', line, texts[name], texts[text]);
}
