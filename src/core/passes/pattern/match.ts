/**
 * Fits a pattern to a graph, from the last node backwards. Two orders are tried where an operator commutes, so the work is
 * bounded by the size of the pattern. Where somebody asks, the attempt that got furthest says what it failed at.
 */
import type { Attribute } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { nodeLabel } from '../records.ts';
import { attributeItem, defaultOf, literalAttribute, sameAttribute } from './attributes.ts';
import type { CompiledRule, Pattern, PatternInput, PatternNode } from './compile.ts';
import { constantMisfit } from './constants.ts';
import { type Captured, type Captures, checkCondition, evaluate } from './evaluate.ts';
import { ABSENT, type Item, itemText, Unknown } from './items.ts';

/** All other attributes of a node, as `...rest` captures them. */
export type RestAttributes = readonly (readonly [string, Attribute])[];

export interface Match {
  readonly root: Node;
  /** The nodes of the pattern, the root last. */
  readonly nodes: readonly Node[];
  readonly captures: Captures;
  /** The value of the graph that a name of the pattern stands for. */
  value(name: string): Value | undefined;
  rest(name: string): RestAttributes;
  /** The node that makes a named value of the pattern. */
  maker(name: string): Node | undefined;
}

/** Where an attempt ended. */
export interface Failure {
  readonly reason: string;
  /** The nodes that did fit. */
  readonly seen: readonly Node[];
  /** Whether more than the operator at the end of the pattern did, where there is more. */
  readonly near: boolean;
}

/** The first of a rule's patterns that fits; else undefined, and `missed` is told how far the best one came. */
export function matchRule(
  rule: CompiledRule,
  root: Node,
  opset: number,
  missed: ((failure: Failure) => void) | undefined,
): Match | undefined {
  let best: Failure | undefined;
  for (const pattern of rule.patterns) {
    if (!pattern.root.operators.includes(root.operator)) continue;
    const matcher = new Matcher(rule, pattern, opset, missed !== undefined);
    const match = matcher.match(root);
    if (match) return match;
    const { failure } = matcher;
    if (failure && failure.seen.length > (best?.seen.length ?? -1)) best = failure;
  }
  if (best) missed?.(best);
  return undefined;
}

/** What is left to fit, as a list that alternatives share. */
interface Goal {
  readonly input: PatternInput;
  readonly node: Node;
  readonly index: number;
  readonly next: Goal | undefined;
}

class Matcher {
  failure: Failure | undefined;
  private readonly nodes: (Node | undefined)[];
  private readonly captured = new Map<string, Captured>();
  private readonly rests = new Map<string, RestAttributes>();
  /** Names and nodes in the order in which they were bound, so that an attempt can be taken back. */
  private readonly trail: (string | number)[] = [];
  private readonly captures: Captures = (name) => this.captured.get(name);

  constructor(
    private readonly rule: CompiledRule,
    private readonly pattern: Pattern,
    private readonly opset: number,
    private readonly explains: boolean,
  ) {
    this.nodes = Array(pattern.nodes.length);
  }

  match(root: Node): Match | undefined {
    if (!this.node(this.pattern.root, root, undefined)) return undefined;
    const nodes = this.nodes as readonly Node[];
    return {
      root,
      nodes,
      captures: this.captures,
      value: (name) => {
        const found = this.captured.get(name);
        return found?.kind === 'value' ? found.value : undefined;
      },
      rest: (name) => this.rests.get(name) ?? [],
      maker: (name) => {
        const at = this.pattern.nodes.find(({ outputs }) => outputs.includes(name));
        return at && nodes[at.index];
      },
    };
  }

  /** Fits one node, then all that is left. */
  private node(pattern: PatternNode, node: Node, rest: Goal | undefined): boolean {
    const before = this.trail.length;
    this.nodes[pattern.index] = node;
    this.trail.push(pattern.index);
    const fits = this.attributes(pattern, node) && this.outputs(pattern, node) && this.inputs(pattern, node, rest);
    if (!fits) this.takeBack(before);
    return fits;
  }

