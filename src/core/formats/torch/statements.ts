/** Parses the statements and functions of TorchScript (torch/csrc/jit/frontend/parser.cpp). */

import type { InputError } from '../../ir/errors.ts';
import type { BinaryOperator, Block, Expression, FunctionDefinition, Parameter, Statement, WithItem } from './ast.ts';
import { describeToken } from './cursor.ts';
import { ExpressionParser } from './expressions.ts';

export class StatementParser extends ExpressionParser {
  /** The rule for a statement by its first word. */
  private readonly rules = new Map<string, () => Statement>([
    ['if', this.ifStatement],
    ['while', this.whileStatement],
    ['for', this.forStatement],
    ['with', this.withStatement],
    ['return', this.returnStatement],
    ['raise', this.raiseStatement],
    ['assert', this.assertStatement],
    ['del', this.deleteStatement],
    ['pass', this.wordStatement],
    ['break', this.wordStatement],
    ['continue', this.wordStatement],
    ['def', this.functionStatement],
  ]);

  /** After `def`'s colon and the like: an indented block, or statements on the same line. */
  protected block(): Block {
    const statements: Statement[] = [];
    this.expect(':');
    if (this.peek().kind === 'newline') this.indented(() => statements.push(this.statement()));
    else statements.push(this.statement());
    return statements;
  }

  /** Runs a rule for every line of an indented block. */
  protected indented(line: () => void): void {
    this.deeper(() => {
      this.endOfLine();
      if (this.next().kind !== 'indent') throw this.unexpected('an indented block', -1);
      while (this.peek().kind !== 'dedent' && this.peek().kind !== 'end') line();
      if (this.peek().kind === 'dedent') this.next();
    });
  }

  protected function(prefix: string): FunctionDefinition {
    const { start } = this.next();
    const name = this.expectName().text;
    const qualifiedName = `${prefix}.${name}`;
    const parameters = this.parameters();
    const returns = this.accept('->') ? this.type() : undefined;
    const body = this.block();
    const { source } = this;
    return { kind: 'function', name, qualifiedName, parameters, returns, body, source, start, end: this.bodyEnd(body) };
  }

  private parameters(): Parameter[] {
    const parameters: Parameter[] = [];
    let keywordOnly = false;
    this.expect('(');
    while (!this.sees(')')) {
      if (this.accept('*')) keywordOnly = true;
      else {
        const { text: name, start } = this.expectName();
        const type = this.accept(':') ? this.type() : undefined;
        const value = this.accept('=') ? this.expression() : undefined;
        parameters.push({ name, type, default: value, keywordOnly, start, end: this.previousEnd() });
      }
      if (!this.accept(',')) break;
    }
    this.expect(')');
    return parameters;
  }

  private statement(): Statement {
    const { kind, text } = this.peek();
    const rule = kind === 'name' ? this.rules.get(text) : undefined;
    return rule ? rule.call(this) : this.assignment();
  }

  private assignment(): Statement {
    const { start } = this.peek();
    const target = this.expressions();
    const type = this.accept(':') ? this.type() : undefined;
    if (this.accept('=')) {
      this.checkTarget(target);
      const targets: Expression[] = [];
      let value = this.expressions();
      while (this.accept('=')) {
        this.checkTarget(value);
        targets.push(value);
        value = this.expressions();
      }
      const more = targets.length > 0 ? { more: targets } : {};
      return this.line({ kind: 'assign', target, type, value, ...more, start, end: value.end });
    }
    if (type) throw this.unexpected('a value after =');
    const { kind, text } = this.peek();
    if (kind === 'operator' && AUGMENTED.has(text)) {
      this.next();
      this.checkTarget(target);
      const right = this.expressions();
      const operator = text.slice(0, -1) as BinaryOperator;
      const value: Expression = { kind: 'binary', operator, left: target, right, inPlace: true, start, end: right.end };
      return this.line({ kind: 'assign', target, type, value, start, end: right.end });
    }
    return this.line({ kind: 'expression', value: target, start, end: target.end });
  }

  private ifStatement(): Statement {
    const { start } = this.next();
    const condition = this.expression();
    const body = this.block();
    const { kind, text } = this.peek();
    const chained = kind === 'name' && text === 'elif';
    const otherwise = chained ? this.deeper(() => [this.ifStatement()]) : this.acceptName('else') ? this.block() : [];
    return {
      kind: 'if',
      condition,
      body,
      otherwise,
      start,
      end: this.bodyEnd(otherwise.length > 0 ? otherwise : body),
    };
  }

