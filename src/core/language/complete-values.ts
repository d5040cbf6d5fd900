/** Values that a node may read: those that are defined before it, the types that its input takes first. */

import { typeKey } from '../dialects/onnx/infer/types.ts';
import { allowedTypes, formalAt } from '../dialects/onnx/operators.ts';
import { nameText } from '../formats/onnxtxt/names.ts';
import type { Value } from '../ir/value.ts';
import type { Offer } from './completion.ts';
import type { NodeContext, NodeSoFar } from './cursor-context.ts';
import { operatorNamed } from './operator-at.ts';
import { defines, type GraphScope, type Mention, mentionsIn, resolve, scopesWithin } from './scopes.ts';
import type { TypedDocument } from './syntax-document.ts';
import { shownType } from './type-text.ts';

type Inputs = Extract<NodeContext, { kind: 'node-input' }>;
type Outputs = Extract<NodeContext, { kind: 'node-output' }>;

/** Nearest first within each class of fit. */
export function inputs(document: TypedDocument, context: Inputs): Offer[] {
  const wanted = wantedTypes(document, context);
  const visible = visibleBefore(context.scope, context.at);
  const digits = String(visible.length).length;
  return visible.map((mention, k) => {
    const value = document.valueOf(mention);
    const order = `${fitOf(value, wanted)}${String(visible.length - k).padStart(digits, '0')}`;
    return { label: nameText(mention.text), kind: 'value', detail: shownType(value?.type), order };
  });
}

/** Definitions that a node at an offset sees, in the order of the text, outer ones first. */
function visibleBefore(scope: GraphScope, at: number): Mention[] {
  const outer = scope.outer && scope.holder ? visibleBefore(scope.outer, scope.holder.at) : [];
  const own: Mention[] = [];
  for (const mention of mentionsIn(scope)) {
    // The node that is being written gives its outputs before its operator.
    if (mention.node && mention.node.at + mention.node.node.length > at) break;
    if (defines(mention)) own.push(mention);
  }
  return [...outer, ...own];
}

/** The types that the input takes: the one that its variable has already, else all that the variable takes. */
function wantedTypes(
  document: TypedDocument,
  { scope, operator, inputs, index }: Inputs,
): readonly string[] | undefined {
  const known = operatorNamed(document, scope, operator);
  if (known?.kind !== 'schema') return undefined;
  const { schema } = known;
  const formal = formalAt(schema.inputs, index);
  if (!formal) return [];
  if (formal.homogeneous) {
    for (const [k, name] of inputs.slice(0, index).entries()) {
      if (formalAt(schema.inputs, k)?.type !== formal.type) continue;
      const type = typeKey(typeOf(document, scope, name));
      if (type !== undefined) return [type];
    }
  }
  return allowedTypes(schema, formal);
}

function typeOf(document: TypedDocument, scope: NodeSoFar['scope'], name: string) {
  const mention = resolve(scope, name);
  return mention && document.valueOf(mention)?.type;
}

/** 0 where the type fits, 1 where it is not known, 2 where it does not. */
function fitOf(value: Value | undefined, wanted: readonly string[] | undefined): number {
  const type = typeKey(value?.type);
  if (type === undefined || !wanted) return 1;
  return wanted.includes(type) ? 0 : 2;
}

/** Names that are read or given by the graph and that nothing defines. */
export function outputs({ scope, given }: Outputs): Offer[] {
  const defined = new Set<string>(given);
  const missing = new Map<string, Mention>();
  for (const mention of mentionsIn(scope)) if (defines(mention)) defined.add(mention.text);
  for (const inner of scopesWithin(scope)) {
    for (const mention of mentionsIn(inner)) {
      if (defines(mention) || mention.kind === 'type' || defined.has(mention.text)) continue;
      if (!missing.has(mention.text) && !resolve(inner, mention.text)) missing.set(mention.text, mention);
    }
  }
  return [...missing.values()].map((mention) => ({
    label: nameText(mention.text),
    kind: 'value',
    detail: mention.kind === 'graph-output' ? 'an output of the graph' : 'not defined yet',
    order: mention.kind === 'graph-output' ? `0${mention.text}` : `1${mention.text}`,
  }));
}
