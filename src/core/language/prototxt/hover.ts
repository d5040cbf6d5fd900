/** What stands under the pointer, in Markdown: layer types, fields, blobs. */
import type { CaffeVocabulary } from '../../dialects/caffe/vocabulary.ts';
import { shapeText } from '../../ir/shape.ts';
import type { HoverText } from '../hover.ts';
import type { TextPosition } from '../text.ts';
import type { Mention } from './blobs.ts';
import type { PrototxtDocument } from './document.ts';
import { fieldMarkdown, layerMarkdown } from './facts-text.ts';
import { shapeOfTop } from './inlays.ts';
import { type Spot, spotAt } from './spot.ts';
import { innerSpan, said } from './syntax.ts';

export function hoverAt(document: PrototxtDocument, position: TextPosition): HoverText | undefined {
  const { dialect, dialects, text } = document;
  const spot = spotAt(document, text.offsetAt(position));
  if (!spot || !dialect) return undefined;
  const { scalar, layer, field } = spot;
  if (scalar && scalar === layer?.type) {
    const markdown = layerMarkdown(layer.op ?? said(scalar), dialect, dialects);
    return { range: text.rangeOf(innerSpan(scalar)), markdown };
  }
  const mention = scalar && document.blobs.at(scalar.start);
  if (mention) return { range: text.rangeOf(innerSpan(scalar)), markdown: blobMarkdown(document, mention) };
  return { range: text.rangeOf(scalar ?? field.name), markdown: fieldHover(spot, dialect, dialects) };
}

function fieldHover({ path, facts, holder }: Spot, dialect: CaffeVocabulary, all: readonly CaffeVocabulary[]): string {
  const ofLayer = path.length > 1 && path[0]?.name.text === 'layer';
  const names = path.slice(ofLayer ? 1 : 0).map(({ name }) => name.text);
  const place = { path: names.join('.'), root: ofLayer ? ('layer' as const) : ('net' as const) };
  return fieldMarkdown(facts, holder, place, dialect, all);
}

/** Who makes a blob and who reads it. */
function blobMarkdown(document: PrototxtDocument, { blob }: Mention): string {
  const { text } = document;
  const makers = blob.mentions.filter(({ kind }) => kind === 'write');
  const readers = blob.mentions.filter(
    ({ kind, layer }) => kind === 'read' && !makers.some((maker) => maker.layer === layer),
  );
  const lines = [`Blob **${blob.name}**${shapeWords(document, blob)}`];
  const shown = (mention: Mention) => {
    const { layer } = mention;
    const line = text.positionAt(mention.at.start).line + 1;
    return layer
      ? `${said(layer.name) || said(layer.tops[0])} (${layer.op ?? said(layer.type)}), line ${line}`
      : `an input, line ${line}`;
  };
  const [first, ...inPlace] = makers;
  lines.push(first ? `made by ${shown(first)}` : 'which no layer makes');
  if (inPlace.length > 0) lines.push(`written in place by ${inPlace.map(shown).join('; ')}`);
  lines.push(readers.length > 0 ? `read by ${readers.map(shown).join('; ')}` : 'an output: nobody reads it');
  return `${lines[0]}\n${lines
    .slice(1)
    .map((line) => `\n- ${line}`)
    .join('')}`;
}

/** The shape that the first maker gives it. */
function shapeWords(document: PrototxtDocument, { mentions }: Mention['blob']): string {
  const maker = mentions.find(({ kind, layer }) => kind === 'write' && layer && document.network?.nodes.has(layer));
  const index = maker?.layer?.tops.indexOf(maker.at) ?? -1;
  const shape = maker?.layer && shapeOfTop(document, maker.layer, index);
  return shape ? ` \`${shapeText(shape)}\`` : '';
}
