/**
 * The parameters of a layer as attributes of one operator: what the schema has in the messages of its parameters. Names of a message within
 * go before, `nms_param_top_k`; one of several messages has its number behind its name.
 */
import { isHarmless } from './harmless.ts';
import type { CaffeField, CaffeMessage, CaffeSchema } from './schema.ts';
import { type CaffeVocabulary, layerFacts } from './vocabulary.ts';

export interface LayerAttribute {
  readonly name: string;
  /** Where a network says it: `detection_output_param.nms_param.top_k`. */
  readonly path: string;
  readonly field: CaffeField;
}

/** Those of layers of a type; of messages that there may be several of, those that `said` has paths of. */
export function layerAttributes(
  vocabulary: Pick<CaffeVocabulary, 'own'>,
  schema: CaffeSchema,
  type: string,
  said: Iterable<string>,
): readonly LayerAttribute[] {
  const paths = [...said];
  const { parameters, also = [] } = layerFacts(vocabulary, type) ?? {};
  // Only those of the layer's own parameters have no name in front.
  return [parameters, ...also].flatMap((name, k) => {
    const field = name === undefined ? undefined : schema.layer.fields.get(name);
    return field ? within(field, field.name, k === 0 && !field.repeated ? '' : field.name, paths) : [];
  });
}

function within(field: CaffeField, path: string, name: string, said: readonly string[]): readonly LayerAttribute[] {
  const { type, repeated } = field;
  if (isHarmless(path)) return [];
  if (type.kind !== 'message') return [{ name, path, field }];
  if (!repeated) return ofMessage(type.message, path, name, said);
  const found: LayerAttribute[] = [];
  for (let k = 0; said.some((each) => each.startsWith(`${path}[${k}].`)); k++)
    found.push(...ofMessage(type.message, `${path}[${k}]`, `${name}_${k}`, said));
  return found;
}

function ofMessage(message: CaffeMessage, path: string, name: string, said: readonly string[]): LayerAttribute[] {
  return [...message.fields.values()].flatMap((field) =>
    within(field, `${path}.${field.name}`, name === '' ? field.name : `${name}_${field.name}`, said),
  );
}
