/**
 * Exported programs of PyTorch 2.1 (schema 1): a signature that lists names, and constants within the graph. Fields:
 * torch/_export/serde/schema.py of that version.
 */
import type { Argument, InputSpec, OutputSpec } from './exported.ts';
import type { Field } from './json-fields.ts';

/** Does a signature list names? Later ones list a specification for each input and output. */
export function isOldSignature(signature: Field): boolean {
  return signature.get('input_specs').absent;
}

/** What each input of the graph is, and then each constant of it. */
export function oldInputSpecs(signature: Field, inputs: readonly Argument[], constants: Field): InputSpec[] {
  const parameters = textsOf(signature.get('inputs_to_parameters'));
  const buffers = textsOf(signature.get('inputs_to_buffers'));
  const specs = inputs.map((argument): InputSpec => {
    const name = argument.kind === 'tensor' ? argument.name : '';
    const [parameter, buffer] = [parameters.get(name), buffers.get(name)];
    if (parameter !== undefined) return { kind: 'parameter', name, target: parameter };
    if (buffer !== undefined) return { kind: 'buffer', name, target: buffer, persistent: true };
    return { kind: 'user-input', argument };
  });
  return [
    ...specs,
    ...constantNames(constants).map((name) => ({ kind: 'tensor-constant' as const, name, target: name })),
  ];
}

/** What each output of the graph is: changed buffers come first. */
export function oldOutputSpecs(signature: Field, outputs: readonly Argument[]): OutputSpec[] {
  const buffers = textsOf(signature.get('buffers_to_mutate'));
  return outputs.map((argument): OutputSpec => {
    const name = argument.kind === 'tensor' ? argument.name : '';
    const buffer = buffers.get(name);
    if (buffer !== undefined) return { kind: 'buffer-mutation', name, target: buffer };
    return { kind: 'user-output', argument };
  });
}

function constantNames(constants: Field): string[] {
  return constants.absent ? [] : constants.entries().map(([name]) => name);
}

function textsOf(field: Field): Map<string, string> {
  return new Map(field.absent ? [] : field.entries().map(([name, value]) => [name, value.text()]));
}
