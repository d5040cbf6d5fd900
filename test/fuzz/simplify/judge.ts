/** Whether a model gives the same before and after simplification. */

import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import { DATA_TYPES, isFloat } from '../../../src/core/ir/dtype.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { shapeText } from '../../../src/core/ir/shape.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { foldAllConstants } from '../../../src/core/passes/fold/fold-constants.ts';
import { inferTypes } from '../../../src/core/passes/fold/infer-types.ts';
import { FUSIONS } from '../../../src/core/passes/fusions/table.ts';
import { inlineFunctions } from '../../../src/core/passes/inline/functions.ts';
import type { Pass } from '../../../src/core/passes/pass.ts';
import { runPasses } from '../../../src/core/passes/run.ts';
import { SIMPLIFICATION, simplificationFor } from '../../../src/core/passes/simplification.ts';
import { compareTensors } from '../../../src/core/runtime/compare.ts';
import { Chance } from './chance.ts';
import { withoutOddShapes } from './oddities.ts';
import { type Program, programModel } from './program.ts';
import { withRoundings } from './rounding.ts';
import { runAll } from './running.ts';
import { filled } from './tensors.ts';

export interface Judgement {
  /**
   * `idle`: nothing was simplified. `loose`: a rule that reassociates fired, and so little changes that it moves the outputs
   * of the model itself as much when inputs change in their last digits. `unrunnable`: onnxruntime does not take the model.
   */
  readonly verdict: 'same' | 'idle' | 'loose' | 'unrunnable' | 'differs' | 'broken' | 'threw' | 'unsettled';
  readonly detail: string;
  /** Passes that did something, and how many nodes there were before and after. */
  readonly passes: readonly string[];
  readonly nodes: readonly [before: number, after: number];
}

export const FAILURES: ReadonlySet<string> = new Set(['differs', 'broken', 'threw', 'unsettled']);

const TOLERANCE = 1e-4;
/** Two last digits of a float16. */
const OF_HALVES = 2e-3;
/** Products of a few numbers below it do not overflow. */
const LARGE = 1e6;
/**
 * What onnxruntime adds up in an order of its own, or works out by approximations of its own: constants that are folded
 * through it have other last digits.
 */
const OF_ITS_OWN = new Set([
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'AveragePool',
  'BatchNormalization',
  'Celu',
  'Conv',
  'ConvTranspose',
  'Cos',
  'Cosh',
  'CumSum',
  'Einsum',
  'Elu',
  'Erf',
  'Exp',
  'Gelu',
  'Gemm',
  'GlobalAveragePool',
  'HardSigmoid',
  'HardSwish',
  'InstanceNormalization',
  'LayerNormalization',
  'Log',
  'LogSoftmax',
  'LpPool',
  'MatMul',
  'Mean',
  'Mish',
  'Pow',
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMean',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
  'Resize',
  'Selu',
  'Sigmoid',
  'Sin',
  'Sinh',
  'Softmax',
  'Softplus',
  'Softsign',
  'Sum',
  'Tan',
  'Tanh',
  'Upsample',
]);
/** How much a last digit is, to see what it does to the outputs. */
const LAST_DIGITS = 1e-6;
/** A float16 has eleven bits. */
const LAST_DIGITS_OF_HALVES = 2e-3;
/** With the operators that only other targets want. */
const EVERYTHING = simplificationFor({ fusions: FUSIONS.map(({ name }) => name) });
/** The names of all that may do something; types alone are no step. */
export const JUDGED: readonly string[] = [inlineFunctions, ...EVERYTHING.filter((pass) => pass !== inferTypes)].map(
  ({ name }) => name,
);
const REASSOCIATING = new Set(EVERYTHING.filter((pass) => pass.reassociates).map(({ name }) => name));

/** Adds in another order only where it moves what adds. */
const ACROSS = 'transposes-across';

/** What a seed is judged by: ONNX's own list or one with all fusions, with local functions taken apart or not. */
function passesOf(seed: number): readonly Pass[] {
  const list = seed % 3 === 0 ? EVERYTHING : SIMPLIFICATION;
  return seed % 2 === 0 ? [inlineFunctions, ...list] : list;
}

