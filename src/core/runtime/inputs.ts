/** Random inputs of the declared types, the same for the same seed. */
import { isFloat } from '../ir/dtype.ts';
import { InputError } from '../ir/errors.ts';
import { Expression } from '../ir/expression.ts';
import type { Graph } from '../ir/graph.ts';
import { type Dim, elementCount } from '../ir/shape.ts';
import { Tensor } from '../ir/tensor.ts';
import { typeText } from '../ir/type.ts';
import type { Value } from '../ir/value.ts';

export interface RandomOptions {
  readonly seed: number;
  /** Sizes of symbols; those that are not named, and unknown sizes, are 1. */
  readonly dims?: ReadonlyMap<string, number>;
}

/** Operators through which an index passes on its way to the table that it looks into. */
const PASSING = new Set(['Cast', 'Reshape', 'Unsqueeze', 'Squeeze', 'Flatten', 'Identity', 'Expand', 'Transpose']);

/**
 * A tensor for every input of a graph without a default: floats of a normal distribution, bools, and integers that are
 * valid indices where they look into a table of known size (else 0 or 1).
 *
 * @throws InputError `bad-argument` for an input that is no tensor of numbers
 */
export function randomInputs(graph: Graph, options: RandomOptions): Map<string, Tensor> {
  const random = generator(options.seed);
  const inputs = new Map<string, Tensor>();
  graph.inputs.forEach((input, index) => {
    if (input.constant) return;
    inputs.set(input.name ?? `input_${index}`, randomTensor(input, random, options.dims ?? new Map()));
  });
  return inputs;
}

function randomTensor(input: Value, random: () => number, dims: ReadonlyMap<string, number>): Tensor {
  const { dtype, shape } = input;
  if (!dtype || !shape || dtype === 'string') {
    throw new InputError(
      'bad-argument',
      `no random input can be made for ${input.name ?? 'an input'} of ${typeText(input.type)}`,
      undefined,
      'Declare its type and shape.',
    );
  }
  const sizes = shape.map((dim) => sizeOf(dim, dims));
  const range = indexRange(input, 8) ?? 2;
  const next = isFloat(dtype) ? () => normal(random) : () => Math.floor(random() * (dtype === 'bool' ? 2 : range));
  return Tensor.of(dtype, sizes, Array.from({ length: elementCount(sizes) }, next));
}

function sizeOf(dim: Dim, dims: ReadonlyMap<string, number>): number {
  if (!(dim instanceof Expression)) return dim ?? 1;
  const values = new Map([...dim.symbols()].map((name) => [name, dims.get(name) ?? 1]));
  return dim.substitute(values).constant() ?? 1;
}

/** The size of the smallest table that a value looks into. */
function indexRange(value: Value, depth: number): number | undefined {
  let smallest: number | undefined;
  for (const use of value.uses) {
    if (use.kind !== 'input') continue;
    const { node, index } = use;
    let size: number | undefined;
    if (node.op === 'Gather' && index === 1) {
      const shape = node.input(0)?.shape;
      const dim = shape?.at(Number(node.int('axis', 0n)));
      size = typeof dim === 'number' ? dim : undefined;
    } else if (PASSING.has(node.op) && index === 0 && depth > 0) {
      size = indexRange(node.output(), depth - 1);
    }
    if (size !== undefined) smallest = Math.min(smallest ?? size, size);
  }
  return smallest;
}

/** Uniform numbers from 0 to 1 by the mulberry32 generator. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The Box-Muller transform: mean 0, variance 1. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
