/** Fixes of single words: operators and attributes that are spelled otherwise, or are too many or too few. */
import { allowedWords } from '../dialects/onnx/attribute-values.ts';
import type { AttributeFacts, OperatorSchema } from '../dialects/onnx/operators.ts';
import { quoted } from '../formats/onnxtxt/names.ts';
import type { AttributeSyntax, AttributesSyntax } from '../formats/onnxtxt/syntax.ts';
import { partAt, replacing, statementOf } from './fix-places.ts';
import type { FixContext, Mending } from './fixes.ts';
import { operatorOf } from './operator-at.ts';
import { defaultText } from './operator-text.ts';
import type { NodeAt } from './scopes.ts';
import type { Span } from './text.ts';

/** The operator that was probably meant. */
export function operatorFixes({ document, problem, finding }: FixContext): Mending[] {
  const { suggested } = problem.details;
  const placed = statementOf(document, finding?.node);
  if (!suggested || !placed?.node.operator) return [];
  const edit = replacing(document, partAt(placed, placed.node.operator.name), suggested);
  return [{ title: `Change to ${suggested}`, edits: [edit], preferred: true }];
}

/** The attribute that was probably meant, or none. */
export function attributeFixes({ document, problem, finding }: FixContext): Mending[] {
  const { suggested, attribute: name } = problem.details;
  const placed = statementOf(document, finding?.node);
  const item = placed?.node.attributes?.items.find((each) => each.name.text === name);
  if (!placed?.node.attributes || !item) return [];
  const removal = replacing(document, partAt(placed, spanToRemove(placed.node.attributes, item, placed)), '');
  const fixes: Mending[] = [{ title: `Remove the attribute ${name}`, edits: [removal] }];
  if (!suggested) return fixes;
  const edit = replacing(document, partAt(placed, item.name), suggested);
  return [{ title: `Change to ${suggested}`, edits: [edit], preferred: true }, ...fixes];
}

/** An attribute with its comma; the last one with its brackets. */
function spanToRemove({ items, start, end }: AttributesSyntax, item: AttributeSyntax, { node }: NodeAt): Span {
  if (items.length === 1) {
    // And with the space that stood before the bracket.
    const before = node.operator && node.operator.end < start ? Math.max(node.operator.end, start - 1) : start;
    return { start: before, end };
  }
  const index = items.indexOf(item);
  const next = items[index + 1];
  const last = items[index - 1];
  return next ? { start: item.start, end: next.start } : { start: last?.end ?? item.start, end: item.end };
}

/** An attribute that the operator needs, with a value to start from. */
export function missingAttributeFixes({ document, problem, finding }: FixContext): Mending[] {
  const { attribute: name = '' } = problem.details;
  const placed = statementOf(document, finding?.node);
  const operator = placed?.node.operator;
  const known = operator && operatorOf(document, placed.scope, operator);
  const facts = known?.kind === 'schema' ? known.schema.attributes.get(name) : undefined;
  const value = known?.kind === 'schema' && facts ? valueFor(known.schema, name, facts) : undefined;
  if (!placed || !operator || value === undefined) return [];
  const last = placed.node.attributes?.items.at(-1);
  const at = last?.end ?? placed.node.attributes?.end ?? operator.end;
  const text = last ? `, ${name} = ${value}` : ` <${name} = ${value}>`;
  const span = partAt(placed, { start: at, end: at });
  const whole = placed.node.attributes && !last ? partAt(placed, placed.node.attributes) : span;
  return [
    {
      title: `Add the attribute ${name}`,
      edits: [replacing(document, whole, last ? text : text.slice(whole === span ? 0 : 1))],
    },
  ];
}

/** A value of the right type; undefined for graphs and tensors, which nobody can guess. */
function valueFor(schema: OperatorSchema, name: string, facts: AttributeFacts): string | undefined {
  const fallback = defaultText(facts);
  if (fallback !== undefined) return fallback;
  switch (facts.type) {
    case 'int':
      return name === 'to' || name === 'dtype' ? '1' : '0';
    case 'float':
      return '0.0';
    case 'string':
      return quoted(allowedWords(schema, name)?.[0] ?? '');
    case 'ints':
      return '[0]';
    case 'floats':
      return '[0.0]';
    case 'strings':
      return '[""]';
    default:
      return undefined;
  }
}
