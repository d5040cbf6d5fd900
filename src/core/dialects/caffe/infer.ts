/** Shapes of the blobs of a network, by the parameters of its layers alone: no weights are needed. */
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Shape } from '../../ir/shape.ts';
import { tensorType } from '../../ir/type.ts';
import { asRead } from './as-read.ts';
import { ARITHMETIC_SHAPES } from './infer-arithmetic.ts';
import { LayerShapes, Open, type ShapeRule, type ShapeRules } from './infer-layer.ts';
import { MOVEMENT_SHAPES } from './infer-movement.ts';
import { WINDOW_SHAPES } from './infer-windows.ts';
import type { CaffeVocabulary } from './vocabulary.ts';

const RULES: ShapeRules = { ...ARITHMETIC_SHAPES, ...MOVEMENT_SHAPES, ...WINDOW_SHAPES };

/** The layer types whose shapes are inferred. */
export const INFERRED_LAYERS: readonly string[] = Object.keys(RULES);

/** Types every top of a network as far as its shape follows from those of the inputs; what does not follow stays as it is. */
export function inferCaffe(graph: Graph, dialect: Pick<CaffeVocabulary, 'id' | 'schema' | 'reader'>): void {
  for (const node of graph.nodes) {
    const shapes = shapesOf(node, graph, dialect);
    for (const [k, output] of node.outputs.entries()) {
      const shape = shapes[k];
      if (shape) output.type = tensorType('float32', shape);
    }
  }
}

function shapesOf(
  node: Node,
  { initializers }: Graph,
  { id, schema, reader }: Pick<CaffeVocabulary, 'id' | 'schema' | 'reader'>,
): readonly (Shape | undefined)[] {
  const rule: ShapeRule | undefined = Object.hasOwn(RULES, node.op) ? RULES[node.op] : undefined;
  if (!rule) return [];
  const bottoms = node.inputs.filter((value) => value && !initializers.has(value)).map((value) => value?.shape);
  try {
    return rule(new LayerShapes(node, asRead(node, reader), bottoms, schema, id));
  } catch (error) {
    if (error instanceof Open) return [];
    throw error;
  }
}
