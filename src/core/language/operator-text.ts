/** What an editor says about an operator: its signature, types and attributes, as Markdown. */

import { basename } from 'node:path';
import type { CustomOperator } from '../custom/definition.ts';
import { type AttributeFacts, allowedTypes, type Formal, type OperatorSchema } from '../dialects/onnx/operators.ts';
import { operatorSummary } from '../dialects/onnx/summaries.ts';
import { ATTRIBUTE_WORDS, quoted } from '../formats/onnxtxt/names.ts';
import type { FunctionDefinition } from '../ir/model.ts';
import { factTypes } from './type-text.ts';

/** `Conv (X, W, B?) → (Y)`, and where each input stands in it, as [start, end). */
export interface Signature {
  readonly label: string;
  readonly inputs: readonly (readonly [number, number])[];
}

export function signatureOf(name: string, inputs: readonly Formal[], outputs: readonly Formal[]): Signature {
  let label = `${name} (`;
  const spans = inputs.map((formal, k) => {
    label += k > 0 ? ', ' : '';
    const start = label.length;
    label += formalText(formal);
    return [start, label.length] as const;
  });
  label += `) → (${outputs.map(formalText).join(', ')})`;
  return { label, inputs: spans };
}

/** `X: T`, `B?: T`, `inputs…: T`. */
export function formalText({ name, type, kind }: Formal): string {
  return `${name}${kind === 'optional' ? '?' : kind === 'variadic' ? '…' : ''}: ${type}`;
}

/** The name of an operator with its domain, where that is not the standard one. */
export function qualifiedName({ domain, name }: Pick<OperatorSchema, 'domain' | 'name'>): string {
  return domain === '' ? name : `${domain}.${name}`;
}

/** `since opset 11, in opset 17`; of another domain `since ai.onnx.ml 3`. */
export function versionText({ domain, since, deprecated }: OperatorSchema, opset: number): string {
  const [first, now] =
    domain === '' ? [`opset ${since}`, `opset ${opset}`] : [`${domain} ${since}`, `version ${opset}`];
  const same = since === opset ? '' : `, in ${now}`;
  return `${deprecated ? 'deprecated' : 'unchanged'} since ${first}${same}`;
}

/** Everything about an operator. */
export function operatorMarkdown(schema: OperatorSchema, opset: number): string {
  const summary = operatorSummary(schema.domain, schema.name);
  const { label } = signatureOf(qualifiedName(schema), schema.inputs, schema.outputs);
  const parts = [fence(label), `${summary ? `${summary} ` : ''}_${versionText(schema, opset)}_`];
  const variables = [...schema.types].map(([name, types]) => `- \`${name}\`: ${factTypes(types)}`);
  if (variables.length > 0) parts.push(['**Types**', ...variables].join('\n'));
  const attributes = [...schema.attributes].map(([name, facts]) => `- \`${attributeText(name, facts)}\``);
  if (attributes.length > 0) parts.push(['**Attributes**', ...attributes].join('\n'));
  return parts.join('\n\n');
}

/** A function of the model. */
export function functionMarkdown({
  name,
  domain,
  graph,
  attributes,
  attributeDefaults,
  doc,
}: FunctionDefinition): string {
  const inputs = graph.inputs.map((value) => value.name ?? '?').join(', ');
  const outputs = graph.outputs.map((value) => value.name ?? '?').join(', ');
  const parts = [fence(`${qualifiedName({ domain, name })} (${inputs}) → (${outputs})`), 'A function of this model.'];
  if (doc) parts.push(doc);
  const listed = [
    ...attributes.map((attribute) => `- \`${attribute}\` (required)`),
    ...[...attributeDefaults.keys()].map((attribute) => `- \`${attribute}\``),
  ];
  if (listed.length > 0) parts.push(['**Attributes**', ...listed].join('\n'));
  return parts.join('\n\n');
}

/** An operator of graphwright.ops.json. */
export function customMarkdown({ name, domain, inputs, outputs, attributes, file, line }: CustomOperator): string {
  const taken = inputs.map((input) => `${input.name}${input.optional ? '?' : ''}`).join(', ');
  const given = outputs.map((output) => output.name).join(', ');
  const label = `${qualifiedName({ domain, name })} (${taken}) → (${given})`;
  const parts = [fence(label), `A custom operator (${basename(file)}, line ${line}).`];
  const listed = attributes.map((attribute) => `- \`${attribute.name}: ${attribute.type}\``);
  if (listed.length > 0) parts.push(['**Attributes**', ...listed].join('\n'));
  return parts.join('\n\n');
}

/** One input or output: its types, and whether it may be left out. */
export function formalMarkdown(schema: OperatorSchema, formal: Formal): string {
  const may = { single: '', optional: ' (may be left out)', variadic: ` (${formal.minimum} or more)` }[formal.kind];
  return `\`${formal.name}\`${may}: ${factTypes(allowedTypes(schema, formal))}`;
}

/** `axis: int = 1`, `to: int (required)`. */
export function attributeText(name: string, facts: AttributeFacts): string {
  const type = ATTRIBUTE_WORDS[facts.type];
  if (facts.required) return `${name}: ${type} (required)`;
  return facts.default === undefined ? `${name}: ${type}` : `${name}: ${type} = ${defaultText(facts)}`;
}

/** The default of an attribute as ONNX text; undefined where it has none. */
export function defaultText(facts: AttributeFacts): string | undefined {
  const { type, default: value } = facts;
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return `[${value.map((item) => literalText(type, item)).join(', ')}]`;
  return literalText(type, value as number | string);
}

function literalText(type: AttributeFacts['type'], value: number | string): string {
  if (typeof value === 'string') return quoted(value);
  const isFloat = type === 'float' || type === 'floats';
  return isFloat && Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

export function fence(text: string): string {
  return `\`\`\`onnx-text\n${text}\n\`\`\``;
}
