/** Finds a frame of a model's origin in the user's own Python files: by path suffix and by the function's name. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { SourceFrame } from '../shared/node.ts';

/** Where a frame stands in the workspace. */
export interface PythonPlace {
  readonly uri: vscode.Uri;
  /** From 0. */
  readonly line: number;
  /** Where the line's code begins, from 0. */
  readonly column: number;
  /** The file is newer than the model, or its function stands elsewhere now. */
  readonly moved: boolean;
}

/** Python's packages, wherever they are installed, are not the user's own code. */
const PACKAGES = /[\\/](site-packages|dist-packages|node_modules)[\\/]/;
const NOT_OWN = '**/{site-packages,dist-packages,node_modules,.git}/**';
const MOST_CANDIDATES = 50;

interface PythonFile {
  readonly modified: number;
  readonly lines: readonly string[];
}

/** Remembers what it found while one model is looked at; make another after files changed. */
export class PythonPlaces {
  private readonly candidates = new Map<string, Thenable<vscode.Uri[]>>();
  private readonly files = new Map<string, Promise<PythonFile | undefined>>();

  constructor(private readonly model: vscode.Uri) {}

  /** The innermost frame of a stack that stands in the workspace. */
  async find(origin: readonly SourceFrame[]): Promise<PythonPlace | undefined> {
    for (const frame of origin) {
      if (frame.kind !== 'python' || PACKAGES.test(frame.file)) continue;
      const place = await this.place(frame);
      if (place) return place;
    }
    return undefined;
  }

  private async place(frame: SourceFrame): Promise<PythonPlace | undefined> {
    const found = await this.named(path.posix.basename(frame.file.replaceAll('\\', '/')));
    const ranked = [...found].sort((a, b) => commonSuffix(b.path, frame.file) - commonSuffix(a.path, frame.file));
    for (const uri of ranked) {
      const file = await this.read(uri);
      const line = file && lineOf(file.lines, frame);
      if (!file || line === undefined) continue;
      const newer = file.modified > (await modified(this.model));
      return { uri, line, column: indentOf(file.lines[line] ?? ''), moved: newer || line !== frame.line - 1 };
    }
    return undefined;
  }

  private named(name: string): Thenable<vscode.Uri[]> {
    const known = this.candidates.get(name);
    if (known) return known;
    const pattern = `**/${name.replace(/[[\]{}*?]/g, '[$&]')}`;
    const found = vscode.workspace.findFiles(pattern, NOT_OWN, MOST_CANDIDATES);
    this.candidates.set(name, found);
    return found;
  }

  private read(uri: vscode.Uri): Promise<PythonFile | undefined> {
    const known = this.files.get(uri.toString());
    if (known) return known;
    const reading = readPython(uri).catch(() => undefined);
    this.files.set(uri.toString(), reading);
    return reading;
  }
}

async function readPython(uri: vscode.Uri): Promise<PythonFile> {
  const [bytes, time] = await Promise.all([vscode.workspace.fs.readFile(uri), modified(uri)]);
  return { modified: time, lines: new TextDecoder().decode(bytes).split(/\r?\n/) };
}

async function modified(uri: vscode.Uri): Promise<number> {
  return (await vscode.workspace.fs.stat(uri)).mtime;
}

/** The frame's line where its function still stands around it; else the function's own line; undefined without one. */
export function lineOf(lines: readonly string[], frame: SourceFrame): number | undefined {
  const line = frame.line - 1;
  const name = frame.function;
  if (name === undefined || name === '<module>' || name === '<lambda>') return line < lines.length ? line : undefined;
  if (line < lines.length && enclosingFunction(lines, line) === name) return line;
  const definition = new RegExp(`^\\s*(?:async\\s+)?def\\s+${name.replace(/[^\w]/g, '')}\\b`);
  const places = lines.flatMap((text, at) => (definition.test(text) ? [at] : []));
  return places.sort((a, b) => Math.abs(a - line) - Math.abs(b - line))[0];
}

/** The name of the innermost function around a line, by indentation. */
function enclosingFunction(lines: readonly string[], line: number): string | undefined {
  let indent = indentOf(lines[line] ?? '');
  for (let at = line; at >= 0; at--) {
    const text = lines[at] ?? '';
    if (text.trim() === '' || (at !== line && indentOf(text) >= indent)) continue;
    const found = /^\s*(?:async\s+)?def\s+(\w+)/.exec(text);
    if (found) return found[1];
    indent = Math.min(indent, indentOf(text));
  }
  return undefined;
}

const indentOf = (text: string) => text.length - text.trimStart().length;

/** How many trailing parts two paths share. */
function commonSuffix(a: string, b: string): number {
  const [left, right] = [a, b].map((each) => each.replaceAll('\\', '/').split('/').reverse());
  const different = left?.findIndex((part, at) => part !== right?.[at]) ?? 0;
  return different < 0 ? (left?.length ?? 0) : different;
}
