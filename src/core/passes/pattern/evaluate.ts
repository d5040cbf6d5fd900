/** Evaluates expressions against what a pattern has captured. */
import type { Attribute } from '../../ir/attribute.ts';
import { isDataType } from '../../ir/dtype.ts';
import type { Expression } from '../../ir/expression.ts';
import { add, atMost, type Dim, exactQuotient, floorDivide, modulo, multiply, subtract } from '../../ir/shape.ts';
import { Value } from '../../ir/value.ts';
import { FUNCTIONS, itemAt } from './functions.ts';
import { ABSENT, type Item, isSize, itemOfAttribute, nearly, type Result, same, Unknown } from './items.ts';
import type { BinaryOperator, Term } from './syntax.ts';

/** What a name stands for: an input, several, or an attribute. */
export type Captured =
  | { readonly kind: 'value'; readonly value: Value | undefined }
  | { readonly kind: 'values'; readonly values: readonly (Value | undefined)[] }
  | { readonly kind: 'attribute'; readonly attribute: Attribute | undefined };

export type Captures = (name: string) => Captured | undefined;

export function evaluate(term: Term, captures: Captures): Result {
  switch (term.kind) {
    case 'number':
    case 'text':
    case 'truth':
      return term.value;
    case 'list': {
      const items = term.items.map((each) => evaluate(each, captures));
      return items.find((each) => each instanceof Unknown) ?? (items as Item[]);
    }
    case 'name':
      return named(term.name, captures);
    case 'call':
      return call(term.name, term.operands, captures);
    case 'index': {
      const list = evaluate(term.list, captures);
      const at = evaluate(term.at, captures);
      if (list instanceof Unknown) return list;
      if (typeof at !== 'number') return at instanceof Unknown ? at : new Unknown('the place in the list is open');
      return itemAt(list as readonly Item[], at, 'the list');
    }
    case 'unary': {
      const operand = evaluate(term.operand, captures);
      if (operand instanceof Unknown) return operand;
      if (term.operator === 'not') return !operand;
      return isSize(operand) ? known(subtract(0, operand)) : new Unknown('only numbers have a sign');
    }
    case 'binary':
      return binary(term.operator, term.left, term.right, captures);
  }
}

function named(name: string, captures: Captures): Result {
  const captured = captures(name);
  switch (captured?.kind) {
    case 'value':
      return captured.value ?? ABSENT;
    case 'values':
      return captured.values.map((each) => each ?? ABSENT);
    case 'attribute':
      return captured.attribute ? itemOfAttribute(captured.attribute) : ABSENT;
    default:
      return isDataType(name) ? name : new Unknown(`${name} stands for nothing here`);
  }
}

