/** Whether a node fits its schema: arity, attributes, and the element types of what it reads. */
import type { Attribute } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import { typeKey } from './infer/types.ts';
import { allowedTypes, type Formal, formalAt, type OperatorSchema } from './operators.ts';

/** Every way in which a node does not fit its schema. */
export function checkNode(node: Node, schema: OperatorSchema): Problem[] {
  const reasons = [
    ...arity('input', schema.inputs, node.inputs),
    ...arity('output', schema.outputs, node.outputs),
    ...attributes(node, schema),
    ...types(node, schema),
  ];
  const label = node.name ? `${node.operator} '${node.name}'` : node.operator;
  return reasons.map((reason) => problem('invalid-model', node, { reason: `${label} ${reason}` }));
}

function arity(what: string, formals: readonly Formal[], actual: readonly (Value | undefined)[]): string[] {
  const reasons: string[] = [];
  if (actual.length > formals.length && formals.at(-1)?.kind !== 'variadic') {
    reasons.push(`has ${actual.length} ${what}s, but takes at most ${formals.length}`);
  }
  formals.forEach((formal, index) => {
    if (formal.kind === 'single' && actual[index] === undefined) reasons.push(`lacks the ${what} ${formal.name}`);
    const count = Math.max(0, actual.length - index);
    if (formal.kind === 'variadic' && count < formal.minimum) {
      reasons.push(`has ${count} of ${formal.name}, but takes at least ${formal.minimum}`);
    }
  });
  return reasons;
}

function attributes(node: Node, schema: OperatorSchema): string[] {
  const reasons: string[] = [];
  for (const [name, attribute] of node.attributes) {
    const facts = schema.attributes.get(name);
    if (!facts) reasons.push(`has the attribute ${name}, which version ${schema.since} of it does not know`);
    else if (typeOf(attribute) !== facts.type && !isEmptyList(attribute, facts.type)) {
      reasons.push(`has ${name} of type ${typeOf(attribute)}, not ${facts.type}`);
    }
  }
  for (const [name, facts] of schema.attributes) {
    if (facts.required && !node.attributes.has(name)) reasons.push(`lacks the attribute ${name}`);
  }
  return reasons;
}

function typeOf(attribute: Attribute): string {
  return attribute.type === 'reference' ? attribute.of : attribute.type;
}

/** An empty list in ONNX text has no type of its own. */
function isEmptyList(attribute: Attribute, wanted: string): boolean {
  return wanted.endsWith('s') && Array.isArray(attribute.value) && attribute.value.length === 0;
}

/** Types that the schema does not take, and values of one variable that differ. Unknown types pass. */
function types(node: Node, schema: OperatorSchema): string[] {
  const reasons: string[] = [];
  const bound = new Map<string, string>();
  node.inputs.forEach((input, index) => {
    const formal = formalAt(schema.inputs, index);
    const type = typeKey(input?.type);
    if (!formal || type === undefined) return;
    if (!allowedTypes(schema, formal).includes(type)) {
      reasons.push(`does not take ${type} for ${formal.name} in version ${schema.since}`);
    } else if (formal.homogeneous) {
      const before = bound.get(formal.type) ?? type;
      bound.set(formal.type, before);
      if (before !== type) reasons.push(`mixes ${before} and ${type} (${formal.type})`);
    }
  });
  return reasons;
}
