/** The layers of a prototxt as they are written, and whether it is a network at all: other tools have files of that ending. */
import type { CaffeMessage } from '../../dialects/caffe/schema.ts';
import { V1_TYPES } from '../../formats/caffe/v1-types.ts';
import type { Span } from '../text.ts';
import {
  type FieldSyntax,
  isMessage,
  type MessageSyntax,
  messagesOf,
  type PrototxtSyntax,
  type ScalarSyntax,
  scalarsOf,
  textOf,
} from './syntax.ts';

export interface LayerSyntax {
  /** `layer` or `layers`, with all that is in it. */
  readonly field: FieldSyntax;
  readonly body: MessageSyntax;
  /** Of layers from before 2014 that have another one within, this one: it has the name and the type. */
  readonly inner: MessageSyntax;
  readonly name: ScalarSyntax | undefined;
  readonly type: ScalarSyntax | undefined;
  /** Its type as it is called today; undefined where it has none that is known. */
  readonly op: string | undefined;
  readonly bottoms: readonly ScalarSyntax[];
  readonly tops: readonly ScalarSyntax[];
  readonly phases: ReadonlySet<Phase>;
  /** Whether levels and stages decide too. */
  readonly conditional: boolean;
}

export type Phase = 'TRAIN' | 'TEST';

/** The layers of a text, in their order. */
export function layersIn({ fields }: PrototxtSyntax): LayerSyntax[] {
  return fields.flatMap((field) => {
    if (field.name.text !== 'layer' && field.name.text !== 'layers') return [];
    return field.values.filter(isMessage).map((body) => layerOf(field, body));
  });
}

function layerOf(field: FieldSyntax, body: MessageSyntax): LayerSyntax {
  const [within] = field.name.text === 'layers' ? messagesOf(body.fields, 'layer') : [];
  const inner = within ?? body;
  const type = scalarsOf(inner.fields, 'type').at(-1);
  const word = type && textOf(type);
  const old = field.name.text === 'layers' && !within;
  return {
    field,
    body,
    inner,
    name: scalarsOf(inner.fields, 'name').at(-1),
    type,
    op: old && word !== undefined ? V1_TYPES[word] : word,
    bottoms: scalarsOf(body.fields, 'bottom'),
    tops: scalarsOf(body.fields, 'top'),
    ...rulesOf(body.fields),
  };
}

/** In which phases a layer counts: BVLC/caffe, src/caffe/net.cpp, StateMeetsRule. */
function rulesOf(fields: readonly FieldSyntax[]): Pick<LayerSyntax, 'phases' | 'conditional'> {
  const [includes, excludes] = [messagesOf(fields, 'include'), messagesOf(fields, 'exclude')];
  const phaseOf = (rule: MessageSyntax) => scalarsOf(rule.fields, 'phase').at(-1)?.text;
  const plain = (rule: MessageSyntax) => rule.fields.every(({ name }) => name.text === 'phase');
  const all: readonly Phase[] = ['TRAIN', 'TEST'];
  const included = all.filter(
    (phase) => includes.length === 0 || includes.some((rule) => [undefined, phase].includes(phaseOf(rule) as Phase)),
  );
  const phases = included.filter(
    (phase) => !excludes.some((rule) => plain(rule) && [undefined, phase].includes(phaseOf(rule) as Phase)),
  );
  return { phases: new Set(phases), conditional: ![...includes, ...excludes].every(plain) };
}

/** The layer that holds a field, or is it. */
export function layerAround(layers: readonly LayerSyntax[], { start }: Span): LayerSyntax | undefined {
  let low = 0;
  let high = layers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((layers[middle]?.field.start ?? 0) <= start) low = middle;
    else high = middle - 1;
  }
  const found = layers[low];
  return found && found.field.start <= start && start <= found.field.end ? found : undefined;
}

/** Fields that every layer has one of. */
const OF_LAYERS = new Set(['name', 'type', 'top', 'bottom', 'layer']);

/**
 * Whether a text is a network: it has layers that are some, or says nothing yet that a network does not. Solvers, maps of labels and
 * graphs of TensorFlow have fields that no network has.
 */
export function isNetwork(syntax: PrototxtSyntax, nets: readonly CaffeMessage[]): boolean {
  const { fields } = syntax;
  const layers = layersIn(syntax);
  if (layers.length > 0)
    return layers.some(
      ({ body }) => body.fields.length === 0 || body.fields.some(({ name }) => OF_LAYERS.has(name.text)),
    );
  return fields.every(({ name, values }) => values.length === 0 || nets.some((net) => net.fields.has(name.text)));
}