  private inputs(pattern: PatternNode, node: Node, rest: Goal | undefined): boolean {
    const { inputs } = pattern;
    const variadic = inputs.at(-1)?.kind === 'rest';
    if (!variadic && node.inputCount > inputs.length) {
      const extra = node.inputs.findIndex((value, k) => k >= inputs.length && value !== undefined);
      if (extra >= 0) return this.fail(() => `${nodeLabel(node)} has an input ${extra}, which the rule does not take`);
    }
    if (!pattern.commutes) return this.solve(goals(inputs, node, rest));
    if (node.inputCount !== 2)
      return this.fail(() => `${nodeLabel(node)} has ${node.inputCount} inputs, the rule wants 2`);
    const [first, second] = inputs;
    if (!first || !second) return false;
    const before = this.trail.length;
    for (const [a, b] of [
      [0, 1],
      [1, 0],
    ] as const) {
      // What is a node of the pattern or a constant says most: it is looked at first.
      const own = { input: first, node, index: a };
      const other = { input: second, node, index: b };
      const [early, late] = weight(second) > weight(first) ? [other, own] : [own, other];
      if (this.solve({ ...early, next: { ...late, next: rest } })) return true;
      this.takeBack(before);
    }
    return false;
  }

  private solve(goal: Goal | undefined): boolean {
    for (let at = goal; at; at = at.next) {
      const { input, node, index, next } = at;
      const value = node.input(index);
      if (input.kind === 'node') return this.made(input.node, input.output, value, at);
      if (!this.plain(input, value, node, index)) return false;
      if (!next) break;
    }
    return this.whole();
  }

  /** An input that another node of the pattern makes. */
  private made(pattern: PatternNode, output: number, value: Value | undefined, goal: Goal): boolean {
    const { node, index, next } = goal;
    const producer = value?.producer;
    const known = this.nodes[pattern.index];
    if (known) {
      if (value !== undefined && known.outputs[output] === value) return this.solve(next);
      return this.fail(() => `the input ${index} of ${nodeLabel(node)} is not made by ${nodeLabel(known)}`);
    }
    const wanted = () => pattern.operators.join(' or ');
    if (!producer) return this.fail(() => `${inputText(node, index)} is made by no node, the rule wants ${wanted()}`);
    if (!pattern.operators.includes(producer.operator)) {
      return this.fail(() => `${inputText(node, index)} is made by ${nodeLabel(producer)}, the rule wants ${wanted()}`);
    }
    if (producer.graph !== node.graph) return this.fail(() => `${inputText(node, index)} is made in the graph around`);
    if (value.outputIndex !== output) {
      return this.fail(
        () =>
          `${inputText(node, index)} is output ${value.outputIndex} of ${nodeLabel(producer)}, the rule wants ${output}`,
      );
    }
    return this.node(pattern, producer, next);
  }

  private plain(input: PatternInput, value: Value | undefined, node: Node, index: number): boolean {
    switch (input.kind) {
      case 'value': {
        if (!value && !input.optional) return this.fail(() => `${nodeLabel(node)} has no input ${index}`);
        const before = this.captured.get(input.name);
        if (before?.kind === 'value') {
          if (before.value === value) return true;
          return this.fail(
            () =>
              `${inputText(node, index)} is not ${before.value?.name ?? 'left out'}, which stands for \`${input.name}\` elsewhere`,
          );
        }
        this.bind(input.name, { kind: 'value', value });
        return true;
      }
      case 'rest':
        this.bind(input.name, { kind: 'values', values: node.inputs.slice(index) });
        return true;
      case 'absent':
        return (
          value === undefined ||
          this.fail(() => `${nodeLabel(node)} has an input ${index}, which the rule does not take`)
        );
      case 'constant':
        return this.constant(evaluate(input.term, this.captures), value, node, index);
      default:
        return false;
    }
  }

  private constant(wanted: Item | Unknown, value: Value | undefined, node: Node, index: number): boolean {
    const misfit = constantMisfit(wanted, value, node, index);
    return misfit === undefined || this.fail(() => `${inputText(node, index)} ${misfit()}`);
  }

  private attributes({ attributes, rest }: PatternNode, node: Node): boolean {
    for (const wanted of attributes) if (!this.attribute(wanted, node)) return false;
    if (rest === '' || (rest === undefined && node.attributes.size === 0)) return true;
    const others = [...node.attributes].filter(([name]) => !attributes.some((wanted) => wanted.name === name));
    if (rest !== undefined) {
      this.rests.set(rest, others);
      return true;
    }
    const unusual = others.find(([name, attribute]) => !isUsual(node, name, attribute, this.opset));
    if (!unusual) return true;
    return this.fail(
      () => `${nodeLabel(node)} has ${unusual[0]} = ${attributeItem(unusual[1])}, of which the rule says nothing`,
    );
  }

