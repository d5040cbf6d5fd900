/** What stands at a position of a prototxt: a field by its name, or a value of it, with the messages around. */
import type { CaffeField, CaffeMessage } from '../../dialects/caffe/schema.ts';
import type { PrototxtDocument } from './document.ts';
import { type LayerSyntax, layerAround } from './layers.ts';
import { type FieldSyntax, holds, isMessage, isScalar, type ScalarSyntax } from './syntax.ts';

export interface Spot {
  /** From the outermost field to the one at hand. */
  readonly path: readonly FieldSyntax[];
  readonly field: FieldSyntax;
  /** Undefined where the name of the field is meant. */
  readonly scalar: ScalarSyntax | undefined;
  readonly layer: LayerSyntax | undefined;
  /** What the dialect knows of the field; undefined where it has none of that name. */
  readonly facts: CaffeField | undefined;
  /** The message that has the field. */
  readonly holder: CaffeMessage | undefined;
}

export function spotAt(document: PrototxtDocument, offset: number): Spot | undefined {
  const path: FieldSyntax[] = [];
  let fields: readonly FieldSyntax[] = document.tree.fields;
  let holder: CaffeMessage | undefined = document.dialect?.schema.net;
  for (;;) {
    const field = fieldHolding(fields, offset);
    if (!field) return undefined;
    path.push(field);
    const facts = holder?.fields.get(field.name.text);
    const found = { path, field, facts, holder, layer: layerAround(document.layers, field) };
    if (holds(field.name, offset)) return { ...found, scalar: undefined };
    const value = field.values.find((each) => holds(each, offset));
    if (isScalar(value)) return { ...found, scalar: value };
    if (!isMessage(value)) return undefined;
    fields = value.fields;
    holder = facts?.type.kind === 'message' ? facts.type.message : undefined;
  }
}

/** Fields stand in order: of two that touch an offset, the one that begins there. */
function fieldHolding(fields: readonly FieldSyntax[], offset: number): FieldSyntax | undefined {
  let low = 0;
  let high = fields.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((fields[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const found = fields[low];
  return found && holds(found, offset) ? found : undefined;
}
