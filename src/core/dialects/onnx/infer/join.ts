/** Types that are known of one value from two sides: `joined` where it is either of two, `met` where it is both. */
import type { Node } from '../../../ir/node.ts';
import { type Dim, type Shape, sameDim, sameShape } from '../../../ir/shape.ts';
import { typeText, type ValueType } from '../../../ir/type.ts';
import { clash } from './rule.ts';

/** What holds of a value that is of either type; undefined where nothing does. */
export function joined(a: ValueType | undefined, b: ValueType | undefined): ValueType | undefined {
  if (!a || !b) return undefined;
  switch (a.kind) {
    case 'tensor':
    case 'sparse-tensor':
      return b.kind === a.kind && b.dtype === a.dtype ? { ...a, shape: joinedShape(a.shape, b.shape) } : undefined;
    case 'sequence':
    case 'optional': {
      if (b.kind !== a.kind) return undefined;
      return { kind: a.kind, element: joined(a.element, b.element) };
    }
    case 'map':
      return b.kind === 'map' && b.key === a.key ? { ...a, value: joined(a.value, b.value) } : undefined;
    case 'opaque':
      return b.kind === 'opaque' && b.domain === a.domain && b.name === a.name ? a : undefined;
  }
}

/** Sizes on which both agree; undefined where the ranks differ or one is unknown. */
export function joinedShape(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b || a.length !== b.length) return undefined;
  return a.map((dim, k) => (sameDim(dim, b[k]) ? dim : undefined));
}

/** Whether two types certainly differ: another kind, another element type, another rank, or sizes that are other numbers. */
export function differ(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (!a || !b) return false;
  switch (a.kind) {
    case 'tensor':
    case 'sparse-tensor':
      if (a.kind !== b.kind || a.dtype !== b.dtype) return true;
      return sameShape(numbersOnly(a.shape), numbersOnly(b.shape)) === false;
    case 'sequence':
    case 'optional':
      return a.kind !== b.kind || differ(a.element, b.element);
    case 'map':
      return b.kind !== 'map' || a.key !== b.key || differ(a.value, b.value);
    case 'opaque':
      return b.kind !== 'opaque' || a.name !== b.name || a.domain !== b.domain;
  }
}

/** A symbol of the file may be any size, also one that an expression seems to rule out. */
function numbersOnly(shape: Shape | undefined): Shape | undefined {
  return shape?.map((dim) => (typeof dim === 'number' ? dim : undefined));
}

/** What is known of a value from both sides, `found` first. Throws where they certainly differ. */
export function met(
  node: Node,
  found: ValueType | undefined,
  other: ValueType | undefined,
  what: string,
): ValueType | undefined {
  if (differ(found, other)) clash(node, `${what}: ${typeText(found)} is not ${typeText(other)}`);
  return completed(found, other);
}

/** `found`, with what it leaves open filled from `other`, as far as they are of one kind. */
export function completed(found: ValueType | undefined, other: ValueType | undefined): ValueType | undefined {
  if (!found || !other) return found ?? other;
  switch (found.kind) {
    case 'tensor':
    case 'sparse-tensor': {
      if (found.kind !== other.kind || !other.shape) return found;
      const shape = completedShape(found.shape, other.shape);
      return shape === found.shape ? found : { ...found, shape };
    }
    case 'sequence':
    case 'optional':
      return other.kind === found.kind ? { kind: found.kind, element: completed(found.element, other.element) } : found;
    case 'map':
      return other.kind === 'map' ? { ...found, value: completed(found.value, other.value) } : found;
    default:
      return found;
  }
}

function completedShape(found: Shape | undefined, other: Shape): Shape {
  if (!found) return other;
  if (found.length !== other.length) return found;
  const gains = (dim: Dim, k: number) => typeof dim !== 'number' && other[k] !== undefined;
  if (!found.some((dim, k) => gains(dim, k) && (dim === undefined || typeof other[k] === 'number'))) return found;
  return found.map((dim, k) =>
    typeof dim === 'number' ? dim : typeof other[k] === 'number' ? other[k] : (dim ?? other[k]),
  );
}
