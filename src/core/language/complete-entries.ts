/** Types and names in the inputs, outputs and values of graphs. */

import { CONTAINER_WORDS, nameText, typeWord } from '../formats/onnxtxt/names.ts';
import { DATA_TYPES, type DataType } from '../ir/dtype.ts';
import type { Offer } from './completion.ts';
import type { EntryContext } from './cursor-context.ts';
import { nodeMentions, nodesOf } from './scopes.ts';
import type { TypedDocument } from './syntax-document.ts';
import { shownType } from './type-text.ts';

/** Element types, those that are seen most first. */
const FIRST: readonly DataType[] = ['float32', 'int64', 'float16', 'bool', 'int32', 'uint8', 'int8', 'bfloat16'];

export function elementTypes(): Offer[] {
  const types = Object.keys(DATA_TYPES) as DataType[];
  return types.map((dtype) => {
    const place = FIRST.indexOf(dtype);
    const order = place === -1 ? `9${typeWord(dtype)}` : `${place}`;
    return { label: typeWord(dtype), kind: 'type', order };
  });
}

export function valueTypes(): Offer[] {
  const containers = [...CONTAINER_WORDS].map(
    (label): Offer => ({ label, kind: 'type', snippet: `${label}(\${1})`, order: `~${label}` }),
  );
  return [...elementTypes(), ...containers];
}

/** Names for outputs and for types of values: what nodes of the graph make and the block does not list. */
export function entryNames(
  document: TypedDocument,
  { scope, block }: Extract<EntryContext, { block: unknown }>,
): Offer[] {
  if (block === 'input') return [];
  const { outputs, values } = scope.graph;
  const listed = new Set(((block === 'output' ? outputs : values)?.items ?? []).map((entry) => entry.name?.text));
  const offers: Offer[] = [];
  for (const node of nodesOf(scope)) {
    for (const mention of nodeMentions(node)) {
      if (mention.kind !== 'node-output' || listed.has(mention.text)) continue;
      const detail = shownType(document.valueOf(mention)?.type);
      offers.push({ label: nameText(mention.text), kind: 'value', detail });
    }
  }
  return offers;
}
