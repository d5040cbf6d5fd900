/** Layers and where they stand in the text, by the names that the graph has for them. */
import type { TextPosition, TextRange } from '../text.ts';
import type { PrototxtDocument } from './document.ts';
import { type LayerSyntax, layerAround } from './layers.ts';
import { textOf } from './syntax.ts';

/** The name of the layer at a position, or of its first top. */
export function layerNameAt(document: PrototxtDocument, position: TextPosition): string | undefined {
  const offset = document.text.offsetAt(position);
  const layer = layerAround(document.layers, { start: offset, end: offset });
  return layer && nameOf(layer);
}

function nameOf({ name, tops, op }: LayerSyntax): string | undefined {
  const [top] = tops;
  // An Input layer is an input of the graph, which has the name of the blob.
  const named = op === 'Input' ? (top ?? name) : (name ?? top);
  return named && textOf(named);
}

/** Where a layer stands that has a name, or else makes a blob of it. Of several, the one that counts when the net is run. */
export function rangeOfLayer(document: PrototxtDocument, wanted: string): TextRange | undefined {
  const named = document.layers.filter((layer) => nameOf(layer) === wanted);
  const making = document.layers.filter(({ tops }) => tops.some((top) => textOf(top) === wanted));
  const all = named.length > 0 ? named : making;
  const found = all.find(({ phases }) => phases.has('TEST')) ?? all[0];
  return found && document.text.rangeOf(found.field);
}
