/** Tells the code from the words in what an error says to do next. */

export interface NextStep {
  readonly code: boolean;
  readonly text: string;
}

/** Code is what stands after a colon and an empty line, up to the end, and lines that are indented. */
export function stepsOf(next: string): NextStep[] {
  const announced = /^([\s\S]*?:)[ \t]*\n[ \t]*\n([\s\S]+)$/.exec(next);
  if (announced?.[1] !== undefined && announced[2] !== undefined) {
    return filled([...byIndent(announced[1]), { code: true, text: dedent(announced[2].split('\n')) }]);
  }
  return filled(byIndent(next));
}

function byIndent(text: string): NextStep[] {
  const parts: { code: boolean; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const last = parts.at(-1);
    const code = /^(\s{2,}|\t)/.test(line) || (line.trim() === '' && last?.code === true);
    if (last && last.code === code) last.lines.push(line);
    else parts.push({ code, lines: [line] });
  }
  return parts.map(({ code, lines }) => ({ code, text: code ? dedent(lines) : lines.join('\n').trim() }));
}

function filled(steps: readonly NextStep[]): NextStep[] {
  return steps.filter(({ text }) => text !== '');
}

function dedent(lines: readonly string[]): string {
  const indents = lines.flatMap((line) => (line.trim() === '' ? [] : [line.length - line.trimStart().length]));
  const indent = Math.min(...indents);
  return lines
    .map((line) => line.slice(indent))
    .join('\n')
    .trimEnd();
}
