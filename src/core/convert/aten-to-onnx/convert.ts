/** Converts a functional aten graph to a new ONNX graph at the pivot opset, node by node, by the table of rules. */
import { type CustomOperators, NO_CUSTOM_OPERATORS } from '../../custom/definition.ts';
import { argumentsOf, symbolsOf } from '../../dialects/aten/arguments.ts';
import { followsSchema, schemaOf } from '../../dialects/aten/schemas.ts';
import type { Attribute } from '../../ir/attribute.ts';
import { graph as graphAttribute } from '../../ir/attribute.ts';
import { Graph } from '../../ir/graph.ts';
import { type Model, makeModel } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import { elementCount, isStatic, sameShape } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import { typeText, type ValueType } from '../../ir/type.ts';
import { Value } from '../../ir/value.ts';
import { type Problem, problem, Refusal } from '../../problems/problem.ts';
import { type OnnxBuilder, onnxBuilder } from '../builder.ts';
import { PIVOT_IR_VERSION, PIVOT_OPSET } from '../pivot.ts';
import {
  Complex,
  constantParts,
  filledParts,
  isComplex,
  type Parts,
  partsOfType,
  realOf,
  touchesComplex,
} from './complex/complex.ts';
import { complexRuleOf } from './complex/rules.ts';
import { keepFloatProducts } from './float-products.ts';
import { plainArguments } from './plain-arguments.ts';
import { programRuleOf } from './program-operators.ts';
import { ruleOf } from './rules.ts';
import { resultSizes, resultType } from './support.ts';

export interface AtenToOnnxOptions {
  /** Operators that the user has defined: they stay one node of their ONNX domain and name. */
  readonly customOps?: CustomOperators;
}

export interface AtenToOnnxResult {
  /** At the pivot opset. Where there are problems it is incomplete and must not be written. */
  readonly model: Model;
  readonly problems: readonly Problem[];
}

/**
 * Converts a model of dialect `aten`. Inputs, outputs and parameters keep their names and order; all problems are
 * collected. Throws Error only where a rule contradicts the types that capture recorded, which is our own fault.
 */
export function atenToOnnx(model: Model, options: AtenToOnnxOptions = {}): AtenToOnnxResult {
  const conversion = new Conversion(model, options.customOps ?? NO_CUSTOM_OPERATORS);
  return conversion.run();
}

class Conversion {
  private readonly graph: Graph;
  private onnx: OnnxBuilder;
  private readonly values = new Map<Value, Parts>();
  private readonly problems: Problem[] = [];
  private readonly domains = new Set<string>();

  constructor(
    private readonly model: Model,
    private readonly customOps: CustomOperators,
  ) {
    this.graph = new Graph(model.graph.name || 'main');
    this.onnx = onnxBuilder(this.graph, PIVOT_OPSET);
  }

  run(): AtenToOnnxResult {
    const { graph: source } = this.model;
    for (const value of [...source.inputs, ...source.initializers, ...source.outputs]) this.onnx.keep(value.name);
    for (const input of source.inputs) {
      const made = this.graph.addInput({ name: input.name, type: input.type });
      if (isComplex(input.dtype)) this.problems.push(complexInput(input));
      this.values.set(input, isComplex(input.dtype) ? partsInPlaceOf(input) : made);
      this.onnx.dimensions.offer(made, input.shape ?? []);
    }
    for (const node of source.allNodes()) for (const graph of node.subgraphs()) this.keepNames(graph);
    for (const node of source.nodes) this.lower(node);
    this.addOutputs();
    keepFloatProducts(this.graph);
    // Constants that a rule has replaced by others.
    for (const value of this.graph.initializers) if (value.useCount === 0) this.graph.initializers.delete(value);
    return { model: this.result(), problems: this.problems };
  }

  private lower(node: Node): void {
    this.onnx.from(node);
    try {
      this.finish(node, this.lowered(node));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.problems.push(asProblemOf(node, error));
      standIns(node).forEach((value, k) => {
        this.values.set(node.output(k), value);
      });
    }
  }

  private keepNames(graph: Graph): void {
    for (const input of graph.inputs) this.onnx.keep(input.name);
  }

  private lowered(node: Node): readonly Parts[] {
    if (touchesComplex(node)) return this.loweredComplex(node);
    if (node.subgraphs().length > 0) return this.loweredRegions(node);
    const ofProgram = programRuleOf(node);
    if (ofProgram)
      return [
        ofProgram(
          node.inputs.flatMap((input) => (input ? this.valueOf(input) : [])),
          this.onnx,
          node,
        ),
      ];
    const custom = this.customOps.forOperator(node.operator) ?? this.customOps.named(node.operator);
    if (custom) {
      this.domains.add(custom.domain);
      const inputs = node.inputs.map((input) => input && this.valueOf(input));
      return this.onnx.node(custom.domain, custom.name, inputs, onnxAttributes(node), node.outputs.length).outputs;
    }
    const rule = ruleOf(node);
    const schema = schemaOf(node);
    for (const [symbol, provider] of symbolsOf(node)) this.onnx.dimensions.provide(symbol, this.valueOf(provider));
    if (!rule || !schema) throw new Refusal(problem('unsupported-operator', node, { target: 'ONNX' }));
    // Behind what capture has reported already nothing is known: there is nothing to add.
    const known = [...node.inputs, ...node.outputs].every((value) => !value || value.type);
    if (!known || !followsSchema(node, schema)) return standIns(node);
    if (hasNoElements(node)) return this.empty(node);
    const result = rule(
      plainArguments(argumentsOf(node), node, (value) => this.valueOf(value)),
      this.onnx,
      node,
    );
    return result instanceof Value ? [result] : result;
  }

