/** Attributes beside what a rule's text says of them. */
import { onnxDomain, operatorSchema } from '../../dialects/onnx/operators.ts';
import type { Attribute, AttributeType } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import { ABSENT, type Item, itemOfAttribute, itemText, nearly, Unknown } from './items.ts';

/** What an attribute is where a node leaves it out; undefined where that means something of its own. */
export function defaultOf(node: Node, name: string, opset: number): Attribute | undefined {
  if (onnxDomain(node.domain) !== '') return undefined;
  const facts = operatorSchema('', node.op, opset)?.attributes.get(name);
  if (facts?.default === undefined) return undefined;
  // The table spells 32-bit numbers with some digits more than they have.
  const item = facts.type === 'float' ? Math.fround(Number(facts.default)) : (facts.default as Item);
  return typedAttribute(facts.type, item);
}

/** An attribute of that type from what an expression gives; undefined where it is of another type. */
export function typedAttribute(type: AttributeType, item: Item): Attribute | undefined {
  switch (type) {
    case 'int': {
      const number = item === true ? 1 : item === false ? 0 : item;
      return Number.isSafeInteger(number) ? { type, value: BigInt(number as number) } : undefined;
    }
    case 'float':
      return typeof item === 'number' ? { type, value: item } : undefined;
    case 'string':
      return typeof item === 'string' ? { type, value: item } : undefined;
    case 'ints':
      return isList(item, Number.isSafeInteger) ? { type, value: (item as number[]).map(BigInt) } : undefined;
    case 'floats':
      return isList(item, (each) => typeof each === 'number') ? { type, value: item as number[] } : undefined;
    case 'strings':
      return isList(item, (each) => typeof each === 'string') ? { type, value: item as string[] } : undefined;
    default:
      return undefined;
  }
}

/** An attribute of the type that a literal has by itself: whole numbers are ints. */
export function literalAttribute(item: Item): Attribute | undefined {
  const types: readonly AttributeType[] = Array.isArray(item)
    ? ['ints', 'floats', 'strings']
    : ['int', 'float', 'string'];
  for (const type of types) {
    const made = typedAttribute(type, item);
    if (made) return made;
  }
  return undefined;
}

/** Whether two attributes say the same; floats but for rounding. */
export function sameAttribute(a: Attribute | undefined, b: Attribute | undefined): boolean {
  if (!a || !b) return a === b;
  const x = itemOfAttribute(a);
  const y = itemOfAttribute(b);
  if (x instanceof Unknown || y instanceof Unknown) return a.type === b.type && sameRaw(a.value, b.value);
  return sameItem(x, y);
}

function sameItem(a: Item, b: Item): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    const [x, y]: [readonly Item[], readonly Item[]] = [a, b];
    return x.length === y.length && x.every((each, k) => sameItem(each, y[k] ?? ABSENT));
  }
  return typeof a === 'number' && typeof b === 'number' ? nearly(a, b) : a === b;
}

function sameRaw(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, k) => each === b[k]);
  return a === b;
}

/** The value of an attribute in words. */
export function attributeItem(attribute: Attribute): string {
  const item = itemOfAttribute(attribute);
  return item instanceof Unknown ? `(${attribute.type})` : itemText(item);
}

function isList(item: Item, test: (each: unknown) => boolean): boolean {
  return Array.isArray(item) && item.every(test);
}
