/** What a model is, in numbers and names: the first thing that the panel and the host learn of it. */
import { typeText } from '../core/ir/type.ts';
import type { Value } from '../core/ir/value.ts';
import type { ModelSummary, ValueSummary } from '../shared/graph.ts';
import type { ModelId } from '../shared/identifiers.ts';
import type { PlacedProblem } from '../shared/problems.ts';
import type { CoreModel } from './engine.ts';
import type { OpenGraph } from './open-graph.ts';

export function summaryOf(
  id: ModelId,
  opened: CoreModel,
  graph: OpenGraph,
  problems: readonly PlacedProblem[],
): ModelSummary {
  const { model } = opened;
  const values = (list: readonly Value[]): ValueSummary[] =>
    list.map((value) => ({ id: graph.valueId(value), name: value.name ?? '', type: typeText(value.type) }));
  const operators = new Map<string, number>();
  let parameterCount = 0;
  let parameterBytes = 0;
  for (const node of graph.allNodes()) operators.set(node.operator, (operators.get(node.operator) ?? 0) + 1);
  for (const { constant } of model.graph.initializers) {
    parameterCount += constant?.count ?? 0;
    parameterBytes += constant && constant.dtype !== 'string' ? constant.byteLength : 0;
  }
  return {
    id,
    path: opened.path,
    format: opened.format.title,
    dialect: model.dialect,
    fileBytes: opened.fileBytes,
    inputs: values(model.graph.inputs.filter((value) => !value.constant)),
    outputs: values(model.graph.outputs),
    opsets: [...model.opsetImports].map(([domain, version]) => ({ domain: domain || 'ai.onnx', version })),
    nodeCount: graph.allNodes().length,
    parameterCount,
    parameterBytes,
    operators: [...operators]
      .map(([operator, count]) => ({ operator, count }))
      .sort((a, b) => b.count - a.count || (a.operator < b.operator ? -1 : 1)),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    metadata: [...model.metadata],
    documentation: model.doc,
    roots: graph.roots.map(({ group, title }) => ({ group: group.id, title, nodeCount: group.nodeCount })),
    problems,
  };
}
