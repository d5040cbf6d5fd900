/** What expressions of rules compute with: numbers and sizes, text, truths, lists, and what a pattern has captured. */
import type { Attribute } from '../../ir/attribute.ts';
import { Expression } from '../../ir/expression.ts';
import { type Dim, sameDim } from '../../ir/shape.ts';
import { Value } from '../../ir/value.ts';

/** The types of expressions, by which a rule's text is checked before it is used. */
export type ItemType = 'number' | 'text' | 'truth' | 'list' | 'value' | 'values' | 'attribute';

export type Item =
  | number
  | Expression
  | string
  | boolean
  | readonly Item[]
  | Value
  /** An optional input that is not there. */
  | typeof ABSENT;

export const ABSENT = Symbol('absent');

/** Stands for what cannot be told, and says why: a rule that needs it does not fit. */
export class Unknown {
  constructor(readonly reason: string) {}
}

export type Result = Item | Unknown;

/** Numbers that came out of 32-bit floats have this much room. */
const NEARLY = 1e-6;

/** Whether two items are the same; undefined where that depends on a size that is open. */
export function same(a: Item, b: Item): boolean | undefined {
  if (isSize(a) && isSize(b)) return a === b || sameDim(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    const each = (a as readonly Item[]).map((item, k) => same(item, (b as readonly Item[])[k] ?? ABSENT));
    return each.includes(false) ? false : each.includes(undefined) ? undefined : true;
  }
  return a === b;
}

/** Whether two numbers are the same but for rounding to 32 bits; nothing is near an infinite one. */
export function nearly(a: number, b: number): boolean {
  const most = Math.max(Math.abs(a), Math.abs(b));
  return a === b || (Number.isFinite(most) && Math.abs(a - b) <= NEARLY * most);
}

export function isSize(item: Item | undefined): item is number | Expression {
  return typeof item === 'number' || item instanceof Expression;
}

export function sizeOf(dim: Dim, what: string): Result {
  return dim ?? new Unknown(`${what} is not known`);
}

/** The number, text or list that an attribute holds; unknown for what expressions cannot compute with. */
export function itemOfAttribute(attribute: Attribute): Result {
  switch (attribute.type) {
    case 'int':
      return integer(attribute.value);
    case 'float':
      return attribute.value;
    case 'string':
      return typeof attribute.value === 'string' ? attribute.value : new Unknown('its text is no valid UTF-8');
    case 'floats':
      return attribute.value;
    case 'ints': {
      const items = attribute.value.map(integer);
      return items.find((each) => each instanceof Unknown) ?? (items as number[]);
    }
    case 'strings':
      return attribute.value.every((each) => typeof each === 'string')
        ? (attribute.value as readonly string[])
        : new Unknown('its text is no valid UTF-8');
    default:
      return new Unknown(`expressions cannot compute with an attribute of type ${attribute.type}`);
  }
}

function integer(value: bigint): Result {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : new Unknown(`${value} is too large to compute with`);
}

/** `[1, 2*n]`, `0.5`, `"same"`: as a rule's text would say it. */
export function itemText(item: Item): string {
  if (item === ABSENT) return 'left out';
  if (item instanceof Value) return nameOf(item);
  if (Array.isArray(item)) return `[${(item as readonly Item[]).map(itemText).join(', ')}]`;
  return typeof item === 'string' ? `"${item}"` : String(item);
}

export function nameOf(value: Value): string {
  return value.name || 'a value without a name';
}
