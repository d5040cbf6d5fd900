/** What a node's inputs and outputs are called by its operator. */
import { schemaOf, takesInputs } from '../core/dialects/aten/schemas.ts';
import { type Formal, operatorSchema } from '../core/dialects/onnx/operators.ts';
import type { Model } from '../core/ir/model.ts';
import type { Node } from '../core/ir/node.ts';

/** Names in the order of a node's slots; shorter than the slots where nothing is known. */
export interface SlotNames {
  inputs(node: Node): readonly string[];
  outputs(node: Node): readonly string[];
}

/** Where no schema is known: slots are numbered. */
export const NUMBERED: SlotNames = { inputs: () => [], outputs: () => [] };

/** The names that the operators of a model's dialect give. */
export function slotNames(model: Model): SlotNames {
  switch (model.dialect) {
    case 'onnx': {
      const schema = (node: Node) => operatorSchema(node.domain, node.op, model.opsetImports.get(node.domain) ?? 0);
      return {
        inputs: (node) => formalNames(schema(node)?.inputs ?? [], node.inputCount),
        outputs: (node) => formalNames(schema(node)?.outputs ?? [], node.outputs.length),
      };
    }
    case 'aten':
      return { inputs: atenInputs, outputs: atenOutputs };
    case 'caffe':
      return NUMBERED;
  }
}

/** A variadic slot's name is numbered: `inputs 0`, `inputs 1`. */
function formalNames(formals: readonly Formal[], count: number): string[] {
  const names: string[] = [];
  for (const { name, kind } of formals) {
    if (kind !== 'variadic') names.push(name);
    else for (let k = 0; names.length < count; k++) names.push(`${name} ${k}`);
  }
  return names;
}

/** A list of tensors takes as many slots as the attribute of its name says. */
function atenInputs(node: Node): string[] {
  const schema = schemaOf(node);
  return (schema?.arguments ?? []).filter(takesInputs).flatMap(({ name, type }) => {
    if (!type.list) return [name];
    const attribute = node.attributes.get(name);
    const count = attribute?.type === 'int' ? Number(attribute.value) : 0;
    return Array.from({ length: count }, (_, k) => `${name} ${k}`);
  });
}

function atenOutputs(node: Node): string[] {
  const results = schemaOf(node)?.results ?? [];
  return results.map(({ name }, k) => name || (results.length === 1 ? 'result' : `result ${k}`));
}
