/** graphwright rules FILE: the rewrite rules of a file, and with --test whether they keep the numbers. */
import { readFileSync } from 'node:fs';
import { CustomOperators, NO_CUSTOM_OPERATORS } from '../../core/custom/definition.ts';
import { endlessRules, proveRule, type RuleProof } from '../../core/custom/prove-rules.ts';
import { parseOps, parseOpsRules } from '../../core/custom/read.ts';
import { type CustomRule, readRuleFile } from '../../core/custom/rules.ts';
import { InputError } from '../../core/ir/errors.ts';
import { type Problem, problem } from '../../core/problems/problem.ts';
import { JSON_OPTION, parse } from '../arguments.ts';
import {
  clearStatus,
  columns,
  counted,
  DONE,
  printJson,
  printProblems,
  REFUSED,
  say,
  statusProgress,
} from '../report.ts';

const OPTIONS = { ...JSON_OPTION, test: { type: 'boolean' }, seed: { type: 'string' } } as const;

export async function rules(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(args, OPTIONS, ['FILE']);
  const file = positionals[0] ?? '';
  const { found, custom } = read(file);
  const progress = statusProgress(values.json);
  const proofs: RuleProof[] = [];
  for (const { rule } of values.test ? found : []) {
    await progress.step(`Testing ${rule.name}`);
    proofs.push(await proveRule(rule, custom, seedOf(values.seed)));
  }
  const tested = found.map(({ rule }) => rule);
  const endless = values.test ? endlessRules(tested, custom, seedOf(values.seed)) : [];
  const problems = [...proofs.flatMap((proof, k) => problemOf(proof, found[k])), ...endless];
  const status = problems.length > 0 ? 'refused' : 'done';
  const rows = found.map(({ rule }, k) => ({
    name: rule.name,
    title: rule.title,
    roots: rule.roots,
    ...(proofs[k] && { proof: proofs[k] }),
  }));
  if (values.json) {
    printJson({ status, problems, rules: rows, seconds: (performance.now() - started) / 1000 });
  } else {
    clearStatus();
    for (const line of columns(rows.map(({ name, title, proof }) => [name, proof ? proofText(proof) : title])))
      say(line);
    for (const { example = [] } of proofs) for (const line of example) say(`  ${line}`);
    printProblems(problems);
  }
  return status === 'done' ? DONE : REFUSED;
}

function read(file: string): { readonly found: readonly CustomRule[]; readonly custom: CustomOperators } {
  if (file.endsWith('.onnxtxt')) return { found: readRuleFile(file), custom: NO_CUSTOM_OPERATORS };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new InputError('file-missing', 'this file cannot be read', { file }, 'Check the path.');
  }
  return { found: parseOpsRules(text, file), custom: new CustomOperators(parseOps(text, file)) };
}

function seedOf(text = '1'): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InputError('bad-argument', `"${text}" is not a seed`, undefined, 'Give a number, such as --seed 7.');
}

function problemOf({ rule, result, reason = '', example }: RuleProof, at: CustomRule | undefined): readonly Problem[] {
  if (result === 'agrees') return [];
  const code = result === 'differs' ? 'rule-differs' : 'rule-untested';
  const made = problem(code, undefined, { rule, reason, ...(example && { example: example.join('\n') }) });
  return [at ? { ...made, filePlace: { file: at.file, line: at.line } } : made];
}

function proofText({ result, examples, relativeError = 0 }: RuleProof): string {
  if (result !== 'agrees') return result === 'differs' ? 'DIFFERS' : 'not tested';
  const by = relativeError === 0 ? 'no difference' : `largest relative difference ${relativeError.toExponential(1)}`;
  return `agrees on ${counted(examples, 'model')}: ${by}`;
}
