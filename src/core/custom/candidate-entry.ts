/** Drafts an entry of graphwright.ops.json from calls of a user's function or module, as live capture saw them. */
import type { OperatorCall, OperatorCandidate } from '../capture/live/protocol.ts';
import type { Shape } from '../ir/shape.ts';
import { type DraftEntry, pascalCase } from './draft-entry.ts';
import { parseDimRule, parseShapeRule, type RuleContext } from './shape-rule.ts';

/**
 * An entry filled from a candidate. The types and shapes of its outputs are guesses that hold for all calls that were seen: an
 * input's where they are the same, else sizes of inputs and int attributes, else numbers. The next capture checks them.
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
      outputs: outputs.map((_, k) => ({
        name: outputName(candidate, outputs.length === 1 ? 'y' : `y${k}`),
        ...outputGuess(candidate, k),
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

function outputName(candidate: OperatorCandidate, wanted: string): string {
  const taken = [...candidate.inputs, ...candidate.attributes].some(({ name }) => name === wanted);
  return taken ? outputName(candidate, `${wanted}_out`) : wanted;
}

/** A call as rules see it, and what one output was. */
interface Seen {
  readonly context: RuleContext;
  readonly dtypes: readonly (string | undefined)[];
  readonly output: OperatorCall['outputs'][number];
}

function outputGuess(candidate: OperatorCandidate, k: number): { dtype: string; shape: string | readonly string[] } {
  const names = candidate.inputs.map(({ name }) => name);
  const seen = (candidate.calls ?? [candidate]).flatMap(({ inputs, attributes, outputs }): Seen[] => {
    const given = names.map((name) => inputs.find((input) => input.name === name));
    const integer = (name: string) => {
      const found = attributes.find((attribute) => attribute.name === name);
      return found?.type === 'int' ? Number(found.value) : undefined;
    };
    const output = outputs[k];
    const context = { shapes: given.map((input) => input?.shape), integer };
    return output ? [{ context, dtypes: given.map((input) => input?.dtype), output }] : [];
  });
  const same = names.findIndex((_, n) => seen.every(({ dtypes, output }) => dtypes[n] === output.dtype));
  return { dtype: names[same] ?? candidate.outputs[k]?.dtype ?? 'float32', shape: shapeGuess(candidate, names, seen) };
}

function shapeGuess(candidate: OperatorCandidate, names: readonly string[], seen: readonly Seen[]) {
  const spread = candidate.inputs.filter(({ shape }) => shape.length > 0).map(({ name }) => name);
  const whole = [...names, ...(spread.length > 1 ? [`broadcast(${spread.join(', ')})`] : [])];
  const found = whole.find((rule) =>
    seen.every(({ context, output }) => isSame(parseShapeRule(rule, names).evaluate(context), output.shape)),
  );
  if (found !== undefined) return found;
  const shape = seen[0]?.output.shape ?? [];
  return shape.map((size, axis) => {
    const holds = (rule: string) =>
      seen.every(({ context, output }) => parseDimRule(rule, names).evaluate(context) === output.shape[axis]);
    return sizeRules(candidate, size, axis).find(holds) ?? String(size);
  });
}

/** What a size may follow from, the likeliest first. Arithmetic is only thought of where no number holds for all calls. */
function sizeRules({ inputs, attributes }: OperatorCandidate, size: number, axis: number): readonly string[] {
  const sizes = (wanted: (k: number) => boolean) =>
    inputs.filter(isUsable).flatMap(({ name, shape }) => [...shape.keys()].filter(wanted).map((k) => `${name}[${k}]`));
  const here = sizes((k) => k === axis);
  const elsewhere = sizes((k) => k !== axis);
  const integers = attributes
    .filter((attribute) => attribute.type === 'int' && isUsable(attribute))
    .map(({ name }) => name);
  const arithmetic = [...here, ...elsewhere].flatMap((other) =>
    [...integers, '1', '2', '3', '4'].flatMap((n) => [
      `${n}*${other}`,
      `${other}//${n}`,
      `(${other} + ${n} - 1)//${n}`,
      `${other} - ${n}`,
      `${other} + ${n}`,
    ]),
  );
  // A size of 1 is a number more often than the size of another axis.
  const likely = size === 1 ? [...here, '1'] : [...here, ...integers, ...elsewhere];
  return [...likely, String(size), ...arithmetic];
}

/** In rules these are functions. */
function isUsable({ name }: { readonly name: string }): boolean {
  return name !== 'min' && name !== 'max';
}

function isSame(a: Shape | undefined, b: readonly number[]): boolean {
  return a?.length === b.length && a.every((size, k) => size === b[k]);
}
