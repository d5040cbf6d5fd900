/** Makes of a rule's text what the matcher walks: nodes from the last to the first, names resolved, types checked. */
import { operatorNames, operatorSchema, operatorVersions } from '../../dialects/onnx/operators.ts';
import { nearestName, suggestionOf } from '../../dialects/onnx/spelling.ts';
import type { OpsetRange } from '../pass.ts';
import type { ItemType } from './items.ts';
import { placesOf } from './places.ts';
import {
  type AttributeSyntax,
  type CallSyntax,
  type InputSyntax,
  type Place,
  type RuleSyntax,
  RuleTextError,
  type StatementSyntax,
  type Term,
} from './syntax.ts';
import { expectType, typeOf } from './types.ts';

/** One node of a pattern. */
export interface PatternNode {
  /** In the order of the pattern; the last is the root. */
  readonly index: number;
  readonly operators: readonly string[];
  readonly attributes: readonly AttributeSyntax[];
  readonly rest: string | undefined;
  readonly inputs: readonly PatternInput[];
  /** The name of each output; `_` for one that nobody may read. */
  readonly outputs: readonly string[];
  /** Whether its two inputs may stand in either order. */
  readonly commutes: boolean;
}

export type PatternInput =
  | { readonly kind: 'value'; readonly name: string; readonly optional: boolean }
  | { readonly kind: 'rest'; readonly name: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'constant'; readonly term: Term }
  /** An output of another node of the pattern. */
  | { readonly kind: 'node'; readonly node: PatternNode; readonly output: number };

export interface Pattern {
  readonly nodes: readonly PatternNode[];
  readonly root: PatternNode;
}

export interface CompiledRule {
  readonly patterns: readonly Pattern[];
  readonly conditions: readonly Term[];
  readonly replacement: readonly StatementSyntax[];
  /** Values of the patterns that the replacement makes anew: others may read on from these. */
  readonly replaced: ReadonlySet<string>;
  /** For each line of the replacement the value of the pattern before whose maker it is built; undefined for the root. */
  readonly places: readonly (string | undefined)[];
}

export interface CompileOptions {
  readonly opsets?: OpsetRange;
  /** Names that a function of the rule gives to the replacement. */
  readonly made?: readonly string[];
}

/** Operators of two inputs whose order does not matter. */
const COMMUTES = new Set('Add Mul And Or Xor Equal Max Min Sum Mean BitwiseAnd BitwiseOr BitwiseXor'.split(' '));

/** Throws RuleTextError, with the place, where the text says nothing that can be matched. */
export function compileRule(syntax: RuleSyntax, options: CompileOptions = {}): CompiledRule {
  const compiled = syntax.patterns.map((statements) => new PatternCompiler(options.opsets).compile(statements));
  const names = commonNames(compiled.map((each) => each.names));
  for (const condition of syntax.conditions) expectType(condition, ['truth'], names);
  const outputs = commonOutputs(compiled);
  const made = new Set(options.made);
  const replaced = checkReplacement(syntax.replacement, names, outputs, made, options.opsets);
  for (const { pattern, place } of compiled) {
    const missing = pattern.root.outputs.find((name) => name !== '_' && !replaced.has(name));
    if (missing !== undefined)
      throw new RuleTextError(`the replacement does not make ${missing}, which others may read`, place);
  }
  return {
    patterns: compiled.map(({ pattern }) => pattern),
    conditions: syntax.conditions,
    replacement: syntax.replacement,
    replaced,
    places: placesOf(syntax.replacement, replaced, compiled, names),
  };
}

export interface CompiledPattern {
  readonly pattern: Pattern;
  readonly names: Map<string, ItemType>;
  readonly place: Place;
}

class PatternCompiler {
  private readonly nodes: PatternNode[] = [];
  private readonly makers = new Map<string, { node: PatternNode; output: number }>();
  private readonly names = new Map<string, ItemType>();
  private readonly read = new Set<PatternNode>();
  private unnamed = 0;

  constructor(private readonly opsets: OpsetRange | undefined) {}

