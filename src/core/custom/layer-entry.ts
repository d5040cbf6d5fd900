/** Drafts an entry of graphwright.ops.json for a layer of a Caffe network: its bottoms and blobs, and every parameter of its schema. */
import { layerAttributes } from '../dialects/caffe/layer-attributes.ts';
import type { CaffeField } from '../dialects/caffe/schema.ts';
import { type CaffeVocabulary, layerFacts } from '../dialects/caffe/vocabulary.ts';
import type { Node } from '../ir/node.ts';
import type { CustomAttributeType } from './definition.ts';
import type { DraftEntry } from './draft-entry.ts';
import { type DraftOptions, draft } from './entry.ts';

/** `domain` is that of the operator, where the layer becomes one already. The names of an entry that there is stay. */
export function draftLayerEntry(
  node: Node,
  vocabulary: Pick<CaffeVocabulary, 'own' | 'schema'>,
  domain: string,
  options: DraftOptions = {},
): DraftEntry {
  const { before } = options;
  const attributes = layerAttributes(vocabulary, vocabulary.schema, node.op, node.attributes.keys()).map(
    ({ name, field }) => [name, declared(field)] as const,
  );
  const made = {
    name: before?.name ?? node.op,
    domain: before?.domain ?? domain,
    for: { layer: node.op },
    attributes: Object.fromEntries(attributes),
  };
  const given = node.inputs.filter((value) => value !== undefined);
  const blobs = given.filter((value) => value.constant);
  const bottoms = given.length - blobs.length;
  const names = [
    ...(bottoms === 1 ? ['x'] : Array.from({ length: bottoms }, (_, k) => `x${k}`)),
    ...blobs.map((_, k) => layerFacts(vocabulary, node.op)?.blobs?.[k] ?? `blob_${k}`),
  ];
  return draft(made, names, node.outputs, options, 'float32');
}

/** The type of a field, and what the schema says where a layer does not say it. */
function declared({ type, repeated, otherwise }: CaffeField): { type: string; default?: unknown } {
  const one: CustomAttributeType = type.kind === 'scalar' ? (SCALARS[type.name] ?? 'int') : 'string';
  const whole = one === 'bool' ? 'int' : one;
  const own = repeated ? `${whole}s` : one;
  return { type: own, ...(otherwise !== undefined && !repeated && { default: otherwise }) };
}

/** Whole numbers have many names. */
const SCALARS: Readonly<Record<string, CustomAttributeType>> = {
  ...{ float: 'float', double: 'float', bool: 'bool', string: 'string', bytes: 'string' },
};
