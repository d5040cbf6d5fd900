/**
 * Where nodes came from, once for a whole model instead of node by node: an entry of the graph's metadata that holds, in
 * base64, deflated JSON. Each module, line and stack stands there once; a node is found by a hash of the name of its first
 * output, so that what other tools add, remove or move changes nothing for the others.
 */
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Frame, Origin, Scope, ScopeEntry } from '../../ir/origin.ts';
import type { Value } from '../../ir/value.ts';
import { nodeZlib } from '../../on-demand.ts';
import { frameOfFile, functionIn, isExporterNote, writtenFrames } from './provenance.ts';

/** The key of the entry. A graph that has it, with whatever text, is written with a table. */
export const ORIGINS = 'graphwright.origins';

/** What a text may inflate to: that of a million nodes is smaller. */
const MOST_BYTES = 1 << 26;
/** zlib's level of that name. */
const BEST_COMPRESSION = 9;
/** Modules and calls within each other; deeper ones are no program's. */
const DEEPEST = 1000;

/** Lists of numbers are flat: so many belong together. Texts are numbers of `texts`; an outer one stands before; -1 is none. */
interface Table {
  readonly texts: readonly string[];
  /** Outer module, path, class. A path that begins with a dot goes on from the outer one's. */
  readonly modules: readonly number[];
  /** File, line, function, source text. */
  readonly lines: readonly number[];
  /** The stack that called, line. */
  readonly stacks: readonly number[];
  /** Module, stack, and how many of its innermost lines are the last of the node's origin. */
  readonly nodes: readonly number[];
  /** For each node the hash of its key: 32 bits, little-endian, in base64. */
  readonly keys: string;
}

const NONE = -1;

interface Provenance {
  readonly scope: Scope;
  readonly origin: Origin;
}

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

/** FNV-1a over UTF-16 code units, 32 bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < key.length; k++) hash = Math.imul(hash ^ key.charCodeAt(k), 0x01000193);
  return hash >>> 0;
}

/** Collects what is said of nodes, each module, line and stack once. */
class TableWriter {
  private readonly texts = new Numbers<string>();
  private readonly modules: number[] = [];
  private readonly lines: number[] = [];
  private readonly stacks: number[] = [];
  private readonly nodes: number[] = [];
  private readonly keys: number[] = [];
  private readonly moduleNumbers = new Numbers<string>();
  private readonly lineNumbers = new Numbers<string>();
  private readonly stackNumbers = new Numbers<string>();

  add(key: string, { scope, origin }: Provenance): void {
    this.keys.push(hashOf(key));
    // TorchScript lines stand behind those of Python and differ from node to node: first, they let stacks share the rest.
    const last = origin.findLastIndex(({ kind }) => kind !== 'torchscript') + 1;
    const stack = this.stackOf([...origin.slice(last), ...origin.slice(0, last)]);
    this.nodes.push(this.moduleOf(scope), stack, origin.length - last);
  }

  text(): string | undefined {
    if (this.keys.length === 0) return undefined;
    const keys = Buffer.alloc(4 * this.keys.length);
    for (const [k, hash] of this.keys.entries()) keys.writeUInt32LE(hash, 4 * k);
    const table: Table = {
      texts: this.texts.all,
      modules: this.modules,
      lines: this.lines,
      stacks: this.stacks,
      nodes: this.nodes,
      keys: keys.toString('base64'),
    };
    return nodeZlib().deflateRawSync(JSON.stringify(table), { level: BEST_COMPRESSION }).toString('base64');
  }

  private moduleOf(scope: Scope): number {
    let outer = NONE;
    let around = '';
    for (const { path, type } of scope) {
      const number = this.moduleNumbers.of(`${outer} ${JSON.stringify([path, type])}`);
      if (3 * number === this.modules.length) {
        this.modules.push(outer, this.texts.of(pathWithin(path, around)), this.texts.of(type));
      }
      outer = number;
      around = path;
    }
    return outer;
  }

  /** The stack of frames, innermost first, as the innermost of those that call each other. */
  private stackOf(origin: Origin): number {
    let outer = NONE;
    for (const frame of origin.toReversed()) {
      const line = this.lineOf(frame);
      const number = this.stackNumbers.of(`${outer} ${line}`);
      if (2 * number === this.stacks.length) this.stacks.push(outer, line);
      outer = number;
    }
    return outer;
  }

  private lineOf(frame: Frame): number {
    const { file, line, text } = frame;
    const name = functionIn(frame);
    const number = this.lineNumbers.of(JSON.stringify([file, line, name, text]));
    if (4 * number === this.lines.length) {
      this.lines.push(this.texts.of(file), line, this.optional(name), this.optional(text));
    }
    return number;
  }

  private optional(text: string | undefined): number {
    return text === undefined ? NONE : this.texts.of(text);
  }
}

/** Numbers things in the order in which they come. */
class Numbers<T> {
  private readonly numbers = new Map<T, number>();

  of(item: T): number {
    const known = this.numbers.get(item);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(item, number);
    return number;
  }

  get all(): readonly T[] {
    return [...this.numbers.keys()];
  }
}

/** `.conv` for `layer1.conv` within `layer1`. A path that begins with a dot itself stands behind a backslash. */
function pathWithin(path: string, around: string): string {
  if (around !== '' && path.startsWith(`${around}.`)) return path.slice(around.length);
  return /^[.\\]/.test(path) ? `\\${path}` : path;
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
  const scopeOf = once((module) => pathsJoined(modules(module)));
  const stackOf = once((stack) => stacks(stack).reverse());
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

/** Nodes of one module share what is said of it. */
function once<T>(of: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined) {
      found = of(key);
      known.set(key, found);
    }
    return found;
  };
}
