/** Fixes that change which nodes there are, and what they read. */
import { codeOfDtype } from '../dialects/onnx/dtype-codes.ts';
import { nameText, typeWord } from '../formats/onnxtxt/names.ts';
import { isDataType } from '../ir/dtype.ts';
import { headSpan, indentAt, partAt, replacing, statementOf, wholeLine } from './fix-places.ts';
import type { FixContext, Mending } from './fixes.ts';
import { defines, type GraphScope, mentionsIn, outermost, scopesWithin } from './scopes.ts';

/** Drops a node that nothing uses. */
export function deadNodeFixes({ document, finding }: FixContext): Mending[] {
  const placed = statementOf(document, finding?.node);
  if (!placed) return [];
  const span = { start: placed.at, end: placed.at + placed.node.length };
  return [{ title: 'Remove the node', edits: [replacing(document, wholeLine(document, span), '')], preferred: true }];
}

/** Reads the value that was probably meant. */
export function missingNameFixes({ document, problem, finding }: FixContext): Mending[] {
  const { suggested } = problem.details;
  const placed = statementOf(document, finding?.node);
  const index = problem.part?.kind === 'input' ? problem.part.index : -1;
  const name = placed?.node.inputs?.names[index];
  if (!placed || !name || !suggested) return [];
  const edit = replacing(document, partAt(placed, name), nameText(suggested));
  return [{ title: `Change to ${suggested}`, edits: [edit], preferred: true }];
}

/** Casts an input to a type that the operator takes, by a node before it. */
export function castFixes({ document, problem, finding }: FixContext): Mending[] {
  const { cast } = problem.details;
  const placed = statementOf(document, finding?.node);
  const index = problem.part?.kind === 'input' ? problem.part.index : -1;
  const name = placed?.node.inputs?.names[index];
  if (!placed || !name?.text || !cast || !isDataType(cast)) return [];
  const made = nameText(freeName(placed.scope, `${name.text}_${typeWord(cast)}`));
  const { start } = headSpan(placed);
  const indent = indentAt(document, start);
  const node = `${made} = Cast <to = ${codeOfDtype(cast)}> (${nameText(name.text)})\n${indent}`;
  const edits = [
    replacing(document, { start: placed.at, end: placed.at }, node),
    replacing(document, partAt(placed, name), made),
  ];
  return [{ title: `Insert a Cast to ${typeWord(cast)}`, edits }];
}

/** A name that nothing in the outermost graph has. */
function freeName(scope: GraphScope, wanted: string): string {
  const taken = new Set<string>();
  for (const each of scopesWithin(outermost(scope))) {
    for (const mention of mentionsIn(each)) if (defines(mention)) taken.add(mention.text);
  }
  let name = wanted;
  for (let k = 1; taken.has(name); k++) name = `${wanted}_${k}`;
  return name;
}
