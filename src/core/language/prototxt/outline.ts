/** The outline of a prototxt: the network with its inputs and layers; of other texts their messages. */
import type { OutlineItem } from '../outline.ts';
import type { Span } from '../text.ts';
import type { PrototxtDocument } from './document.ts';
import type { LayerSyntax } from './layers.ts';
import { type FieldSyntax, innerSpan, isMessage, isScalar, said, scalarsOf, textOf } from './syntax.ts';

export function outlineOf(document: PrototxtDocument): OutlineItem[] {
  const { tree, dialect } = document;
  if (!dialect) return tree.fields.flatMap((field) => plainItem(document, field));
  const layers = new Map(document.layers.map((layer) => [layer.field, layer]));
  const inputs = scalarsOf(tree.fields, 'input').map((input): OutlineItem => {
    const range = document.text.rangeOf(innerSpan(input));
    return { name: textOf(input), detail: 'input', kind: 'input', range, nameRange: range, children: [] };
  });
  const items = tree.fields.flatMap((field) => {
    const layer = layers.get(field);
    return layer ? [layerItem(document, layer)] : [];
  });
  return [...inputs, ...items];
}

function layerItem(document: PrototxtDocument, layer: LayerSyntax): OutlineItem {
  const { field, name, type, tops, op } = layer;
  const named = name ?? tops[0] ?? type;
  const training = layer.phases.size === 1 && layer.phases.has('TRAIN') ? ' (training)' : '';
  return {
    name: said(named) || '(no name)',
    detail: `${op ?? said(type)}${training}`,
    kind: op === 'Input' ? 'input' : 'node',
    ...places(document, field, named),
    children: [],
  };
}

/** A message of a text that is no network. */
function plainItem(document: PrototxtDocument, field: FieldSyntax): OutlineItem[] {
  return field.values.filter(isMessage).map((message): OutlineItem => {
    const named = message.fields.find(({ name }) => name.text === 'name')?.values.find(isScalar);
    return {
      name: named ? textOf(named) : field.name.text,
      detail: named ? field.name.text : '',
      kind: 'graph',
      ...places(document, field, named),
      children: message.fields.flatMap((inner) => plainItem(document, inner)),
    };
  });
}

function places({ text }: PrototxtDocument, whole: Span, named: Parameters<typeof innerSpan>[0] | undefined) {
  const name = named && named.end <= whole.end ? innerSpan(named) : { start: whole.start, end: whole.start };
  return { range: text.rangeOf(whole), nameRange: text.rangeOf(name) };
}
