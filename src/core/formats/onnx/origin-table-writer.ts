/** Makes the table of origin-table.ts: each module, line and stack stands in it once. */
import type { Frame, Origin, Scope } from '../../ir/origin.ts';
import { nodeZlib } from '../../on-demand.ts';
import { functionIn } from './provenance.ts';

/** Lists of numbers are flat: so many belong together. Texts are numbers of `texts`; an outer one stands before; -1 is none. */
export interface Table {
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

export const NONE = -1;
/** More than any program has. */
const MOST_LINES = 1 << 26;

/** What is known of a node. */
export interface Provenance {
  readonly scope: Scope;
  readonly origin: Origin;
}

/** FNV-1a over UTF-16 code units, 32 bits. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < key.length; k++) hash = Math.imul(hash ^ key.charCodeAt(k), 0x01000193);
  return hash >>> 0;
}

/** zlib's level of that name. */
const BEST_COMPRESSION = 9;

/** Collects what is said of nodes, each module, line and stack once. */
export class TableWriter {
  private readonly texts = new Numbers<string>();
  private readonly modules: number[] = [];
  private readonly lines: number[] = [];
  private readonly stacks: number[] = [];
  private readonly nodes: number[] = [];
  private readonly keys: number[] = [];
  private readonly moduleNumbers = new Numbers<string>();
  private readonly lineNumbers = new Numbers<string>();
  private readonly stackNumbers = new Numbers<number>();
  // Nodes share what is said of them: each list and each frame is looked at once.
  private readonly moduleOf = once((scope: Scope) => this.numberOfModule(scope));
  private readonly lineOf = once((frame: Frame) => this.numberOfLine(frame));
  private readonly stackOf = once((origin: Origin) => {
    // TorchScript lines stand behind those of Python and differ from node to node: first, they let stacks share the rest.
    const last = origin.findLastIndex(({ kind }) => kind !== 'torchscript') + 1;
    const stack = this.numberOfStack(
      last === origin.length ? origin : [...origin.slice(last), ...origin.slice(0, last)],
    );
    return { stack, last: origin.length - last };
  });

  add(key: string, { scope, origin }: Provenance): void {
    this.keys.push(hashOf(key));
    const { stack, last } = this.stackOf(origin);
    this.nodes.push(this.moduleOf(scope), stack, last);
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

  private numberOfModule(scope: Scope): number {
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
  private numberOfStack(origin: Origin): number {
    let outer = NONE;
    for (let k = origin.length - 1; k >= 0; k--) {
      const frame = origin[k];
      if (!frame) break;
      const line = this.lineOf(frame);
      const number = this.stackNumbers.of((outer + 1) * MOST_LINES + line);
      if (2 * number === this.stacks.length) this.stacks.push(outer, line);
      outer = number;
    }
    return outer;
  }

  private numberOfLine(frame: Frame): number {
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

/** Remembers what was found for each key. */
export function once<K, T>(of: (key: K) => T): (key: K) => T {
  const known = new Map<K, T>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined) {
      found = of(key);
      known.set(key, found);
    }
    return found;
  };
}
