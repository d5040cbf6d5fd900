/** Parses the text of a rule: patterns, `where` conditions, `=>`, the replacement. Throws RuleTextError. */
import { parseSum, parseTerm } from './parse-terms.ts';
import type {
  AttributeSyntax,
  CallSyntax,
  InputSyntax,
  OutputSyntax,
  RuleSyntax,
  StatementSyntax,
  Term,
} from './syntax.ts';
import { Tokens } from './tokens.ts';

export function parseRule(text: string): RuleSyntax {
  const tokens = new Tokens(text);
  const rule = new RuleParser(tokens).rule();
  if (tokens.peek().kind !== 'end') tokens.fail('expected the end of the rule or another line of the replacement');
  return rule;
}

/** The rules of a file: `rule NAME { … }` one after the other. */
export function parseRules(text: string): ReadonlyMap<string, RuleSyntax> {
  const tokens = new Tokens(text);
  const rules = new Map<string, RuleSyntax>();
  while (tokens.peek().kind !== 'end') {
    tokens.expect('rule', 'and the name of the rule');
    const name = tokens.expectName('the name of the rule').text;
    if (rules.has(name)) tokens.fail(`expected another name: there is a rule "${name}" above`);
    tokens.expect('{', 'before the pattern');
    rules.set(name, new RuleParser(tokens).rule());
    tokens.expect('}', 'after the rule');
  }
  return rules;
}

/** Nested calls that are followed. */
const DEEPEST = 50;

class RuleParser {
  private depth = 0;

  constructor(private readonly tokens: Tokens) {}

  rule(): RuleSyntax {
    const patterns = [this.statements(false)];
    while (this.tokens.takes('or')) patterns.push(this.statements(false));
    const conditions: Term[] = [];
    if (this.tokens.takes('where')) {
      do conditions.push(parseTerm(this.tokens));
      while (this.tokens.takes(',') && !this.tokens.sees('=>'));
    }
    this.tokens.expect('=>', 'and the replacement');
    return { patterns, conditions, replacement: this.statements(true) };
  }

  private statements(replacement: boolean): readonly StatementSyntax[] {
    const statements: StatementSyntax[] = [];
    do statements.push(this.statement(replacement));
    while (this.tokens.peek().kind === 'name' && !this.tokens.sees('where') && !this.tokens.sees('or'));
    return statements;
  }

  private statement(replacement: boolean): StatementSyntax {
    const { place } = this.tokens;
    const constant =
      replacement && this.tokens.sees('const') && !this.tokens.sees('=', 1) && this.tokens.takes('const');
    const outputs: OutputSyntax[] = [];
    do {
      const token = this.tokens.expectName('the name of a value');
      outputs.push({ place: token.place, name: token.text });
    } while (this.tokens.takes(','));
    this.tokens.expect('=', 'between the value and its operator');
    const named = !replacement && this.tokens.peek().kind === 'name';
    if (named || this.startsCall()) return { place, outputs, value: { kind: 'call', call: this.call() }, constant };
    if (!replacement) this.tokens.fail('expected an operator, such as Conv or com.acme.Swish');
    return { place, outputs, value: { kind: 'term', term: parseSum(this.tokens) }, constant };
  }

  /** An operator starts with a capital, or has a domain; functions of expressions do neither. */
  private startsCall(): boolean {
    const { tokens } = this;
    const token = tokens.peek();
    if (token.kind !== 'name') return false;
    if (token.text === 'same') return tokens.peek(1).kind === 'name';
    const after = ['(', '<', '|'].some((mark) => tokens.sees(mark, 1));
    return (tokens.sees('.', 1) && tokens.peek(2).kind === 'name') || (after && /^[A-Z]/.test(token.text));
  }

  private call(): CallSyntax {
    const { place } = this.tokens;
    if (++this.depth > DEEPEST) this.tokens.fail('expected calls that are less deep: give inner values names');
    const same = this.tokens.takes('same') ? this.tokens.expectName('the value whose operator it is').text : undefined;
    const operators = same === undefined ? this.operators() : [];
    const { attributes, rest } = this.attributes();
    this.tokens.expect('(', 'before the inputs');
    const inputs = this.inputs();
    this.depth--;
    return { place, operators, same, attributes, rest, inputs };
  }

  private operators(): readonly string[] {
    const operators: string[] = [];
    do {
      const words = [this.tokens.expectName('the name of an operator').text];
      while (this.tokens.takes('.')) words.push(this.tokens.expectName('the rest of the operator').text);
      const op = words.pop() ?? '';
      const domain = words.join('.');
      operators.push(domain === '' || domain === 'ai.onnx' ? op : `${domain}::${op}`);
    } while (this.tokens.takes('|'));
    return operators;
  }

  private attributes(): Pick<CallSyntax, 'attributes' | 'rest'> {
    const attributes: AttributeSyntax[] = [];
    let rest: string | undefined;
    if (!this.tokens.takes('<')) return { attributes, rest };
    do {
      if (this.tokens.takes('...')) rest = this.tokens.peek().kind === 'name' ? this.tokens.next().text : '';
      else attributes.push(this.attribute());
    } while (this.tokens.takes(','));
    this.tokens.expect('>', 'after the attributes');
    return { attributes, rest };
  }

  private attribute(): AttributeSyntax {
    const token = this.tokens.expectName('the name of an attribute, or "..." for the others');
    this.tokens.expect('=', `after the attribute ${token.text}`);
    const value = parseSum(this.tokens);
    const optional = this.tokens.takes('?');
    const otherwise = this.tokens.takes('or') ? parseSum(this.tokens) : undefined;
    return { place: token.place, name: token.text, value, otherwise, optional };
  }

  private inputs(): readonly InputSyntax[] {
    const inputs: InputSyntax[] = [];
    if (this.tokens.takes(')')) return inputs;
    do inputs.push(this.input());
    while (this.tokens.takes(','));
    this.tokens.expect(')', 'after the inputs');
    return inputs;
  }

  private input(): InputSyntax {
    const { tokens } = this;
    const { place } = tokens;
    if (tokens.sees(',') || tokens.sees(')')) return { kind: 'absent', place };
    if (this.startsCall()) return { kind: 'call', place, call: this.call() };
    const plain = tokens.peek().kind === 'name' && [',', ')', '?', '...'].some((mark) => tokens.sees(mark, 1));
    if (!plain) return { kind: 'term', place, term: parseSum(tokens) };
    const name = tokens.next().text;
    if (tokens.takes('...')) return { kind: 'rest', place, name };
    return { kind: 'name', place, name, optional: tokens.takes('?') };
  }
}
