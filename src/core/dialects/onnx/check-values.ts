/**
 * Whether attributes that are limited to some values have one of them. ONNX's checker does not ask, and a runtime may
 * know further ones: so it is a warning.
 */
import type { Attribute } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import { allowedWords, FLAGS, numberMeanings } from './attribute-values.ts';
import type { OperatorSchema } from './operators.ts';
import { nearestName, suggestionOf } from './spelling.ts';

/** Every attribute of a node with a value that its operator does not know in this version, each told once. */
export function checkValues(node: Node, schema: OperatorSchema): Problem[] {
  const found: Problem[] = [];
  for (const [name, attribute] of node.attributes) {
    const wrong = wrongWord(schema, name, attribute) ?? wrongNumber(schema, name, attribute);
    if (!wrong) continue;
    const { value, allowed, suggested } = wrong;
    const details = {
      attribute: name,
      value,
      allowed: allowed.join(', '),
      suggestion: suggestionOf(suggested),
      ...(suggested !== undefined && { suggested }),
    };
    found.push(problem('attribute-value', node, details, { kind: 'attribute', name }));
  }
  return found;
}

interface WrongValue {
  readonly value: string;
  readonly allowed: readonly string[];
  readonly suggested: string | undefined;
}

function wrongWord(schema: OperatorSchema, name: string, attribute: Attribute): WrongValue | undefined {
  if (attribute.type !== 'string' && attribute.type !== 'strings') return undefined;
  const allowed = allowedWords(schema, name);
  if (!allowed) return undefined;
  const words = attribute.type === 'string' ? [attribute.value] : attribute.value;
  const wrong = words.find((word) => typeof word !== 'string' || !allowed.includes(word));
  if (wrong === undefined) return undefined;
  const value = typeof wrong === 'string' ? wrong : new TextDecoder().decode(wrong);
  return { value, allowed, suggested: nearestName(value, allowed) };
}

/** Flags are left alone: whatever is not 0 counts as 1. */
function wrongNumber(schema: OperatorSchema, name: string, attribute: Attribute): WrongValue | undefined {
  if (attribute.type !== 'int' || FLAGS.has(name)) return undefined;
  const meanings = numberMeanings(schema, name);
  if (!meanings || Object.hasOwn(meanings, Number(attribute.value))) return undefined;
  const allowed = Object.entries(meanings).map(([number, meaning]) => `${number} (${meaning})`);
  return { value: String(attribute.value), allowed, suggested: undefined };
}