  compile(statements: readonly StatementSyntax[]): CompiledPattern {
    for (const statement of statements) {
      if (statement.value.kind !== 'call') throw new RuleTextError('expected an operator', statement.place);
      this.node(
        statement.value.call,
        statement.outputs.map(({ name }) => name),
        statement.place,
      );
    }
    const root = this.nodes.at(-1);
    const [first] = statements;
    if (!root || !first) throw new RuleTextError('expected a pattern', { line: 1, column: 1 });
    for (const [k, statement] of statements.entries()) {
      const node = this.makers.get(statement.outputs[0]?.name ?? '')?.node;
      if (k === statements.length - 1 || (node && this.read.has(node))) continue;
      throw new RuleTextError(
        `the last line does not lead back to ${statement.outputs.map(({ name }) => name).join(', ')}`,
        statement.place,
      );
    }
    return { pattern: { nodes: this.nodes, root }, names: this.names, place: statements.at(-1)?.place ?? first.place };
  }

  private node(call: CallSyntax, outputs: readonly string[], place: Place): PatternNode {
    if (call.same !== undefined) throw new RuleTextError('"same" belongs into replacements', place);
    for (const operator of call.operators) checkOperator(operator, this.opsets, call.place);
    for (const attribute of call.attributes) this.attribute(attribute, call);
    if (call.rest) this.bind(call.rest, 'attribute', call.place, false);
    const inputs = call.inputs.map((input) => this.input(input));
    const [first] = call.operators;
    const node: PatternNode = {
      index: this.nodes.length,
      operators: call.operators,
      attributes: call.attributes,
      rest: call.rest,
      inputs,
      outputs,
      commutes:
        inputs.length === 2 &&
        first !== undefined &&
        COMMUTES.has(first) &&
        !inputs.some(({ kind }) => kind === 'rest'),
    };
    this.nodes.push(node);
    for (const [output, name] of outputs.entries()) {
      if (name === '_') continue;
      if (this.names.has(name))
        throw new RuleTextError(`expected another name: "${name}" stands for something above`, place);
      this.names.set(name, 'value');
      this.makers.set(name, { node, output });
    }
    return node;
  }

  private input(input: InputSyntax): PatternInput {
    switch (input.kind) {
      case 'absent':
        return { kind: 'absent' };
      case 'rest':
        this.bind(input.name, 'values', input.place, false);
        return { kind: 'rest', name: input.name };
      case 'term':
        typeOf(input.term, this.names);
        return { kind: 'constant', term: input.term };
      case 'call': {
        const node = this.node(input.call, [`#${this.unnamed++}`], input.place);
        this.read.add(node);
        return { kind: 'node', node, output: 0 };
      }
      case 'name': {
        const maker = this.makers.get(input.name);
        if (maker) {
          this.read.add(maker.node);
          return { kind: 'node', ...maker };
        }
        this.bind(input.name, 'value', input.place, true);
        return { kind: 'value', name: input.name, optional: input.optional };
      }
    }
  }

  private attribute({ name, value, otherwise, place }: AttributeSyntax, call: CallSyntax): void {
    const type = attributeType(name, call, this.opsets, place);
    if (value.kind === 'name' && value.name === '_') return;
    if (value.kind === 'name') this.bind(value.name, type, place, true);
    else typeOf(value, this.names);
    if (otherwise) typeOf(otherwise, this.names);
  }

  private bind(name: string, type: ItemType, place: Place, again: boolean): void {
    const before = this.names.get(name);
    if (before && (!again || before !== type)) {
      throw new RuleTextError(`expected another name: "${name}" stands for something else above`, place);
    }
    this.names.set(name, type);
  }
}

/** What an attribute of the first of the operators holds, as far as a schema tells. */
function attributeType(name: string, call: CallSyntax, opsets: OpsetRange | undefined, place: Place): ItemType {
  const [operator = ''] = call.operators;
  const versions = schemasOf(operator, opsets);
  if (versions.length === 0) return 'attribute';
  const facts = versions.map((schema) => schema.attributes.get(name)).find((each) => each !== undefined);
  if (!facts) {
    const near = nearestName(
      name,
      versions.flatMap((schema) => [...schema.attributes.keys()]),
    );
    throw new RuleTextError(`${operator} has no attribute ${name}${suggestionOf(near)}`, place, near);
  }
  switch (facts.type) {
    case 'int':
    case 'float':
      return 'number';
    case 'string':
      return 'text';
    case 'ints':
    case 'floats':
    case 'strings':
      return 'list';
    default:
      return 'attribute';
  }
}

