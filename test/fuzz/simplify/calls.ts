/** Nodes of other domains: calls of local functions, and operators of which only onnxruntime knows. */
import type { Grow } from './grow.ts';
import type { Recipe } from './operators/recipe.ts';
import { filled } from './tensors.ts';

const DOMAIN = 'acme';

/** Bodies of functions over `x` and `c`, which broadcast, with the attribute `alpha`. Each has its outputs by name. */
const BODIES: readonly (readonly [outputs: readonly string[], lines: readonly string[]])[] = [
  [['y'], ['y = Add (x, c)']],
  [['y'], ['s = Sigmoid (x)', 'm = Mul (x, s)', 'y = Add (m, c)']],
  [['y'], ['k = Constant <value_float: float = @alpha> ()', 'm = Mul (x, k)', 'n = Mul (m, c)', 'y = Identity (n)']],
  [['y'], ['t = LeakyRelu <alpha: float = @alpha> (x)', 'u = Relu (t)', 'y = Max (u, c)']],
  [
    ['y', 'z'],
    ['y = Transpose (x)', 'p = Transpose (y)', 'q = Neg (p)', 'z = Neg (q)'],
  ],
  [['y'], ['s = Shape (x)', 'r = Reshape (x, s)', 'y = Sub (r, c)']],
  [
    ['y', 'z'],
    ['a = Mul (x, c)', 'b = Mul (x, c)', 'unused = Exp (x)', 'y = Add (a, b)', 'z = Identity (c)'],
  ],
];

/** Calls a function of the program: a new one, or one that is called already. */
export const call: Recipe = async (grow) => {
  const { chance, shared } = grow;
  const x = grow.any(['float32'], 1, 4);
  const c = grow.constant(filled(chance, 'float32', chance.pick([[], [1], x.tensor.shape])));
  const known = chance.flip(0.4) && shared.functions.length > 0 ? chance.pick(shared.functions) : undefined;
  const { name } = known ?? made(grow);
  const outputs = Number(name.split('_')[1]);
  return grow.addForeign(`${DOMAIN}.${name}`, [x, c], { alpha: { float: 0.25 * chance.int(1, 5) } }, outputs);
};

/** The number of outputs is the end of the name. */
function made(grow: Grow) {
  const [outputs, lines] = grow.chance.pick(BODIES);
  const name = `${grow.name('f')}_${outputs.length}`;
  const text = `${name} <alpha> (x, c) => (${outputs.join(', ')}) {\n  ${lines.join('\n  ')}\n}`;
  const found = { domain: DOMAIN, name, text };
  grow.shared.functions.push(found);
  return found;
}

/** Nothing here knows their types: what reads from them is left with what the file says. */
export const contributed: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 4);
  const op = grow.chance.pick(['QuickGelu', 'FusedMatMul', 'BiasGelu']);
  if (op === 'QuickGelu') return grow.addForeign('com.microsoft.QuickGelu', [x], { alpha: { float: 1.5 } });
  const [width = 1] = x.tensor.shape.slice(-1);
  if (op === 'BiasGelu')
    return grow.addForeign('com.microsoft.BiasGelu', [x, grow.constant(filled(grow.chance, 'float32', [width]))]);
  const other = grow.constant(filled(grow.chance, 'float32', [width, 3]));
  return grow.addForeign('com.microsoft.FusedMatMul', [x, other], { alpha: { float: 0.5 } });
};
