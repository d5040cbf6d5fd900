/** The tree of a rule's text: patterns, conditions and the replacement. docs/simplification.md describes the language. */

/** Counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A rule's text is wrong: where, and what was expected there. */
export class RuleTextError extends Error {
  override readonly name = 'RuleTextError';

  constructor(
    message: string,
    readonly place: Place,
    /** The word that was meant, where one is near. */
    readonly suggested?: string,
  ) {
    super(message);
  }
}

export type BinaryOperator =
  | 'or'
  | 'and'
  | '=='
  | '!='
  | '~='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | '+'
  | '-'
  | '*'
  | '/'
  | '//'
  | '%';

export type Term = { readonly place: Place } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'truth'; readonly value: boolean }
  | { readonly kind: 'list'; readonly items: readonly Term[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Term[] }
  | { readonly kind: 'index'; readonly list: Term; readonly at: Term }
  | { readonly kind: 'unary'; readonly operator: '-' | 'not'; readonly operand: Term }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Term; readonly right: Term }
);

/** What stands in the place of an input. */
export type InputSyntax = { readonly place: Place } & (
  | { readonly kind: 'name'; readonly name: string; readonly optional: boolean }
  /** `xs...`: all inputs from here on. */
  | { readonly kind: 'rest'; readonly name: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'call'; readonly call: CallSyntax }
);

/** `axis = a`, `axis = 1`, `alpha = a or 1.0`, `axes = a?`. */
export interface AttributeSyntax {
  readonly place: Place;
  readonly name: string;
  readonly value: Term;
  readonly otherwise: Term | undefined;
  readonly optional: boolean;
}

export interface CallSyntax {
  readonly place: Place;
  /** `Conv`, `com.acme::Swish`; several are alternatives. Empty where it is `same`. */
  readonly operators: readonly string[];
  /** `same t`: the operator that was found for the value `t`. */
  readonly same: string | undefined;
  readonly attributes: readonly AttributeSyntax[];
  /** `...others` captures all other attributes; empty where `...` ignores them; undefined where there are to be none. */
  readonly rest: string | undefined;
  readonly inputs: readonly InputSyntax[];
}

export interface OutputSyntax {
  readonly place: Place;
  /** `_` for one that nobody may read. */
  readonly name: string;
}

export interface StatementSyntax {
  readonly place: Place;
  readonly outputs: readonly OutputSyntax[];
  /** A name or a number stands for itself, in replacements alone. */
  readonly value: { readonly kind: 'call'; readonly call: CallSyntax } | { readonly kind: 'term'; readonly term: Term };
  /** `const k = …`: computed when the rule is applied, from constants. */
  readonly constant: boolean;
}

export interface RuleSyntax {
  /** Patterns of which one must fit. */
  readonly patterns: readonly (readonly StatementSyntax[])[];
  readonly conditions: readonly Term[];
  readonly replacement: readonly StatementSyntax[];
}

/** The operators, with their alternatives, of lines and of all calls within them: of each line its own first. */
export function operatorsOf(statements: readonly StatementSyntax[]): readonly (readonly string[])[] {
  const within = ({ operators, inputs }: CallSyntax): (readonly string[])[] => [
    operators,
    ...inputs.flatMap((input) => (input.kind === 'call' ? within(input.call) : [])),
  ];
  return statements.flatMap(({ value }) => (value.kind === 'call' ? within(value.call) : []));
}
