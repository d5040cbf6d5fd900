/** A dialect of Caffe as its files are read: its messages, and the layer types that its framework has. */
import type { ReaderFacts } from './as-read.ts';
import { CAFFE_LAYERS, type LayerFacts } from './layers.ts';
import type { CaffeSchema } from './schema.ts';

export interface CaffeVocabulary {
  /** `ncnn`; `--from caffe:ncnn` names it. */
  readonly id: string;
  readonly title: string;
  readonly schema: CaffeSchema;
  readonly layers: ReadonlySet<string>;
  /** What is special about its layers: takes the place of what CAFFE_LAYERS says. */
  readonly own: Readonly<Record<string, LayerFacts>>;
  /** What its framework's reader does that BVLC's does not. */
  readonly reader: ReaderFacts;
}

/** What a dialect knows of a layer type; undefined for one that no dialect has. */
export function layerFacts({ own }: Pick<CaffeVocabulary, 'own'>, type: string): LayerFacts | undefined {
  if (Object.hasOwn(own, type)) return own[type];
  return Object.hasOwn(CAFFE_LAYERS, type) ? CAFFE_LAYERS[type] : undefined;
}

/** Fields that any layer may have, whatever its type. */
const COMMON = new Set(['transform_param', 'loss_param', 'quantization_param', 'quant_param']);

/** Whether layers of a type read a field of LayerParameter. Of types that nobody knows, everything is believed. */
export function takesField(dialect: Pick<CaffeVocabulary, 'own'>, type: string, field: string): boolean {
  if (!isParameters(field) || COMMON.has(field)) return true;
  const facts = layerFacts(dialect, type);
  return !facts || facts.parameters === field || (facts.also ?? []).includes(field);
}

/** Whether a field of LayerParameter holds parameters of some layer types, by its name. */
export function isParameters(field: string): boolean {
  return /_params?$/.test(field);
}
