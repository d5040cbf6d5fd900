/** What recipes of single operators share: which types and attributes an opset takes, and what fits beside a value. */
import { allowedTypes, formalAt, operatorSchema } from '../../../../src/core/dialects/onnx/operators.ts';
import type { DataType } from '../../../../src/core/ir/dtype.ts';
import type { Tensor } from '../../../../src/core/ir/tensor.ts';
import { isRunnable } from '../../../../src/core/runtime/array-types.ts';
import type { AttributeGiven, Grow } from '../grow.ts';
import type { Known } from '../program.ts';

export type Recipe = (grow: Grow) => Promise<unknown>;

/** The types that an operator's first input takes at an opset, of those that can be run. */
export function typesOf(grow: Grow, op: string): readonly DataType[] {
  const schema = operatorSchema('', op, grow.opset);
  const formal = schema && formalAt(schema.inputs, 0);
  const allowed = schema && formal ? allowedTypes(schema, formal) : [];
  return allowed.filter(isRunnable);
}

/** A number now and then for each float attribute, near its default. */
export function someAttributes(grow: Grow, op: string): Record<string, AttributeGiven> {
  const found: Record<string, AttributeGiven> = {};
  for (const [name, facts] of operatorSchema('', op, grow.opset)?.attributes ?? []) {
    if (facts.type === 'float' && typeof facts.default === 'number' && grow.chance.flip(0.4))
      found[name] = { float: Math.round((facts.default + grow.chance.number() - 0.5) * 64) / 64 };
  }
  return found;
}

/** Another value that broadcasts with one: at hand, itself, or a constant. */
export function besides(grow: Grow, { name, tensor }: Known): Known {
  const fits = (other: Tensor) => other.dtype === tensor.dtype && broadcasts(other.shape, tensor.shape);
  const found = grow.chance.flip(0.5) ? grow.find(fits) : undefined;
  return found ?? grow.partner({ name, tensor });
}

export function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  for (let k = 1; k <= Math.min(a.length, b.length); k++) {
    const [x, y] = [a.at(-k), b.at(-k)];
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}

/** The same axis, now and then counted from the end. */
export function signed(grow: Grow, axis: number, rank: number): number {
  return grow.opset >= 11 && grow.chance.flip(0.3) ? axis - rank : axis;
}

/** What the last node made: the next of a chain reads it. */
export function last(grow: Grow): Known | undefined {
  return grow.pool.find(({ name }) => name === grow.lines.at(-1)?.outputs[0]);
}
