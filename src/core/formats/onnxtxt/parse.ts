/** ONNX text to graphs: models, graphs, functions (onnx docs/Syntax.md and defs/parser.cc of onnx 1.23). */
import type { Graph } from '../../ir/graph.ts';
import type { Dialect, FunctionDefinition, Model } from '../../ir/model.ts';
import { ExternalFiles, keepDataFiles } from '../onnx/external.ts';
import { buildFunction, buildGraph, buildModel } from './build.ts';
import { type BuildFault, Building, type BuildOptions } from './building.ts';
import type { TextSyntax } from './syntax.ts';
import { faultsOf, parseFunctionsText, parseGraphText, parseText } from './syntax-text.ts';

/**
 * Parses a model. `fileName` is for messages and origins; data in other files is looked for beside it. A header may name
 * its `dialect` ("aten", "caffe"), which the printer writes for models that are not ONNX.
 * Throws InputError `syntax-error` with line and column for the first of what is wrong.
 */
export function parseModel(text: string, fileName: string, options: Omit<BuildOptions, 'fileName'> = {}): Model {
  const tree = parseText(text);
  const building = strictly(text, tree, { ...options, fileName, lenient: false });
  const model = buildModel(building, tree);
  keepDataFiles(model, building.files);
  return model;
}

/** Parses one graph, without the header of a model. */
export function parseGraph(text: string, fileName: string, dialect: Dialect = 'onnx'): Graph {
  const tree = parseGraphText(text);
  const building = strictly(text, tree, { fileName, dialect });
  if (!tree.graph) throw new Error('a text without faults has a graph');
  const linker = buildGraph(building, tree.graph);
  linker.link();
  return linker.graph;
}

/** Parses the functions of a text that holds nothing else, such as the bodies of custom operators. */
export function parseFunctions(text: string, fileName: string): FunctionDefinition[] {
  const tree = parseFunctionsText(text);
  const building = strictly(text, tree, { fileName });
  return tree.functions.map((syntax) => buildFunction(building, syntax));
}

function strictly(text: string, tree: TextSyntax, options: BuildOptions): Building {
  const building = new Building(text, new ExternalFiles(options.fileName), options);
  const [first] = faultsOf(tree);
  if (first) throw building.error(first);
  return building;
}

/** A model of what a text holds, however wrong it is, and where its nodes and values stand. */
export interface BuiltText extends Pick<Building, 'nodes' | 'nodeOf' | 'values' | 'broken'> {
  readonly model: Model;
  /** What the text says and what cannot be, besides the faults of the tree. */
  readonly faults: readonly BuildFault[];
}

/**
 * Makes a model of a tree for the checker: names that nothing defines, or that are defined twice, are left to it. A node
 * whose statement is broken is there with what it has; its operator may be empty. An initializer whose elements are wrong
 * is a value that nothing makes, listed as `broken`.
 */
export function buildLeniently(text: string, tree: TextSyntax, options: Omit<BuildOptions, 'lenient'>): BuiltText {
  const building = new Building(text, new ExternalFiles(options.fileName), { ...options, lenient: true });
  const model = buildModel(building, tree);
  keepDataFiles(model, building.files);
  const { nodes, nodeOf, values, broken, faults } = building;
  return { model, nodes, nodeOf, values, broken, faults };
}
