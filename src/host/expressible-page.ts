/** What each target can express of a model, as a page. */
import type { ExpressibleRow, PlacedProblem } from '../shared/problems.ts';

/** So many reasons are told of each target. */
const MOST_REASONS = 4;

/** Where a problem stands: what a link to it is called, and its address; undefined where it has no place. */
export type LinkTo = (problem: PlacedProblem) => { readonly words: string; readonly address: string } | undefined;

export interface ExpressibleTable {
  readonly name: string;
  /** What is wrong with the model itself, whatever it becomes. */
  readonly own: readonly PlacedProblem[];
  readonly rows: readonly ExpressibleRow[];
}

/** The page runs no scripts. Targets that take all come first, then those that take most. */
export function expressiblePage({ name, own, rows }: ExpressibleTable, linkTo: LinkTo): string {
  const layers = Math.max(0, ...rows.map((row) => row.layers));
  const whole = rows.filter(isWhole);
  const part = rows.filter((row) => !isWhole(row)).sort((a, b) => b.taken - a.taken);
  const errors = own.filter(({ severity }) => severity === 'error');
  const all = whole.map(({ target }) => `<code>${escaped(target)}</code>`).join(' ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>What each backend can express of ${escaped(name)}</h1>
${errors.length === 0 ? '' : `<p>The model itself has problems, whatever it becomes:</p>\n<ul>${errors.map((each) => `<li>${problemText(each.message, 1, each, linkTo)}</li>`).join('')}</ul>`}
<p>${whole.length === 0 ? `No target takes all of its ${layers} layers.` : `All of its ${layers} layers: ${all}`}</p>
${part.length === 0 ? '' : `<table>\n<thead><tr><th>Target</th><th>Layers</th><th>Why not the others</th></tr></thead>\n<tbody>\n${part.map((row) => line(row, linkTo)).join('\n')}\n</tbody>\n</table>`}
</body>
</html>
`;
}

function isWhole({ reasons, failure, taken, layers }: ExpressibleRow): boolean {
  return reasons.length === 0 && failure === undefined && taken === layers;
}

function line({ target, title, layers, taken, reasons, failure }: ExpressibleRow, linkTo: LinkTo): string {
  const told = reasons
    .slice(0, MOST_REASONS)
    .map(({ message, count, first }) => `<li>${problemText(message, count, first, linkTo)}</li>`);
  const more = reasons.length - MOST_REASONS;
  if (more > 0) told.push(`<li>and ${more} more ${more === 1 ? 'kind' : 'kinds'}</li>`);
  const why = failure === undefined ? `<ul>${told.join('')}</ul>` : escaped(failure);
  const count = failure === undefined ? `${taken} of ${layers}` : '';
  return `<tr><td title="${escaped(title)}"><code>${escaped(target)}</code></td><td>${count}</td><td>${why}</td></tr>`;
}

function problemText(message: string, count: number, first: PlacedProblem, linkTo: LinkTo): string {
  const link = linkTo(first);
  const place = link ? ` <a href="${escaped(link.address)}">${escaped(link.words)}</a>` : '';
  return `${count > 1 ? `<b>${count} ×</b> ` : ''}${escaped(message)}${place}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `
body { padding: 0 24px 24px; line-height: 1.5; }
h1 { font-size: 1.5em; font-weight: 600; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 6px 16px 6px 0; border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); }
td:nth-child(-n + 2) { white-space: nowrap; }
td ul { margin: 0; padding-left: 0; list-style: none; }
code { color: inherit; }`;
