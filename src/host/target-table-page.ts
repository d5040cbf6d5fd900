/** Which targets can take a model, as a page. */
import { answerText, groupOpsets, rangesText } from '../core/opset-groups.ts';
import type { PlacedProblem, TakenReason, TakenRow, TargetTable, TargetTakenRow } from '../shared/problems.ts';
import { baseName } from '../shared/target-text.ts';

/** So many reasons are told of each target. */
const MOST_REASONS = 4;

/** The line where a problem stands, and the address of a link to it; undefined where it has none. */
export type LinkTo = (problem: PlacedProblem) => { readonly line: number; readonly address: string } | undefined;

/** The page runs no scripts. Targets that take all come first, then those that take most. */
export function targetTablePage(name: string, table: TargetTable, linkTo: LinkTo): string {
  const errors = table.own.filter(({ severity }) => severity === 'error');
  const backends = table.targets.filter(({ target }) => target.startsWith('caffe:'));
  const profiles = table.targets.filter((row) => !backends.includes(row));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Which targets can take ${escaped(name)}?</h1>
${errors.length === 0 ? '' : `<p>The model itself has problems, whatever it becomes:</p>\n<ul class="own">${errors.map((each) => `<li>${reasonText({ message: each.message, count: 1, places: [each] }, linkTo)}</li>`).join('')}</ul>`}
${picksText(table, profiles)}
${section('Opsets of ONNX', 'Opset', opsetLines(table, linkTo))}
${section('Runtimes and converters that read ONNX', 'Target', targetLines(profiles, linkTo))}
${section('Frameworks that read Caffe', 'Target', targetLines(backends, linkTo))}
</body>
</html>
`;
}

/** Which opset to take. */
function picksText({ lowest, best, opsets }: TargetTable, profiles: readonly TargetTakenRow[]): string {
  if (opsets.length === 0) return '';
  const layers = opsets[0]?.layers ?? 0;
  if (lowest === undefined || best === undefined)
    return `<p>No opset that is written holds all of its ${layers} nodes.</p>`;
  const takers = profiles.filter((row) => row.opsets?.includes(best)).length;
  return `<p>The lowest opset that holds all of its ${layers} nodes is <b>${lowest}</b>. The best is <b>${best}</b>, at which ${takers} of ${profiles.length} targets that read ONNX take it.</p>`;
}

function section(title: string, head: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `<h2>${title}</h2>
<table>
<thead><tr><th>${head}</th><th>Takes it</th><th>Why not</th></tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table>`;
}

function opsetLines({ opsets }: TargetTable, linkTo: LinkTo): readonly string[] {
  return groupOpsets(opsets).map(({ from, to, row }) => {
    return line(from === to ? `${from}` : `${from} to ${to}`, '', row, answerOf(row, linkTo), linkTo);
  });
}

function targetLines(rows: readonly TargetTakenRow[], linkTo: LinkTo): readonly string[] {
  const known = rows.filter(({ failure }) => failure === undefined);
  const sorted = [...known].sort((a, b) => Number(isYes(b)) - Number(isYes(a)) || b.taken - a.taken);
  return [...sorted, ...rows.filter(({ failure }) => failure !== undefined)].map((row) => {
    const { target, title, opset, opsets = [] } = row;
    const at = opset === undefined ? '' : ` at opset ${opsets.length > 0 ? rangesText(opsets) : opset}`;
    return line(`<code>${escaped(baseName(target))}</code>`, title, row, `${answerOf(row, linkTo)}${at}`, linkTo);
  });
}

function isYes(row: TakenRow): boolean {
  return answerText(row) === 'yes';
}

/** The number leads to the first of the nodes. */
function answerOf(row: TakenRow, linkTo: LinkTo): string {
  const words = answerText(row);
  if (words === 'yes') return '<span class="yes">yes</span>';
  const [link] = row.reasons.flatMap(({ places }) => places.flatMap((each) => linkTo(each) ?? []));
  return link ? anchor(link.address, words) : words;
}

function line(name: string, title: string, row: TakenRow, answer: string, linkTo: LinkTo): string {
  const { reasons, failure } = row;
  const told = reasons.slice(0, MOST_REASONS).map((each) => `<li>${reasonText(each, linkTo)}</li>`);
  const more = reasons.length - MOST_REASONS;
  if (more > 0) told.push(`<li>and ${more} more ${more === 1 ? 'kind' : 'kinds'}</li>`);
  const why = failure === undefined ? (told.length === 0 ? '' : `<ul>${told.join('')}</ul>`) : escaped(failure);
  return `<tr><td${title === '' ? '' : ` title="${escaped(title)}"`}>${name}</td><td>${answer}</td><td>${why}</td></tr>`;
}

/** The message, with links to the lines of all nodes that it speaks of. */
function reasonText({ message, count, places }: TakenReason, linkTo: LinkTo): string {
  const links = new Map(places.flatMap((each) => linkTo(each) ?? []).map((link) => [link.line, link.address]));
  const anchors = [...links].map(([at, address]) => anchor(address, `${at}`));
  const more = count > places.length ? ' …' : '';
  const lines =
    anchors.length === 0
      ? ''
      : ` <span class="lines">${anchors.length === 1 ? 'line' : 'lines'} ${anchors.join(', ')}${more}</span>`;
  return `${count > 1 ? `<b>${count} ×</b> ` : ''}${escaped(message)}${lines}`;
}

function anchor(address: string, words: string): string {
  return `<a href="${escaped(address)}">${escaped(words)}</a>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `
body { padding: 0 24px 24px; line-height: 1.5; }
h1 { font-size: 1.5em; font-weight: 600; }
h2 { font-size: 1.15em; font-weight: 600; margin: 1.6em 0 0.4em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 5px 16px 5px 0; border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); }
th:first-child, td:first-child { width: 15em; }
th:nth-child(2), td:nth-child(2) { width: 13em; }
td:first-child { white-space: nowrap; }
td:last-child { overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 0; list-style: none; }
code { color: inherit; background: none; padding: 0; }
/* The green of marks is too light for letters. */
.yes { color: color-mix(in srgb, var(--vscode-testing-iconPassed, var(--vscode-charts-green)) 40%, var(--vscode-foreground)); font-weight: 600; }
.lines { white-space: normal; }
@media (max-width: 640px) {
  body { padding: 0 12px 16px; }
  thead { display: none; }
  tr { display: block; padding: 6px 0; border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); }
  td, td:first-child, td:nth-child(2) { display: block; width: auto; padding: 0; border: 0; white-space: normal; overflow-wrap: anywhere; }
}`;