/** The versions of an operator of ai.onnx within a range of opsets. */
function schemasOf(operator: string, opsets: OpsetRange | undefined) {
  if (operator.includes('::')) return [];
  const [from, to] = [opsets?.from ?? 1, opsets?.to ?? Number.POSITIVE_INFINITY];
  const versions = operatorVersions('', operator).filter((since) => since <= to);
  // The newest of those before the range is the one that holds where it starts.
  const start = versions.findLastIndex((since) => since <= from);
  return versions.slice(Math.max(start, 0)).flatMap((since) => {
    const schema = operatorSchema('', operator, since);
    return schema && !schema.deprecated ? [schema] : [];
  });
}

function checkOperator(operator: string, opsets: OpsetRange | undefined, place: Place): void {
  if (operator.includes('::') || schemasOf(operator, opsets).length > 0) return;
  const near = nearestName(operator, operatorNames(''));
  throw new RuleTextError(`ONNX has no operator ${operator} at these opsets${suggestionOf(near)}`, place, near);
}

/** What all alternatives capture. */
function commonNames(all: readonly Map<string, ItemType>[]): Map<string, ItemType> {
  const [first = new Map<string, ItemType>(), ...others] = all;
  return new Map([...first].filter(([name, type]) => others.every((each) => each.get(name) === type)));
}

/** The values that all alternatives make. */
function commonOutputs(compiled: readonly CompiledPattern[]): ReadonlySet<string> {
  const [first, ...others] = compiled.map(({ pattern }) => new Set(pattern.nodes.flatMap(({ outputs }) => outputs)));
  return new Set([...(first ?? [])].filter((name) => name !== '_' && others.every((each) => each.has(name))));
}

function checkReplacement(
  statements: readonly StatementSyntax[],
  captured: ReadonlyMap<string, ItemType>,
  outputs: ReadonlySet<string>,
  made: ReadonlySet<string>,
  opsets: OpsetRange | undefined,
): ReadonlySet<string> {
  // What the pattern makes is there no more; what it reads is.
  const names = new Map([...captured].filter(([name]) => !outputs.has(name)));
  for (const name of made) names.set(name, 'value');
  const replaced = new Set<string>();
  for (const { outputs: results, value, place } of statements) {
    if (value.kind === 'call') checkCall(value.call, names, captured, opsets);
    else expectType(value.term, ['value', 'number', 'list'], names);
    for (const { name } of results) {
      if (name === '_') continue;
      if (names.has(name))
        throw new RuleTextError(`expected another name: "${name}" stands for something already`, place);
      names.set(name, 'value');
      if (outputs.has(name)) replaced.add(name);
    }
  }
  return replaced;
}

function checkCall(
  call: CallSyntax,
  names: ReadonlyMap<string, ItemType>,
  captured: ReadonlyMap<string, ItemType>,
  opsets: OpsetRange | undefined,
): void {
  if (call.operators.length > 1)
    throw new RuleTextError('a replacement has one operator; "same t" is the one that was found', call.place);
  if (call.same !== undefined && captured.get(call.same) !== 'value') {
    throw new RuleTextError(`the pattern makes no value "${call.same}"`, call.place);
  }
  for (const operator of call.operators) checkOperator(operator, opsets, call.place);
  for (const attribute of call.attributes) {
    if (call.same === undefined) attributeType(attribute.name, call, opsets, attribute.place);
    // Of what the pattern makes attributes may still tell the sizes.
    typeOf(attribute.value, new Map([...captured, ...names]));
  }
  if (call.rest && names.get(call.rest) !== 'attribute') {
    throw new RuleTextError(`the pattern captures no attributes "...${call.rest}"`, call.place);
  }
  for (const input of call.inputs) {
    if (input.kind === 'call') checkCall(input.call, names, captured, opsets);
    else if (input.kind === 'term') expectType(input.term, ['number', 'list', 'value'], names);
    else if (input.kind === 'name')
      expectType({ kind: 'name', name: input.name, place: input.place }, ['value', 'number', 'list'], names);
    else if (input.kind === 'rest')
      expectType({ kind: 'name', name: input.name, place: input.place }, ['values'], names);
  }
}
