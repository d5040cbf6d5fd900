/** The statements of a Python file as far as its lines tell: strings and comments blanked, continued lines joined. */

export interface Statement {
  /** Without its indentation; lines that it goes on over are joined by a space. */
  readonly text: string;
  /** Where it begins, in characters. A tab goes to the next multiple of 8, as in Python. */
  readonly indent: number;
  /** From 0. */
  readonly line: number;
}

const STRINGS_AND_COMMENTS =
  /#[^\n]*|("""|''')(?:\\[\s\S]|(?!\1)[^\\])*(?:\1|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/g;

export function statementsOf(text: string): readonly Statement[] {
  const found: Statement[] = [];
  let open: { parts: string[]; indent: number; line: number } | undefined;
  let depth = 0;
  for (const [line, raw] of blanked(text).split(/\r?\n/).entries()) {
    const code = raw.trim();
    if (!open && code === '') continue;
    open ??= { parts: [], indent: indentOf(raw), line };
    for (const character of code) {
      if ('([{'.includes(character)) depth++;
      else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
    }
    const goesOn = code.endsWith('\\');
    open.parts.push(goesOn ? code.slice(0, -1) : code);
    if (depth > 0 || goesOn) continue;
    found.push({ text: open.parts.join(' '), indent: open.indent, line: open.line });
    open = undefined;
  }
  if (open) found.push({ text: open.parts.join(' '), indent: open.indent, line: open.line });
  return found;
}

/** The text with nothing in its strings and no comments; its lines stay where they are. */
function blanked(text: string): string {
  return text.replace(STRINGS_AND_COMMENTS, (all) => {
    const kept = all.replace(/[^\n]/g, ' ');
    if (all.startsWith('#')) return kept;
    // A string is a value, also where it is empty; one of several lines goes on to the next.
    return `'${kept.slice(1).replace(/\n/g, '\\\n')}`;
  });
}

function indentOf(line: string): number {
  let indent = 0;
  for (const character of line) {
    if (character === '\t') indent += 8 - (indent % 8);
    else if (character === ' ') indent++;
    else break;
  }
  return indent;
}
