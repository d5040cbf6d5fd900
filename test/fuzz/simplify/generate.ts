/** A random model from a seed. */
import { irVersionFor } from '../../../src/core/formats/onnx/versions.ts';
import { Expression } from '../../../src/core/ir/expression.ts';
import type { Dim, Shape } from '../../../src/core/ir/shape.ts';
import { call, contributed } from './calls.ts';
import { Chance } from './chance.ts';
import { composite, spelling } from './composites.ts';
import { CONTROL } from './control.ts';
import { Grow, type Growing } from './grow.ts';
import { MOTIFS } from './motifs.ts';
import type { Recipe } from './operators/recipe.ts';
import type { Known, Program } from './program.ts';
import { operator, weighted } from './recipes.ts';
import { filled, randomDtype, randomTensor } from './tensors.ts';

/**
 * From the first opset that rules know to the last that onnxruntime runs, those that models have more often: in three parts,
 * because what a composite becomes is an operator of new opsets, or has two forms.
 */
const OPSETS = [
  [20, 21, 22, 23, 23, 23, 24, 24],
  [7, 8, 9, 10, 11, 11, 12, 13, 13],
  [14, 15, 16, 17, 17, 17, 18, 18, 19],
];

export interface Generated {
  readonly program: Program;
  /** Every value on the way. */
  readonly values: ReadonlyMap<string, Known>;
  readonly taken: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
}

export async function generate(seed: number): Promise<Generated> {
  const chance = new Chance(seed);
  // Each spelling has its turn, with opsets of each part: by chance alone some would never come.
  const { add, round } = spelling(seed);
  const opset = chance.pick(OPSETS[round % OPSETS.length] ?? []);
  const shared: Growing = {
    chance,
    opset,
    irVersion: irVersionFor(opset),
    names: 0,
    functions: [],
    taken: new Map(),
    refused: new Map(),
  };
  const grow = new Grow(shared);
  // First: what it reads is given, not made by others.
  await add(grow);
  if (chance.flip(0.8)) grow.hideInner();
  for (let k = chance.int(1, 2); k > 0; k--) grow.source(randomTensor(chance, randomDtype(chance), chance.int(1, 4)));
  if (chance.flip(0.3)) grow.source(filled(chance, 'float32', [1, 4, 5, 6]));
  const wanted = chance.int(3, 24);
  // Between others few composites stay as rules look for them.
  const spelledOut = chance.flip(0.2);
  for (let tries = 0; grow.lines.length < wanted && tries < 4 * wanted; tries++) {
    await (spelledOut ? composite : recipe(grow, chance.number()))(grow);
  }
  const values = new Map([...grow.pool, ...grow.hidden].map((known) => [known.name, known]));
  return { program: finished(grow, shared), values, taken: shared.taken, refused: shared.refused };
}

function recipe(grow: Grow, kind: number): Recipe {
  if (kind < 0.08) return weighted(grow, CONTROL);
  if (kind < 0.43) return weighted(grow, MOTIFS);
  if (kind < 0.55) return composite;
  if (kind < 0.59) return call;
  return kind < 0.6 ? contributed : operator;
}

/** Its outputs: most values that nobody reads, so that some code is dead, and a few that somebody does. */
function finished(grow: Grow, { chance, opset, irVersion, functions }: Growing): Program {
  const made = new Set(grow.lines.flatMap((line) => line.outputs));
  const read = new Set(grow.lines.flatMap((line) => line.inputs));
  const values = grow.pool.filter(({ name }) => made.has(name));
  const outputs = values.filter(({ name }) => chance.flip(read.has(name) ? 0.05 : 0.85));
  const some = outputs.length > 0 ? outputs : values.slice(-1);
  return {
    opset,
    irVersion,
    inputs: grow.inputs,
    constants: grow.constants,
    lines: grow.lines,
    outputs: some,
    declared: declarations(grow, chance),
    functions,
  };
}

/** Inputs whose sizes are left open: each a symbol of its own, the same symbol for the same size, or nothing at all. */
function declarations(grow: Grow, chance: Chance): Map<string, Shape> {
  const declared = new Map<string, Shape>();
  if (!chance.flip(0.35)) return declared;
  for (const { name, tensor } of grow.inputs) {
    const open = (size: number, axis: number): Dim => {
      if (chance.flip()) return size;
      return chance.pick([undefined, Expression.symbol(`${name}_${axis}`), Expression.symbol(`n${size}`)]);
    };
    declared.set(name, tensor.shape.map(open));
  }
  return declared;
}
