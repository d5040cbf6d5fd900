/** Refuses pickled values that lie in one another too deep, or in themselves: whoever reads them may recurse. */
import { InputError } from '../../ir/errors.ts';
import type { PickleValue } from './archive.ts';
import { isRecord } from './pickle-machine.ts';

const MOST_DEPTH = 400;

/** Throws InputError `file-malformed`. Linear in the number of values: shared ones are looked at once. */
export function checkNesting(root: PickleValue, where: { readonly file: string; readonly inside: string }): void {
  /** How deep the values within a value go; -1 while it is being looked at. */
  const heights = new Map<PickleValue, number>();
  const path: { value: PickleValue; parts: readonly PickleValue[]; next: number; height: number }[] = [];
  const enter = (value: PickleValue): void => {
    heights.set(value, -1);
    path.push({ value, parts: partsOf(value), next: 0, height: 0 });
  };
  enter(root);
  for (let top = path.at(-1); top; top = path.at(-1)) {
    if (top.next === top.parts.length) {
      path.pop();
      heights.set(top.value, top.height);
      const outer = path.at(-1);
      if (outer) outer.height = Math.max(outer.height, top.height + 1);
      continue;
    }
    const value = top.parts[top.next++] ?? null;
    if (!isRecord(value)) continue;
    const height = heights.get(value);
    if (height === undefined) enter(value);
    else if (height < 0) throw tooDeep(where, 'a value lies within itself');
    else top.height = Math.max(top.height, height + 1);
    if (path.length + Math.max(top.height, 0) > MOST_DEPTH)
      throw tooDeep(where, `values lie more than ${MOST_DEPTH} deep`);
  }
}

function partsOf(value: PickleValue): readonly PickleValue[] {
  if (!isRecord(value)) return [];
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.items;
    case 'dict':
      return value.entries.flat();
    case 'object':
      return [...value.attributes.values(), value.state ?? null];
    case 'call':
      return [...value.items, ...value.entries.flat(), value.state ?? null, ...value.arguments];
    case 'enum':
      return [value.value];
    default:
      return [];
  }
}

function tooDeep(where: { readonly file: string; readonly inside: string }, message: string): InputError {
  return new InputError('file-malformed', `the pickle cannot be used: ${message}`, where, 'Save the model again.');
}
