/** Attributes that a node may still have, and what they may hold. */
import { allowedWords, holdsElementType, numberMeanings } from '../dialects/onnx/attribute-values.ts';
import { dtypeCodes } from '../dialects/onnx/dtype-codes.ts';
import type { AttributeFacts, OperatorSchema } from '../dialects/onnx/operators.ts';
import { ATTRIBUTE_WORDS, nameText, quoted, typeWord } from '../formats/onnxtxt/names.ts';
import type { Offer } from './completion.ts';
import type { NodeContext, NodeSoFar } from './cursor-context.ts';
import { type KnownOperator, operatorNamed } from './operator-at.ts';
import { attributeText, defaultText } from './operator-text.ts';
import { choice, placeholder, snippetText } from './snippets.ts';
import type { TypedDocument } from './syntax-document.ts';

type Names = Extract<NodeContext, { kind: 'attribute-name' }>;
type Value = Extract<NodeContext, { kind: 'attribute-type' | 'attribute-value' | 'reference' }>;

/** `next` is what stands behind the cursor: where a value does, the name alone is inserted. */
export function attributeNames(document: TypedDocument, context: Names, next: string): Offer[] {
  const bare = next === '=' || next === ':';
  const known = operatorNamed(document, context.scope, context.operator);
  const offers = known ? attributesOf(known, bare) : [];
  return offers.filter(({ label }) => !context.given.includes(label));
}

function attributesOf(known: KnownOperator, bare: boolean): Offer[] {
  switch (known.kind) {
    case 'schema':
      return [...known.schema.attributes].map(([name, facts]) => {
        const values = allowedWords(known.schema, name) ?? [];
        return {
          label: name,
          kind: 'attribute',
          detail: attributeText(name, facts).slice(name.length + 2),
          snippet: bare ? snippetText(name) : `${snippetText(name)} = ${valueSnippet(facts, values)}`,
          // What must be given comes first.
          order: `${facts.required ? 0 : 1}${name}`,
        };
      });
    case 'function': {
      const { attributes, attributeDefaults } = known.definition;
      return [...attributes, ...attributeDefaults.keys()].map((name) => namedOffer(name, bare));
    }
    case 'custom':
      return known.operator.attributes.map(({ name, type }) => ({ ...namedOffer(name, bare), detail: type }));
  }
}

function namedOffer(name: string, bare: boolean): Offer {
  const text = snippetText(nameText(name));
  return { label: name, kind: 'attribute', snippet: bare ? text : `${text} = ${placeholder(1, '')}` };
}

function valueSnippet(facts: AttributeFacts, values: readonly string[]): string {
  if (facts.type === 'string' && values.length > 0) return `"${choice(1, values)}"`;
  if (facts.type === 'string') return `"${placeholder(1, String(facts.default ?? ''))}"`;
  const list = facts.type === 'ints' || facts.type === 'floats';
  if (list) return `[${placeholder(1, (defaultText(facts) ?? '').replace(/^\[|\]$/g, ''))}]`;
  return placeholder(1, defaultText(facts) ?? '');
}

export function attributeTypes(document: TypedDocument, context: Value): Offer[] {
  const facts = factsOf(document, context);
  const words = facts ? [ATTRIBUTE_WORDS[facts.type]] : Object.values(ATTRIBUTE_WORDS);
  return words.map((label) => ({ label, kind: 'type' }));
}

/** What an attribute may hold, where that is limited, and references to attributes of the function around. */
export function attributeValues(document: TypedDocument, context: Value, inString: boolean): Offer[] {
  const known = operatorNamed(document, context.scope, context.operator);
  const offers = known?.kind === 'schema' ? valueOffers(known.schema, context.attribute, inString) : [];
  if (inString) return offers;
  return [...offers, ...references(context).map((offer) => ({ ...offer, label: `@${offer.label}` }))];
}

function valueOffers(schema: OperatorSchema, attribute: string, inString: boolean): Offer[] {
  const fallback = schema.attributes.get(attribute)?.default;
  const offer = (label: string, detail: string | undefined, value: unknown): Offer => {
    const said = [detail, value === fallback ? 'default' : undefined].filter(Boolean).join(', ');
    return { label, kind: 'enum', ...(said && { detail: said }) };
  };
  const words = allowedWords(schema, attribute)?.map((word) => ({
    ...offer(inString ? word : quoted(word), undefined, word),
    ...(inString && { snippet: snippetText(quoted(word)) }),
  }));
  if (words || inString) return words ?? [];
  if (holdsElementType(schema, attribute)) {
    return dtypeCodes().map(([dtype, code]) => ({
      ...offer(String(code), typeWord(dtype), code),
      order: String(code).padStart(2, '0'),
    }));
  }
  return Object.entries(numberMeanings(schema, attribute) ?? {}).map(([number, meaning]) =>
    offer(number, meaning, Number(number)),
  );
}

/** Attributes of the function that the node stands in. */
export function references({ scope }: NodeSoFar): Offer[] {
  const declared = scope.definition?.attributes?.items ?? [];
  return declared.map(({ name }) => ({ label: nameText(name.text), kind: 'attribute', detail: 'of the function' }));
}

function factsOf(document: TypedDocument, { scope, operator, attribute }: Value): AttributeFacts | undefined {
  const known = operatorNamed(document, scope, operator);
  return known?.kind === 'schema' ? known.schema.attributes.get(attribute) : undefined;
}
