/** Rules as a few lines of ONNX text: what a pattern looks like, on which conditions, and what stands in its place. */

import type { Node } from '../../ir/node.ts';
import { Refusal } from '../../problems/problem.ts';
import type { PassFacts, PatternRule } from '../pass.ts';
import { type Replacement, type Site, simplification } from '../simplify/rule.ts';
import { type CompiledRule, compileRule } from './compile.ts';
import { type Match, matchRule } from './match.ts';
import { mayEndAt, type PatternOperators, patternOperators, standsIn } from './operators.ts';
import { parseRule } from './parse.ts';
import { type Made, makeReplacement, NotMade } from './replace.ts';
import type { RuleSyntax } from './syntax.ts';

export interface TextRuleFacts extends Omit<PassFacts, 'dialect' | 'requires'> {
  /** The rule's text: see docs/simplification.md. */
  readonly rule: string | RuleSyntax;
  /** Why it is right, for the records; the title where nothing is said. */
  readonly reason?: string;
  /** What text cannot say: names of the replacement, and a function that gives them, or says why it cannot. */
  readonly make?: {
    readonly names: readonly string[];
    readonly from: (match: Match) => Made | string;
  };
}

/** Throws RuleTextError when it is first used, where the text is wrong: `compiled` tells at once. */
export interface TextRule extends PatternRule {
  readonly compiled: CompiledRule;
  readonly rule: string | RuleSyntax;
}

export function textRule(facts: TextRuleFacts): TextRule {
  let [operators, roots, compiled]: [(readonly PatternOperators[])?, (readonly string[])?, CompiledRule?] = [];
  const patterns = () => {
    operators ??= patternOperators(facts.rule);
    return operators;
  };
  // Most graphs have the operators of few rules: the others are not parsed.
  const compiledRule = (): CompiledRule => {
    compiled ??= compileRule(typeof facts.rule === 'string' ? parseRule(facts.rule) : facts.rule, {
      ...(facts.opsets && { opsets: facts.opsets }),
      ...(facts.make && { made: facts.make.names }),
    });
    return compiled;
  };
  const { rewrite } = simplification({
    name: facts.name,
    title: facts.title,
    operators: '',
    replace: (root, site) => replace(facts, compiledRule(), root, site),
  });
  return {
    kind: 'pattern',
    name: facts.name,
    title: facts.title,
    dialect: 'onnx',
    opsets: facts.opsets ?? { from: 7 },
    reassociates: facts.reassociates,
    requires: ['typed'],
    ...(facts.ensures && { ensures: facts.ensures }),
    rule: facts.rule,
    get compiled() {
      return compiledRule();
    },
    get roots() {
      roots ??= [...new Set(patterns().flatMap((pattern) => pattern.roots))];
      return roots;
    },
    possible: (there) => patterns().some((pattern) => standsIn(pattern, there)),
    rewrite: (root, context) => {
      // Somebody who asks why it does not fit is told.
      if (!context.missed && !patterns().some((pattern) => mayEndAt(pattern, root))) return undefined;
      const done = rewrite(root, context);
      for (const { domain } of done?.added ?? []) if (domain !== '') context.importDomain(domain);
      return done;
    },
  };
}

function replace(facts: TextRuleFacts, rule: CompiledRule, root: Node, site: Site): Replacement | undefined {
  const { onnx } = site;
  const match = matchRule(
    rule,
    root,
    onnx.opset,
    site.asks ? ({ reason, seen, near }) => (near ? site.missed(reason, ...seen) : site.begun(reason)) : undefined,
  );
  if (!match) return undefined;
  const made = facts.make?.from(match) ?? {};
  if (typeof made === 'string') return site.missed(made, ...match.nodes);
  let [place, source] = [root, root];
  const buildAt = (at: Node, from: Node) => {
    if (at !== place || from !== source) site.from(from, at);
    [place, source] = [at, from];
  };
  try {
    return { values: makeReplacement(rule, match, made, onnx, buildAt), reason: facts.reason ?? facts.title };
  } catch (error) {
    if (error instanceof NotMade || error instanceof Refusal) return site.missed(error.message, ...match.nodes);
    throw error;
  }
}
