/** Where the cursor is while one writes: told by what stands before it, for what stands behind may not be there yet. */
import type { PrototxtDocument } from './document.ts';
import { type Lexeme, lexemes } from './scanner.ts';

export interface Cursor {
  /** The names of the messages around the cursor, the outermost first. */
  readonly path: readonly string[];
  /** The field whose value is being written; undefined where its name is. */
  readonly field: string | undefined;
  /** What is written of the word already, and where that begins; of a string what is behind its quote. */
  readonly prefix: { readonly text: string; readonly start: number; readonly inString: boolean };
  /** Where the outermost message begins. */
  readonly from: number;
}

/** Undefined within comments and numbers, where nothing is offered. */
export function cursorAt({ text, tree }: PrototxtDocument, offset: number): Cursor | undefined {
  const outer = tree.fields.findLast(({ start }) => start < offset);
  // Two fields back: where a bracket is missing, the last one may have been read as something else.
  const from = tree.fields[Math.max(0, tree.fields.indexOf(outer ?? tree.fields[0] ?? NONE) - 1)]?.start ?? 0;
  const before = text.slice({ start: Math.min(from, offset), end: offset });
  if (isInComment(before)) return undefined;
  const tokens = lexemes(before).slice(0, -1);
  const base = Math.min(from, offset);
  const prefix = prefixOf(tokens, before, base, offset);
  if (!prefix) return undefined;
  const rest = tokens.filter(({ start }) => base + start < prefix.start - (prefix.inString ? 1 : 0));
  const open = openMessages(rest);
  const [colon, name] = [rest.at(-1), rest.at(-2)];
  const inList = listName(rest);
  const field = colon?.text === ':' ? name?.text : inList;
  return { path: open.map(({ name }) => name), field, prefix, from: base + (open[0]?.start ?? before.length) };
}

const NONE = { start: 0, end: 0, name: { text: '', start: 0, end: 0 }, line: 0, column: 0, values: [] };

function prefixOf(
  tokens: readonly Lexeme[],
  before: string,
  base: number,
  offset: number,
): Cursor['prefix'] | undefined {
  const last = tokens.at(-1);
  if (last?.kind === 'wrong' && /^["']/.test(last.text))
    return { text: last.text.slice(1), start: base + last.start + 1, inString: true };
  if (!last || last.end !== before.length || last.kind === 'sign') return { text: '', start: offset, inString: false };
  return last.kind === 'word' ? { text: last.text, start: base + last.start, inString: false } : undefined;
}

function isInComment(before: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1).replaceAll(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/g, '');
  return line.includes('#');
}

/** The messages that are open behind some tokens. */
function openMessages(tokens: readonly Lexeme[]): { readonly name: string; readonly start: number }[] {
  const open: { name: string; start: number }[] = [];
  for (const [k, token] of tokens.entries()) {
    if (token.kind !== 'sign') continue;
    if (token.text === '{' || token.text === '<') {
      const name = tokens[k - 1]?.text === ':' ? tokens[k - 2] : tokens[k - 1];
      // A layer at the margin is in no other one.
      if (name && name.column === 1 && /^layers?$/.test(name.text)) open.length = 0;
      open.push({ name: name?.text ?? '', start: name?.start ?? token.start });
    } else if (token.text === '}' || token.text === '>') open.pop();
  }
  return open;
}

/** The field whose list is open. */
function listName(tokens: readonly Lexeme[]): string | undefined {
  const bracket = tokens.findLastIndex(({ text }) => text === '[' || text === ']' || text === '{' || text === '}');
  if (tokens[bracket]?.text !== '[') return undefined;
  return (tokens[bracket - 1]?.text === ':' ? tokens[bracket - 2] : tokens[bracket - 1])?.text;
}