  /** A node on complex numbers: as nodes on their parts. */
  private loweredComplex(node: Node): readonly Parts[] {
    const custom = this.customOps.forOperator(node.operator) ?? this.customOps.named(node.operator);
    const rule = custom ? undefined : complexRuleOf(node);
    const schema = schemaOf(node);
    for (const [symbol, provider] of symbolsOf(node)) this.onnx.dimensions.provide(symbol, this.valueOf(provider));
    if (!rule || !schema) throw new Refusal(ofComplexNumbers(node, node.operator, NO_COMPLEX_RULE));
    const known = [...node.inputs, ...node.outputs].every((value) => !value || value.type);
    if (!known || !followsSchema(node, schema)) return standIns(node);
    if (hasNoElements(node)) return this.empty(node);
    const result = rule(
      plainArguments(argumentsOf(node), node, (value) => this.partsOf(value)),
      this.onnx,
      node,
    );
    return result instanceof Value || result instanceof Complex ? [result] : result;
  }

  /** A condition or a loop: the same in ONNX, with its graphs converted. */
  private loweredRegions(node: Node): readonly Value[] {
    const inputs = node.inputs.map((input) => input && this.valueOf(input));
    const attributes = [...node.attributes].map(([name, attribute]) =>
      attribute.type === 'graph'
        ? ([name, graphAttribute(this.region(attribute.value))] as const)
        : ([name, attribute] as const),
    );
    this.onnx.from(node);
    return this.onnx.node('', node.op, inputs, attributes, node.outputs.length).outputs;
  }

  private region(source: Graph): Graph {
    const outer = this.onnx;
    const target = new Graph(this.onnx.unique(source.name || 'region'));
    for (const input of source.inputs) this.values.set(input, target.addInput({ name: input.name, type: input.type }));
    this.onnx = outer.within(target);
    for (const node of source.nodes) this.lower(node);
    const taken = new Set<Value>();
    for (const output of source.outputs) {
      let value = this.valueOf(output);
      // A graph gives what its own nodes make, and each value once.
      if (value.producer?.graph !== target || taken.has(value)) value = this.onnx.Identity(value);
      taken.add(value);
      target.addOutput(value);
    }
    this.onnx = outer;
    return target;
  }

  /** Results without elements: runtimes disagree on operators over nothing, and nothing is computed. */
  private empty(node: Node): readonly Parts[] {
    return node.outputs.map((_, k) => filledParts(this.onnx, resultSizes(node, k), 0, resultType(node, k)));
  }

  /** Checks the results against what capture recorded, and gives them their names. */
  private finish(node: Node, results: readonly Parts[]): void {
    const built = new Set(this.onnx.built);
    node.outputs.forEach((output, k) => {
      const result = results[k];
      if (!result) {
        if (output.useCount > 0) throw new Error(`the rule of ${node.operator} gives no output ${k}`);
        return;
      }
      const complex = result instanceof Complex;
      const type = complex ? partsOfType(output.type) : output.type;
      for (const [value, suffix] of complex
        ? ([
            [result.real, '_real'],
            [result.imaginary, '_imaginary'],
          ] as const)
        : [[result, ''] as const]) {
        check(node, value.type, type);
        if (!value.producer || !built.has(value.producer)) continue;
        value.type = type ?? value.type;
        const taken = this.model.graph.outputs.includes(output);
        if (output.name) value.name = taken ? output.name : this.onnx.unique(`${output.name}${suffix}`);
      }
      this.values.set(output, result);
      this.onnx.dimensions.offer(realOf(result), output.shape ?? []);
    });
  }

  /** The value of the new graph; constants come over when they are first read. */
  private partsOf(value: Value): Parts {
    let found = this.values.get(value);
    if (!found) {
      const { name, constant } = value;
      if (!constant) throw new Error(`${name ?? 'a value'} is read before it is made`);
      const made = (own: string | undefined, tensor: Tensor) =>
        this.graph.addInitializer({
          name: own,
          constant: tensor,
          type: isComplex(value.dtype) ? undefined : value.type,
        });
      if (isComplex(value.dtype)) {
        const [real, imaginary] = constantParts(constant);
        const named = (part: string) => this.onnx.unique(`${name ?? 'constant'}_${part}`);
        found = new Complex(made(named('real'), real), made(named('imaginary'), imaginary));
      } else {
        found = made(name, constant);
      }
      this.values.set(value, found);
    }
    return found;
  }

