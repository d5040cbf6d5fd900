/** Proves rules by numbers: small random models of each pattern are run before and after. */
import { encodeOnnx } from '../formats/onnx/write.ts';
import { nodeText } from '../formats/onnxtxt/node-text.ts';
import { InputError } from '../ir/errors.ts';
import type { Model } from '../ir/model.ts';
import { typeText } from '../ir/type.ts';
import type { Pattern } from '../passes/pattern/compile.ts';
import { exampleOf, NoExample } from '../passes/pattern/examples.ts';
import type { CallSyntax } from '../passes/pattern/syntax.ts';
import type { TextRule } from '../passes/pattern/text-rule.ts';
import { runPasses } from '../passes/run.ts';
import { SIMPLIFICATION } from '../passes/simplification.ts';
import type { Problem } from '../problems/problem.ts';
import { compareOutputs, worstDifference } from '../runtime/compare.ts';
import { generator, randomInputs } from '../runtime/inputs.ts';
import { runModel } from '../runtime/onnxruntime.ts';
import type { CustomOperators } from './definition.ts';
import { addCustomFunctions } from './functions.ts';

/** What a rule came to. */
export interface RuleProof {
  readonly rule: string;
  readonly result: 'agrees' | 'differs' | 'untested';
  /** Models on which both sides were run. */
  readonly examples: number;
  /** The largest relative difference; absent where nothing could be compared. */
  readonly relativeError?: number;
  /** Why it is not proved, in words. */
  readonly reason?: string;
  /** The model on which it fails, as ONNX text. */
  readonly example?: readonly string[];
}

/** Examples for a rule, and for each of its patterns at least; how many models are made to find them. */
const WANTED = 10;
const LEAST = 2;
const MOST_TRIALS = 3000;
/** Sums in another order stay below this. */
const CLOSE = 1e-4;
/** The opsets at which rules are tested: the ends of their range within these, or its start beyond. */
const OLDEST_OPSET = 7;
const NEWEST_OPSET = 22;
/** At which rules are tried together. */
const USUAL_OPSET = 17;

export async function proveRule(rule: TextRule, custom: CustomOperators, seed: number): Promise<RuleProof> {
  const lost = operatorWithoutBody(rule, custom);
  if (lost !== undefined) {
    const reason = `${lost} cannot be run: "operators" gives it no body`;
    return { rule: rule.name, result: 'untested', examples: 0, reason };
  }
  const { patterns } = rule.compiled;
  const wanted = Math.max(LEAST, Math.ceil(WANTED / patterns.length));
  let [examples, relativeError] = [0, 0];
  for (const [k, pattern] of patterns.entries()) {
    const found = await provePattern(rule, pattern, custom, { seed: seed + MOST_TRIALS * k, wanted });
    examples += found.examples;
    if (found.result !== 'agrees') return { ...found, examples };
    relativeError = Math.max(relativeError, found.relativeError ?? 0);
  }
  return { rule: rule.name, result: 'agrees', examples, relativeError };
}

/** Which rules undo each other or those of Graphwright, on a model of each: problems that name them. */
export function endlessRules(rules: readonly TextRule[], custom: CustomOperators, seed: number): readonly Problem[] {
  const all = [...rules, ...SIMPLIFICATION.filter((pass) => pass.kind === 'pattern')];
  const found = new Map<string, Problem>();
  for (const rule of rules) {
    const model = modelFor(rule, custom, seed);
    for (const each of model ? runPasses(model, all, { detail: 'counts', untilStable: true }).problems : [])
      if (each.code === 'endless-rules') found.set([...(each.details.rules ?? '').split(' ')].sort().join(' '), each);
  }
  return [...found.values()];
}

/** The first model of its first pattern that a rule fits. */
function modelFor(rule: TextRule, custom: CustomOperators, seed: number): Model | undefined {
  const [pattern] = rule.compiled.patterns;
  const opset = Math.max(rule.opsets?.from ?? OLDEST_OPSET, USUAL_OPSET);
  for (let trial = 0; pattern && trial < MOST_TRIALS; trial++) {
    const make = () => exampleOf(rule.compiled, pattern, opset, custom, generator(seed + trial));
    try {
      if (runPasses(make(), [rule], { detail: 'counts' }).passes.length > 0) return make();
    } catch (error) {
      if (!(error instanceof NoExample)) throw error;
    }
  }
  return undefined;
}

