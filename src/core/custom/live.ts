/**
 * Custom operators by running the program: live capture (python/graphwright_capture) wraps the functions and module classes
 * that entries name as torch.library operators, so that each call is recorded as one node.
 */
import type { HelperOperator } from '../capture/live/protocol.ts';
import type { Attribute } from '../ir/attribute.ts';
import type { CustomAttribute, CustomOperator, CustomOperators, CustomOutput, StandsFor } from './definition.ts';

/** The operator that stands for the calls of a function or of modules of a class: `graphwright::acme_net_swish` of `acme.net.swish`. */
export function liveOperator(python: string): string {
  return `graphwright::${python.replace(/\./g, '_')}`;
}

/** The operator that live capture records for what an entry stands for; undefined where it does not wrap such. */
export function liveOperatorOf(standsFor: StandsFor): string | undefined {
  if (standsFor.kind === 'function') return liveOperator(standsFor.python);
  return standsFor.kind === 'module' ? liveOperator(standsFor.className) : undefined;
}

/** What the helper is to wrap: the entries for functions and module classes, of which later files win. */
export function operatorsForHelper(custom: CustomOperators): HelperOperator[] {
  return custom.all.flatMap((definition) => {
    const { standsFor } = definition;
    const operator = liveOperatorOf(standsFor);
    if (operator === undefined || custom.forOperator(operator) !== definition) return [];
    const kind = standsFor.kind === 'module' ? 'module' : 'function';
    const entry = `${definition.file}:${definition.line}`;
    return [{ kind, python: pythonName(standsFor), operator, entry, ...signature(definition) } as const];
  });
}

function pythonName(standsFor: StandsFor): string {
  if (standsFor.kind === 'function') return standsFor.python;
  return standsFor.kind === 'module' ? standsFor.className : '';
}

function signature({ inputs, attributes, outputs }: CustomOperator) {
  return {
    inputs,
    attributes: attributes.map(forHelper),
    outputs: outputs.map((output) => rulesOf(output, inputs)),
  };
}

function forHelper({ name, type, default: value }: CustomAttribute): HelperOperator['attributes'][number] {
  return { name, type, ...(value && { default: plain(value) }) };
}

/** Integers as JSON has them, which is how the file gave them. */
function plain({ value }: Attribute): unknown {
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? value.map((each: unknown) => (typeof each === 'bigint' ? Number(each) : each)) : value;
}

function rulesOf(
  { name, dtype, shape }: CustomOutput,
  inputs: CustomOperator['inputs'],
): HelperOperator['outputs'][number] {
  const type = typeof dtype === 'object' ? inputs[dtype.input]?.name : dtype;
  const sizes = typeof shape?.text === 'object' ? shape.text.map(String) : shape?.text;
  return { name, ...(type !== undefined && { dtype: type }), ...(sizes !== undefined && { shape: sizes }) };
}
