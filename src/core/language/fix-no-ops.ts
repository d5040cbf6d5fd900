/** Takes a node out of the text that gives one of its inputs as it is. */
import { nameText } from '../formats/onnxtxt/names.ts';
import { spanToRemove } from './fix-entries.ts';
import { partAt, replacing, wholeLine } from './fix-places.ts';
import type { FixContext, Mending } from './fixes.ts';
import { definitionIn, type GraphScope, type Mention, mentionsOf, type NodeAt } from './scopes.ts';
import { nodeAround } from './spot.ts';
import type { Span, TextEdit } from './text.ts';

/** The problems of a target say which nodes do nothing, and which input they give. */
export function takeOutFixes({ document, problem }: FixContext): Mending[] {
  const { removes, because = '' } = problem.details;
  const placed =
    removes === undefined ? undefined : nodeAround(document.tree, document.text.offsetAt(problem.range.start));
  const input = placed?.node.inputs?.names[Number(removes)];
  const [output, ...others] = placed?.node.outputs ?? [];
  if (!placed || !input?.text || !output?.text) return [];
  const unread = others.every(({ text }) => text === '' || mentionsOf(placed.scope, text).length === 1);
  const [gone, stays] = isGraphOutput(placed.scope, output.text)
    ? [input.text, output.text]
    : [output.text, input.text];
  if (!unread || !canStand(placed, gone, stays)) return [];
  const edits: TextEdit[] = [
    replacing(document, wholeLine(document, { start: placed.at, end: placed.at + placed.node.length }), ''),
  ];
  const own = [...(placed.node.inputs?.names ?? []), ...placed.node.outputs].map((name) => partAt(placed, name).start);
  for (const mention of mentionsOf(placed.scope, gone)) {
    if (own.includes(mention.span.start)) continue;
    if (mention.kind === 'type') edits.push(replacing(document, wholeLine(document, entrySpan(mention)), ''));
    else edits.push(replacing(document, mention.span, nameText(stays)));
  }
  return [
    { title: `Take out ${placed.node.operator?.name.text ?? 'the node'}, which ${because}`, edits, preferred: true },
  ];
}

function isGraphOutput({ graph }: GraphScope, name: string): boolean {
  return graph.outputs?.items.some((entry) => entry.name?.text === name) ?? false;
}

/**
 * Whether the name that stays can stand for the other. A graph keeps the names of its outputs, so that what makes them takes
 * such a name over: a node of the same graph, whose result is no output as well.
 */
function canStand({ scope }: NodeAt, gone: string, stays: string): boolean {
  if (!isGraphOutput(scope, stays)) return true;
  const made = definitionIn(scope, gone);
  return made?.kind === 'node-output' && !isGraphOutput(scope, gone);
}

function entrySpan({ entry }: Mention): Span {
  const values = entry?.scope.graph.values;
  const index = entry ? (values?.items.indexOf(entry.entry) ?? -1) : -1;
  if (!entry || !values || index < 0) throw new Error('a type stands among the values of its graph');
  return spanToRemove(entry.scope, values, index, entry.entry);
}
