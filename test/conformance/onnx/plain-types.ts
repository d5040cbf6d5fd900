/** Our types as plain data, and how two say more, less or other than one another. */
import type { Dim } from '../../../src/core/ir/shape.ts';
import type { ValueType } from '../../../src/core/ir/type.ts';
import type { PlainDim, PlainType } from './reference.ts';

/** A type of the graph as value_types.py would write it. */
export function plainType(type: ValueType | undefined): PlainType {
  if (!type) return null;
  switch (type.kind) {
    case 'tensor':
      return { tensor: type.dtype, ...(type.shape && { dims: type.shape.map(plainDim) }) };
    case 'sparse-tensor':
      return { sparse: type.dtype, ...(type.shape && { dims: type.shape.map(plainDim) }) };
    case 'sequence':
      return { sequence: plainType(type.element) };
    case 'optional':
      return { optional: plainType(type.element) };
    case 'map':
      return { map: [type.key, plainType(type.value)] };
    case 'opaque':
      return null;
  }
}

/** Where `a` and `b` cannot both be true, in words; undefined where they can. Unknown is not different. */
export function contradiction(a: PlainType, b: PlainType): string | undefined {
  if (a === null || b === null) return undefined;
  const [kindA, kindB] = [headOf(a), headOf(b)];
  if (kindA !== kindB) return `${kindA} against ${kindB}`;
  const [dimsA, dimsB] = [dimsOf(a), dimsOf(b)];
  if (dimsA && dimsB) {
    const differs = dimsA.length !== dimsB.length || dimsA.some((dim, k) => isOther(dim, dimsB[k] ?? null));
    if (differs) return `[${dimsA.join(', ')}] against [${dimsB.join(', ')}]`;
  }
  return contradiction(elementOf(a), elementOf(b));
}

/** What `theirs` says and `ours` does not, in words; undefined where ours says at least as much. */
export function lacking(ours: PlainType, theirs: PlainType): string | undefined {
  if (theirs === null) return undefined;
  if (ours === null) return 'its type';
  const [ourDims, theirDims] = [dimsOf(ours), dimsOf(theirs)];
  if (theirDims && !ourDims) return 'its rank';
  const at = theirDims?.findIndex((dim, k) => saysLess(ourDims?.[k] ?? null, dim)) ?? -1;
  if (at >= 0) return `size ${at}: ${ourDims?.[at] ?? 'unknown'}, not ${theirDims?.[at]}`;
  return lacking(elementOf(ours), elementOf(theirs));
}

/** How much is known of a type, for counting. */
export const LEVELS = ['type', 'rank', 'sizes'] as const;

/** 0 nothing, 1 its element type, 2 its rank too, 3 every size as a number or an expression. */
export function levelOf(type: PlainType): number {
  if (type === null) return 0;
  if (!('tensor' in type || 'sparse' in type)) return levelOf(elementOf(type));
  const dims = dimsOf(type);
  return dims === undefined ? 1 : dims.includes(null) ? 2 : 3;
}

function plainDim(dim: Dim): PlainDim {
  return dim === undefined ? null : typeof dim === 'number' ? dim : String(dim);
}

function isOther(a: PlainDim, b: PlainDim): boolean {
  return typeof a === 'number' && typeof b === 'number' && a !== b;
}

function saysLess(ours: PlainDim, theirs: PlainDim): boolean {
  return typeof theirs === 'number' ? typeof ours !== 'number' : theirs !== null && ours === null;
}

function headOf(type: NonNullable<PlainType>): string {
  if ('tensor' in type) return type.tensor;
  if ('sparse' in type) return `sparse ${type.sparse}`;
  if ('sequence' in type) return 'sequence';
  if ('optional' in type) return 'optional';
  return `map of ${type.map[0]}`;
}

function dimsOf(type: NonNullable<PlainType>): readonly PlainDim[] | undefined {
  return 'tensor' in type || 'sparse' in type ? type.dims : undefined;
}

function elementOf(type: NonNullable<PlainType>): PlainType {
  if ('sequence' in type) return type.sequence;
  if ('optional' in type) return type.optional;
  return 'map' in type ? type.map[1] : null;
}
