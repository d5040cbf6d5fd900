/** Parses the expressions of conditions, attributes and constants, with Python's precedences. */
import type { BinaryOperator, Term } from './syntax.ts';
import type { Tokens } from './tokens.ts';

/** From what binds least to what binds most. Attributes start at sums, so that `>` ends their list. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '~=', '<=', '>=', '<', '>', 'in'],
  ['+', '-'],
  ['*', '/', '//', '%'],
];
const COMPARISONS = 2;
const SUMS = 3;
/** Expressions within expressions that are followed. */
const DEEPEST = 100;

export function parseTerm(tokens: Tokens): Term {
  return new TermParser(tokens).level(0);
}

/** Without comparisons outside of brackets. */
export function parseSum(tokens: Tokens): Term {
  return new TermParser(tokens).level(SUMS);
}

class TermParser {
  private depth = 0;

  constructor(private readonly tokens: Tokens) {}

  level(k: number): Term {
    const operators = LEVELS[k];
    if (!operators) return this.postfix();
    if (k === COMPARISONS && this.tokens.sees('not')) return this.negated();
    let left = this.level(k + 1);
    for (let found = this.operator(operators); found; found = this.operator(operators)) {
      const { place } = this.tokens;
      this.tokens.next();
      left = { kind: 'binary', place, operator: found, left, right: this.level(k + 1) };
      if (k === COMPARISONS) break;
    }
    return left;
  }

  private operator(operators: readonly BinaryOperator[]): BinaryOperator | undefined {
    return operators.find((each) => this.tokens.sees(each));
  }

  private negated(): Term {
    const { place } = this.tokens;
    this.tokens.next();
    return { kind: 'unary', place, operator: 'not', operand: this.level(COMPARISONS) };
  }

  private postfix(): Term {
    let term = this.single();
    while (this.tokens.sees('[')) {
      const { place } = this.tokens;
      this.tokens.next();
      term = { kind: 'index', place, list: term, at: this.within(() => this.level(0)) };
      this.tokens.expect(']', 'after the index');
    }
    return term;
  }

  private single(): Term {
    const { tokens } = this;
    const { place } = tokens;
    if (tokens.takes('-')) return { kind: 'unary', place, operator: '-', operand: this.within(() => this.postfix()) };
    if (tokens.takes('(')) {
      const inner = this.within(() => this.level(0));
      tokens.expect(')', 'after the expression');
      return inner;
    }
    if (tokens.takes('[')) return { kind: 'list', place, items: this.items(']', 'of the list') };
    const token = tokens.peek();
    switch (token.kind) {
      case 'number':
        tokens.next();
        return { kind: 'number', place, value: Number(token.text) };
      case 'text':
        tokens.next();
        return { kind: 'text', place, value: textOf(token.text) };
      case 'name':
        tokens.next();
        if (token.text === 'true' || token.text === 'false')
          return { kind: 'truth', place, value: token.text === 'true' };
        if (!tokens.takes('(')) return { kind: 'name', place, name: token.text };
        return { kind: 'call', place, name: token.text, operands: this.items(')', `of ${token.text}`) };
      default:
        return tokens.fail('expected a name, a number, a text in quotes, a list or "("');
    }
  }

  private items(close: string, where: string): readonly Term[] {
    const items: Term[] = [];
    if (this.tokens.takes(close)) return items;
    do items.push(this.within(() => this.level(0)));
    while (this.tokens.takes(','));
    this.tokens.expect(close, `at the end ${where}`);
    return items;
  }

  private within(parse: () => Term): Term {
    if (++this.depth > DEEPEST) this.tokens.fail('expected an expression that is less deep');
    const term = parse();
    this.depth--;
    return term;
  }
}

function textOf(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
}
