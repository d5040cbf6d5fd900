/** The operators of a rule's patterns: most rules are left out by them, so that their text need not be parsed at all. */
import type { Node } from '../../ir/node.ts';
import { operatorsOf, type RuleSyntax } from './syntax.ts';

/** The operators of one pattern, as nodes name them: `Conv`, `com.acme::Swish`. */
export interface PatternOperators {
  /** Those of the node where the pattern ends. */
  readonly roots: readonly string[];
  /** Of each other call of the pattern those that are taken there. */
  readonly others: readonly (readonly string[])[];
}

/** Of each pattern of a rule. */
export function patternOperators(rule: string | RuleSyntax): readonly PatternOperators[] {
  if (typeof rule === 'string') return operatorsInText(rule);
  return rule.patterns.map((statements) => {
    const [roots = [], ...within] = operatorsOf(statements.slice(-1));
    return { roots, others: [...operatorsOf(statements.slice(0, -1)), ...within] };
  });
}

const NAME = String.raw`\w+(?:\.\w+)*`;
/** Operators with alternatives, or a function: what stands behind `=` is an operator. */
const CALL = new RegExp(String.raw`(=\s*)?(${NAME}(?:\s*\|\s*${NAME})*)\s*\(`, 'g');

/** Whether the operators of a pattern are there. */
export function standsIn({ roots, others }: PatternOperators, there: ReadonlySet<string>): boolean {
  const some = (choices: readonly string[]) => choices.some((each) => there.has(each));
  return some(roots) && others.every(some);
}

/** Whether a pattern may end at a node: all its lines lead there, so that one at least makes an input. */
export function mayEndAt({ roots, others }: PatternOperators, node: Node): boolean {
  if (!roots.includes(node.operator)) return false;
  if (others.length === 0) return true;
  for (let k = 0; k < node.inputCount; k++) {
    const operator = node.input(k)?.producer?.operator;
    if (operator !== undefined && others.some((choices) => choices.includes(operator))) return true;
  }
  return false;
}

/** The same as parsing gives, at a tenth of the time; of a text that is wrong anything. */
function operatorsInText(text: string): readonly PatternOperators[] {
  const [patterns = ''] = text.replace(/#[^\n]*/g, '').split(/\bwhere\b|=>/, 1);
  // Attributes have an `or` and names of their own.
  const plain = patterns.replace(/<[^<>]*>/g, '');
  return plain.split(/\bor\b/).map((pattern) => {
    const calls: (readonly string[])[] = [];
    let root = 0;
    for (const [, begins, names = ''] of pattern.matchAll(CALL)) {
      if (begins === undefined && !/^[A-Z]|\./.test(names)) continue;
      if (begins !== undefined) root = calls.length;
      calls.push(names.split('|').map(operatorOf));
    }
    const [roots = []] = calls.splice(root, 1);
    return { roots, others: calls };
  });
}

/** `com.acme::Swish` for `com.acme.Swish`. */
function operatorOf(text: string): string {
  return text
    .trim()
    .replace(/^ai\.onnx\.(?=\w+$)/, '')
    .replace(/\.(?=\w+$)/, '::');
}
