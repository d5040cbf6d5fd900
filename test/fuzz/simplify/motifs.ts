/** Several operators that stand together as rules look for them, or nearly so. */
import { codeOfDtype } from '../../../src/core/dialects/onnx/dtype-codes.ts';
import type { DataType } from '../../../src/core/ir/dtype.ts';
import { elementCount } from '../../../src/core/ir/shape.ts';
import { clip } from './operators/elementwise.ts';
import { split } from './operators/parts.ts';
import type { Recipe } from './operators/recipe.ts';
import { besides, last } from './operators/recipe.ts';
import { REDUCTIONS } from './operators/reductions.ts';
import { reshape, squeeze, transpose, unsqueeze } from './operators/shapes.ts';
import type { Known } from './program.ts';
import { joinedAndSplit, neighbours, unbound } from './split-motifs.ts';
import { ANY, FLOATS, filled, NUMBERS, randomDtype, tensorOf } from './tensors.ts';
import { affine, padded, productAndSum, twoConvolutions } from './weight-motifs.ts';

const transposes: Recipe = async (grow) => {
  await transpose(grow);
  const x = last(grow);
  if (!x) return;
  const perm = grow.chance.shuffled(x.tensor.shape.map((_, k) => k));
  const back = /perm = \[(.*?)\]/
    .exec(grow.lines.at(-1)?.attributes.join() ?? '')?.[1]
    ?.split(', ')
    .map(Number);
  const inverse = back?.length === perm.length && grow.chance.flip() ? perm.map((_, k) => back.indexOf(k)) : perm;
  await grow.add('Transpose', [x], { attributes: { perm: inverse } });
};

/** Transpose, elementwise operators, and back. */
const transposed: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 4);
  const perm = grow.chance.shuffled(x.tensor.shape.map((_, k) => k));
  const [y] = (await grow.add('Transpose', [x], { attributes: { perm } })) ?? [];
  const [z] = (y && (await grow.add(grow.chance.pick(['Relu', 'Sigmoid', 'Neg']), [y]))) ?? [];
  const [sum] = (z && (await grow.add(grow.chance.pick(['Add', 'Mul']), [z, besides(grow, z)]))) ?? [];
  if (sum) await grow.add('Transpose', [sum], { attributes: { perm: perm.map((_, k) => perm.indexOf(k)) } });
};

const CHAINS = [reshape, squeeze, unsqueeze];

const reshapes: Recipe = async (grow) => {
  for (let k = grow.chance.int(2, 4); k > 0; k--) await grow.chance.pick(CHAINS)(grow);
};

const casts: Recipe = async (grow) => {
  let x: Known | undefined = grow.any(ANY);
  for (let k = grow.chance.int(2, 3); k > 0 && x; k--) {
    const to: DataType = grow.chance.flip() ? x.tensor.dtype : randomDtype(grow.chance);
    x = (await grow.add('Cast', [x], { attributes: { to: codeOfDtype(to) } }))?.[0];
  }
};

const activations: Recipe = async (grow) => {
  const x = grow.any(['float32']);
  const ops = ['Relu', 'Relu', 'Neg', 'Abs', 'Sqrt', 'Identity', 'Sign', 'Floor', 'Exp', 'Log', 'Reciprocal'];
  let y: Known | undefined = x;
  for (let k = grow.chance.int(2, 3); k > 0 && y; k--) {
    if (grow.chance.flip(0.3)) await clip(grow);
    else y = (await grow.add(grow.chance.pick(ops), [y]))?.[0];
  }
};

const notNot: Recipe = async (grow) => {
  const x = grow.any(['bool']);
  const [y] = (await grow.add('Not', [x])) ?? [];
  if (y)
    await grow.add(
      grow.chance.pick(['Not', 'And', 'Or']),
      grow.lines.at(-1)?.op === 'Not' && grow.chance.flip() ? [y] : [y, besides(grow, y)],
    );
};

/** Chains of the same operator with constants. */
const constants: Recipe = async (grow) => {
  let x: Known | undefined = grow.any(NUMBERS);
  const op = grow.chance.pick(['Add', 'Mul', 'Sub', 'Div', 'Pow']);
  for (let k = grow.chance.int(2, 3); k > 0 && x; k--) {
    const constant = grow.partner(x);
    x = (
      await grow.add(
        grow.chance.flip(0.8) ? op : grow.chance.pick(['Add', 'Mul']),
        grow.chance.flip(0.75) ? [x, constant] : [constant, x],
      )
    )?.[0];
  }
};

/** Split, or slices, and together again: in order or not. */
const parted: Recipe = async (grow) => {
  const before = grow.lines.length;
  let axis = 0;
  let parts: Known[] = [];
  if (grow.chance.flip()) {
    await split(grow);
    const line = grow.lines.at(-1);
    if (!line || grow.lines.length === before) return;
    axis = Number(/axis = (-?\d+)/.exec(line.attributes.join())?.[1] ?? 0);
    parts = grow.pool.filter(({ name }) => line.outputs.includes(name));
  } else {
    const x = grow.any(ANY, 1);
    axis = grow.chance.int(0, x.tensor.shape.length - 1);
    const size = x.tensor.shape[axis] ?? 0;
    const middle = grow.chance.int(0, size);
    for (const [start, end] of [
      [0, middle],
      [middle, grow.chance.pick([size, 2 ** 40])],
    ]) {
      const setting = (value: number | undefined) => ({ values: [value ?? 0] });
      const [part] =
        (await grow.add('Slice', [x], {
          settings: { starts: setting(start), ends: setting(end), axes: setting(axis) },
        })) ?? [];
      if (part) parts.push(part);
    }
  }
  const order = grow.chance.flip(0.7) ? parts : grow.chance.shuffled(parts);
  if (order.length > 0) await grow.add('Concat', order, { attributes: { axis } });
};

