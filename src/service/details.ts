/** Everything about one node, for the details panel. */
import type { Node } from '../core/ir/node.ts';
import { typeText } from '../core/ir/type.ts';
import type { Value } from '../core/ir/value.ts';
import type { NodePlace } from '../shared/graph.ts';
import type { NodeDetails, SlotRow, ValueRow } from '../shared/node.ts';
import { categoryOf } from './categories.ts';
import { attributeRow, constantOf, previewOf } from './describe.ts';
import { labelOf, type OpenGraph } from './open-graph.ts';
import type { SlotNames } from './slots.ts';

const SHOWN_READERS = 12;

export function nodeDetails(graph: OpenGraph, node: Node, slots: SlotNames): NodeDetails {
  const inputs = slots.inputs(node);
  const outputs = slots.outputs(node);
  return {
    id: graph.idOf(node),
    name: labelOf(node),
    operator: node.operator,
    domain: node.domain,
    overload: node.overload,
    category: categoryOf(node),
    documentation: node.doc ?? '',
    attributes: [...node.attributes].map(([name, attribute]) => attributeRow(name, attribute)),
    inputs: node.inputs.map((value, k) => slotRow(graph, inputs[k] ?? String(k), value)),
    outputs: node.outputs.map((value, k) => slotRow(graph, outputs[k] ?? String(k), value)),
    scope: node.scope.map(({ path, type }) => ({ path, type })),
    origin: node.origin.map((frame) => ({ ...frame })),
    metadata: [...node.metadata],
    place: graph.placeOf(node),
  };
}

function slotRow(graph: OpenGraph, name: string, value: Value | undefined): SlotRow {
  return value ? { name, value: valueRow(graph, value) } : { name };
}

export function valueRow(graph: OpenGraph, value: Value): ValueRow {
  const constant = constantOf(value);
  const readers: NodePlace[] = [];
  for (const reader of value.users) {
    if (readers.length === SHOWN_READERS) break;
    readers.push(graph.placeOf(reader));
  }
  const preview = constant && previewOf(constant);
  return {
    id: graph.valueId(value),
    name: value.name ?? '',
    type: typeText(value.type),
    role: constant || value.constant ? 'constant' : value.producer ? 'computed' : 'input',
    ...(value.producer && !constant && { producer: graph.placeOf(value.producer) }),
    readers,
    readerCount: value.useCount,
    ...(preview !== undefined && { preview }),
  };
}