export async function judge(program: Program, seed: number): Promise<Judgement> {
  const written = encodeOnnx(programModel(program));
  const withHalves = withRoundings(written);
  const bytes = withHalves ?? written;
  const sets = inputSets(program, seed);
  const nothing = { passes: [], nodes: [0, 0] as const };
  let before: Awaited<ReturnType<typeof runAll>>;
  try {
    before = withoutOddShapes(program, await runAll(bytes, sets));
    if (typeof before[0] === 'string') return { verdict: 'unrunnable', detail: before[0], ...nothing };
  } catch (error) {
    return { verdict: 'unrunnable', detail: messageOf(error), ...nothing };
  }
  let done: ReturnType<typeof simplified>;
  try {
    done = simplified(written, seed);
  } catch (error) {
    return { verdict: 'threw', detail: messageOf(error), ...nothing };
  }
  const about = { passes: done.passes, nodes: done.nodes };
  if (!done.settled) return { verdict: 'unsettled', detail: 'no end was reached', ...about };
  if (done.passes.length === 0) return { verdict: 'idle', detail: '', ...about };
  let after: Awaited<ReturnType<typeof runAll>>;
  try {
    const rounded = withRoundings(done.bytes);
    after = await runAll(rounded ?? done.bytes, sets);
    // The model itself must run, too.
    if (rounded) await runAll(done.bytes, sets.slice(0, 1));
  } catch (error) {
    return { verdict: 'broken', detail: messageOf(error), ...about };
  }
  if (done.reassociated) {
    const constants = program.constants.map(({ tensor }) => tensor);
    before = before.map((found, k) =>
      mayOverflow([...constants, ...(sets[k]?.values() ?? [])]) ? 'may overflow' : found,
    );
  }
  // An output of more digits may be made of numbers that have few.
  const tolerance = withHalves ? OF_HALVES : TOLERANCE;
  const difference = firstDifference(before, after, done.reassociated ? tolerance : 0);
  if (difference === undefined) return { verdict: 'same', detail: '', ...about };
  const verdict = typeof after[0] === 'string' ? 'broken' : 'differs';
  if (done.reassociated && (await isLoose(program, sets, before, after)))
    return { verdict: 'loose', detail: difference, ...about };
  return { verdict, detail: difference, ...about };
}

/** The inputs that the program was grown with, and others of the same sizes, for which it may fail. */
function inputSets(program: Program, seed: number): Map<string, Tensor>[] {
  const own = new Map(program.inputs.map(({ name, tensor }) => [name, tensor]));
  // Each from a seed of its own: a program that loses an input keeps the others as they were.
  const other = program.inputs.map(({ name, tensor }): [string, Tensor] => {
    const chance = new Chance(seed ^ Number.parseInt(name.slice(1), 10) ^ 0x5bd1e995);
    return [name, filled(chance, tensor.dtype, tensor.shape)];
  });
  return [own, new Map(other)];
}

/** Whether numbers are so large, or none, that what is computed in another order may overflow where it did not. */
function mayOverflow(tensors: readonly Tensor[]): boolean {
  return tensors.some(
    (tensor) => isFloat(tensor.dtype) && tensor.numbers().some((value) => !(Math.abs(value) < LARGE)),
  );
}

function simplified(bytes: Uint8Array, seed: number) {
  const model = readOnnx(new MemoryBytes('random.onnx', bytes));
  const nodes = nodeCount(model);
  const result = runPasses(model, passesOf(seed), { untilStable: true, doubts: true });
  const passes = result.passes.map(({ pass }) => pass);
  // What leads to a constant goes with it, or later as dead code.
  const folds = passes.includes(foldAllConstants.name);
  const gone = result.records
    .filter(({ pass, after }) => pass === foldAllConstants.name || pass === ACROSS || (folds && after.length === 0))
    .flatMap(({ before }) => before);
  return {
    bytes: encodeOnnx(model),
    passes,
    settled: result.settled,
    nodes: [nodes, nodeCount(model)] as const,
    /** Whether other last digits are to be expected. */
    reassociated:
      passes.some((pass) => REASSOCIATING.has(pass) && pass !== ACROSS) ||
      gone.some((label) => OF_ITS_OWN.has(label.split(' ')[0] ?? '')),
  };
}

