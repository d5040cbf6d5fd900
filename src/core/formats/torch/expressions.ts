/**
 * Parses the expressions of TorchScript: Pratt's way, by binding powers. Precedences: torch/csrc/jit/frontend/lexer.h,
 * which are Python's; names with a meaning of their own: import_source.cpp.
 */
import type { Arguments, BinaryOperator, CompareOperator, Expression, KeywordArgument, TypeExpression } from './ast.ts';
import { Cursor, describeToken, MOST_DEPTH } from './cursor.ts';
import type { Token } from './tokens.ts';

/** How tightly an operator holds its sides; higher holds tighter. */
const BINDING: Readonly<Record<string, number>> = {
  if: 1,
  or: 2,
  and: 3,
  in: 5,
  is: 5,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '|': 6,
  '^': 7,
  '&': 8,
  '<<': 9,
  '>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  '//': 11,
  '%': 11,
  '@': 11,
  '**': 13,
};
const NOT_BINDING = 4;
const UNARY_BINDING = 12;
const COMPARE_BINDING = 5;
const KEYWORDS = new Set(
  `and as assert break class continue def del elif else except finally for from global if import in is lambda not or pass
  raise return try while with yield`.split(/\s+/),
);

export class ExpressionParser extends Cursor {
  /** How high the tree is that stands so far in the expression that is being parsed: `a.b.c` is flat as text only. */
  private height = 0;

  /** One expression, without commas outside of brackets. */
  expression(binding = 0): Expression {
    return this.deeper(() => {
      const outer = this.height;
      this.height = 0;
      let left = this.prefix();
      for (;;) {
        const power = this.infixPower();
        if (power === undefined || power <= binding) break;
        left = this.infix(left, power);
        this.higher();
      }
      this.higher();
      this.height = Math.max(this.height, outer);
      return left;
    });
  }

  /** Expressions separated by commas: a tuple where there is a comma. */
  expressions(): Expression {
    const first = this.item();
    if (!this.sees(',')) return first;
    const items = [first];
    while (this.accept(',')) {
      if (this.endsList()) break;
      items.push(this.item());
    }
    return { kind: 'tuple', items, start: first.start, end: this.previousEnd() };
  }

  type(): TypeExpression {
    return this.asType(this.expression(BINDING.if));
  }

  private item(): Expression {
    const star = this.accept('*');
    const value = this.expression();
    return star ? { kind: 'starred', value, start: star.start, end: value.end } : value;
  }

  private prefix(): Expression {
    const token = this.peek();
    const { start } = token;
    if (token.text === 'not' && token.kind === 'name') {
      this.next();
      const operand = this.expression(NOT_BINDING - 1);
      return { kind: 'unary', operator: 'not', operand, start, end: operand.end };
    }
    if (token.kind === 'operator' && (token.text === '-' || token.text === '+' || token.text === '~')) {
      this.next();
      return this.signed(token.text, this.expression(UNARY_BINDING - 1), start);
    }
    return this.postfix(this.atom());
  }

  /** A minus before a number belongs to it: -1 is one literal. */
  private signed(operator: '-' | '+' | '~', operand: Expression, start: number): Expression {
    const { end } = operand;
    const literal = this.source.text[operand.start] !== '(';
    if (operator === '-' && literal && operand.kind === 'int') return { ...operand, value: -operand.value, start };
    if (operator === '-' && literal && operand.kind === 'float') return { ...operand, value: -operand.value, start };
    return { kind: 'unary', operator, operand, start, end };
  }

  private atom(): Expression {
    const token = this.next();
    const { start, end, text } = token;
    switch (token.kind) {
      case 'name':
        return this.named(token);
      case 'int':
        if (text.length > MOST_DIGITS) throw this.error(start, `an integer has ${text.length} digits`);
        return { kind: 'int', value: BigInt(text), start, end };
      case 'float':
        return { kind: 'float', value: Number(text), start, end };
      case 'imaginary':
        return { kind: 'complex', imaginary: Number(text), start, end };
      case 'string':
        return this.joined(token);
      default:
        if (text === '(') return this.parenthesised(start);
        if (text === '[') return this.list(start);
        if (text === '{') return this.dict(start);
        if (text === '.' && this.accept('.') && this.accept('.')) return { kind: 'ellipsis', start, end: start + 3 };
        throw this.error(start, `expected an expression, found ${describeToken(token)}`);
    }
  }

  private named({ text, start, end }: Token): Expression {
    if (text === 'True' || text === 'False') return { kind: 'bool', value: text === 'True', start, end };
    if (text === 'None') return { kind: 'none', start, end };
    if (text === 'inf' || text === 'nan') {
      return { kind: 'float', value: text === 'inf' ? Number.POSITIVE_INFINITY : Number.NaN, start, end };
    }
    if (text === 'infj' || text === 'nanj') {
      return { kind: 'complex', imaginary: text === 'infj' ? Number.POSITIVE_INFINITY : Number.NaN, start, end };
    }
    if (KEYWORDS.has(text)) throw this.error(start, `expected an expression, found ${text}`);
    if (text === 'CONSTANTS') return this.constant(start);
    if (text === '__torch__') return this.global(start);
    if ((text === 'torch' || text === 'ops') && this.sees('.')) return this.operator(text, start);
    const special = this.sees('(') && SPECIAL_FORMS.has(text);
    return special ? this.specialForm(text, start) : { kind: 'name', name: text, start, end };
  }

