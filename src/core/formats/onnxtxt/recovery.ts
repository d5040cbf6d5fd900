/** Where parsing goes on behind what is wrong: at the next line that begins a node, or at the brace that closes the graph. */
import type { Cursor } from './cursor.ts';

const WORD = '(?:[A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\\\\\n]|\\\\.)*")';
const NAMES = `(?:${WORD}[ \\t]*)?(?:,[ \\t]*(?:${WORD}[ \\t]*)?)*`;
/** `[label] a, b = domain.Operator` and a bracket or colon, at the begin of a line. No part of it can match in two ways. */
const NODE = new RegExp(
  `^(?:\\[[^\\]\\n]*\\][ \\t]*)?${NAMES}=(?!>)[ \\t]*${WORD}[ \\t]*(?:\\.[ \\t]*${WORD}[ \\t]*)*[(<:]`,
);
/** A graph as the value of an attribute looks like a node until its arrow. */
const GRAPH_VALUE = new RegExp(`^${WORD}[ \\t]*=[ \\t]*${WORD}[ \\t]*\\([^()\\n]*\\)[ \\t]*=>`);

/** How much of a line is looked at to see whether it begins a node. */
const LONGEST_BEGIN = 1000;

/** Whether a node begins at a position. */
export function beginsNode(text: string, position: number): boolean {
  const begin = text.slice(position, Math.min(endOfLine(text, position), position + LONGEST_BEGIN));
  return NODE.test(begin) && !GRAPH_VALUE.test(begin);
}

/**
 * Where the statement whose first token is at `head`, and which fails at the next token, ends: before the closing brace of
 * its graph, or before the line where another node begins and the notes of that one.
 */
export function endOfBroken(cursor: Cursor, head: number): number {
  const next = nextAfterBroken(cursor, head);
  return Math.max(trimmed(cursor.text, head, next), Math.min(head + 1, cursor.limit));
}

function nextAfterBroken(cursor: Cursor, head: number): number {
  const { text, limit } = cursor;
  const indent = head - lineStart(text, head);
  const failed = Math.min(cursor.start, limit);
  let open = cursor.braces;
  let line = Math.max(lineStart(text, failed), head);
  for (let position = failed; ; position = line) {
    const end = endOfLine(text, line, limit);
    cursor.furthest = Math.max(cursor.furthest, end);
    const first = skipBlank(text, line, end);
    if (line > head && first < end) {
      const further = first - line > indent;
      if (text[first] === '}' ? first - line < indent : (!further || open === 0) && beginsNode(text, first))
        return first;
    }
    const closing = closingBrace(text, position, end, open);
    if (closing.position !== undefined) return closing.position;
    if (end >= limit) return limit;
    open = closing.open;
    line = end + 1;
  }
}

/** Where the text before a position ends, without the blank lines and comments that belong to what follows. */
function trimmed(text: string, from: number, to: number): number {
  let end = to;
  for (;;) {
    while (end > from && /\s/.test(text[end - 1] ?? '')) end--;
    const line = Math.max(lineStart(text, end), from);
    if (line <= from || text[skipBlank(text, line, end)] !== '#') return end;
    end = line;
  }
}

/** Where the next token starts, without the space and comments before it. */
export function nextToken(text: string, from: number): number {
  let position = from;
  while (position < text.length) {
    if (text[position] === '#') position = endOfLine(text, position);
    else if (/\s/.test(text[position] ?? '')) position++;
    else break;
  }
  return position;
}

/** Counts braces outside of strings and comments; the position of one that closes more than is open. */
function closingBrace(text: string, from: number, to: number, open: number): { open: number; position?: number } {
  let depth = open;
  for (let position = from; position < to; position++) {
    switch (text[position]) {
      case '"':
        position = closingQuote(text, position, to);
        break;
      case '#':
        return { open: depth };
      case '{':
        depth++;
        break;
      case '}':
        if (depth === 0) return { open: depth, position };
        depth--;
    }
  }
  return { open: depth };
}

/** Where a string ends: here, not behind the line. */
function closingQuote(text: string, from: number, to: number): number {
  for (let position = from + 1; position < to; position++) {
    if (text[position] === '"') return position;
    if (text[position] === '\\') position++;
  }
  return to;
}

function skipBlank(text: string, from: number, to: number): number {
  let position = from;
  while (position < to && (text[position] === ' ' || text[position] === '\t' || text[position] === '\r')) position++;
  return position;
}

function lineStart(text: string, position: number): number {
  return position === 0 ? 0 : text.lastIndexOf('\n', position - 1) + 1;
}

/** Where the line of a position ends, or what is read of the text. */
export function endOfLine(text: string, from: number, limit = text.length): number {
  const end = text.indexOf('\n', from);
  return end === -1 || end > limit ? limit : end;
}
