/** What an adapter is: how nodes of some operators step from one opset to the next, up or down. */
import { intsOf, numberOf } from '../../dialects/onnx/data.ts';
import { onnxDomain } from '../../dialects/onnx/operators.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic, type StaticShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import type { OnnxBuilder } from '../builder.ts';

export interface AdapterFacts {
  readonly operators: readonly string[];
  /** That of the operators and of the opsets; ai.onnx where none is said. */
  readonly domain?: string;
  /** Neighbouring opsets: the one that the node is written in, and the one that it must mean the same in. */
  readonly from: number;
  readonly to: number;
  /** The same function over the real numbers; where it is not, the rule gives an Approximation. */
  readonly exact: boolean;
  /** Its nodes come after all others of their graph, the last one first: who reads them decides. */
  readonly last?: true;
}

/**
 * Rewrites one node. `onnx` builds nodes of the opset `to` in its place. It returns what stands for the node's outputs
 * (one value, or one for each output); nothing where the node stays, as it is or with what the rule changed in it.
 * It throws a Refusal where the other opset cannot say the same.
 */
export type AdapterRule = (node: Node, onnx: OnnxBuilder) => Value | readonly Value[] | Approximation | undefined;

/** What stands for a node's outputs nearly, and by how much it was measured to differ, in words: the user accepts it or not. */
export class Approximation {
  constructor(
    readonly values: readonly Value[],
    readonly error: string,
  ) {}
}

export interface Adapter extends AdapterFacts {
  readonly rule: AdapterRule;
}

export function adapter(facts: AdapterFacts, rule: AdapterRule): Adapter {
  return { ...facts, rule };
}

/** The facts of an adapter from the opset that brought a version to the one before. */
export function down(from: number, ...operators: string[]): AdapterFacts {
  return { operators, from, to: from - 1, exact: true };
}

/** The facts of an adapter to the opset that brings a version from the one before. */
export function up(to: number, ...operators: string[]): AdapterFacts {
  return { operators, from: to - 1, to, exact: true };
}

/** The facts of an adapter down whose rule gives an Approximation. */
export function nearlyDown(from: number, ...operators: string[]): AdapterFacts {
  return { ...down(from, ...operators), exact: false };
}

/** An adapter up for what the new version computes as the one before did: only going down there is something to do. */
export function sameUp(version: number, ...operators: string[]): Adapter {
  return adapter(up(version, ...operators), () => undefined);
}

/** An adapter for what needs no change, in both directions: the rule only looks whether that is so. */
export function sameIf(version: number, operators: readonly string[], check: (node: Node) => void): Adapter[] {
  const rule: AdapterRule = (node) => {
    check(node);
    return undefined;
  };
  return [adapter(down(version, ...operators), rule), adapter(up(version, ...operators), rule)];
}

/** Ends a rule: only the opset that the node is written in says this. */
export function tooOld(node: Node, needed: number, reason: string): never {
  const domain = onnxDomain(node.domain);
  refuse('opset-too-old', node, { needed: domain === '' ? String(needed) : `${needed} of ${domain}`, reason });
}

/** An attribute of an older or newer version that may go where it says what the other opset means anyway. */
export function dropIf(node: Node, name: string, needed: number, isDefault: (node: Node) => boolean): void {
  if (!node.attributes.has(name)) return;
  if (!isDefault(node)) tooOld(node, needed, `it has the attribute ${name}`);
  node.deleteAttribute(name);
}

/** The constant integers of an input; undefined where the input is absent. */
export function constantInts(node: Node, index: number, what: string, needed: number): readonly number[] | undefined {
  const value = node.input(index);
  if (!value) return undefined;
  return intsOf(value) ?? tooOld(node, needed, `its ${what} are computed while it runs`);
}

/** The constant number of an input; undefined where the input is absent. */
export function constantNumber(node: Node, index: number, what: string, needed: number): number | undefined {
  const value = node.input(index);
  if (!value) return undefined;
  return numberOf(value) ?? tooOld(node, needed, `its ${what} is computed while it runs`);
}

/** The rank of an input; refuses where it is not known. */
export function rankOf(node: Node, index = 0): number {
  return node.input(index)?.rank ?? refuse('shape-unknown', node, { reason: 'the rank of its input decides' });
}

/** The sizes of an input; refuses where one is not a number. */
export function sizesOf(node: Node, index = 0): StaticShape {
  const shape = node.input(index)?.shape;
  return isStatic(shape) ? shape : refuse('shape-unknown', node, { reason: 'the sizes of its input decide' });
}

/** The input that an operator cannot be without. */
export function operand(node: Node, index = 0): Value {
  return node.input(index) ?? refuse('invalid-model', node, { reason: `${node.operator} lacks input ${index}` });
}
