/** The inferred shape of each blob, shown behind the top that makes it. */
import { type Shape, shapeText } from '../../ir/shape.ts';
import type { InlayText } from '../inlays.ts';
import type { TextRange } from '../text.ts';
import type { PrototxtDocument } from './document.ts';
import type { LayerSyntax } from './layers.ts';
import { type ScalarSyntax, textOf } from './syntax.ts';

export function inlaysIn(document: PrototxtDocument, range: TextRange): InlayText[] {
  const { text, layers } = document;
  const { start, end } = text.spanOf(range);
  return layers.flatMap((layer) => {
    if (layer.field.end < start || layer.field.start > end) return [];
    return layer.tops.flatMap((top, k): InlayText[] => {
      const shape = top.end >= start && top.start <= end ? shapeOfTop(document, layer, k) : undefined;
      if (!shape || keeps(document, layer, top, shape)) return [];
      return [{ position: text.positionAt(top.end), text: shapeText(shape) }];
    });
  });
}

/** Undefined where nothing is known, not even the rank. */
export function shapeOfTop({ network }: PrototxtDocument, layer: LayerSyntax, index: number): Shape | undefined {
  return network?.nodes.get(layer)?.outputs[index]?.shape;
}

/** Whether a layer writes in place what it reads: the shape stands above already. */
function keeps({ network }: PrototxtDocument, layer: LayerSyntax, top: ScalarSyntax, shape: Shape): boolean {
  const at = layer.bottoms.findIndex((bottom) => textOf(bottom) === textOf(top));
  const before = at < 0 ? undefined : network?.nodes.get(layer)?.inputs[at]?.shape;
  return before !== undefined && shapeText(before) === shapeText(shape);
}
