/**
 * What the user calls the open sizes of an exported program: PyTorch keeps no names of them, so that live capture puts them beside
 * the program, among the extra files of torch.export.save (python/graphwright_capture/by_export.py).
 */
import { parseJson } from './json.ts';
import { Field } from './json-fields.ts';
import type { Records } from './records.ts';

/** By the name of an input: a name for each of its sizes that has one. */
export type SizeNames = ReadonlyMap<string, readonly (string | undefined)[]>;

/** Extra files lie in `extra/`, before PyTorch 2.8 in `extra_files/`. */
const PLACES = ['extra/graphwright.sizes.json', 'extra_files/graphwright.sizes.json'];

/** Empty where the file was made without live capture. What can be no name of a size is left out. */
export function readSizeNames(records: Records): SizeNames {
  const inside = PLACES.find((place) => records.has(place));
  if (inside === undefined) return new Map();
  const where = { file: records.file, inside };
  const named = Field.root(parseJson(records.text(inside), where), where, 'names of sizes');
  return new Map(named.entries().map(([input, sizes]) => [input, sizes.items().map(nameOf)]));
}

function nameOf({ value }: Field): string | undefined {
  return typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value) ? value : undefined;
}
