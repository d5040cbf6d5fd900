/**
 * The words of a rule's text while it is written, and what stands around each: the part of the rule, the brackets that are
 * open and whose they are. A text that is half written has them too, so nothing here fails.
 */
import { WORDS } from '../../passes/pattern/tokens.ts';
import type { Span } from '../text.ts';

export interface Word extends Span {
  readonly kind: 'name' | 'number' | 'text' | 'mark';
  readonly text: string;
}

/** An open bracket: `<` holds attributes, `(` inputs or the operands of a function, `[` a list. */
export interface Bracket {
  readonly open: '<' | '(' | '[';
  /** The operators of its call, as nodes name them (`com.acme::Swish`); empty for functions, lists and groups. */
  readonly operators: readonly string[];
  /** The function whose operands it holds. */
  readonly function: string | undefined;
  readonly around: Bracket | undefined;
}

export type Section = 'outside' | 'pattern' | 'condition' | 'replacement';

/** What stands before a word. */
export interface State {
  readonly section: Section;
  readonly bracket: Bracket | undefined;
  /** Where the words of its rule begin. */
  readonly first: number;
}

export interface Scanned {
  readonly words: readonly Word[];
  /** One for each word, and one for the end. */
  readonly states: readonly State[];
}

/** Scans a file of rules, or the text of one rule alone. */
export function scanRules(text: string, single: boolean): Scanned {
  const words = wordsOf(text);
  const states: State[] = [];
  let state: State = { section: single ? 'pattern' : 'outside', bracket: undefined, first: 0 };
  for (const k of words.keys()) {
    states.push(state);
    state = after(words, k, state, single);
  }
  return { words, states: [...states, state] };
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: word, index: start } of text.matchAll(WORDS)) {
    if (!/^[\s#]/.test(word)) words.push({ kind: kindOf(word), text: word, start, end: start + word.length });
  }
  return words;
}

function kindOf(word: string): Word['kind'] {
  if (/^[A-Za-z_]/.test(word)) return 'name';
  if (/^\.?\d/.test(word)) return 'number';
  return word.length > 1 && word.startsWith('"') ? 'text' : 'mark';
}

function after(words: readonly Word[], k: number, state: State, single: boolean): State {
  const { section, bracket } = state;
  const text = words[k]?.text ?? '';
  const at = (bracket: Bracket | undefined): State => ({ ...state, bracket });
  const top = (section: Section): State => ({ ...state, section, bracket: undefined });
  switch (text) {
    case '{':
      return single ? state : { section: 'pattern', bracket: undefined, first: k + 1 };
    case '}':
      return single ? state : { section: 'outside', bracket: undefined, first: k + 1 };
    case 'where':
      return section === 'pattern' && !bracket ? top('condition') : state;
    case '=>':
      return top('replacement');
    case '<':
      // In conditions it compares.
      if (section === 'condition' && !bracket?.operators.length) return state;
      return at({ open: '<', operators: operatorsBefore(words, k), function: undefined, around: bracket });
    case '(':
      return at(opened(words, k, bracket));
    case '[':
      return at({ open: '[', operators: [], function: undefined, around: bracket });
    case '>':
      return bracket?.open === '<' ? at(bracket.around) : state;
    case ')':
      return bracket?.open === '(' ? at(bracket.around) : state;
    case ']':
      return bracket?.open === '[' ? at(bracket.around) : state;
    default:
      return state;
  }
}

function opened(words: readonly Word[], k: number, around: Bracket | undefined): Bracket {
  const before = words[k - 1];
  if (before?.text === '>') {
    // The operator stands before the attributes.
    let depth = 0;
    let at = k - 1;
    for (; at > 0; at--) {
      const mark = words[at]?.text;
      depth += mark === '>' ? 1 : mark === '<' ? -1 : 0;
      if (depth === 0) break;
    }
    return { open: '(', operators: operatorsBefore(words, at), function: undefined, around };
  }
  const operators = operatorsBefore(words, k);
  const [only = ''] = operators;
  const isFunction = operators.length === 1 && /^[a-z_]\w*$/.test(only);
  return { open: '(', operators: isFunction ? [] : operators, function: isFunction ? only : undefined, around };
}

/** `Conv | com.acme.Conv`, where the bracket at `k` opens behind it. */
export function operatorsBefore(words: readonly Word[], k: number): readonly string[] {
  const operators: string[] = [];
  let at = k - 1;
  for (;;) {
    const parts: string[] = [];
    while (words[at]?.kind === 'name') {
      parts.unshift(words[at]?.text ?? '');
      at--;
      if (words[at]?.text !== '.') break;
      at--;
    }
    if (parts.length === 0) return operators;
    operators.unshift(operatorOf(parts));
    if (words[at]?.text !== '|') return operators;
    at--;
  }
}

/** As nodes name an operator: that of ONNX without a domain. */
export function operatorOf(parts: readonly string[]): string {
  const domain = parts.slice(0, -1).join('.');
  const name = parts.at(-1) ?? '';
  return domain === '' || domain === 'ai.onnx' ? name : `${domain}::${name}`;
}