/** What exporters make of x.view(x.size(0), -1). */
const shapes: Recipe = async (grow) => {
  const x = grow.any(ANY, 1, 4);
  const { shape } = x.tensor;
  if (elementCount(shape) === 0) return;
  const [sizes] = (await grow.add('Shape', [x])) ?? [];
  const axis = grow.chance.int(0, shape.length - 1);
  const scalar = grow.chance.flip();
  const at = grow.constant(tensorOf('int64', scalar ? [] : [1], [axis]));
  let [size] = (sizes && (await grow.add('Gather', [sizes, at], { attributes: { axis: 0 } }))) ?? [];
  if (scalar && size) [size] = (await grow.add('Unsqueeze', [size], { settings: { axes: { values: [0] } } })) ?? [];
  if (size && grow.chance.flip(0.3))
    [size] = (await grow.add('Mul', [size, grow.constant(tensorOf('int64', [1], [1]))])) ?? [];
  const [target] =
    (size &&
      (await grow.add('Concat', [size, grow.constant(tensorOf('int64', [1], [-1]))], { attributes: { axis: 0 } }))) ??
    [];
  if (target) await grow.add('Reshape', [x, target]);
  if (sizes && grow.chance.flip(0.3)) {
    const [zeros] = (await grow.add('ConstantOfShape', [sizes])) ?? [];
    if (zeros && x.tensor.dtype === 'float32') await grow.add('Add', [x, zeros]);
  }
  if (sizes && grow.chance.flip(0.2)) await grow.add('Expand', [x, sizes]);
};

const repeated: Recipe = async (grow) => {
  const line = grow.lines.length > 0 ? grow.chance.pick(grow.lines) : undefined;
  if (!line || line.bodies.length > 0) return;
  // The same node once more: inputs by name, attributes as they stand.
  await grow.again(line);
};

const normalization: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 4);
  const axes = { axes: { values: [grow.opset < 11 ? x.tensor.shape.length - 1 : -1] } };
  const [mean] = (await grow.add('ReduceMean', [x], { settings: axes })) ?? [];
  const [centred] = (mean && (await grow.add('Sub', [x, mean]))) ?? [];
  const [square] = (centred && (await grow.add('Pow', [centred, grow.constant(tensorOf('float32', [], [2]))]))) ?? [];
  const [variance] = (square && (await grow.add('ReduceMean', [square], { settings: axes }))) ?? [];
  const [shifted] =
    (variance && (await grow.add('Add', [variance, grow.constant(tensorOf('float32', [], [1e-5]))]))) ?? [];
  const [deviation] = (shifted && (await grow.add('Sqrt', [shifted]))) ?? [];
  const [normal] = (centred && deviation && (await grow.add('Div', [centred, deviation]))) ?? [];
  const size = x.tensor.shape.slice(-1);
  const [scaled] =
    (normal && (await grow.add('Mul', [normal, grow.constant(filled(grow.chance, 'float32', size))]))) ?? [];
  if (scaled) await grow.add('Add', [scaled, grow.constant(filled(grow.chance, 'float32', size))]);
};

const gelu: Recipe = async (grow) => {
  const x = grow.any(['float32']);
  const scalar = (value: number) => grow.constant(tensorOf('float32', [], [value]));
  const [scaled] = (await grow.add('Div', [x, scalar(Math.SQRT2)])) ?? [];
  const [erf] = (scaled && (await grow.add('Erf', [scaled]))) ?? [];
  const [shifted] = (erf && (await grow.add('Add', [erf, scalar(1)]))) ?? [];
  const [product] = (shifted && (await grow.add('Mul', [x, shifted]))) ?? [];
  if (product) await grow.add('Mul', [product, scalar(0.5)]);
};

const swish: Recipe = async (grow) => {
  const x = grow.any(['float32']);
  const [gate] = (await grow.add(grow.chance.pick(['Sigmoid', 'HardSigmoid', 'Softplus']), [x])) ?? [];
  if (gate) await grow.add('Mul', grow.chance.flip() ? [x, gate] : [gate, x]);
};

const reducedThenSqueezed: Recipe = async (grow) => {
  const x = grow.any(FLOATS, 1);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const axes = { axes: { values: [axis] } };
  const [mean] =
    (await grow.add(grow.chance.pick(REDUCTIONS), [x], {
      settings: axes,
      attributes: { keepdims: grow.chance.pick([0, 1]) },
    })) ?? [];
  if (mean) await grow.add(grow.chance.pick(['Squeeze', 'Unsqueeze']), [mean], { settings: axes });
};

/** Every motif, as often as it is wanted beside the others. */
export const MOTIFS: readonly (readonly [Recipe, number])[] = [
  [transposes, 3],
  [transposed, 3],
  [reshapes, 4],
  [casts, 3],
  [affine, 6],
  [padded, 3],
  [activations, 3],
  [notNot, 1],
  [constants, 5],
  [parted, 4],
  [shapes, 5],
  [repeated, 5],
  [normalization, 1],
  [gelu, 1],
  [swish, 1],
  [productAndSum, 3],
  [twoConvolutions, 2],
  [reducedThenSqueezed, 2],
  [unbound, 1],
  [neighbours, 1],
  [joinedAndSplit, 1],
];