  private whileStatement(): Statement {
    const { start } = this.next();
    const condition = this.expression();
    const body = this.block();
    return { kind: 'while', condition, body, start, end: this.bodyEnd(body) };
  }

  private forStatement(): Statement {
    const { start } = this.next();
    const target = this.targets();
    this.expectWord('in');
    const iterable = this.expressions();
    const body = this.block();
    return { kind: 'for', target, iterable, body, start, end: this.bodyEnd(body) };
  }

  private withStatement(): Statement {
    const { start } = this.next();
    const items: WithItem[] = [];
    do {
      const value = this.expression();
      const target = this.acceptName('as') ? this.target() : undefined;
      items.push({ value, target, start: value.start, end: this.previousEnd() });
    } while (this.accept(','));
    const body = this.block();
    return { kind: 'with', items, body, start, end: this.bodyEnd(body) };
  }

  private returnStatement(): Statement {
    const { start } = this.next();
    const value = this.peek().kind === 'newline' ? undefined : this.expressions();
    return this.line({ kind: 'return', value, start, end: this.previousEnd() });
  }

  private raiseStatement(): Statement {
    const { start } = this.next();
    const value = this.peek().kind === 'newline' ? undefined : this.expression();
    return this.line({ kind: 'raise', value, start, end: this.previousEnd() });
  }

  private assertStatement(): Statement {
    const { start } = this.next();
    const condition = this.expression();
    const message = this.accept(',') ? this.expression() : undefined;
    return this.line({ kind: 'assert', condition, message, start, end: this.previousEnd() });
  }

  private deleteStatement(): Statement {
    const { start } = this.next();
    const value = this.expressions();
    const targets = value.kind === 'tuple' ? value.items : [value];
    return this.line({ kind: 'delete', targets, start, end: this.previousEnd() });
  }

  private wordStatement(): Statement {
    const { text, start, end } = this.next();
    return this.line({ kind: text === 'pass' || text === 'break' ? text : 'continue', start, end });
  }

  private functionStatement(): Statement {
    const { start } = this.peek();
    const definition = this.function('');
    return { kind: 'function', function: definition, start, end: definition.end };
  }

  /** The target of `for` or `as`: `in` is not part of it. */
  private target(): Expression {
    const target = this.expression(COMPARISONS);
    this.checkTarget(target);
    return target;
  }

  private targets(): Expression {
    const first = this.target();
    if (!this.sees(',')) return first;
    const items = [first];
    while (this.accept(',')) {
      const { kind, text } = this.peek();
      if (kind === 'name' && text === 'in') break;
      items.push(this.target());
    }
    return { kind: 'tuple', items, start: first.start, end: this.previousEnd() };
  }

  private checkTarget(target: Expression): void {
    switch (target.kind) {
      case 'name':
      case 'attribute':
      case 'subscript':
        return;
      case 'tuple':
      case 'list':
        for (const item of target.items) this.checkTarget(item);
        return;
      case 'starred':
        this.checkTarget(target.value);
        return;
      default:
        throw this.error(target.start, 'nothing can be assigned to this');
    }
  }

  /** A statement, with the end of its line. */
  private line(statement: Statement): Statement {
    if (!this.accept(';') || this.peek().kind === 'newline') this.endOfLine();
    return statement;
  }

  protected endOfLine(): void {
    if (this.peek().kind !== 'newline') throw this.unexpected('the end of the line');
    this.next();
  }

  protected skipLine(): void {
    while (this.peek().kind !== 'newline' && this.peek().kind !== 'end') this.next();
    if (this.peek().kind === 'newline') this.next();
  }

  protected unexpected(expected: string, ahead = 0): InputError {
    const token = this.peek(ahead);
    return this.error(token.start, `expected ${expected}, found ${describeToken(token)}`);
  }

  private bodyEnd(body: Block): number {
    return body.at(-1)?.end ?? this.previousEnd();
  }
}

const AUGMENTED = new Set(['+=', '-=', '*=', '/=', '//=', '%=', '**=']);

/** Binds as comparisons do, of which `in` is one. */
const COMPARISONS = 5;
