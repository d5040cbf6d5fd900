/** What an editor asks about the text of a graphwright.ops.json. */
import { CustomOperators, NO_CUSTOM_OPERATORS } from '../core/custom/definition.ts';
import { OpsFileError } from '../core/custom/ops-text.ts';
import { endlessRules, proveRule, type RuleProof } from '../core/custom/prove-rules.ts';
import { opsFaults, parseOps, parseOpsRules, ruleNames } from '../core/custom/read.ts';
import { InputError } from '../core/ir/errors.ts';
import { DocumentText } from '../core/language/text.ts';
import type { TextRule } from '../core/passes/pattern/text-rule.ts';
import type { Progress } from '../core/progress.ts';
import type { OpsFault, OpsRule, RuleTest, TextRange } from '../shared/language.ts';

/** One seed, so that a test can be repeated; that of `graphwright rules --test`. */
const SEED = 1;

export function lookAtOps(text: string, path: string): { faults: readonly OpsFault[]; rules: readonly OpsRule[] } {
  const document = new DocumentText(text);
  const faults = opsFaults(text, path).map((fault) => faultOf(fault, document));
  return { faults, rules: rulesOf(text, document) };
}

/** The operators that the text defines; none while it is wrong, as it is between two keys. */
export function customOf(text: string, path: string): CustomOperators {
  try {
    return new CustomOperators(parseOps(text, path));
  } catch (error) {
    if (error instanceof InputError) return NO_CUSTOM_OPERATORS;
    throw error;
  }
}

/** Throws InputError where the file is wrong. */
export async function testRules(text: string, path: string, progress: Progress): Promise<readonly RuleTest[]> {
  const places = rulesOf(text, new DocumentText(text));
  const rules = parseOpsRules(text, path).map(({ rule }) => rule);
  const custom = new CustomOperators(parseOps(text, path));
  const tests: RuleTest[] = [];
  const place = (name: string) => places.find((each) => each.name === name);
  for (const rule of rules) {
    await progress.step(`Testing ${rule.name}`);
    const at = place(rule.name);
    if (at) tests.push(testOf(await proofOf(rule, custom), at));
  }
  await progress.step('Testing all rules together');
  for (const { message, details } of endlessRules(rules, custom, SEED)) {
    for (const name of (details.rules ?? '').split(' ')) {
      const at = place(name);
      if (at) tests.push({ ...at, result: 'endless', summary: message });
    }
  }
  return tests;
}

/** Without onnxruntime nothing can be run: rules are untested then, and still tried together. */
async function proofOf(rule: TextRule, custom: CustomOperators): Promise<RuleProof> {
  try {
    return await proveRule(rule, custom, SEED);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'runtime-missing') throw error;
    return { rule: rule.name, result: 'untested', examples: 0, reason: error.message };
  }
}

function rulesOf(text: string, document: DocumentText): readonly OpsRule[] {
  return ruleNames(text).map(({ name, span }) => ({ name, range: rangeOf(span, document) }));
}

function faultOf(fault: InputError, document: DocumentText): OpsFault {
  const { code, message, place } = fault;
  if (fault instanceof OpsFileError) {
    const { span, suggested } = fault;
    return { range: rangeOf(span, document), code, message, ...(suggested !== undefined && { suggested }) };
  }
  const line = Math.max((place?.line ?? 1) - 1, 0);
  return { range: { start: { line, character: 0 }, end: { line: line + 1, character: 0 } }, code, message };
}

function rangeOf({ offset, length }: { offset: number; length: number }, document: DocumentText): TextRange {
  return document.rangeOf({ start: offset, end: offset + length });
}

function testOf({ result, examples, relativeError = 0, reason = '', example }: RuleProof, at: OpsRule): RuleTest {
  const models = examples === 1 ? '1 model' : `${examples} models`;
  const by = relativeError === 0 ? 'no difference' : `differences of ${relativeError.toExponential(1)} at most`;
  const summary = {
    agrees: `The same results on ${models}: ${by}`,
    differs: `It changes what a model computes: ${reason}`,
    untested: `It could not be tested: ${reason}`,
  }[result];
  return { ...at, result, summary, ...(example && { example: example.join('\n') }) };
}
