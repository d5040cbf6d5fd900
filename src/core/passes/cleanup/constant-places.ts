/** Where constants stand: among the initializers, each of them, and not among the inputs. */
import { constantAttribute } from '../../dialects/onnx/data.ts';
import type { GraphPass } from '../pass.ts';

/** Before this IR version every constant had to be an input as well. */
const CONSTANTS_ALONE = 4;

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

/** Constants that stand among the inputs of a model of IR 3 because they had to: nobody gives them. */
export const dropConstantInputs: GraphPass = {
  kind: 'graph',
  name: 'drop-constant-inputs',
  title: 'Takes constants from among the inputs, where IR version 3 had to list them',
  dialect: 'onnx',
  reassociates: false,
  run(graph, { model, record }) {
    if (graph !== model.graph || model.irVersion >= CONSTANTS_ALONE || model.irVersion === 0) return;
    const given = graph.inputs.filter((value) => !value.constant);
    const count = graph.inputs.length - given.length;
    if (count === 0) return;
    graph.inputs.splice(0, graph.inputs.length, ...given);
    model.irVersion = CONSTANTS_ALONE;
    record(`${count} inputs are constants, which need not be inputs from IR version 4 on`, [], []);
  },
};
