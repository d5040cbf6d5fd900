/** Checks the types of expressions before a rule is used. */
import { nearestName } from '../../dialects/onnx/spelling.ts';
import { isDataType } from '../../ir/dtype.ts';
import { FUNCTIONS } from './functions.ts';
import type { ItemType } from './items.ts';
import { type BinaryOperator, type Place, RuleTextError, type Term } from './syntax.ts';

/** The type of each name that may be used; `attribute` for one whose type only a model tells. */
export type Names = ReadonlyMap<string, ItemType>;

const WORDS: Readonly<Record<ItemType, string>> = {
  number: 'a number',
  text: 'a text',
  truth: 'something that holds or does not',
  list: 'a list',
  value: 'a value of the pattern',
  values: 'the rest of the inputs',
  attribute: 'an attribute',
};

/** The type of an expression. Throws RuleTextError where it makes no sense. */
export function typeOf(term: Term, names: Names): ItemType {
  switch (term.kind) {
    case 'number':
    case 'text':
    case 'truth':
    case 'list':
      if (term.kind === 'list') for (const item of term.items) typeOf(item, names);
      return term.kind;
    case 'name':
      return nameType(term.name, term.place, names);
    case 'call':
      return callType(term.name, term.operands, term.place, names);
    case 'index':
      expectType(term.list, ['list'], names);
      expectType(term.at, ['number'], names);
      return 'attribute';
    case 'unary': {
      const wanted = term.operator === 'not' ? 'truth' : 'number';
      expectType(term.operand, [wanted], names);
      return wanted;
    }
    case 'binary':
      return binaryType(term.operator, term.left, term.right, names);
  }
}

/** Throws RuleTextError where an expression is of none of the types. */
export function expectType(term: Term, wanted: readonly ItemType[], names: Names): void {
  const found = typeOf(term, names);
  if (found === 'attribute' && !wanted.includes('value') && !wanted.includes('values')) return;
  if (wanted.includes(found)) return;
  throw new RuleTextError(
    `expected ${wanted.map((each) => WORDS[each]).join(' or ')}, found ${WORDS[found]}`,
    term.place,
  );
}

function nameType(name: string, place: Place, names: Names): ItemType {
  const found = names.get(name);
  if (found) return found;
  if (isDataType(name)) return 'text';
  const known = [...names.keys()].filter((each) => !each.startsWith('#'));
  const message = `nothing is named "${name}": the pattern has ${known.join(', ')}`;
  throw new RuleTextError(message, place, nearestName(name, known));
}

function callType(name: string, operands: readonly Term[], place: Place, names: Names): ItemType {
  const facts = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!facts) {
    const known = Object.keys(FUNCTIONS);
    const message = `there is no function "${name}": there are ${known.join(', ')}`;
    throw new RuleTextError(message, place, nearestName(name, known));
  }
  const { takes, many, gives } = facts;
  if (operands.length !== takes.length && !(many && operands.length > 0)) {
    throw new RuleTextError(
      `${name} takes ${takes.length} operand${takes.length === 1 ? '' : 's'}, not ${operands.length}`,
      place,
    );
  }
  for (const [k, operand] of operands.entries()) {
    const wanted = takes[Math.min(k, takes.length - 1)] ?? 'number';
    if (name === 'absent' || name === 'present') expectName(operand, names);
    else expectType(operand, [wanted], names);
  }
  return gives;
}

/** Whether something is there can be asked of what is captured alone. */
function expectName(operand: Term, names: Names): void {
  if (operand.kind !== 'name') throw new RuleTextError('expected a name of the pattern', operand.place);
  nameType(operand.name, operand.place, names);
}

function binaryType(operator: BinaryOperator, left: Term, right: Term, names: Names): ItemType {
  switch (operator) {
    case 'or':
    case 'and':
      expectType(left, ['truth'], names);
      expectType(right, ['truth'], names);
      return 'truth';
    case '==':
    case '!=': {
      const found = typeOf(left, names);
      if (found === 'value' || found === 'values') {
        expectType(right, [found], names);
      } else if (found !== 'attribute') expectType(right, [found], names);
      else typeOf(right, names);
      return 'truth';
    }
    case 'in':
      typeOf(left, names);
      expectType(right, ['list'], names);
      return 'truth';
    case '~=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      expectType(left, ['number'], names);
      expectType(right, ['number'], names);
      return 'truth';
    default:
      expectType(left, ['number'], names);
      expectType(right, ['number'], names);
      return 'number';
  }
}
