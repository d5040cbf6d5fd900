/** Whether a node fits its schema: how many inputs and outputs, which attributes, and the element types of what it reads. */
import type { Attribute } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import { checkOwnRule } from './check-rules.ts';
import { checkValues } from './check-values.ts';
import { typeKey } from './infer/types.ts';
import { allowedTypes, type Formal, formalAt, type OperatorSchema } from './operators.ts';
import { nearestName, suggestionOf } from './spelling.ts';

/** Every way in which a node does not fit its schema. */
export function checkNode(node: Node, schema: OperatorSchema): Problem[] {
  return [
    ...checkArity(node, 'input', schema.inputs, node.inputs),
    ...checkArity(node, 'output', schema.outputs, node.outputs),
    ...checkAttributes(node, schema),
    ...checkValues(node, schema),
    ...checkOwnRule(node, schema),
    ...checkInputTypes(node, schema),
  ];
}

function checkArity(
  node: Node,
  what: 'input' | 'output',
  formals: readonly Formal[],
  actual: readonly (Value | undefined)[],
): Problem[] {
  const last = formals.at(-1);
  const found: Problem[] = [];
  if (actual.length > formals.length && last?.kind !== 'variadic') {
    const reason = `has ${counted(actual.length, what)}, but takes at most ${formals.length}`;
    found.push(wrongArity(node, what, reason, formals.length));
  }
  for (let index = 0; index < formals.length; index++) {
    const formal = formals[index];
    if (formal?.kind === 'single' && isAbsent(actual[index])) {
      const reason = `lacks the ${what} ${formal.name}`;
      found.push(wrongArity(node, what, reason, index < actual.length ? index : undefined));
    } else if (formal?.kind === 'variadic') found.push(...checkVariadic(node, what, formal, actual, index));
  }
  return found;
}

/** A list of inputs or outputs from an index on. */
function checkVariadic(
  node: Node,
  what: 'input' | 'output',
  { name, minimum }: Formal,
  actual: readonly (Value | undefined)[],
  from: number,
): Problem[] {
  const found: Problem[] = [];
  const count = Math.max(0, actual.length - from);
  if (count < minimum) found.push(wrongArity(node, what, `has ${count} of ${name}, but takes at least ${minimum}`));
  // An output that nobody wants may be left out, an input of such a list may not.
  const absent = what === 'input' ? actual.findIndex((value, index) => index >= from && isAbsent(value)) : -1;
  if (absent >= 0) found.push(wrongArity(node, what, `lacks an input among its ${name}`, absent));
  return found;
}

function wrongArity(node: Node, what: 'input' | 'output', reason: string, index?: number): Problem {
  const part = index === undefined ? ({ kind: 'operator' } as const) : ({ kind: what, index } as const);
  return problem('wrong-arity', node, { reason }, part);
}

/** In files an absent output is one with an empty name. */
function isAbsent(value: Value | undefined): boolean {
  return value === undefined || value.name === '';
}

function checkAttributes(node: Node, schema: OperatorSchema): Problem[] {
  const found: Problem[] = [];
  for (const [name, attribute] of node.attributes) {
    const facts = schema.attributes.get(name);
    if (!facts) {
      if (!mayHaveAny(schema, name)) found.push(unknownAttribute(node, schema, name));
    } else if (typeOf(attribute) !== facts.type && !isEmptyTextList(node, attribute, facts.type)) {
      const details = { attribute: name, found: typeWords(typeOf(attribute)), wanted: typeWords(facts.type) };
      found.push(problem('attribute-type', node, details, { kind: 'attribute', name }));
    }
  }
  for (const [name, facts] of schema.attributes) {
    if (!facts.required || node.attributes.has(name)) continue;
    const details = { attribute: name, wanted: typeWords(facts.type) };
    found.push(problem('attribute-missing', node, details, { kind: 'operator' }));
  }
  return found;
}

/** Two underscores mark what a tool keeps for itself; and one schema lets its nodes have what they like (onnx/defs). */
function mayHaveAny(schema: OperatorSchema, attribute: string): boolean {
  return attribute.startsWith('__') || (schema.name === 'LayerNormalization' && schema.domain === '');
}

