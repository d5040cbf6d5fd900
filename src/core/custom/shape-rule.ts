/**
 * Shape rules as text: `x` is the shape of an input, `broadcast(x, y)` the common shape of two, and a list gives each
 * size as an expression such as `x[0]`, `2*x[2]`, `(x[3] + 1)//2`, `min(x[1], groups)`.
 */
import { InputError } from '../ir/errors.ts';
import { add, type Dim, floorDivide, maximum, minimum, modulo, multiply, type Shape, subtract } from '../ir/shape.ts';

/** What a rule is evaluated against. */
export interface RuleContext {
  /** Shapes of the inputs, in order; undefined where unknown. */
  readonly shapes: readonly (Shape | undefined)[];
  /** The value of an int attribute. */
  integer(name: string): number | undefined;
}

export interface ShapeRule {
  /** As it is written. */
  readonly text: string | readonly (string | number)[];
  evaluate(context: RuleContext): Shape | undefined;
}

export interface DimRule {
  evaluate(context: RuleContext): Dim;
}

/** Parses a whole shape. `inputs` are the names that it may use, in order. Throws InputError `syntax-error`. */
export function parseShapeRule(rule: string | readonly (string | number)[], inputs: readonly string[]): ShapeRule {
  if (typeof rule === 'string') return parseWholeShape(rule, inputs);
  const dims = rule.map((dim) => (typeof dim === 'number' ? constant(dim) : parseDimRule(dim, inputs)));
  return { text: rule, evaluate: (context) => dims.map((dim) => dim.evaluate(context)) };
}

function parseWholeShape(rule: string, inputs: readonly string[]): ShapeRule {
  const broadcast = /^\s*broadcast\s*\(([^()]*)\)\s*$/.exec(rule);
  const names = (broadcast?.[1] ?? rule).split(',').map((name) => name.trim());
  const indices = names.map((name) => inputs.indexOf(name));
  const unknown = names[indices.indexOf(-1)];
  if (unknown !== undefined || (!broadcast && names.length !== 1)) {
    throw ruleError(rule, `expected the name of an input (${inputs.join(', ')}) or broadcast(a, b)`);
  }
  return { text: rule, evaluate: ({ shapes }) => indices.map((k) => shapes[k]).reduce(broadcastShapes) };
}

/** The common shape of two by the rules of ONNX and numpy; unknown where one is unknown. */
export function broadcastShapes(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b) return undefined;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, k) => {
    const x = k < rank - a.length ? 1 : a[k - rank + a.length];
    const y = k < rank - b.length ? 1 : b[k - rank + b.length];
    if (x === 1) return y;
    if (y === 1 || x === y) return x;
    // One of two different sizes must be 1 at run time; a number other than 1 decides.
    if (typeof y === 'number') return y;
    return typeof x === 'number' ? x : undefined;
  });
}

/** Parses one size. Throws InputError `syntax-error`. */
export function parseDimRule(text: string, inputs: readonly string[]): DimRule {
  return new DimParser(text, inputs).parse();
}

const constant = (value: number): DimRule => ({ evaluate: () => value });

const binary = (operation: (a: Dim, b: Dim) => Dim, a: DimRule, b: DimRule): DimRule => ({
  evaluate: (context) => operation(a.evaluate(context), b.evaluate(context)),
});

const OPERATIONS: Readonly<Record<string, (a: Dim, b: Dim) => Dim>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '//': floorDivide,
  '%': modulo,
  min: minimum,
  max: maximum,
};

/** Recursive descent over `sum := product (('+'|'-') product)*` and so on, with Python's precedences. */
class DimParser {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly inputs: readonly string[],
  ) {
    this.tokens = text.match(/\/\/|[A-Za-z_]\w*|\d+|\S/g) ?? [];
  }

  parse(): DimRule {
    const rule = this.sum();
    if (this.at < this.tokens.length) throw ruleError(this.text, `did not expect "${this.tokens[this.at]}"`);
    return rule;
  }

  private sum(): DimRule {
    return this.chain(['+', '-'], () => this.product());
  }

  private product(): DimRule {
    return this.chain(['*', '//', '%'], () => this.factor());
  }

  private chain(operators: readonly string[], operand: () => DimRule): DimRule {
    let rule = operand();
    for (let next = this.tokens[this.at]; next !== undefined && operators.includes(next); next = this.tokens[this.at]) {
      this.at++;
      rule = binary(OPERATIONS[next] ?? add, rule, operand());
    }
    return rule;
  }

  private factor(): DimRule {
    const token = this.tokens[this.at++];
    if (token === undefined) throw ruleError(this.text, 'it ends too early');
    if (token === '(') {
      const inner = this.sum();
      this.expect(')');
      return inner;
    }
    if (token === '-') return binary(subtract, constant(0), this.factor());
    if (/^\d/.test(token)) return constant(Number(token));
    if (token === 'min' || token === 'max') return this.call(OPERATIONS[token] ?? minimum);
    if (/^[A-Za-z_]/.test(token)) return this.name(token);
    throw ruleError(this.text, `did not expect "${token}"`);
  }

  private call(operation: (a: Dim, b: Dim) => Dim): DimRule {
    this.expect('(');
    const a = this.sum();
    this.expect(',');
    const b = this.sum();
    this.expect(')');
    return binary(operation, a, b);
  }

  private name(name: string): DimRule {
    const input = this.inputs.indexOf(name);
    if (input < 0) return { evaluate: ({ integer }) => integer(name) };
    this.expect('[');
    const negative = this.tokens[this.at] === '-';
    if (negative) this.at++;
    const index = Number(this.tokens[this.at++]);
    if (!Number.isInteger(index)) throw ruleError(this.text, `expected an axis, as in ${name}[0]`);
    this.expect(']');
    return {
      evaluate: ({ shapes }) => {
        const shape = shapes[input];
        return shape?.[negative ? shape.length - index : index];
      },
    };
  }

  private expect(token: string): void {
    const found = this.tokens[this.at++];
    if (found !== token)
      throw ruleError(this.text, `expected "${token}"${found === undefined ? '' : ` before "${found}"`}`);
  }
}

function ruleError(text: string, expectation: string): InputError {
  return new InputError('syntax-error', `the shape rule "${text}" is not understood: ${expectation}`);
}