function call(name: string, operands: readonly Term[], captures: Captures): Result {
  const facts = FUNCTIONS[name];
  if (!facts) return new Unknown(`there is no function ${name}`);
  const given = operands.map((each) => evaluate(each, captures));
  const unknown = given.find((each) => each instanceof Unknown);
  if (unknown) return unknown;
  if (name !== 'absent' && name !== 'present' && given.includes(ABSENT)) {
    const at = operands[given.indexOf(ABSENT)];
    return new Unknown(`${at?.kind === 'name' ? `\`${at.name}\`` : 'an input'} is left out`);
  }
  // The types were checked when the rule was compiled.
  return facts.apply(...(given as never[]));
}

function binary(operator: BinaryOperator, leftTerm: Term, rightTerm: Term, captures: Captures): Result {
  const left = evaluate(leftTerm, captures);
  // What one side decides needs no other.
  if (operator === 'or' && left === true) return true;
  if (operator === 'and' && left === false) return false;
  const right = evaluate(rightTerm, captures);
  if (operator === 'or' && right === true) return true;
  if (operator === 'and' && right === false) return false;
  if (left instanceof Unknown) return left;
  if (right instanceof Unknown) return right;
  switch (operator) {
    case 'or':
    case 'and':
      return operator === 'or' ? left === true || right === true : left === true && right === true;
    case '==':
      return decided(same(left, right));
    case '!=': {
      const equal = same(left, right);
      return decided(equal === undefined ? undefined : !equal);
    }
    case '~=':
      return typeof left === 'number' && typeof right === 'number' ? nearly(left, right) : decided(same(left, right));
    case 'in':
      return inList(left, right as readonly Item[]);
    default:
      return isSize(left) && isSize(right) ? arithmetic(operator, left, right) : new Unknown('this takes numbers');
  }
}

function inList(item: Item, list: readonly Item[]): Result {
  const each = list.map((other) => same(item, other));
  return each.includes(true) ? true : decided(each.includes(undefined) ? undefined : false);
}

function arithmetic(operator: BinaryOperator, a: number | Expression, b: number | Expression): Result {
  switch (operator) {
    case '<=':
      return decided(atMost(a, b));
    case '>=':
      return decided(atMost(b, a));
    case '<':
      return decided(not(atMost(b, a)));
    case '>':
      return decided(not(atMost(a, b)));
    case '/':
      if (b === 0) return new Unknown('it divides by 0');
      return typeof a === 'number' && typeof b === 'number' ? a / b : known(exactQuotient(a, b));
    default: {
      const operation = ARITHMETIC[operator];
      // Sizes keep to whole numbers that doubles hold; floats need no such care.
      if (typeof a === 'number' && typeof b === 'number' && operation) return known(operation.numbers(a, b));
      return known(operation?.sizes(a, b));
    }
  }
}

const ARITHMETIC: Partial<
  Record<BinaryOperator, { numbers: (a: number, b: number) => Dim; sizes: (a: Dim, b: Dim) => Dim }>
> = {
  '+': { numbers: (a, b) => a + b, sizes: add },
  '-': { numbers: (a, b) => a - b, sizes: subtract },
  '*': { numbers: (a, b) => a * b, sizes: multiply },
  '//': { numbers: floorDivide as (a: number, b: number) => Dim, sizes: floorDivide },
  '%': { numbers: modulo as (a: number, b: number) => Dim, sizes: modulo },
};

function not(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

function decided(truth: boolean | undefined): Result {
  return truth ?? new Unknown('that depends on a size that is open');
}

function known(dim: Dim): Result {
  return dim ?? new Unknown('the result is not known');
}

/** Whether a condition holds, and else why not, in words. */
export function checkCondition(term: Term, captures: Captures): string | undefined {
  const result = evaluate(term, captures);
  if (result === true) return undefined;
  if (result instanceof Unknown) return `${result.reason}; the rule wants ${termText(term)}`;
  if (term.kind === 'binary' && term.operator === 'and') {
    return checkCondition(term.left, captures) ?? checkCondition(term.right, captures);
  }
  return `${foundText(term, captures)}; the rule wants ${termText(term)}`;
}

/** What the sides of a comparison are: "`x` has rank 3". */
function foundText(term: Term, captures: Captures): string {
  if (term.kind === 'call' && term.name === 'constant')
    return `${subjectText(term.operands[0], captures)} is no constant`;
  if (term.kind !== 'binary') return `${termText(term)} does not hold`;
  if (term.operator === 'or') {
    const sides = [term.left, term.right].filter((side) => !(side.kind === 'call' && side.name === 'absent'));
    return sides.map((side) => foundText(side, captures)).join(' and ');
  }
  const sides = [term.left, term.right].filter((side) => !isLiteral(side));
  return sides.map((side) => sideText(side, captures)).join(' and ');
}

function sideText(side: Term, captures: Captures): string {
  const item = evaluate(side, captures);
  const found = item instanceof Unknown ? item.reason : itemTextOf(item);
  const says = side.kind === 'call' ? FUNCTIONS[side.name]?.says : undefined;
  if (side.kind !== 'call' || says === undefined) return `${termText(side)} is ${found}`;
  return `${subjectText(side.operands[0], captures)} ${says} ${found}`;
}

/** `x` (conv_1_out): the rule's name and the model's. */
function subjectText(term: Term | undefined, captures: Captures): string {
  if (!term) return 'it';
  if (term.kind !== 'name') return termText(term);
  const captured = captures(term.name);
  const name = captured?.kind === 'value' ? captured.value?.name : undefined;
  return name && name !== term.name ? `\`${term.name}\` (${name})` : `\`${term.name}\``;
}

function itemTextOf(item: Item): string {
  if (item === ABSENT) return 'left out';
  if (item instanceof Value) return item.name ?? 'a value';
  if (Array.isArray(item)) return `[${(item as readonly Item[]).map(itemTextOf).join(', ')}]`;
  return String(item);
}

function isLiteral(term: Term): boolean {
  switch (term.kind) {
    case 'number':
    case 'text':
    case 'truth':
      return true;
    case 'list':
      return term.items.every(isLiteral);
    case 'unary':
      return isLiteral(term.operand);
    case 'name':
      return isDataType(term.name);
    default:
      return false;
  }
}

/** The text of an expression, as in the rule. */
export function termText(term: Term): string {
  switch (term.kind) {
    case 'number':
    case 'truth':
      return String(term.value);
    case 'text':
      return `"${term.value}"`;
    case 'name':
      return term.name;
    case 'list':
      return `[${term.items.map(termText).join(', ')}]`;
    case 'call':
      return `${term.name}(${term.operands.map(termText).join(', ')})`;
    case 'index':
      return `${termText(term.list)}[${termText(term.at)}]`;
    case 'unary':
      return `${term.operator === '-' ? '-' : 'not '}${termText(term.operand)}`;
    case 'binary':
      return `${termText(term.left)} ${term.operator} ${termText(term.right)}`;
  }
}