function nodeCount(model: Model): number {
  return [...model.graph.allNodes()].length;
}

type Results = Awaited<ReturnType<typeof runAll>>;

/** Where two runs differ; undefined where they do not. Sets on which the model itself fails say nothing. */
function firstDifference(before: Results, after: Results, tolerance: number): string | undefined {
  for (const [k, expected] of before.entries()) {
    const found = after[k];
    if (typeof expected === 'string') continue;
    if (found === undefined || typeof found === 'string') return `input set ${k}: ${found ?? 'no run'}`;
    const names = [[...expected.keys()].join(', '), [...found.keys()].join(', ')];
    if (names[0] !== names[1]) return `outputs ${names[0]} are now ${names[1]}`;
    for (const [name, tensor] of expected) {
      const said = difference(tensor, found.get(name), tolerance);
      if (said !== undefined) return `input set ${k}, ${name}: ${said}`;
    }
  }
  return undefined;
}

function difference(expected: Tensor, found: Tensor | undefined, tolerance: number): string | undefined {
  if (!found || found.dtype !== expected.dtype) return `${expected.dtype} is now ${found?.dtype ?? 'missing'}`;
  if (shapeText(expected.shape) !== shapeText(found.shape))
    return `shape ${shapeText(expected.shape)} is now ${shapeText(found.shape)}`;
  if (tolerance > 0 && isFloat(expected.dtype)) {
    // What has fewer digits is as exact as its digits.
    const own = DATA_TYPES[expected.dtype].bits === 16 ? OF_HALVES : tolerance;
    const { relative } = compareTensors('', expected, found);
    return relative <= own ? undefined : `relative difference ${relative.toExponential(2)}`;
  }
  const [a, b] = [expected.numbers(), found.numbers()];
  // 0 and -0 are the same number; NaN is NaN.
  const at = a.findIndex((value, k) => value !== b[k] && !(Number.isNaN(value) && Number.isNaN(b[k])));
  return at < 0 ? undefined : `element ${at} of ${a.length}: ${a[at]} is now ${b[at]}`;
}

/**
 * Whether the model itself is as unsteady: moved by last digits of its inputs and constants as far as it was by the
 * simplification.
 */
async function isLoose(
  program: Program,
  sets: readonly Map<string, Tensor>[],
  before: Results,
  after: Results,
): Promise<boolean> {
  const worst = farthest(before, after);
  for (let turn = 0; turn < 8; turn++) {
    const chance = new Chance(turn);
    const constants = program.constants.map((each) => ({ ...each, tensor: nudged(each.tensor, chance) }));
    const written = encodeOnnx(programModel({ ...program, constants }));
    const moved = await runAll(
      withRoundings(written) ?? written,
      sets.map((set) => new Map([...set].map(([name, tensor]) => [name, nudged(tensor, chance)]))),
    ).catch(() => []);
    // A constant may be one that has to be exact.
    const runs = before.every((found, k) => typeof found === 'string' || typeof (moved[k] ?? '') !== 'string');
    if (runs && farthest(before, moved) * 10 >= worst) return true;
  }
  return false;
}

function farthest(before: Results, after: Results): number {
  let worst = 0;
  for (const [k, expected] of before.entries()) {
    const found = after[k];
    if (typeof expected === 'string' || found === undefined) continue;
    for (const [name, tensor] of expected) {
      const other = typeof found === 'string' ? undefined : found.get(name);
      worst = Math.max(worst, other ? compareTensors('', tensor, other).relative : Number.POSITIVE_INFINITY);
    }
  }
  return worst;
}

function nudged(tensor: Tensor, chance: Chance): Tensor {
  if (!isFloat(tensor.dtype)) return tensor;
  const size = DATA_TYPES[tensor.dtype].bits === 16 ? LAST_DIGITS_OF_HALVES : LAST_DIGITS;
  const numbers = tensor.numbers().map((value) => value * (1 + size * (chance.number() - 0.5)));
  return Tensor.of(tensor.dtype, tensor.shape, numbers);
}

/** Its end says what is wrong: what stands before it may be a long list of passes. */
function messageOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.length > 300 ? `... ${line.slice(-300)}` : line;
}
