/** Where the lines of a replacement are built. */
import type { CompiledPattern } from './compile.ts';
import type { ItemType } from './items.ts';
import { type CallSyntax, RuleTextError, type StatementSyntax, type Term } from './syntax.ts';

/**
 * Readers of an inner value stand anywhere behind its maker: what is made in its place stands before that maker, and so
 * does all that it reads. Throws RuleTextError where that may not be there yet.
 */
export function placesOf(
  statements: readonly StatementSyntax[],
  replaced: ReadonlySet<string>,
  compiled: readonly CompiledPattern[],
  names: ReadonlyMap<string, ItemType>,
): readonly (string | undefined)[] {
  const places: (string | undefined)[] = statements.map(() => undefined);
  const makers = new Map(statements.flatMap(({ outputs }, k) => outputs.map(({ name }) => [name, k] as const)));
  for (const [k, { outputs, place }] of statements.entries()) {
    const inner = outputs.find(({ name }) => replaced.has(name) && compiled.some((each) => !isOfRoot(each, name)));
    if (!inner) continue;
    const waiting = [k];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (
        places[at] !== undefined &&
        places[at] !== inner.name &&
        !compiled.every((each) => below(each, inner.name).has(places[at] ?? ''))
      ) {
        throw new RuleTextError(
          `${inner.name} and ${places[at]} are made from one line: give each a line of its own`,
          place,
        );
      }
      places[at] ??= inner.name;
      for (const name of namesRead(statements[at])) {
        const maker = makers.get(name);
        if (maker !== undefined && maker < at) waiting.push(maker);
        else if (names.has(name) && !compiled.every((each) => below(each, inner.name).has(name))) {
          throw new RuleTextError(`${inner.name} cannot be made from ${name}, which may be there only later`, place);
        }
      }
    }
  }
  return places;
}

function isOfRoot({ pattern }: CompiledPattern, name: string): boolean {
  return pattern.root.outputs.includes(name);
}

/** The names that the maker of a value, and the nodes before it, capture. */
function below({ pattern }: CompiledPattern, name: string): ReadonlySet<string> {
  const found = new Set<string>();
  const start = pattern.nodes.find(({ outputs }) => outputs.includes(name));
  const waiting = start ? [start] : [];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (const output of node.outputs) found.add(output);
    if (node.rest) found.add(node.rest);
    for (const { value } of node.attributes) if (value.kind === 'name') found.add(value.name);
    for (const input of node.inputs) {
      if (input.kind === 'node') waiting.push(input.node);
      else if (input.kind === 'value' || input.kind === 'rest') found.add(input.name);
    }
  }
  return found;
}

/** The names that a line of a replacement reads, attributes that are captured among them. */
function namesRead(statement: StatementSyntax | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  if (statement?.value.kind === 'term') namesOfTerm(statement.value.term, found);
  if (statement?.value.kind === 'call') namesOfCall(statement.value.call, found);
  return found;
}

function namesOfCall(call: CallSyntax, found: Set<string>): void {
  if (call.rest) found.add(call.rest);
  for (const { value } of call.attributes) namesOfTerm(value, found);
  for (const input of call.inputs) {
    if (input.kind === 'call') namesOfCall(input.call, found);
    else if (input.kind === 'term') namesOfTerm(input.term, found);
    else if (input.kind !== 'absent') found.add(input.name);
  }
}

function namesOfTerm(term: Term, found: Set<string>): void {
  switch (term.kind) {
    case 'name':
      found.add(term.name);
      return;
    case 'list':
      for (const item of term.items) namesOfTerm(item, found);
      return;
    case 'call':
      for (const operand of term.operands) namesOfTerm(operand, found);
      return;
    case 'index':
      namesOfTerm(term.list, found);
      namesOfTerm(term.at, found);
      return;
    case 'unary':
      namesOfTerm(term.operand, found);
      return;
    case 'binary':
      namesOfTerm(term.left, found);
      namesOfTerm(term.right, found);
      return;
    default:
  }
}
