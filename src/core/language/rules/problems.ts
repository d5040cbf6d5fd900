/** Files of rewrite rules alone: how they are told from models, and what is wrong with them, rule by rule. */
import { parseRules } from '../../passes/pattern/parse.ts';
import { RuleTextError } from '../../passes/pattern/syntax.ts';
import { textRule } from '../../passes/pattern/text-rule.ts';
import type { TextProblem } from '../problems.ts';
import type { DocumentText, Span } from '../text.ts';

/** Whether a text is rules and no model: its first word is `rule`, and a name follows. */
export function isRuleText(text: string): boolean {
  return /^(?:\s|#[^\n]*(?:\n|$))*rule(?:[ \t]+\w+[ \t]*(?:\{|\r?\n|$)|[ \t]*(?:\r?\n|$))/.test(text);
}

/** One rule of a file, from its first word to its last. */
export interface RuleBlock extends Span {
  readonly name: string;
  readonly nameSpan: Span;
}

const HEAD = /^[ \t]*rule\b[ \t]*(\w*)/gm;

/** Rules begin lines, so that a faulty one spoils no other. */
export function ruleBlocks(text: string): readonly RuleBlock[] {
  const heads = [...text.matchAll(HEAD)];
  return heads.map((head, k) => {
    const [whole, name = ''] = head;
    const end = heads[k + 1]?.index ?? text.length;
    const at = head.index + whole.length;
    return { name, start: head.index, end, nameSpan: { start: at - name.length, end: at } };
  });
}

/** The first thing that is wrong with each rule. */
export function ruleProblems(text: DocumentText, path: string): TextProblem[] {
  const seen = new Set<string>();
  return ruleBlocks(text.text).flatMap((block) => {
    const twice = block.name !== '' && seen.has(block.name);
    seen.add(block.name);
    if (twice) {
      return [problemAt(text, path, block.nameSpan, `there is a rule "${block.name}" above: give it another name`)];
    }
    return faultsOf(text, path, block);
  });
}

function faultsOf(text: DocumentText, path: string, { start, end }: RuleBlock): TextProblem[] {
  try {
    // Names and types are looked at when it is compiled.
    for (const [name, rule] of parseRules(text.slice({ start, end })))
      void textRule({ name, title: name, reassociates: true, rule }).compiled;
    return [];
  } catch (error) {
    if (!(error instanceof RuleTextError)) throw error;
    const { line, column } = error.place;
    const first = text.positionAt(start).line;
    const at = text.offsetAt({ line: first + line - 1, character: column - 1 });
    const [word = ''] = /^(\w+|\S)/.exec(text.slice({ start: at, end })) ?? [];
    // At the end of a text there is no word to mark.
    const span = word === '' ? { start: Math.max(0, at - 1), end: at } : { start: at, end: at + word.length };
    return [problemAt(text, path, span, error.message, error.suggested)];
  }
}

function problemAt(text: DocumentText, path: string, span: Span, message: string, suggested?: string): TextProblem {
  const range = text.rangeOf(span);
  const { line, character } = range.start;
  return {
    code: 'syntax-error',
    severity: 'error',
    message: sentence(message),
    origin: [{ kind: 'onnxtxt', file: path, line: line + 1, column: character + 1 }],
    fixes: [],
    details: suggested === undefined ? {} : { suggested },
    range,
    related: [],
  };
}

function sentence(message: string): string {
  const start = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!)]$/.test(start) ? start : `${start}.`;
}
