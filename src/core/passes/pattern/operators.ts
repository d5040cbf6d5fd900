/** The operators of a rule's patterns: most rules are left out by them, so that their text need not be parsed at all. */
import { operatorsOf, type RuleSyntax } from './syntax.ts';

/** The operators of one pattern, as nodes name them: `Conv`, `com.acme::Swish`. */
export interface PatternOperators {
  /** Those of the node where the pattern ends. */
  readonly roots: readonly string[];
  /** Of each call of the pattern those that are taken there. */
  readonly calls: readonly (readonly string[])[];
}

/** Of each pattern of a rule. */
export function patternOperators(rule: string | RuleSyntax): readonly PatternOperators[] {
  if (typeof rule === 'string') return operatorsInText(rule);
  return rule.patterns.map((statements) => {
    const [roots = []] = operatorsOf(statements.slice(-1));
    return { roots, calls: operatorsOf(statements) };
  });
}

const NAME = String.raw`\w+(?:\.\w+)*`;
/** Operators with alternatives, or a function: what stands behind `=` is an operator. */
const CALL = new RegExp(String.raw`(=\s*)?(${NAME}(?:\s*\|\s*${NAME})*)\s*\(`, 'g');

/** The same as parsing gives, at a tenth of the time; of a text that is wrong anything. */
function operatorsInText(text: string): readonly PatternOperators[] {
  const [patterns = ''] = text.replace(/#[^\n]*/g, '').split(/\bwhere\b|=>/, 1);
  // Attributes have an `or` and names of their own.
  const plain = patterns.replace(/<[^<>]*>/g, '');
  return plain.split(/\bor\b/).map((pattern) => {
    let roots: readonly string[] = [];
    const calls: (readonly string[])[] = [];
    for (const [, begins, names = ''] of pattern.matchAll(CALL)) {
      if (begins === undefined && !/^[A-Z]|\./.test(names)) continue;
      const operators = names.split('|').map(operatorOf);
      if (begins !== undefined) roots = operators;
      calls.push(operators);
    }
    return { roots, calls };
  });
}

/** `com.acme::Swish` for `com.acme.Swish`. */
function operatorOf(text: string): string {
  return text
    .trim()
    .replace(/^ai\.onnx\.(?=\w+$)/, '')
    .replace(/\.(?=\w+$)/, '::');
}
