/** Operators that a node may have: those of the imported opsets, functions of the model, custom operators. */
import type { CustomOperator } from '../custom/definition.ts';
import { type OperatorSchema, onnxDomain, operatorNames, operatorSchema } from '../dialects/onnx/operators.ts';
import { nameText } from '../formats/onnxtxt/names.ts';
import type { FunctionDefinition } from '../ir/model.ts';
import type { Offer } from './completion.ts';
import type { NodeContext } from './cursor-context.ts';
import { customMarkdown, functionMarkdown, operatorMarkdown } from './operator-text.ts';
import { placeholder, snippetText } from './snippets.ts';
import type { TypedDocument } from './syntax-document.ts';

type Context = Extract<NodeContext, { kind: 'operator' }>;

/** `next` is what stands behind the cursor: where a bracket does, the rest of the node is written already. */
export function operators(document: TypedDocument, { scope, domain }: Context, next: string): Offer[] {
  const whole = next !== '(' && next !== '<';
  const wanted = onnxDomain(domain);
  const offers: Offer[] = [];
  for (const [imported, version] of document.importsOf(scope)) {
    if (onnxDomain(imported) !== wanted) continue;
    for (const name of operatorNames(wanted)) {
      const schema = operatorSchema(wanted, name, version);
      if (schema && !schema.deprecated) offers.push(operatorOffer(schema, version, whole));
    }
  }
  for (const definition of document.model.functions) {
    if (definition.domain === wanted) offers.push(functionOffer(definition, whole));
  }
  for (const operator of document.custom.all) if (operator.domain === wanted) offers.push(customOffer(operator, whole));
  return domain === '' ? [...offers, ...domainOffers(document, scope)] : offers;
}

function operatorOffer(schema: OperatorSchema, opset: number, whole: boolean): Offer {
  const { name, since, inputs, attributes } = schema;
  const required = [...attributes].filter(([, facts]) => facts.required).map(([attribute]) => attribute);
  const taken = inputs.filter(({ kind, minimum }) => kind === 'single' || (kind === 'variadic' && minimum > 0));
  return {
    label: name,
    kind: 'operator',
    detail: `since ${since}`,
    markdown: operatorMarkdown(schema, opset),
    snippet: call(
      name,
      required,
      taken.map((formal) => formal.name),
      whole,
    ),
  };
}

function functionOffer(definition: FunctionDefinition, whole: boolean): Offer {
  const { name, overload, attributes, graph } = definition;
  const inputs = graph.inputs.map((value) => value.name ?? '');
  const label = overload === '' ? nameText(name) : `${nameText(name)}:${nameText(overload)}`;
  return {
    label,
    kind: 'function',
    detail: 'function',
    markdown: functionMarkdown(definition),
    snippet: call(label, attributes, inputs, whole),
    order: `0${name}`,
  };
}

function customOffer(operator: CustomOperator, whole: boolean): Offer {
  const { name, inputs, attributes } = operator;
  const required = attributes.filter((attribute) => attribute.default === undefined).map((attribute) => attribute.name);
  const read = inputs.filter((input) => !input.optional).map((input) => input.name);
  const label = nameText(name);
  const markdown = customMarkdown(operator);
  return { label, kind: 'operator', detail: 'custom', markdown, snippet: call(label, required, read, whole) };
}

/** `Cast <to = ${1}> (${2:input})` */
function call(name: string, attributes: readonly string[], inputs: readonly string[], whole: boolean): string {
  if (!whole) return snippetText(name);
  let place = 0;
  const given = attributes.map((attribute) => `${snippetText(nameText(attribute))} = ${placeholder(++place, '')}`);
  const read = inputs.map((input) => placeholder(++place, nameText(input)));
  return `${snippetText(name)}${given.length > 0 ? ` <${given.join(', ')}>` : ''} (${read.join(', ')})`;
}

/** Domains by their first words, for operators that are written with one. */
function domainOffers(document: TypedDocument, scope: Context['scope']): Offer[] {
  const domains = [...document.importsOf(scope)].filter(([domain]) => onnxDomain(domain) !== '');
  return domains.map(([domain, version]) => ({
    label: domain,
    kind: 'domain',
    detail: `version ${version}`,
    snippet: `${snippetText(domain)}.`,
    order: `~${domain}`,
  }));
}
