/** What the words of rules mean, a row each: docs/simplification.md has the whole of the language. */
import { FUNCTIONS } from '../../passes/pattern/functions.ts';
import type { ItemType } from '../../passes/pattern/items.ts';

export const KEYWORDS: Readonly<Record<string, string>> = {
  rule: 'Begins a rule of a file: `rule NAME { … }`.',
  where: 'Conditions that must hold for the pattern to count, with commas between them.',
  or: 'Between patterns: another pattern that may fit. Behind an attribute: what it is where it is missing. In conditions: one of two.',
  and: 'Both conditions.',
  not: 'The opposite of a condition.',
  in: 'Whether a list has an element.',
  same: '`same t (x)`: the operator that was found for the value `t`, with its attributes.',
  const: '`const k = …`: computed when the rule is applied, from constants.',
  true: 'A truth.',
  false: 'A truth.',
};

/** What each function gives. */
export const FUNCTION_WORDS: Readonly<Record<string, string>> = {
  rank: 'How many axes a value has.',
  shape: 'The sizes of a value.',
  dtype: 'The element type of a value, such as `float32`.',
  elements: 'How many elements a value has.',
  uses: 'How often a value is read.',
  value: 'The one number that a constant holds.',
  values: 'The numbers of a small constant.',
  reduced: 'The axes that a reduction takes together, counted from the end.',
  constant: 'Whether a value is a constant.',
  absent: 'Whether an optional input or attribute is left out.',
  present: 'Whether an optional input or attribute is there.',
  dim: 'The size of one axis; a negative axis counts from the end.',
  broadcasts: 'Whether the first value, broadcast with the second, has the shape of the second.',
  length: 'How many elements a list has.',
  count: 'How many values the rest of the inputs holds.',
  sum: 'The sum of a list.',
  product: 'The product of a list.',
  least: 'The least number of a list.',
  greatest: 'The greatest number of a list.',
  range: 'The list 0, 1, … up to a number, which is not in it.',
  reversed: 'A list from its end.',
  first: 'So many elements from the beginning of a list.',
  last: 'So many elements from the end of a list.',
  joined: 'Lists one after the other.',
  repeated: 'A list that holds a number so many times.',
  inverse: 'The order that undoes an order of axes.',
  is_permutation: 'Whether a list is an order of axes.',
  min: 'The least of numbers.',
  max: 'The greatest of numbers.',
  abs: 'The absolute value of a number.',
  sqrt: 'The square root of a number.',
  exp: 'e to the power of a number.',
  log: 'The natural logarithm of a number.',
  floor: 'The nearest integer below.',
  ceil: 'The nearest integer above.',
  pow: 'The first number to the power of the second.',
};

const TYPE_WORDS: Readonly<Record<ItemType, string>> = {
  number: 'number',
  text: 'text',
  truth: 'truth',
  list: 'list',
  value: 'value',
  values: 'values…',
  attribute: 'attribute',
};

/** `dim (value, number) → number`. */
export function functionSignature(name: string): string {
  const facts = FUNCTIONS[name];
  if (!facts) return name;
  const takes = facts.takes.map((type) => TYPE_WORDS[type]).join(', ');
  return `${name} (${takes}${facts.many ? ', …' : ''}) → ${TYPE_WORDS[facts.gives]}`;
}
