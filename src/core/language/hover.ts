/** What stands under the pointer, in Markdown: operators, attributes, values, types, sizes and keys of headers. */
import { allowedWords, holdsElementType, numberMeanings } from '../dialects/onnx/attribute-values.ts';
import { dtypeCodes } from '../dialects/onnx/dtype-codes.ts';
import type { OperatorSchema } from '../dialects/onnx/operators.ts';
import { dataTypeOf, typeWord } from '../formats/onnxtxt/names.ts';
import { DATA_TYPES } from '../ir/dtype.ts';
import { keyOfOperator } from './functions.ts';
import { headerKeyText } from './header-keys.ts';
import { operatorOf, opsetOf, otherVersions } from './operator-at.ts';
import { attributeText, customMarkdown, fence, functionMarkdown, operatorMarkdown } from './operator-text.ts';
import { type NodeAt, resolve } from './scopes.ts';
import { type Spot, spotAt } from './spot.ts';
import type { TypedDocument } from './syntax-document.ts';
import type { TextPosition, TextRange } from './text.ts';
import { shownType } from './type-text.ts';
import { valueMarkdown } from './value-text.ts';

export interface HoverText {
  readonly range: TextRange;
  readonly markdown: string;
}

export function hoverAt(document: TypedDocument, position: TextPosition): HoverText | undefined {
  const spot = spotAt(document.tree, document.text.offsetAt(position));
  const markdown = spot && markdownOf(document, spot);
  return markdown ? { range: document.text.rangeOf(spot.span), markdown } : undefined;
}

function markdownOf(document: TypedDocument, spot: Spot): string | undefined {
  switch (spot.kind) {
    case 'operator':
      return operatorHover(document, spot.node);
    case 'attribute':
      return attributeHover(document, spot.node, spot.text);
    case 'attribute-text':
      return attributeHover(document, spot.node, spot.attribute.name.text);
    case 'node-input':
    case 'node-output':
      return valueHover(document, spot, spot.node.scope);
    case 'entry':
      return valueHover(document, spot, spot.entry.scope);
    case 'type':
      return typeHover(spot.text);
    case 'symbol':
      return `A size that is known when the model runs: \`${spot.text}\` is the same wherever it stands.`;
    case 'header-key':
      return headerKeyText(spot.text, spot.header.definition !== undefined);
    case 'domain':
      return domainHover(document, spot.node, spot.text);
    default:
      return undefined;
  }
}

function operatorHover(document: TypedDocument, { node, scope }: NodeAt): string | undefined {
  if (!node.operator) return undefined;
  const known = operatorOf(document, scope, node.operator);
  switch (known?.kind) {
    case 'schema':
      return [operatorMarkdown(known.schema, known.opset), outputTypes(document, node)].filter(Boolean).join('\n\n');
    case 'function':
      return functionMarkdown(known.definition);
    case 'custom':
      return customMarkdown(known.operator);
    case undefined: {
      const { domain, name } = keyOfOperator(node.operator);
      const [first] = otherVersions(domain, name);
      return first === undefined ? undefined : `\`${name}\` is new in version ${first} of \`${domain || 'ai.onnx'}\`.`;
    }
  }
}

/** What the node at hand gives. */
function outputTypes(document: TypedDocument, node: NodeAt['node']): string {
  const outputs = document.nodeOf(node)?.outputs.filter((value) => value.type && value.name) ?? [];
  return outputs.length === 0 ? '' : fence(outputs.map(({ name, type }) => `${shownType(type)} ${name}`).join('\n'));
}

function attributeHover(document: TypedDocument, { node, scope }: NodeAt, name: string): string | undefined {
  const known = node.operator && operatorOf(document, scope, node.operator);
  if (known?.kind !== 'schema') return undefined;
  const facts = known.schema.attributes.get(name);
  if (!facts) return undefined;
  return [fence(attributeText(name, facts)), ...allowedText(known.schema, name)].join('\n\n');
}

function allowedText(schema: OperatorSchema, attribute: string): string[] {
  const words = allowedWords(schema, attribute);
  if (words) return [`One of ${words.map((word) => `\`"${word}"\``).join(', ')}.`];
  if (holdsElementType(schema, attribute)) {
    return [
      `The code of an element type: ${dtypeCodes()
        .map(([dtype, code]) => `${code} ${typeWord(dtype)}`)
        .join(', ')}.`,
    ];
  }
  const numbers = Object.entries(numberMeanings(schema, attribute) ?? {});
  return numbers.length === 0 ? [] : [`${numbers.map(([number, meaning]) => `\`${number}\`: ${meaning}`).join('; ')}.`];
}

function valueHover(document: TypedDocument, { text }: Spot, scope: NodeAt['scope']): string {
  const defined = resolve(scope, text);
  return defined ? valueMarkdown(document, defined) : `Nothing defines \`${text}\`.`;
}

function typeHover(word: string): string | undefined {
  const dtype = dataTypeOf(word);
  if (!dtype) return CONTAINERS[word];
  const { bits, kind } = DATA_TYPES[dtype];
  return kind === 'string' || kind === 'bool' ? KINDS[kind] : `${KINDS[kind]} of ${bits} bits.`;
}

const KINDS = {
  float: 'Floating-point numbers',
  int: 'Signed integers',
  uint: 'Unsigned integers',
  complex: 'Complex numbers',
  bool: 'True or false, a byte each.',
  string: 'Texts in UTF-8.',
} as const;

const CONTAINERS: Readonly<Record<string, string>> = {
  seq: 'A sequence: any number of values of one type.',
  optional: 'A value, or none.',
  map: 'Values by their keys.',
  sparse_tensor: 'A tensor of which few elements are not zero: these and their places are kept.',
  opaque: 'A type that only the operators of its domain know.',
};

function domainHover(document: TypedDocument, { scope }: NodeAt, domain: string): string {
  const version = opsetOf(document, scope, domain);
  return version === undefined
    ? `The domain \`${domain}\`, which is not imported.`
    : `The domain \`${domain}\`, imported at version ${version}.`;
}
