/** Whether an operator means the same in two neighbouring opsets: computed from the schemas and the reviewed tables. */
import { checkNode, checkOutputTypes } from '../../dialects/onnx/check-node.ts';
import { type OperatorSchema, onnxDomain, operatorSchema } from '../../dialects/onnx/operators.ts';
import type { Attribute } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import { tooOld } from './adapter.ts';
import { ATTRIBUTES_ADDED, MEANING_CHANGED, ONLY_REARRANGED, REVIEWED_UP_TO } from './reviewed.ts';

/** Whether a step between an opset and the one before it meets a new version of an operator, or its first. */
export function hasNewVersion(node: Node, newer: number): boolean {
  return operatorSchema(onnxDomain(node.domain), node.op, newer)?.since === newer;
}

/**
 * Whether the version that `newer` brought computes what the version before did: the same inputs and outputs, no
 * attribute but those that the reviewed table allows, and no change in meaning that the table knows.
 */
export function meansTheSame(op: string, newer: number, domain = ''): boolean {
  const key = `${op}@${newer}`;
  if (newer > REVIEWED_UP_TO || MEANING_CHANGED.has(key)) return false;
  const [after, before] = [operatorSchema(domain, op, newer), operatorSchema(domain, op, newer - 1)];
  if (!after || !before || after.deprecated || before.deprecated) return false;
  const added = ATTRIBUTES_ADDED[key] ?? [];
  return (ONLY_REARRANGED.has(key) || signature(after) === signature(before)) && sameAttributes(before, after, added);
}

/** Names and arity of inputs and outputs; types may widen. */
function signature(schema: OperatorSchema): string {
  const formals = [...schema.inputs, ...schema.outputs];
  return formals.map(({ name, kind, minimum }) => `${name} ${kind} ${minimum}`).join(';');
}

function sameAttributes(before: OperatorSchema, after: OperatorSchema, added: readonly string[]): boolean {
  for (const [name, facts] of before.attributes) {
    const other = after.attributes.get(name);
    if (!other || other.type !== facts.type || other.required !== facts.required) return false;
    if (JSON.stringify(other.default) !== JSON.stringify(facts.default)) return false;
  }
  return [...after.attributes.keys()].every((name) => before.attributes.has(name) || added.includes(name));
}

/** Takes away the attributes that an older version lacks, where they have their defaults; refuses where they do not. */
export function dropNewAttributes(node: Node, newer: number): boolean {
  const schema = operatorSchema(onnxDomain(node.domain), node.op, newer);
  let changed = false;
  for (const name of ATTRIBUTES_ADDED[`${node.op}@${newer}`] ?? []) {
    const attribute = node.attributes.get(name);
    if (!attribute) continue;
    const fallback = schema?.attributes.get(name)?.default;
    if (!isDefault(attribute, fallback))
      tooOld(node, newer, `it has the attribute ${name}, which opset ${newer} brought`);
    node.deleteAttribute(name);
    changed = true;
  }
  return changed;
}

/** Lists without a default stand for ones (dilations). */
function isDefault(attribute: Attribute, fallback: unknown): boolean {
  switch (attribute.type) {
    case 'int':
      return Number(attribute.value) === fallback;
    case 'float':
    case 'string':
      return attribute.value === fallback;
    case 'ints':
      return attribute.value.every((value) => value === 1n);
    default:
      return false;
  }
}

/** Refuses a node that the schema of its new opset does not take: types, attributes, arity. */
export function checkFits(node: Node, opset: number, needed: number): void {
  const schema = operatorSchema(onnxDomain(node.domain), node.op, opset);
  if (!schema || schema.deprecated) tooOld(node, needed, `opset ${opset} has no ${node.op}`);
  const [first] = [...checkNode(node, schema), ...checkOutputTypes(node, schema)];
  if (first) tooOld(node, needed, `at opset ${opset}: ${first.message.replace(/\.$/, '')}`);
}
