/** Models for tests, written as ONNX text. */
import { parseFunctions, parseGraph, parseModel } from '../../src/core/formats/onnxtxt/parse.ts';
import type { Graph } from '../../src/core/ir/graph.ts';
import type { Dialect, FunctionDefinition, Model } from '../../src/core/ir/model.ts';
import type { Node } from '../../src/core/ir/node.ts';

/** The header of a text that has none: the pivot opset. */
const HEADER = '<ir_version: 10, opset_import: ["" : 22]>';

/** A model from its text, with or without a header: ``model(`g (float[2] x) => (float[2] y) { y = Relu (x) }`)``. */
export function model(text: string): Model {
  return parseModel(text.trimStart().startsWith('<') ? text : `${HEADER}\n${text}`, 'test.onnxtxt');
}

/** A graph from its text; `aten` and `caffe` graphs are written with their domains: `y = aten.relu (x)`. */
export function graph(text: string, dialect: Dialect = 'onnx'): Graph {
  return parseGraph(text, 'test.onnxtxt', dialect);
}

/** Functions from their text, each with the header that names its domain. */
export function functions(text: string): FunctionDefinition[] {
  return parseFunctions(text, 'test.onnxtxt');
}

/** The node that makes the value of a name, in a graph or its subgraphs; throws where there is none. */
export function nodeOf(graph: Graph, output: string): Node {
  for (const node of graph.allNodes()) if (node.outputs.some((value) => value.name === output)) return node;
  throw new Error(`no node makes '${output}'`);
}
