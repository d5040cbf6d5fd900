/**
 * Reads where nodes came from out of their metadata (provenance.ts says in which form it is there). Thousands of nodes tell
 * of the same calls and the same modules: each is read and made once.
 */
import { type Frame, NO_ORIGIN, NO_SCOPE, type Origin, type Scope } from '../../ir/origin.ts';
import { CLASSES, frameOfFile, SCOPES, TRACE } from './provenance.ts';

export class ProvenanceReader {
  private readonly origins = new Map<string, Origin>();
  private readonly frames = new Map<string, Origin>();
  /** By what stands before the last entry, of the paths and of the classes. */
  private readonly scopes = new Map<string, Map<string, Scope>>();

  originOf(metadata: ReadonlyMap<string, string>): Origin {
    const trace = metadata.get(TRACE);
    return trace ? remembered(this.origins, trace, () => this.framesOf(trace)) : NO_ORIGIN;
  }

  scopeOf(metadata: ReadonlyMap<string, string>): Scope {
    const [paths, classes] = [metadata.get(SCOPES), metadata.get(CLASSES)];
    if (paths === undefined || classes === undefined) return NO_SCOPE;
    const [outer, types] = [beforeLast(paths), beforeLast(classes)];
    if (outer === undefined || types === undefined) return scopeIn(paths, classes);
    const byTypes = remembered(this.scopes, outer, () => new Map<string, Scope>());
    return remembered(byTypes, types, () => scopeIn(paths, classes));
  }

  /** The frames of a trace, innermost first: from one `File "` to the next where each begins a line, as it always does. */
  private framesOf(trace: string): Origin {
    const [before = '', ...pieces] = trace.split(FILE);
    if (!/(^|\n)\s*$/.test(before)) return framesIn(trace);
    const found: Frame[] = [];
    for (const [k, piece] of pieces.entries()) {
      const frames = remembered(this.frames, piece, () => framesIn(FILE + piece));
      const [frame] = frames;
      if (!frame || (k < pieces.length - 1 && !/\n\s*$/.test(piece))) return framesIn(trace);
      found.push(frame);
    }
    return found.reverse();
  }
}

function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  let found = known.get(key);
  if (found === undefined) {
    found = make();
    known.set(key, found);
  }
  return found;
}

const FILE = 'File "';
const FRAME = /^\s*File "([^"\n]+)", line (\d{1,9})(?:, in (.+))?$/;

function framesIn(trace: string): Origin {
  const frames: Frame[] = [];
  const lines = trace.split('\n');
  lines.forEach((line, k) => {
    const match = FRAME.exec(line);
    if (!match) return;
    const [, file = '', number = '', name] = match;
    const next = lines[k + 1];
    const text = next?.trim() && !FRAME.test(next) ? next.trim() : undefined;
    frames.push(frameOfFile(file, Number(number), name, text));
  });
  return frames.reverse();
}

/** What stands in a Python list before its last entry, where that one is plain: of lists with the same, all but that is the same. */
function beforeLast(list: string): string | undefined {
  const at = list.lastIndexOf(", '");
  if (at < 0 || !list.endsWith("']")) return undefined;
  const last = list.slice(at + 3, -2);
  return /['"\\,]/.test(last) ? undefined : list.slice(0, at);
}

function scopeIn(pathList: string, classList: string): Scope {
  const paths = pythonStrings(pathList);
  const types = pythonStrings(classList);
  if (!paths || !types || paths.length !== types.length || paths.length < 2) return NO_SCOPE;
  return paths.slice(0, -1).map((path, k) => ({ path, type: types[k] ?? '' }));
}

const UNESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** A string of a Python list, with what may stand before it. */
const ITEM = /[\s,]*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/y;

/** The strings of a Python list; undefined where the text is something else. Long texts are not looked at. */
function pythonStrings(text: string): string[] | undefined {
  if (!text.startsWith('[') || !text.endsWith(']') || text.length > 100_000) return undefined;
  const strings: string[] = [];
  ITEM.lastIndex = 1;
  for (let end = 1; ; end = ITEM.lastIndex) {
    const match = ITEM.exec(text);
    if (!match) return /^[\s,]*\]$/.test(text.slice(end)) ? strings : undefined;
    const inside = match[1] ?? match[2] ?? '';
    strings.push(inside.replace(/\\(.)/g, (_, character: string) => UNESCAPES[character] ?? character));
  }
}
