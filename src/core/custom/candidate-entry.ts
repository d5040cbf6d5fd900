/** Drafts an entry of graphwright.ops.json from a call of a user's function or module, as live capture saw it run. */
import type { OperatorCandidate } from '../capture/live/protocol.ts';
import { type DraftEntry, pascalCase } from './entry.ts';
import { broadcastShapes } from './shape-rule.ts';

type Inputs = OperatorCandidate['inputs'];
type Output = OperatorCandidate['outputs'][number];

/**
 * An entry filled from a candidate. The types and shapes of its outputs are guessed from one call: as an input where they are
 * the same, else by sizes of inputs and int attributes where those are equal, else as numbers. The next capture checks them.
 */
export function draftCandidateEntry(candidate: OperatorCandidate): DraftEntry {
  const { kind, python, inputs, attributes, outputs } = candidate;
  const parts = python.split('.');
  return {
    entry: {
      name: pascalCase(nameOf(parts)),
      domain: parts.length > 1 ? (parts[0] ?? 'custom') : 'custom',
      for: kind === 'module' ? { module: python } : { function: python },
      inputs: inputs.map(({ name, optional }) => (optional ? { name, optional: true as const } : name)),
      outputs: outputs.map((output, k) => ({
        name: outputName(inputs, attributes, outputs.length === 1 ? 'y' : `y${k}`),
        dtype: inputs.find(({ dtype }) => dtype === output.dtype)?.name ?? output.dtype,
        shape: shapeGuess(output, candidate),
      })),
      attributes: Object.fromEntries(attributes.map(({ name, type }) => [name, { type }])),
    },
    needsShape: false,
  };
}

/** `Swish` of `acme.net.Swish` and of `acme.net.Swish.apply`. */
function nameOf(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return (last === 'apply' || last === 'forward' ? parts.at(-2) : undefined) ?? last;
}

function outputName(inputs: Inputs, attributes: OperatorCandidate['attributes'], wanted: string): string {
  const taken = [...inputs, ...attributes].some(({ name }) => name === wanted);
  return taken ? outputName(inputs, attributes, `${wanted}_out`) : wanted;
}

function shapeGuess({ shape }: Output, { inputs, attributes }: OperatorCandidate): string | readonly string[] {
  const same = inputs.find((input) => isSame(input.shape, shape));
  if (same) return same.name;
  const full = inputs.filter((input) => input.shape.length > 0);
  const common = full.map((input) => input.shape as readonly number[] | undefined);
  const broadcast = common.length > 1 ? common.reduce(broadcastOf) : undefined;
  if (broadcast && isSame(broadcast, shape)) return `broadcast(${full.map(({ name }) => name).join(', ')})`;
  return shape.map((size, axis) => sizeGuess(size, axis, inputs, attributes));
}

/** The size of the same axis of an input, an int attribute, a size of an input on another axis, or the number. */
function sizeGuess(size: number, axis: number, inputs: Inputs, attributes: OperatorCandidate['attributes']): string {
  const [held] = inputs.filter((input) => input.shape[axis] === size);
  if (held) return `${held.name}[${axis}]`;
  // A size of 1 is a number more often than the size of another axis.
  if (size === 1) return '1';
  const attribute = attributes.find(({ type, value }) => type === 'int' && value === size);
  if (attribute) return attribute.name;
  for (const { name, shape } of inputs) if (shape.includes(size)) return `${name}[${shape.indexOf(size)}]`;
  return String(size);
}

function broadcastOf(
  a: readonly number[] | undefined,
  b: readonly number[] | undefined,
): readonly number[] | undefined {
  const fits = a && b && a.every((size, k) => canMeet(size, b[k - a.length + b.length]));
  const made = fits ? broadcastShapes(a, b) : undefined;
  return made?.map(Number);
}

function canMeet(a: number, b: number | undefined): boolean {
  return b === undefined || a === b || a === 1 || b === 1;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, k) => size === b[k]);
}
