/** Refuses pickled values that lie in one another too deep, or in themselves: whoever reads them may recurse. */
import { InputError } from '../../ir/errors.ts';
import type { PickleValue } from './archive.ts';
import { isRecord } from './pickle-machine.ts';

const MOST_DEPTH = 400;

/** Throws InputError `file-malformed`. Linear in the number of values: shared ones are looked at once. */
export function checkNesting(root: PickleValue, where: { readonly file: string; readonly inside: string }): void {
  /** How deep the values within a value go; -1 while it is being looked at. */
  const heights = new Map<PickleValue, number>();
  const path: { value: PickleValue; rest: Iterator<PickleValue>; height: number }[] = [];
  const enter = (value: PickleValue): void => {
    heights.set(value, -1);
    path.push({ value, rest: partsOf(value), height: 0 });
  };
  enter(root);
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const { done, value } = top.rest.next();
    if (done) {
      path.pop();
      heights.set(top.value, top.height);
      const outer = path.at(-1);
      if (outer) outer.height = Math.max(outer.height, top.height + 1);
      continue;
    }
    if (!isRecord(value)) continue;
    const height = heights.get(value);
    if (height === undefined) enter(value);
    else if (height < 0) throw tooDeep(where, 'a value lies within itself');
    else top.height = Math.max(top.height, height + 1);
    if (path.length + Math.max(top.height, 0) > MOST_DEPTH)
      throw tooDeep(where, `values lie more than ${MOST_DEPTH} deep`);
  }
}

function* partsOf(value: PickleValue): Iterator<PickleValue> {
  if (!isRecord(value)) return;
  if (value.kind === 'list' || value.kind === 'tuple' || value.kind === 'call') yield* value.items;
  if (value.kind === 'dict' || value.kind === 'call') {
    for (const [key, item] of value.entries) {
      yield key;
      yield item;
    }
  }
  if (value.kind === 'object') yield* value.attributes.values();
  if (value.kind === 'object' || value.kind === 'call') yield value.state ?? null;
  if (value.kind === 'call') yield* value.arguments;
  if (value.kind === 'enum') yield value.value;
}

function tooDeep(where: { readonly file: string; readonly inside: string }, message: string): InputError {
  return new InputError('file-malformed', `the pickle cannot be used: ${message}`, where, 'Save the model again.');
}
