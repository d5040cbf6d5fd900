/** What a model is made of, in numbers and names. */
import { typeText } from './ir/type.ts';
import type { OpenedModel } from './open.ts';

export interface Summary {
  readonly format: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly nodes: number;
  readonly operators: readonly { readonly operator: string; readonly count: number }[];
  readonly parameters: number;
  readonly parameterBytes: number;
  /** Module paths with their classes, in the order of the program. */
  readonly modules: readonly { readonly path: string; readonly type: string }[];
}

export function summarize({ model, format }: OpenedModel): Summary {
  const operators = new Map<string, number>();
  const modules = new Map<string, string>();
  let nodes = 0;
  for (const node of model.graph.allNodes()) {
    nodes++;
    operators.set(node.operator, (operators.get(node.operator) ?? 0) + 1);
    for (const { path, type } of node.scope) if (path !== '') modules.set(path, type);
  }
  const constants = [...model.graph.initializers].flatMap((value) => value.constant ?? []);
  return {
    format: format.title,
    // IR 3 lists initializers among the inputs: those are parameters.
    inputs: model.graph.inputs
      .filter((value) => !value.constant)
      .map((value) => ({ name: value.name ?? '', type: typeText(value.type) })),
    outputs: model.graph.outputs.map((value) => ({ name: value.name ?? '', type: typeText(value.type) })),
    opsets: [...model.opsetImports].map(([domain, version]) => ({ domain: domain || 'ai.onnx', version })),
    nodes,
    operators: [...operators].map(([operator, count]) => ({ operator, count })).sort((a, b) => b.count - a.count),
    parameters: constants.reduce((sum, tensor) => sum + tensor.count, 0),
    parameterBytes: constants.reduce((sum, tensor) => sum + tensor.byteLength, 0),
    modules: [...modules].map(([path, type]) => ({ path, type })),
  };
}
