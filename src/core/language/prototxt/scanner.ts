/** The tokens of protobuf's text format as formats/caffe/tokens.ts has them, but whatever stands there is one. */
import { unescaped } from '../../formats/caffe/tokens.ts';
import type { Span } from '../text.ts';

export interface Lexeme extends Span {
  readonly kind: 'word' | 'number' | 'string' | 'sign' | 'wrong' | 'end';
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

const PIECE =
  /([ \t\r\f\v\ufeff]+|#[^\n]*)|(\n)|([A-Za-z_][A-Za-z0-9_]*)|(-?[ \t]*(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?|(?:inf(?:inity)?|nan)\b))|("(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')|([{}<>[\]:;,])|(["'][^\n]*|[\s\S])/gi;

/** All tokens of a text, the end as the last. */
export function lexemes(text: string): Lexeme[] {
  const found: Lexeme[] = [];
  let line = 1;
  let lineStart = 0;
  for (const match of text.matchAll(PIECE)) {
    const [piece, blank, newline, word, number, string, sign] = match;
    if (blank !== undefined) continue;
    const start = match.index;
    const end = start + piece.length;
    if (newline !== undefined) {
      line++;
      lineStart = end;
      continue;
    }
    const kind =
      word !== undefined
        ? 'word'
        : number !== undefined
          ? 'number'
          : string !== undefined
            ? 'string'
            : sign !== undefined
              ? 'sign'
              : 'wrong';
    found.push({ kind, text: piece, start, end, line, column: start - lineStart + 1 });
  }
  found.push({
    kind: 'end',
    text: '',
    start: text.length,
    end: text.length,
    line,
    column: text.length - lineStart + 1,
  });
  return found;
}

/** The bytes of strings that stand side by side. */
export function bytesOf(strings: readonly Lexeme[]): Uint8Array {
  const [first] = strings;
  return first && strings.length === 1
    ? unescaped(first.text)
    : Buffer.concat(strings.map(({ text }) => unescaped(text)));
}
