/** The `rules` of graphwright.ops.json: rewrite rules of the user, as text in the file or beside it. */
import { dirname, resolve } from 'node:path';
import { findNodeAtLocation, type Node as JsonNode } from 'jsonc-parser';
import { InputError } from '../ir/errors.ts';
import { parseRule, parseRules } from '../passes/pattern/parse.ts';
import { type RuleSyntax, RuleTextError } from '../passes/pattern/syntax.ts';
import { type TextRule, textRule } from '../passes/pattern/text-rule.ts';
import { OpsFileError, type OpsText, readTextFile } from './ops-text.ts';

/** A rule with the place of its entry, for messages. */
export interface CustomRule {
  readonly rule: TextRule;
  readonly file: string;
  readonly line: number;
}

const KEYS = new Set(['name', 'title', 'opsets', 'reassociates', 'rule']);
const OLDEST_OPSET = 7;
const RULES_HELP = 'docs/simplification.md describes rules as text.';
const WHAT = 'this file of rules';

/** Reads one entry. Throws InputError with the line of what is wrong, also within the text of the rule. */
export function readRule(entry: JsonNode, ops: OpsText): CustomRule {
  const error = (node: JsonNode, message: string) => ops.error(node, message);
  for (const property of entry.children ?? []) {
    const key = property.children?.[0];
    if (key && !KEYS.has(String(key.value))) throw error(key, `"${key.value}" is not a field of a rule`);
  }
  const name = findNodeAtLocation(entry, ['name']);
  if (typeof name?.value !== 'string' || !/^[A-Za-z][\w-]*$/.test(name.value))
    throw error(name ?? entry, 'expected "name" to be a word, such as acme-swish');
  const title = findNodeAtLocation(entry, ['title']);
  if (title && typeof title.value !== 'string') throw error(title, 'expected "title" to be a text');
  const reassociates = findNodeAtLocation(entry, ['reassociates']);
  if (reassociates && typeof reassociates.value !== 'boolean')
    throw error(reassociates, 'expected "reassociates" to be true or false');
  const text = findNodeAtLocation(entry, ['rule']);
  if (!text) throw error(entry, 'expected a text "rule"');
  return located(text, ops, () => {
    const rule = textRule({
      name: String(name.value),
      title: title ? String(title.value) : `Rewrites by the rule ${name.value}`,
      opsets: opsetsOf(entry, error),
      reassociates: reassociates?.value !== false,
      rule: syntaxOf(text, ops),
    });
    // What is wrong with it is said now, not when a model is simplified.
    return rule.compiled && { rule, file: ops.file, line: ops.lineOf(entry.offset) };
  });
}

/** The rules of a file of rules alone. Throws InputError with the place. */
export function readRuleFile(file: string): readonly CustomRule[] {
  const text = readTextFile(file, WHAT);
  return inFile(file, () =>
    [...parseRules(text)].map(([name, syntax]) => {
      const rule = textRule({ name, title: `Rewrites by the rule ${name}`, reassociates: true, rule: syntax });
      const [statement] = syntax.patterns[0] ?? [];
      return { rule: rule.compiled && rule, file, line: statement?.place.line ?? 1 };
    }),
  );
}

function opsetsOf(entry: JsonNode, error: OpsText['error']): { from: number; to?: number } {
  const node = findNodeAtLocation(entry, ['opsets']);
  const bound = (key: string): number | undefined => {
    const value = node && findNodeAtLocation(node, [key]);
    if (value && !(Number.isInteger(value.value) && value.value >= OLDEST_OPSET))
      throw error(value, `expected "${key}" to be an opset from ${OLDEST_OPSET} on`);
    return value?.value as number | undefined;
  };
  if (node && node.type !== 'object') throw error(node, 'expected "opsets" to be { "from": …, "to": … }');
  const to = bound('to');
  return { from: bound('from') ?? OLDEST_OPSET, ...(to !== undefined && { to }) };
}

const REFERENCE = /^([^<>{}=\n]+\.onnxtxt)#(\w+)$/;

function syntaxOf(node: JsonNode, ops: OpsText): RuleSyntax {
  const lines = linesOf(node);
  if (!lines) throw ops.error(node, 'expected "rule" to be a text, a list of its lines, or file.onnxtxt#name');
  const [path, name] = REFERENCE.exec(lines.join('\n'))?.slice(1) ?? [];
  if (path === undefined || name === undefined) return parseRule(lines.join('\n'));
  const beside = resolve(dirname(ops.file), path);
  const found = inFile(beside, () => parseRules(readTextFile(beside, WHAT))).get(name);
  if (!found) throw ops.error(node, `${path} holds no rule "${name}"`);
  return found;
}

function linesOf(node: JsonNode): readonly string[] | undefined {
  if (typeof node.value === 'string') return [node.value];
  const lines = node.type === 'array' ? node.children?.map((line) => line.value as unknown) : undefined;
  return lines?.every((line) => typeof line === 'string') ? (lines as string[]) : undefined;
}

/** Errors of a rule's text at their place in the JSON, or in the file that it names. */
function located<T>(text: JsonNode, ops: OpsText, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RuleTextError)) throw error;
    const { line, column } = error.place;
    const lines = linesOf(text) ?? [];
    const [path] = REFERENCE.exec(lines.join('\n'))?.slice(1) ?? [];
    if (path !== undefined) throw ruleError(error, resolve(dirname(ops.file), path));
    const item = text.type === 'array' ? text.children?.[line - 1] : undefined;
    const before = item
      ? []
      : lines
          .join('\n')
          .split('\n')
          .slice(0, line - 1);
    const index = before.reduce((sum, each) => sum + each.length + 1, column - 1);
    const span = ops.wordIn(item ?? text, index);
    throw new OpsFileError(error.message, ops.placeOf(span), RULES_HELP, span, error.suggested);
  }
}

function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RuleTextError) throw ruleError(error, file);
    throw error;
  }
}

function ruleError({ message, place }: RuleTextError, file: string): InputError {
  return new InputError('syntax-error', message, { file, ...place }, RULES_HELP);
}
