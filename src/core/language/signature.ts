/** The signature of the operator whose inputs are being written. */

import type { CustomOperator } from '../custom/definition.ts';
import type { OperatorSchema } from '../dialects/onnx/operators.ts';
import type { FunctionDefinition } from '../ir/model.ts';
import { cursorAt } from './cursor-context.ts';
import { type KnownOperator, operatorNamed } from './operator-at.ts';
import { formalMarkdown, qualifiedName, signatureOf, versionText } from './operator-text.ts';
import type { TypedDocument } from './syntax-document.ts';
import type { TextPosition } from './text.ts';
import { shownType } from './type-text.ts';

export interface SignatureText {
  readonly label: string;
  readonly markdown: string;
  /** Where in the label each parameter stands, as [start, end). */
  readonly parameters: readonly { readonly span: readonly [number, number]; readonly markdown: string }[];
  readonly active: number;
}

export function signatureAt(document: TypedDocument, position: TextPosition): SignatureText | undefined {
  const cursor = cursorAt(document.text.text, document.tree, document.text.offsetAt(position));
  if (cursor?.context.kind !== 'node-input') return undefined;
  const { scope, operator, index } = cursor.context;
  const known = operatorNamed(document, scope, operator);
  if (!known) return undefined;
  const signature = describe(known);
  const last = signature.parameters.length - 1;
  return { ...signature, active: signature.variadic ? Math.min(index, last) : index };
}

type Described = Omit<SignatureText, 'active'> & { readonly variadic: boolean };

function describe(known: KnownOperator): Described {
  switch (known.kind) {
    case 'schema':
      return describeSchema(known.schema, known.opset);
    case 'function':
      return describeFunction(known.definition);
    case 'custom':
      return describeCustom(known.operator);
  }
}

function describeSchema(schema: OperatorSchema, opset: number): Described {
  const { label, inputs } = signatureOf(qualifiedName(schema), schema.inputs, schema.outputs);
  const parameters = schema.inputs.map((formal, k) => ({
    span: inputs[k] ?? ([0, 0] as const),
    markdown: formalMarkdown(schema, formal),
  }));
  const variadic = schema.inputs.at(-1)?.kind === 'variadic';
  return { label, markdown: `_${versionText(schema, opset)}_`, parameters, variadic };
}

function describeFunction({ name, domain, graph }: FunctionDefinition): Described {
  const inputs = graph.inputs.map((value) => ({
    text: value.type ? `${value.name ?? ''}: ${shownType(value.type)}` : (value.name ?? ''),
    markdown: '',
  }));
  const outputs = graph.outputs.map((value) => value.name ?? '');
  return listed(qualifiedName({ domain, name }), inputs, outputs, 'A function of this model.');
}

function describeCustom({ name, domain, inputs, outputs }: CustomOperator): Described {
  const taken = inputs.map((input) => ({ text: `${input.name}${input.optional ? '?' : ''}`, markdown: '' }));
  const given = outputs.map((output) => output.name);
  return listed(qualifiedName({ domain, name }), taken, given, 'A custom operator.');
}

function listed(
  name: string,
  inputs: readonly { readonly text: string; readonly markdown: string }[],
  outputs: readonly string[],
  markdown: string,
): Described {
  let label = `${name} (`;
  const parameters = inputs.map((input, k) => {
    label += k > 0 ? ', ' : '';
    const start = label.length;
    label += input.text;
    return { span: [start, label.length] as const, markdown: input.markdown };
  });
  return { label: `${label}) → (${outputs.join(', ')})`, markdown, parameters, variadic: false };
}
