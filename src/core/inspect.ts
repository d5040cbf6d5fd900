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
  readonly fileBytes: number;
  /** The modules that run, in the order of the program; nodes and parameters of those within them count too. */
  readonly modules: readonly ModuleSummary[];
  /** Of a Caffe network: the dialect that it was read as, then the others, the best first; scores from 0 to 1. */
  readonly dialects?: readonly { readonly id: string; readonly title: string; readonly score: number }[];
}

export interface ModuleSummary {
  readonly path: string;
  readonly type: string;
  readonly nodes: number;
  readonly parameters: number;
}

export function summarize({ model, format, fileBytes, dialects }: OpenedModel): Summary {
  const operators = new Map<string, number>();
  const modules = new Map<string, { type: string; nodes: number; parameters: number }>();
  let nodes = 0;
  for (const node of model.graph.allNodes()) {
    nodes++;
    operators.set(node.operator, (operators.get(node.operator) ?? 0) + 1);
    for (const { path, type } of node.scope) {
      const module = modules.get(path) ?? { type, nodes: 0, parameters: 0 };
      module.nodes++;
      if (path !== '') modules.set(path, module);
    }
  }
  for (const { name = '', constant } of model.graph.initializers) {
    for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      const module = modules.get(name.slice(0, dot));
      if (module) module.parameters += constant?.count ?? 0;
    }
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
    fileBytes,
    modules: [...modules].map(([path, module]) => ({ path, ...module })),
    ...(dialects && { dialects }),
  };
}