function unknownAttribute(node: Node, schema: OperatorSchema, name: string): Problem {
  const free = [...schema.attributes.keys()].filter((known) => !node.attributes.has(known));
  const suggested = nearestName(name, free);
  const details = {
    attribute: name,
    opset: `version ${schema.since}`,
    suggestion: suggestionOf(suggested),
    ...(suggested !== undefined && { suggested }),
  };
  return problem('attribute-unknown', node, details, { kind: 'attribute', name });
}

function typeOf(attribute: Attribute): string {
  return attribute.type === 'reference' ? attribute.of : attribute.type;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  int: 'an integer',
  float: 'a float',
  string: 'a text',
  tensor: 'a tensor',
  graph: 'a graph',
  'sparse-tensor': 'a sparse tensor',
  'value-type': 'a type',
  ints: 'a list of integers',
  floats: 'a list of floats',
  strings: 'a list of texts',
};

function typeWords(type: string): string {
  return TYPE_WORDS[type] ?? `a list of ${type.replace('-', ' ')}`;
}

/** An empty list in ONNX text has no type of its own. */
function isEmptyTextList(node: Node, attribute: Attribute, wanted: string): boolean {
  if (node.origin[0]?.kind !== 'onnxtxt') return false;
  return wanted.endsWith('s') && Array.isArray(attribute.value) && attribute.value.length === 0;
}

/** Types that the schema does not take, and values of one variable that differ. Unknown types pass. */
export function checkInputTypes(node: Node, schema: OperatorSchema): Problem[] {
  const found: Problem[] = [];
  const bound = new Map<string, { type: string; name: string }>();
  node.inputs.forEach((input, index) => {
    const formal = formalAt(schema.inputs, index);
    const type = typeKey(input?.type);
    if (!formal || type === undefined) return;
    const allowed = allowedTypes(schema, formal);
    if (!allowed.includes(type)) {
      found.push(wrongType(node, index, formal.name, type, allowed));
    } else if (formal.homogeneous) {
      const before = bound.get(formal.type);
      if (!before) bound.set(formal.type, { type, name: formal.name });
      else if (before.type !== type) {
        const beside = ` beside ${before.type} for ${before.name}`;
        found.push(wrongType(node, index, formal.name, type, [before.type], beside));
      }
    }
  });
  return found;
}

/** Types that inference found for outputs and that the schema does not give: an attribute asks for them. */
export function checkOutputTypes(node: Node, schema: OperatorSchema): Problem[] {
  return node.outputs.flatMap((output, index) => {
    const formal = formalAt(schema.outputs, index);
    const type = typeKey(output.type);
    if (!formal || type === undefined) return [];
    const allowed = allowedTypes(schema, formal);
    if (allowed.includes(type)) return [];
    const details = { verb: 'give', input: formal.name, found: type, wanted: listed(allowed), reason: '' };
    return [problem('type-mismatch', node, details, { kind: 'output', index })];
  });
}

/** How many types a message lists. */
const MOST_LISTED = 6;

function wrongType(
  node: Node,
  index: number,
  input: string,
  found: string,
  allowed: readonly string[],
  reason = '',
): Problem {
  const cast = castTarget(found, allowed);
  const details = { verb: 'take', input, found, wanted: listed(allowed), reason, ...(cast !== undefined && { cast }) };
  return problem('type-mismatch', node, details, { kind: 'input', index });
}

function listed(types: readonly string[]): string {
  const [only, ...others] = types;
  if (only !== undefined && others.length === 0) return only;
  return `one of ${types.slice(0, MOST_LISTED).join(', ')}${types.length > MOST_LISTED ? ', …' : ''}`;
}

/** The type to cast to; undefined where a Cast cannot help: it knows tensors alone. */
function castTarget(found: string, allowed: readonly string[]): string | undefined {
  if (found.includes('(')) return undefined;
  const tensors = allowed.filter((type) => !type.includes('('));
  return ['float32', 'int64'].find((type) => tensors.includes(type)) ?? tensors[0];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
