/**
 * Names beside those of blobs: of layers, which layers of different phases may share, and of parameters that layers share
 * (`param { name: "w" }`, in networks from before 2014 `param: "w"`).
 */
import type { PrototxtDocument } from './document.ts';
import type { LayerSyntax } from './layers.ts';
import { messagesOf, type ScalarSyntax, scalarsOf, textOf } from './syntax.ts';

export interface Named {
  readonly what: 'layer' | 'parameter';
  readonly name: string;
  /** Where it stands, in the order of the text. */
  readonly mentions: readonly ScalarSyntax[];
}

/** What a text names, if it is such a name. */
export function namedBy(document: PrototxtDocument, scalar: ScalarSyntax): Named | undefined {
  const name = textOf(scalar);
  for (const [what, namesOf] of KINDS) {
    const all = document.layers.flatMap(namesOf);
    if (all.some(({ start }) => start === scalar.start))
      return { what, name, mentions: all.filter((each) => textOf(each) === name) };
  }
  return undefined;
}

/** Whether the network has another of that kind by that name. */
export function isNamed(document: PrototxtDocument, { what }: Named, name: string): boolean {
  return KINDS.some(
    ([kind, namesOf]) => kind === what && document.layers.flatMap(namesOf).some((each) => textOf(each) === name),
  );
}

const KINDS: readonly (readonly [Named['what'], (layer: LayerSyntax) => readonly ScalarSyntax[]])[] = [
  ['layer', ({ name }) => (name ? [name] : [])],
  [
    'parameter',
    ({ field, body }) => [
      ...messagesOf(body.fields, 'param').flatMap(({ fields }) => scalarsOf(fields, 'name')),
      ...(field.name.text === 'layers' ? scalarsOf(body.fields, 'param') : []),
    ],
  ],
];
