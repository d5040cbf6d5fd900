/** Splits beside what rules take together with them: parts that lose their axis, that are joined again, that were joined. */
import type { Recipe } from './operators/recipe.ts';
import type { Known } from './program.ts';
import { ANY, filled } from './tensors.ts';

/** Every element of an axis alone, without the axis. */
export const unbound: Recipe = async (grow) => {
  const x = grow.any(ANY, 2, 4);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const size = x.tensor.shape[axis] ?? 0;
  if (size < 2 || size > 4) return;
  const settings = { split: { values: Array<number>(size).fill(1) } };
  const parts = (await grow.add('Split', [x], { settings, attributes: { axis }, outputs: size })) ?? [];
  // One may be left as it is, or be read by somebody else too.
  for (const part of grow.chance.flip(0.8) ? parts : parts.slice(1)) {
    const [single] = (await grow.add('Squeeze', [part], { settings: { axes: { values: [axis] } } })) ?? [];
    if (single && grow.chance.flip()) await grow.add('Identity', [single]);
  }
};

/** Three parts, of which neighbours are joined again. */
export const neighbours: Recipe = async (grow) => {
  const x = grow.any(ANY, 1, 4);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const size = x.tensor.shape[axis] ?? 0;
  if (size < 3) return;
  const first = grow.chance.int(1, size - 2);
  const second = grow.chance.int(1, size - first - 1);
  const settings = { split: { values: [first, second, size - first - second] } };
  const parts = await grow.add('Split', [x], { settings, attributes: { axis }, outputs: 3 });
  if (!parts) return;
  const at = grow.chance.int(0, 1);
  const joined = grow.chance.flip(0.8) ? parts.slice(at, at + 2) : grow.chance.shuffled(parts).slice(0, 2);
  await grow.add('Concat', joined, { attributes: { axis } });
  const rest = parts.find((part) => !joined.includes(part));
  if (rest) await grow.add('Identity', [rest]);
};

/** Two values, joined and taken apart, where they met or elsewhere. */
export const joinedAndSplit: Recipe = async (grow) => {
  const { chance } = grow;
  const x = grow.any(ANY, 1, 4);
  const { dtype, shape } = x.tensor;
  const axis = chance.int(0, shape.length - 1);
  const other: Known = grow.constant(
    filled(
      chance,
      dtype,
      shape.map((size, k) => (k === axis ? chance.int(1, 3) : size)),
    ),
  );
  const sizes = [x, other].map(({ tensor }) => tensor.shape[axis] ?? 0);
  const [joined] = (await grow.add('Concat', [x, other], { attributes: { axis } })) ?? [];
  const moved = chance.flip(0.7) ? 0 : 1;
  const [a = 0, b = 0] = sizes;
  if (!joined || a < moved) return;
  const settings = { split: { values: [a - moved, b + moved] } };
  const parts = (await grow.add('Split', [joined], { settings, attributes: { axis }, outputs: 2 })) ?? [];
  for (const part of parts) if (chance.flip()) await grow.add('Identity', [part]);
};