async function provePattern(
  rule: TextRule,
  pattern: Pattern,
  custom: CustomOperators,
  { seed, wanted }: { readonly seed: number; readonly wanted: number },
): Promise<RuleProof> {
  const { name } = rule;
  const from = Math.max(rule.opsets?.from ?? OLDEST_OPSET, OLDEST_OPSET);
  const opsets = [Math.max(Math.min(rule.opsets?.to ?? NEWEST_OPSET, NEWEST_OPSET), from), from];
  let [examples, relativeError] = [0, 0];
  let reason = 'no model of the pattern could be made';
  for (let trial = 0; trial < MOST_TRIALS && examples < wanted; trial++) {
    const opset = opsets[trial % 2] ?? NEWEST_OPSET;
    const make = () => exampleOf(rule.compiled, pattern, opset, custom, generator(seed + trial));
    try {
      const before = make();
      const after = make();
      const { passes, misses } = runPasses(after, [rule], { detail: 'counts', why: rootName(after) });
      if (passes.length === 0) {
        reason = misses.at(-1)?.reason ?? reason;
        continue;
      }
      const difference = await compare(before, after, custom, seed + trial);
      if (typeof difference === 'string') {
        reason = difference;
        continue;
      }
      examples++;
      relativeError = Math.max(relativeError, difference.relative);
      if (difference.relative <= CLOSE) continue;
      const why = difference.reason ?? `the outputs differ by ${difference.relative.toPrecision(2)} of the largest`;
      return {
        rule: name,
        result: 'differs',
        examples,
        reason: why,
        example: [...textOf(before), '=>', ...textOf(after)],
      };
    } catch (error) {
      if (!(error instanceof NoExample)) throw error;
      reason = error.message;
    }
  }
  if (examples > 0) return { rule: name, result: 'agrees', examples, relativeError };
  return { rule: name, result: 'untested', examples, reason: `no model was found that it fits: ${reason}` };
}

interface Difference {
  readonly relative: number;
  readonly reason?: string;
}

/** How far both sides differ; in words why the pattern itself does not run. */
async function compare(
  before: Model,
  after: Model,
  custom: CustomOperators,
  seed: number,
): Promise<Difference | string> {
  for (const model of [before, after]) addCustomFunctions(model, custom);
  const inputs = randomInputs(before.graph, { seed });
  let expected: Awaited<ReturnType<typeof runModel>>;
  try {
    expected = await runModel(encodeOnnx(before), inputs);
  } catch (error) {
    if (error instanceof InputError && error.code === 'runtime-failed') return error.message;
    throw error;
  }
  try {
    return { relative: worstDifference(compareOutputs(expected, await runModel(encodeOnnx(after), inputs))) };
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'runtime-failed') throw error;
    return { relative: Number.POSITIVE_INFINITY, reason: `the replacement does not run: ${error.message}` };
  }
}

function rootName(model: Model): string {
  return [...model.graph.nodes].at(-1)?.name ?? '';
}

/** The nodes, and the types of what they read. */
function textOf({ graph }: Model): string[] {
  const types = [...graph.inputs, ...graph.initializers].map(({ name, type }) => `# ${name}: ${typeText(type)}`);
  return [...types, ...[...graph.nodes].map((node) => nodeText(node))];
}

/** An operator of another domain, in the pattern or the replacement, that no entry says how to run. */
function operatorWithoutBody({ compiled }: TextRule, custom: CustomOperators): string | undefined {
  const calls: CallSyntax[] = compiled.replacement.flatMap(({ value }) => (value.kind === 'call' ? [value.call] : []));
  for (const call of calls) for (const input of call.inputs) if (input.kind === 'call') calls.push(input.call);
  const used = [...compiled.patterns.flatMap(({ nodes }) => nodes), ...calls].flatMap(({ operators }) => operators);
  return used.find((each) => each.includes('::') && !custom.named(each)?.body)?.replace('::', '.');
}
