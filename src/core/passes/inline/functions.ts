/** Calls of the model's own functions become the nodes of their bodies. Only on request: a function is a name that says something. */
import { functionKey, functionsOf } from '../../dialects/onnx/infer/context.ts';
import { onnxDomain, operatorSchema } from '../../dialects/onnx/operators.ts';
import type { Graph } from '../../ir/graph.ts';
import type { FunctionDefinition, Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { GraphPass, PassContext } from '../pass.ts';
import { BodyCopy } from './copy.ts';
import { replaceOutputs } from './splice.ts';

/** More nodes than a model is taken apart to: calls of calls may stand for more than anybody can hold. */
const MOST_NODES = 1_000_000;

export const inlineFunctions: GraphPass = {
  kind: 'graph',
  name: 'inline-functions',
  title: "Puts the bodies of the model's own functions in the place of their calls",
  dialect: 'onnx',
  reassociates: false,
  run(graph, context) {
    // Bodies are taken apart where they are called.
    if (rootOf(graph) !== context.model.graph) return;
    const functions = functionsOf(context.model);
    if (functions.size === 0) return;
    let room = MOST_NODES;
    const inline = (node: Node, calls: readonly FunctionDefinition[]): void => {
      const called = node.domain === '' ? undefined : functions.get(functionKey(node, node.op));
      const hindrance = called && hindranceOf(node, called, calls, context.model);
      if (hindrance) context.missed?.(node, hindrance);
      if (called && !hindrance) {
        room -= called.graph.nodes.length;
        if (room < 0) return;
        for (const inner of put(node, called, context)) inline(inner, [...calls, called]);
        return;
      }
      for (const each of node.subgraphs()) for (const inner of each.nodes) inline(inner, calls);
    };
    if (!graph.parent) for (const node of graph.nodes) inline(node, []);
  },
};

function rootOf(graph: Graph): Graph {
  let root = graph;
  for (let outer = root.parent?.graph; outer; outer = root.parent?.graph) root = outer;
  return root;
}

/** Why a call stays a call. */
function hindranceOf(
  node: Node,
  called: FunctionDefinition,
  calls: readonly FunctionDefinition[],
  model: Model,
): string | undefined {
  if (calls.includes(called)) return 'the function calls itself';
  if (node.outputs.length > called.graph.outputs.length || node.inputCount > called.graph.inputs.length)
    return 'it has more inputs or outputs than the function';
  for (const inner of called.graph.allNodes()) {
    const [own, other] = [called.opsetImports, model.opsetImports].map((imports) => versionIn(imports, inner.domain));
    if (other === undefined || own === other) continue;
    // Versions of a domain may differ as long as the operator is the same in both.
    const schemas = [own, other].map((version) => version && operatorSchema(inner.domain, inner.op, version));
    if (!schemas[0] || schemas[0] !== schemas[1])
      return `its body means ${inner.operator} of version ${own}, and the model imports ${other}`;
  }
  return undefined;
}

function versionIn(imports: ReadonlyMap<string, number>, domain: string): number | undefined {
  return imports.get(domain) ?? (onnxDomain(domain) === '' ? (imports.get('') ?? imports.get('ai.onnx')) : undefined);
}

/** Puts a copy of the body in the place of a call; gives its nodes. */
function put(call: Node, called: FunctionDefinition, context: PassContext): readonly Node[] {
  const { graph } = call;
  if (!graph) return [];
  for (const [domain, version] of called.opsetImports) {
    if (versionIn(context.model.opsetImports, domain) === undefined) context.model.opsetImports.set(domain, version);
  }
  const copy = new BodyCopy(call, called);
  const nodes = copy.into(graph);
  const results = copy.results;
  context.infer(...nodes);
  const used = call.outputs.map((output, k) => (output.useCount > 0 && results[k] ? results[k] : undefined));
  const made = replaceOutputs(call, used, new Set(nodes), context);
  if (call.outputs.some((output) => output.useCount > 0)) {
    throw new Error(
      `the function ${called.name} gives nothing for an output of ${call.name ?? call.operator} that is read`,
    );
  }
  graph.nodes.remove(call);
  context.record(`the function ${called.name} is put where it is called`, [call], [...nodes, ...made]);
  context.infer(...made);
  return nodes;
}
