/** Sizes that a rule found, kept to what can be one: whole numbers from 0 up that doubles hold exactly. */
import type { Node } from '../../../ir/node.ts';
import type { Dim } from '../../../ir/shape.ts';
import type { ValueType } from '../../../ir/type.ts';
import { clash, MOST_AXES } from './rule.ts';

/** The type where all its sizes can be. Throws where a size is negative, or more than can be counted. */
export function sound(node: Node, type: ValueType | undefined): ValueType | undefined {
  if (type?.kind === 'tensor' || type?.kind === 'sparse-tensor') {
    // Ranks that nobody has are not worth their memory: a chain of nodes could make them grow without end.
    if (type.shape && type.shape.length > MOST_AXES) return { ...type, shape: undefined };
    if (!type.shape || type.shape.every(isSound)) return type;
    return { ...type, shape: type.shape.map((dim) => soundDim(node, dim)) };
  }
  if (type?.kind !== 'sequence' && type?.kind !== 'optional') return type;
  const element = sound(node, type.element);
  return element === type.element ? type : { ...type, element };
}

function isSound(dim: Dim): boolean {
  return typeof dim !== 'number' || (Number.isSafeInteger(dim) && dim >= 0);
}

function soundDim(node: Node, dim: Dim): Dim {
  if (isSound(dim)) return dim;
  if (typeof dim === 'number' && dim < 0) clash(node, `a size of ${dim}`);
  clash(node, `a size of ${dim}, more than can be counted`);
}
