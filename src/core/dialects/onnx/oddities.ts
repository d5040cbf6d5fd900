/**
 * Right nodes that onnx's own checker rejects all the same, because its inference stumbles over them: what it gets wrong, and
 * what a user can do so that it does not. Source: the inference functions in onnx/defs of ONNX 1.23.1.
 */
import type { Node } from '../../ir/node.ts';
import { typeText } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import { constantTensor, dimsOf } from './data.ts';
import { declaredType } from './infer/declared.ts';
import { differ } from './infer/join.ts';
import { OPERATORS_OF_ODD_SHAPES } from './odd-shapes.ts';
import type { OperatorSchema } from './operators.ts';

/** Why onnx rejects a node, in words that follow on a colon, and what to do, as a sentence. */
export interface Oddity {
  readonly reason: string;
  readonly advice: string;
}

type OddityRule = (node: Node, version: number) => Oddity | undefined;

const ODDITIES: Readonly<Record<string, OddityRule>> = {
  MeanVarianceNormalization: (node, version) => {
    if (version < 13 || node.attributes.has('axes')) return undefined;
    return { reason: 'it forgets that axes has a default', advice: 'Write the attribute axes = [0, 2, 3] out.' };
  },

  FlexAttention: (node) => {
    const open = node.inputs.slice(0, 3).find((value) => value && !value.shape);
    if (!open || node.inputs.slice(0, 3).some((value) => value && !value.type)) return undefined;
    return { reason: `it takes the rank of ${named(open)}, which it does not know, for 0`, advice: declare(open) };
  },

  // Sizes whose number is not known count as none at all.
  Resize: (node, version) => {
    const [x, sizes] = [node.input(0)?.shape, node.input(3)];
    if (version < 11 || !x || !sizes || sizes.shape?.length === 0) return undefined;
    if (dimsOf(sizes) || typeof sizes.shape?.[0] === 'number') return undefined;
    return {
      reason: `it takes ${named(sizes)}, whose number of elements it does not know, for empty`,
      advice: declare(sizes),
    };
  },

  Pad: (node, version) => {
    const axes = node.input(3);
    if (version < 18 || !axes || constantTensor(axes)?.dtype !== 'int32') return undefined;
    return { reason: `it reads ${named(axes)} as int64, but it is int32`, advice: 'Store the axes as int64.' };
  },

  // Runtimes take the sizes of all axes, too.
  ConvTranspose: (node) => {
    const [asked, rank] = [node.ints('output_shape'), node.input(0)?.shape?.length];
    if (!asked || rank === undefined || asked.length === rank - 2) return undefined;
    const reason = `it takes ${rank - 2} numbers for output_shape, which has ${asked.length}`;
    return { reason, advice: 'Leave out the first two.' };
  },

  // A list that a loop carries has, from round to round, elements as the first one has.
  Loop: (node) => {
    for (const [index, value] of node.outputs.slice(0, node.inputCount - 2).entries()) {
      const start = node.input(index + 2);
      const given = start?.type;
      if (!start || given?.kind !== 'sequence' || !differ(given, declaredType(value))) continue;
      const reason = `it takes ${named(value)} for ${typeText(given)}, as ${named(start)} is`;
      return { reason, advice: `Leave the shape of the elements of ${named(start)} open.` };
    }
    return undefined;
  },

  // What is in its branches is read by what the file spells alone, as if nothing ruled them out.
  If: () => undefined,
};

/** The operators at which it may stumble. */
export const ODD_OPERATORS: ReadonlySet<string> = new Set([...Object.keys(ODDITIES), ...OPERATORS_OF_ODD_SHAPES]);

/** What onnx's checker stumbles over at a node whose types are inferred as it infers them. */
export function oddityOf(node: Node, { domain, name, since }: OperatorSchema): Problem | undefined {
  const rule = isOnnxOwn(domain) && Object.hasOwn(ODDITIES, name) ? ODDITIES[name] : undefined;
  const found = rule?.(node, since);
  return found && rejection(node, found);
}

function isOnnxOwn(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx.preview';
}

export function rejection(node: Node, { reason, advice }: Oddity): Problem {
  return problem('onnx-rejects', node, { reason, advice }, { kind: 'node' });
}

function named(value: Value): string {
  return `'${value.name ?? ''}'`;
}

function declare(value: Value): string {
  return `Declare the shape of ${named(value)}.`;
}
