/** A model: a graph, the functions that it calls, and what a file says about itself. */
import type { Attribute } from './attribute.ts';
import type { Graph } from './graph.ts';

/** The vocabulary of a graph's operators. */
export type Dialect = 'onnx' | 'aten' | 'caffe';

/** A function: a graph with a signature, called by nodes of its name. */
export interface FunctionDefinition {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly graph: Graph;
  readonly opsetImports: Map<string, number>;
  /** Names of attributes that a call must give, and of those that have a default. */
  readonly attributes: readonly string[];
  readonly attributeDefaults: ReadonlyMap<string, Attribute>;
  readonly doc?: string | undefined;
  readonly metadata: Map<string, string>;
  readonly unknown?: Uint8Array | undefined;
}

export interface Model {
  readonly dialect: Dialect;
  readonly graph: Graph;
  readonly functions: FunctionDefinition[];
  /** Domain to version; `''` is ai.onnx. Empty for dialects without versions. */
  readonly opsetImports: Map<string, number>;
  irVersion: number;
  producerName: string;
  producerVersion: string;
  domain: string;
  modelVersion: bigint;
  doc: string;
  readonly metadata: Map<string, string>;
  unknown: Uint8Array | undefined;
  /** The file that it was read from; undefined for one that was made. */
  readonly file: string | undefined;
}

export interface ModelOptions {
  readonly opsetImports?: Iterable<readonly [string, number]>;
  readonly irVersion?: number;
  readonly file?: string | undefined;
}

export function makeModel(dialect: Dialect, graph: Graph, options: ModelOptions = {}): Model {
  // Until IR 3 every constant had to be an input as well, and was none that callers gave.
  for (const input of graph.inputs) input.overridable = input.constant !== undefined && (options.irVersion ?? 0) >= 4;
  return {
    dialect,
    graph,
    functions: [],
    opsetImports: new Map(options.opsetImports),
    irVersion: options.irVersion ?? 0,
    producerName: '',
    producerVersion: '',
    domain: '',
    modelVersion: 0n,
    doc: '',
    metadata: new Map(),
    unknown: undefined,
    file: options.file,
  };
}
