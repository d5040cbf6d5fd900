/** One node or constant as ONNX text, for people: names as they are, large constants and subgraphs shortened. */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { nameText } from './names.ts';
import { operatorText } from './print-headers.ts';
import { attributeText, fewElements, typeToText } from './print-values.ts';

/** `[conv_1] y = Conv <group: int = 2> (x, w)`. */
export function nodeText(node: Node): string {
  const label = node.name === undefined ? '' : `[${nameText(node.name)}] `;
  const attributes = [...node.attributes].map(([name, attribute]) =>
    attributeText(name, attribute, {
      data: fewElements,
      floatBits: 32,
      notes: false,
      graph: (graph) => `${nameText(graph.name)} {...}`,
    }),
  );
  const angle = attributes.length > 0 ? ` <${attributes.join(', ')}>` : '';
  return `${label}${namesText(node.outputs)} = ${operatorText(node)}${angle} (${namesText(node.inputs)})`;
}

/** `float[2] scale = {1, 2}`. */
export function constantText({ name = '', type, constant }: Value): string {
  const words = [type ? `${typeToText(type)} ` : '', nameText(name), constant ? ` = ${fewElements(constant)}` : ''];
  return words.join('');
}

function namesText(values: readonly (Value | undefined)[]): string {
  return values.map((value) => nameText(value?.name ?? '')).join(', ');
}
