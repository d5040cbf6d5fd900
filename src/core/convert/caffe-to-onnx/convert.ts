/** A Caffe network to a new ONNX graph at the pivot opset: layers in order, each by the rule of its type in its dialect. */

import { type CustomOperators, NO_CUSTOM_OPERATORS } from '../../custom/definition.ts';
import type { CaffeSchema } from '../../dialects/caffe/schema.ts';
import { schemaFor } from '../../formats/caffe/dialects.ts';
import { Graph } from '../../ir/graph.ts';
import { type Model, makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { tensorType } from '../../ir/type.ts';
import { Value } from '../../ir/value.ts';
import { type Problem, problem, Refusal, refuse } from '../../problems/problem.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import { type OnnxBuilder, onnxBuilder } from '../builder.ts';
import { PIVOT_IR_VERSION, PIVOT_OPSET } from '../pivot.ts';
import { Blobs } from './blobs.ts';
import { customLayer, customRule } from './custom-layer.ts';
import { Layer, TARGET } from './layer.ts';
import { domainOf, ownOperator } from './own-operator.ts';
import type { LayerRule } from './rule.ts';
import { ruleOf } from './rules.ts';
import { undefinedLayer } from './undefined.ts';

export interface CaffeToOnnxResult {
  /** At the pivot opset. Where there are problems of severity error it is incomplete and must not be written. */
  readonly model: Model;
  readonly problems: readonly Problem[];
}

/**
 * Converts a model of dialect `caffe`, read as the dialect of `backend`. Layers that the user has declared become one node of
 * their operator. Inputs and outputs keep their names and order; all problems are collected.
 */
export function caffeToOnnx(
  model: Model,
  backend: CaffeBackend,
  custom: CustomOperators = NO_CUSTOM_OPERATORS,
): CaffeToOnnxResult {
  return new Conversion(model, backend, custom).run();
}

class Conversion {
  private readonly graph: Graph;
  private readonly onnx: OnnxBuilder;
  private readonly blobs: Blobs;
  private readonly schema: CaffeSchema;
  /** What stands for a blob of the network; a value without a type where a problem before it explains why. */
  private readonly values = new Map<Value, Value>();
  private readonly problems: Problem[] = [];
  private readonly domains = new Set<string>();

  constructor(
    private readonly model: Model,
    private readonly backend: CaffeBackend,
    private readonly custom: CustomOperators,
  ) {
    this.graph = new Graph(model.graph.name || 'main');
    this.onnx = onnxBuilder(this.graph, PIVOT_OPSET);
    this.blobs = new Blobs(this.onnx);
    this.schema = schemaFor(backend);
  }

  run(): CaffeToOnnxResult {
    const { graph: source } = this.model;
    // They keep their names; blobs between them take what is left.
    for (const value of [...source.inputs, ...source.outputs]) this.onnx.keep(value.name);
    for (const input of source.inputs) this.input(input);
    for (const node of source.nodes) this.lower(node);
    this.outputs();
    dropUnused(this.graph);
    nameApart(this.graph);
    for (const value of this.graph.initializers) if (value.useCount === 0) this.graph.initializers.delete(value);
    const opsetImports = new Map([['', PIVOT_OPSET], ...[...this.domains].map((domain) => [domain, 1] as const)]);
    const { file, metadata } = this.model;
    const made = makeModel('onnx', this.graph, { opsetImports, irVersion: PIVOT_IR_VERSION, file });
    for (const [key, value] of metadata) made.metadata.set(key, value);
    return { model: made, problems: this.problems };
  }

  private input(input: Value): void {
    const { name = '', shape } = input;
    const made = this.graph.addInput({ name, type: tensorType('float32', shape) });
    this.values.set(input, made);
    this.onnx.dimensions.offer(made, shape ?? []);
    // Nobody needs the sizes of what nobody reads.
    if (shape || input.users.size === 0) return;
    this.values.set(input, new Value({ name }));
    const reason = 'the network does not say its sizes';
    this.problems.push(problem('shape-unknown', undefined, { operator: `the input ${name}`, reason }));
  }

  private lower(node: Node): void {
    const { initializers } = this.model.graph;
    const given = node.inputs.filter((value) => value !== undefined);
    const bottoms = given.filter((value) => !initializers.has(value)).map((value) => this.valueOf(value));
    const blobs = given.filter((value) => initializers.has(value));
    const definition = customLayer(this.custom, node);
    const rule = definition ? customRule(definition) : (ruleOf(this.backend, node.op) ?? this.ownRule(node));
    if (definition) this.domains.add(definition.domain);
    try {
      if (!rule) refuse('unsupported-operator', node, { target: TARGET });
      if (bottoms.some((value) => !value.type)) this.standIn(node);
      else {
        const layer = new Layer(node, bottoms, blobs, this.blobs, this.backend, this.schema);
        this.onnx.from(standFor(node));
        const made = rule(layer, this.onnx);
        // What a user's operator does not take is no field of it.
        if (!definition) layer.finish();
        this.problems.push(...layer.problems);
        this.finish(node, made instanceof Value ? [made] : made);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.problems.push(ofLayer(node, error));
      this.standIn(node);
    }
  }

  /** The rule of a layer of which nobody says what it computes. */
  private ownRule(node: Node): LayerRule | undefined {
    const { base } = this.backend;
    const known = undefinedLayer(base, node.op);
    if (!known) return undefined;
    this.domains.add(domainOf(base));
    return ownOperator(base, known);
  }

  /** Blobs for what could not be made, so that the layers behind it are looked at too. */
  private standIn(node: Node): void {
    for (const { name } of node.outputs) if (name !== undefined) this.onnx.keep(name);
    for (const output of node.outputs) this.values.set(output, new Value({ name: output.name }));
  }

  private valueOf(blob: Value): Value {
    const found = this.values.get(blob);
    if (!found) throw new Error(`blob ${blob.name} is read before it is made`);
    return found;
  }

  /** Gives the results their names: blobs keep theirs, and what makes them has the name of the layer. */
  private finish(node: Node, results: readonly Value[]): void {
    if (results.length < node.outputs.length) {
      const reason = `it has ${node.outputs.length} tops, and makes ${results.length}`;
      refuse('invalid-model', node, { reason });
    }
    const built = new Set(this.onnx.built);
    for (const [k, output] of node.outputs.entries()) {
      const result = results[k];
      if (!result) continue;
      this.values.set(output, result);
      const isNew = result.producer !== undefined && built.delete(result.producer);
      if (!isNew || !output.name) continue;
      if (!this.model.graph.outputs.includes(output)) result.name = this.onnx.unique(output.name);
      if (result.producer && node.name) result.producer.name = node.name;
    }
  }

  /** Outputs keep their names: where a value has one for good already, an Identity gives it theirs. */
  private outputs(): void {
    const named = new Set<Value>();
    for (const output of this.model.graph.outputs) {
      let value = this.valueOf(output);
      if (value.type && output.producer && (!value.producer || named.has(value))) {
        this.onnx.from(standFor(output.producer));
        value = this.onnx.Identity(value);
      }
      // An input that nobody reads is an output of a Caffe network, under its own name.
      if (value.producer) value.name = output.name;
      named.add(value);
      if (value.type && !value.shape) this.withoutShape(output);
      this.graph.addOutput(value);
    }
  }

  /**
   * Runtimes take an output without a shape. ONNX's specification (docs/IR.md, Graphs) and its checker want one of the main graph,
   * which may leave sizes open, but not the rank.
   */
  private withoutShape({ name = '', producer }: Value): void {
    this.problems.push(problem('output-without-shape', producer, { value: name }));
  }
}

/** Stands for a layer where nodes are built: they are named below it, and lead back to it. */
function standFor(node: Node): Node {
  const { op, name = '', origin, scope } = node;
  return new Node(op, [], { domain: node.domain, name: `${name}/`, outputs: 0, origin, scope, sourceName: name || op });
}

/** What rules have read the numbers of, and what only a Silence read. */
function dropUnused({ nodes }: Graph): void {
  for (const node of nodes.reversed()) {
    if (node.outputs.every((output) => output.useCount === 0 && !output.isGraphOutput)) nodes.remove(node);
  }
}

/** Layers may share a name, nodes must not. */
function nameApart({ nodes }: Graph): void {
  const taken = new Set<string>();
  for (const node of nodes) {
    const wanted = node.name ?? node.op;
    let name = wanted;
    for (let k = 2; taken.has(name); k++) name = `${wanted}_${k}`;
    taken.add(name);
    node.name = name;
  }
}

/** A type that ONNX's own inference contradicts is a shape that the layer does not take. */
function ofLayer(node: Node, { problem: found }: Refusal): Problem {
  if (found.node?.name === (node.name || node.op) && found.node.operator === node.operator) return found;
  return problem('invalid-model', node, { reason: String(found.details.reason ?? found.message) });
}