  /** A value that must be of real numbers. */
  private valueOf(value: Value): Value {
    const parts = this.partsOf(value);
    if (parts instanceof Complex) throw new Refusal(ofComplexNumbers(value.producer, value.name ?? '', TAKE_PARTS));
    return parts;
  }

  /** Outputs keep their names: where the value has another one for good, an Identity gives it theirs. */
  private addOutputs(): void {
    const named = new Set<Value>();
    for (const output of this.model.graph.outputs) {
      const parts = this.partsOf(output);
      if (parts instanceof Complex)
        this.problems.push(ofComplexNumbers(output.producer, `output ${output.name}`, TAKE_PARTS));
      let value = realOf(parts);
      const taken = !value.producer || named.has(value);
      if (taken) value = this.passedOn(value, output);
      value.name = output.name ?? value.name;
      named.add(value);
      this.graph.addOutput(value);
    }
  }

  /** The same value once more. */
  private passedOn(value: Value, output: Value): Value {
    if (output.producer) this.onnx.from(output.producer);
    try {
      const same = this.onnx.Identity(value);
      same.type = output.type;
      return same;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const dtype = error.problem.details.dtype ?? 'an unknown type';
      const details = { operator: `output ${output.name}`, target: `ONNX ${PIVOT_OPSET}`, dtype };
      this.problems.push(problem('dtype-not-taken', undefined, details));
      return new Value({ name: output.name, type: output.type });
    }
  }

  private result(): Model {
    const opsetImports = new Map([['', PIVOT_OPSET]]);
    for (const domain of this.domains) if (domain !== '') opsetImports.set(domain, 1);
    const made = makeModel('onnx', this.graph, { opsetImports, irVersion: PIVOT_IR_VERSION, file: this.model.file });
    made.doc = this.model.doc;
    for (const [key, value] of this.model.metadata) made.metadata.set(key, value);
    return made;
  }
}

/** Values in the place of a node's outputs, so that the nodes behind are looked at too. The model is not written. */
function standIns(node: Node): Parts[] {
  return node.outputs.map(({ name, type, dtype }) => {
    return isComplex(dtype) ? partsInPlaceOf({ name, type }) : new Value({ name, type });
  });
}

function partsInPlaceOf({ name, type }: Pick<Value, 'name' | 'type'>): Complex {
  const part = partsOfType(type);
  return new Complex(new Value({ name, type: part }), new Value({ name, type: part }));
}

const TAKE_PARTS = 'its operators take real ones only: pass on torch.view_as_real of it';
const MAKE_PARTS =
  'its tensors are of real ones: let forward take real ones with a last axis of 2, and begin with torch.view_as_complex of them';
const NO_COMPLEX_RULE = 'its operators take real ones only, and this one is not known on their parts';

/** At the line that first takes it: an input has none of its own. */
function complexInput(input: Value): Problem {
  const users = input.uses.flatMap((use) => (use.kind === 'input' ? [use.node] : []));
  const user = users.find(({ origin }) => origin.length > 0);
  const found = ofComplexNumbers(undefined, `input ${input.name}`, MAKE_PARTS);
  return user ? { ...found, origin: user.origin } : found;
}

function ofComplexNumbers(node: Node | undefined, operator: string, reason: string): Problem {
  return problem('unsupported-attribute', node, { operator, target: 'ONNX', attribute: 'complex numbers', reason });
}

function hasNoElements(node: Node): boolean {
  return node.outputs.every((output) => isStatic(output.shape) && elementCount(output.shape) === 0);
}

/** What a rule could not do. Shape inference contradicts a node that a rule has built where ONNX lacks its type, or by our fault. */
function asProblemOf(node: Node, { problem: found }: Refusal): Problem {
  if (found.code !== 'invalid-model') return found;
  const { dtype } = found.details;
  if (dtype === undefined) throw new Error(`the rule of ${label(node)}: ${found.message}`);
  return problem('dtype-not-taken', node, { target: 'ONNX', dtype });
}

function label(node: Node): string {
  return `${node.operator} (${node.name ?? 'without a name'})`;
}

function check(node: Node, made: ValueType | undefined, recorded: ValueType | undefined): void {
  if (made?.kind !== 'tensor' || recorded?.kind !== 'tensor') return;
  if (made.dtype === recorded.dtype && sameShape(made.shape, recorded.shape) !== false) return;
  throw new Error(`the rule of ${label(node)} makes ${typeText(made)}, but PyTorch makes ${typeText(recorded)}`);
}

/** The attributes of a custom operator as an ONNX file can hold them: bools are ints there, and None is left out. */
function* onnxAttributes(node: Node): Iterable<readonly [string, Attribute]> {
  for (const [name, attribute] of node.attributes) {
    if (attribute.type === 'none' || attribute.type === 'dtype') continue;
    if (attribute.type === 'bool') yield [name, { type: 'int', value: attribute.value ? 1n : 0n }];
    else if (attribute.type === 'bools')
      yield [name, { type: 'ints', value: attribute.value.map((b) => (b ? 1n : 0n)) }];
    else yield [name, attribute];
  }
}
