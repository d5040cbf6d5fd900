/** Where constants stand: among the initializers, each of them, and not among the inputs. */
import { constantAttribute } from '../../dialects/onnx/data.ts';
import { CONSTANTS_ALONE, whyListed } from '../../dialects/onnx/listed-constants.ts';
import type { GraphPass } from '../pass.ts';

/** Constant nodes become initializers; a graph output stays with its node. */
export const liftConstants: GraphPass = {
  kind: 'graph',
  name: 'lift-constants',
  title: 'Makes initializers of Constant nodes',
  dialect: 'onnx',
  reassociates: false,
  run(graph, context) {
    // Functions have no place for constants outside of nodes.
    if (graph !== context.model.graph && !graph.parent) return;
    for (const node of graph.nodes) {
      if (node.op !== 'Constant' || node.domain !== '') continue;
      const output = node.output();
      const constant = constantAttribute(node);
      if (!constant || output.isGraphOutput) continue;
      const initializer = graph.addInitializer({ name: output.name, constant });
      output.replaceAllUsesWith(initializer);
      graph.nodes.remove(node);
      context.record('it is a constant', [node], [], { after: [initializer] });
    }
  },
};

/**
 * Constants that stand among the inputs because they had to: nobody gives them. In a model of IR 3 that is every one; the
 * exporters of dialects/onnx/listed-constants.ts went on with it.
 */
export const dropConstantInputs: GraphPass = {
  kind: 'graph',
  name: 'drop-constant-inputs',
  title: 'Takes constants from among the inputs, where IR version 3 or the exporter had to list them',
  dialect: 'onnx',
  reassociates: false,
  run(graph, { model, record }) {
    const reason = graph === model.graph ? whyListed(model) : undefined;
    if (reason === undefined) return;
    const given = graph.inputs.filter((value) => !value.constant);
    const count = graph.inputs.length - given.length;
    if (count === 0) return;
    for (const value of graph.inputs) value.overridable = false;
    graph.inputs.splice(0, graph.inputs.length, ...given);
    model.irVersion = Math.max(model.irVersion, CONSTANTS_ALONE);
    record(`${count} inputs are constants, ${reason}`, [], []);
  },
};
