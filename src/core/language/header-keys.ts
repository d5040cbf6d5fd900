/** The keys of headers: of a model, and of a function (onnx docs/Syntax.md; their meaning from the ONNX IR specification). */

import { placeholder } from './snippets.ts';

interface HeaderKey {
  readonly of: 'model' | 'function' | 'both';
  readonly text: string;
  /** What stands behind it, as a snippet. */
  readonly snippet: string;
}

export const HEADER_KEYS: Readonly<Record<string, HeaderKey>> = {
  ir_version: {
    of: 'model',
    text: 'The version of the file format. It limits which opsets and types a model may use.',
    snippet: placeholder(1, '10'),
  },
  opset_import: {
    of: 'both',
    text: 'The domains of operators and the version of each by which nodes are read; `""` is ai.onnx.',
    snippet: `["${placeholder(1, '')}" : ${placeholder(2, '21')}]`,
  },
  producer_name: { of: 'model', text: 'The program that made the model.', snippet: `"${placeholder(1, '')}"` },
  producer_version: { of: 'model', text: 'The version of that program.', snippet: `"${placeholder(1, '')}"` },
  domain: {
    of: 'both',
    text: 'A name in reverse-DNS order that keeps the names of a model, or of a function, apart from those of others.',
    snippet: `"${placeholder(1, '')}"`,
  },
  model_version: { of: 'model', text: 'The version of the model itself, a number.', snippet: placeholder(1, '1') },
  doc_string: { of: 'both', text: 'A description for people.', snippet: `"${placeholder(1, '')}"` },
  metadata_props: {
    of: 'both',
    text: 'Further pairs of a key and a text.',
    snippet: `["${placeholder(1, 'key')}" : "${placeholder(2, 'value')}"]`,
  },
  overload: {
    of: 'function',
    text: 'Tells functions of one name apart. Calls give it behind a colon.',
    snippet: `"${placeholder(1, '')}"`,
  },
};

/** What a key means in a header of a model or of a function; undefined where it means nothing there. */
export function headerKeyText(key: string, inFunction: boolean): string | undefined {
  const found = Object.hasOwn(HEADER_KEYS, key) ? HEADER_KEYS[key] : undefined;
  return found && fits(found, inFunction) ? found.text : undefined;
}

export function headerKeysOf(inFunction: boolean): [key: string, facts: HeaderKey][] {
  return Object.entries(HEADER_KEYS).filter(([, facts]) => fits(facts, inFunction));
}

function fits({ of }: HeaderKey, inFunction: boolean): boolean {
  return of === 'both' || (of === 'function') === inFunction;
}