  private attribute({ name, value, otherwise, optional }: PatternNode['attributes'][number], node: Node): boolean {
    if (value.kind === 'name' && value.name === '_') return true;
    const given = node.attributes.get(name);
    if (given?.type === 'reference')
      return this.fail(() => `${nodeLabel(node)} takes ${name} from the call of its function`);
    let found = given ?? defaultOf(node, name, this.opset);
    if (!found && otherwise) {
      const item = evaluate(otherwise, this.captures);
      found = item instanceof Unknown ? undefined : literalAttribute(item);
    }
    const isCapture = value.kind === 'name';
    if (!found && !(optional && isCapture)) return this.fail(() => `${nodeLabel(node)} has no ${name}`);
    if (isCapture) {
      const before = this.captured.get(value.name);
      if (!before) {
        this.bind(value.name, { kind: 'attribute', attribute: found });
        return true;
      }
      const equal = before.kind === 'attribute' && sameAttribute(before.attribute, found);
      return equal || this.fail(() => `${name} of ${nodeLabel(node)} is not what \`${value.name}\` is elsewhere`);
    }
    const item = evaluate(value, this.captures);
    if (item instanceof Unknown) return this.fail(() => item.reason);
    const equal = found !== undefined && item !== ABSENT && sameAttribute(literalAttribute(item), found);
    return (
      equal ||
      this.fail(
        () =>
          `${nodeLabel(node)} has ${name} = ${found ? attributeItem(found) : 'nothing'}, the rule wants ${itemText(item)}`,
      )
    );
  }

  private outputs({ outputs }: PatternNode, node: Node): boolean {
    for (const [k, value] of node.outputs.entries()) {
      const name = outputs[k] ?? '_';
      if (name !== '_') this.bind(name, { kind: 'value', value });
      else if (value.useCount > 0)
        return this.fail(() => `output ${k} of ${nodeLabel(node)} is read, of which the rule says nothing`);
    }
    return (
      outputs.length <= node.outputs.length ||
      this.fail(() => `${nodeLabel(node)} has only ${node.outputs.length} outputs`)
    );
  }

  /** All nodes fit: what others read, and the conditions. */
  private whole(): boolean {
    const matched = new Set(this.nodes);
    if (matched.size < this.nodes.length) return this.fail(() => 'one node would be two of the pattern');
    for (const { index, outputs } of this.pattern.nodes) {
      if (index === this.pattern.root.index) continue;
      for (const [k, value] of this.nodes[index]?.outputs.entries() ?? []) {
        if (this.rule.replaced.has(outputs[k] ?? '')) continue;
        for (let use = value.firstUse; use; use = use.next) {
          if (use.kind === 'input' && matched.has(use.node)) continue;
          const reader = use.kind === 'input' ? nodeLabel(use.node) : 'an output of the graph';
          return this.fail(() => `${value.name} is also read by ${reader}`);
        }
      }
    }
    for (const condition of this.rule.conditions) {
      const reason = checkCondition(condition, this.captures);
      if (reason !== undefined) return this.fail(() => reason);
    }
    return true;
  }

  private bind(name: string, captured: Captured): void {
    this.captured.set(name, captured);
    this.trail.push(name);
  }

  private takeBack(length: number): void {
    for (const each of this.trail.splice(length)) {
      if (typeof each === 'number') this.nodes[each] = undefined;
      else this.captured.delete(each);
    }
  }

  private fail(reason: () => string): false {
    if (!this.explains) return false;
    const seen = this.nodes.filter((node) => node !== undefined);
    if (seen.length <= (this.failure?.seen.length ?? 0)) return false;
    const near = seen.length > 1 || this.nodes.length === 1;
    this.failure = { reason: reason(), seen, near };
    return false;
  }
}

function goals(inputs: readonly PatternInput[], node: Node, rest: Goal | undefined): Goal | undefined {
  let next = rest;
  for (let index = inputs.length - 1; index >= 0; index--) {
    const input = inputs[index];
    if (input) next = { input, node, index, next };
  }
  return next;
}

function weight({ kind }: PatternInput): number {
  return kind === 'node' ? 2 : kind === 'constant' ? 1 : 0;
}

function isUsual(node: Node, name: string, attribute: Attribute, opset: number): boolean {
  return sameAttribute(defaultOf(node, name, opset), attribute);
}

/** `x`, input 0 of Add add_1. */
function inputText(node: Node, index: number): string {
  const name = node.input(index)?.name;
  return name ? `${name}, input ${index} of ${nodeLabel(node)},` : `input ${index} of ${nodeLabel(node)}`;
}