  /** `CONSTANTS.c12` */
  private constant(start: number): Expression {
    this.expect('.');
    const { text, end } = this.expectName();
    const index = /^c(\d+)$/.exec(text)?.[1];
    if (index === undefined) throw this.error(start, 'expected the number of a constant, as in CONSTANTS.c0');
    return { kind: 'constant', index: Number(index), start, end };
  }

  /** `__torch__.a.b.Net`, and `__torch__.a.b.Net.__new__(...)`. */
  private global(start: number): Expression {
    const parts = ['__torch__'];
    while (this.accept('.')) parts.push(this.expectName().text);
    if (parts.at(-1) === '__new__' && this.sees('(')) {
      this.arguments();
      return { kind: 'new', className: parts.slice(0, -1).join('.'), start, end: this.previousEnd() };
    }
    return { kind: 'global', name: parts.join('.'), start, end: this.previousEnd() };
  }

  /** `torch.relu(x)`, `ops.acme.swish(x)`; without a call (a type, say) it is a plain name. */
  private operator(root: 'torch' | 'ops', start: number): Expression {
    const parts: string[] = [];
    while (this.accept('.')) parts.push(this.expectName().text);
    if (!this.sees('(')) return { kind: 'global', name: [root, ...parts].join('.'), start, end: this.previousEnd() };
    const [namespace, name] = root === 'torch' ? ['aten', parts.join('.')] : [parts[0] ?? '', parts.slice(1).join('.')];
    if (name === '') throw this.error(start, 'expected an operator, as in ops.prim.dtype');
    return { kind: 'operator', namespace, name, ...this.arguments(), start, end: this.previousEnd() };
  }

  private specialForm(form: string, start: number): Expression {
    const { positional, keywords } = this.arguments();
    const end = this.previousEnd();
    const [first, second] = positional;
    // Its value, or that of an attribute whose name the program computes: a plain call.
    if (form === 'getattr' && (positional.length === 3 || (second && second.kind !== 'string'))) {
      const callee: Expression = { kind: 'name', name: form, start, end: start + form.length };
      return { kind: 'call', callee, positional, keywords, start, end };
    }
    const expected = form === 'uninitialized' ? 1 : 2;
    if (!first || positional.length !== expected || keywords.length > 0) {
      throw this.error(start, `${form} takes ${expected} argument${expected === 1 ? '' : 's'}`);
    }
    if (form === 'uninitialized' || !second) return { kind: 'uninitialized', type: this.asType(first), start, end };
    if (form === 'annotate') return { kind: 'annotate', type: this.asType(first), value: second, start, end };
    if (form === 'unchecked_cast') {
      return { kind: 'unchecked-cast', type: this.asType(first), value: second, start, end };
    }
    if (form === 'getattr') {
      if (second.kind !== 'string') throw this.error(second.start, 'expected the name of an attribute');
      return { kind: 'attribute', object: first, name: second.value, start, end };
    }
    const types = second.kind === 'list' || second.kind === 'tuple' ? second.items : [second];
    return { kind: 'isinstance', value: first, types: types.map((type) => this.asType(type)), start, end };
  }

  /** String literals beside one another are one. */
  private joined(first: Token): Expression {
    let value = first.text;
    while (this.peek().kind === 'string') value += this.next().text;
    return { kind: 'string', value, start: first.start, end: this.previousEnd() };
  }

  private parenthesised(start: number): Expression {
    if (this.accept(')')) return { kind: 'tuple', items: [], start, end: this.previousEnd() };
    const inner = this.expressions();
    this.expect(')');
    return { ...inner, start, end: this.previousEnd() };
  }

  private list(start: number): Expression {
    const items: Expression[] = [];
    while (!this.sees(']')) {
      items.push(this.item());
      const [value] = items;
      if (items.length === 1 && value && this.acceptName('for')) return this.comprehension(value, start);
      if (!this.accept(',')) break;
    }
    this.expect(']');
    return { kind: 'list', items, start, end: this.previousEnd() };
  }

  private comprehension(value: Expression, start: number): Expression {
    const target = this.expression(COMPARE_BINDING);
    this.expectWord('in');
    const iterable = this.expression();
    this.expect(']');
    return { kind: 'comprehension', value, target, iterable, start, end: this.previousEnd() };
  }

  private dict(start: number): Expression {
    const entries: [Expression, Expression][] = [];
    while (!this.sees('}')) {
      const key = this.expression();
      this.expect(':');
      entries.push([key, this.expression()]);
      if (!this.accept(',')) break;
    }
    this.expect('}');
    return { kind: 'dict', entries, start, end: this.previousEnd() };
  }

