/** Tables in Markdown, and keeping them current inside a page. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A Markdown table with aligned columns. */
export function table(head, rows) {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

/** What stands between `<!-- name -->` and `<!-- /name -->` in a page. */
export function sectionOf(file, name) {
  const [, text] = new RegExp(`<!-- ${name} -->\n([^]*?)\n<!-- /${name} -->`).exec(readFileSync(file, 'utf8')) ?? [];
  if (text === undefined) throw new Error(`${file} has no section ${name}`);
  return text;
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->` in a page; adds both at its end where they are missing. */
export function rewriteSection(file, name, text) {
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '# Conformance\n';
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(open);
  const to = page.indexOf(close);
  const before = from < 0 ? `${page.trimEnd()}\n\n` : page.slice(0, from);
  const after = to < 0 ? '\n' : page.slice(to + close.length);
  writeFileSync(file, `${before}${open}\n${text}\n${close}${after}`);
}
