/** Branches and loops, with bodies that are grown as the graph is. */
import { Tensor } from '../../../src/core/ir/tensor.ts';
import type { Grow } from './grow.ts';
import type { Recipe } from './operators/recipe.ts';
import type { Body, Known } from './program.ts';
import { operator } from './recipes.ts';
import { filled, tensorOf } from './tensors.ts';

/** A condition that is known, or is not. */
const branches: Recipe = async (grow) => {
  const condition = grow.chance.flip(0.6)
    ? grow.constant(Tensor.of('bool', grow.chance.pick([[], [1]]), [grow.chance.int(0, 1)]))
    : (grow.find(({ dtype, count }) => dtype === 'bool' && count === 1) ?? grow.source(Tensor.of('bool', [1], [1])));
  const results: Known[] = [];
  const then = await grow.body('then_branch', [], async (inner) => {
    for (let k = grow.chance.int(1, 3); k > 0; k--) await (grow.chance.flip(0.3) ? outer(grow) : operator)(inner);
    const made = inner.lines.flatMap((line) => line.outputs);
    const found = inner.pool.filter(({ name }) => made.includes(name)).slice(-grow.chance.int(1, 2));
    results.push(...found);
    return found.length > 0 ? found : undefined;
  });
  if (!then) return;
  const other = await grow.body('else_branch', [], async (inner) => {
    if (grow.chance.flip()) await operator(inner);
    // The other branch gives the same types; most often other numbers of the same sizes.
    const alike = results.map(({ tensor }) => {
      const same = ({ dtype, shape }: Tensor) =>
        dtype === tensor.dtype &&
        shape.length === tensor.shape.length &&
        shape.every((size, k) => size === tensor.shape[k]);
      return inner.find(same) ?? inner.constant(filled(grow.chance, tensor.dtype, tensor.shape));
    });
    return alike;
  });
  if (other) await grow.add('If', [condition], { bodies: [then, other] as Body[], outputs: then.outputs.length });
};

/** A node of the graph around once more. */
function outer(grow: Grow): Recipe {
  return async (inner) => {
    const lines = grow.lines.filter(({ bodies }) => bodies.length === 0);
    return lines.length > 0 ? inner.again(grow.chance.pick(lines)) : undefined;
  };
}

/** States that change, that stay, that nobody reads; what is the same in each round. */
const loop: Recipe = async (grow) => {
  const { chance } = grow;
  const trips = grow.constant(tensorOf('int64', [], [chance.int(0, 3)]));
  const go = grow.constant(Tensor.of('bool', [], [chance.flip(0.9) ? 1 : 0]));
  const starts = Array.from({ length: chance.int(1, 3) }, () => grow.any(['float32', 'int64', 'float64'], 0, 3));
  const states = starts.map(({ tensor }) => ({ name: grow.name('s'), tensor }));
  const step = { name: grow.name('i'), tensor: Tensor.scalar('int64', 0) };
  const condition = { name: grow.name('b'), tensor: Tensor.scalar('bool', 1) };
  const body = await grow.body('body', [step, condition, ...states], async (inner) => {
    const results: Known[] = [];
    for (const state of states) {
      const { dtype, shape } = state.tensor;
      const same = ({ tensor }: Known) => tensor.dtype === dtype && String(tensor.shape) === String(shape);
      const other = chance.flip(0.4) ? chance.pick(inner.pool.filter(same)) : undefined;
      const right = other ?? inner.constant(filled(chance, dtype, []));
      const [next] = chance.flip(0.25)
        ? [state]
        : ((await inner.add(chance.pick(['Add', 'Mul', 'Sub']), [state, right])) ?? []);
      if (!next) return undefined;
      results.push(next);
    }
    if (chance.flip()) await (chance.flip(0.3) ? outer(grow) : operator)(inner);
    const scanned = chance.flip() ? results.slice(0, 1) : [];
    return [condition, ...results, ...scanned];
  });
  if (body) await grow.add('Loop', [trips, go, ...starts], { bodies: [body], outputs: body.outputs.length - 1 });
};

export const CONTROL: readonly (readonly [Recipe, number])[] = [
  [branches, 3],
  [loop, 2],
];