  private postfix(first: Expression): Expression {
    let left = first;
    for (;;) {
      const { start } = left;
      if (this.sees('(')) left = { kind: 'call', callee: left, ...this.arguments(), start, end: this.previousEnd() };
      else if (this.accept('.')) {
        left = { kind: 'attribute', object: left, name: this.expectName().text, start, end: this.previousEnd() };
      } else if (this.accept('[')) left = this.subscript(left);
      else return left;
      this.higher();
    }
  }

  private subscript(object: Expression): Expression {
    const indices: Expression[] = [];
    while (!this.sees(']')) {
      indices.push(this.subscriptItem());
      if (!this.accept(',')) break;
    }
    this.expect(']');
    return { kind: 'subscript', object, indices, start: object.start, end: this.previousEnd() };
  }

  private subscriptItem(): Expression {
    const { start } = this.peek();
    const part = () => (this.sees(':') || this.sees(',') || this.sees(']') ? undefined : this.expression());
    const from = part();
    if (!this.accept(':')) {
      if (from) return from;
      throw this.error(start, 'expected an index');
    }
    const to = part();
    const step = this.accept(':') ? part() : undefined;
    return { kind: 'slice', from, to, step, start, end: this.previousEnd() };
  }

  protected arguments(): Arguments {
    const positional: Expression[] = [];
    const keywords: KeywordArgument[] = [];
    this.expect('(');
    while (!this.sees(')')) {
      const token = this.peek();
      if (token.kind === 'name' && this.peek(1).kind === 'operator' && this.peek(1).text === '=') {
        this.next();
        this.next();
        const value = this.expression();
        keywords.push({ name: token.text, value, start: token.start, end: value.end });
      } else positional.push(this.item());
      if (!this.accept(',')) break;
    }
    this.expect(')');
    return { positional, keywords };
  }

  private infixPower(): number | undefined {
    const { kind, text } = this.peek();
    if (kind !== 'operator' && kind !== 'name') return undefined;
    if (kind === 'name' && text === 'not') return this.peek(1).text === 'in' ? COMPARE_BINDING : undefined;
    return Object.hasOwn(BINDING, text) ? BINDING[text] : undefined;
  }

  private infix(left: Expression, power: number): Expression {
    const { start } = left;
    const { text } = this.next();
    if (text === 'if') {
      const condition = this.expression(1);
      this.expectWord('else');
      const otherwise = this.expression();
      return { kind: 'ternary', condition, value: left, otherwise, start, end: otherwise.end };
    }
    if (text === 'and' || text === 'or') {
      const right = this.expression(power);
      return { kind: 'logical', operator: text, left, right, start, end: right.end };
    }
    if (power === COMPARE_BINDING) return this.comparison(left, text);
    // `**` is taken from right to left, and its right side may be signed.
    const right = this.expression(text === '**' ? UNARY_BINDING - 1 : power);
    return { kind: 'binary', operator: text as BinaryOperator, left, right, start, end: right.end };
  }

  private comparison(left: Expression, first: string): Expression {
    const { start } = left;
    const operator =
      first === 'not' || (first === 'is' && this.acceptName('not'))
        ? `${first} ${first === 'not' ? this.next().text : 'not'}`
        : first;
    const right = this.expression(COMPARE_BINDING);
    if (this.infixPower() === COMPARE_BINDING)
      throw this.error(this.peek().start, 'a comparison of three values is not TorchScript');
    return { kind: 'compare', operator: operator as CompareOperator, left, right, start, end: right.end };
  }

  /** An expression that stands where a type is meant. */
  protected asType(expression: Expression): TypeExpression {
    const { start, end } = expression;
    switch (expression.kind) {
      case 'name':
        return { name: expression.name, arguments: [], start, end };
      case 'global':
        return { name: expression.name.replace(/^torch\./, ''), arguments: [], start, end };
      case 'none':
        return { name: 'None', arguments: [], start, end };
      case 'subscript': {
        const [only] = expression.indices;
        const empty = expression.indices.length === 1 && only?.kind === 'tuple' && only.items.length === 0;
        const items = empty ? [] : expression.indices;
        return {
          name: this.asType(expression.object).name,
          arguments: items.map((item) => this.asType(item)),
          start,
          end,
        };
      }
      default:
        throw this.error(start, 'expected a type');
    }
  }

  private higher(): void {
    if (++this.height > MOST_DEPTH) throw this.error(this.peek().start, `this is nested more than ${MOST_DEPTH} deep`);
  }

  private endsList(): boolean {
    const { kind, text } = this.peek();
    if (kind === 'newline' || kind === 'end') return true;
    return kind === 'operator' && (text === '=' || text === ')' || text === ']' || text === '}' || text === ':');
  }
}

/** More than any number of TorchScript, which have 64 bits; making longer ones costs more than linear time. */
const MOST_DIGITS = 400;

const SPECIAL_FORMS = new Set(['annotate', 'unchecked_cast', 'uninitialized', 'getattr', 'isinstance']);
