/**
 * Calls of a model's functions: the body is read anew at each call, with the types, the known data and the attributes of
 * the call. It works on a copy, because the body stands in the model once and is called with other types elsewhere.
 */
import { type Attribute, graphsOf } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import type { FunctionDefinition } from '../../../ir/model.ts';
import { Node } from '../../../ir/node.ts';
import { typeText, type ValueType } from '../../../ir/type.ts';
import { Value } from '../../../ir/value.ts';
import { type Problem, problem } from '../../../problems/problem.ts';
import { constantTensor, dataOf, setData } from '../data.ts';
import { DEEPEST, functionKey, type InferContext, normalImports } from './context.ts';
import { believedType, declaredType, setInferred } from './declared.ts';
import { completed, differ, joined } from './join.ts';
import { clash } from './rule.ts';

/** The function that a node calls; undefined where the model has none of that name. */
export function calledFunction(node: Node, { functions }: InferContext): FunctionDefinition | undefined {
  return functions.size === 0 ? undefined : functions.get(functionKey(node, node.op));
}

/** Types the outputs of a call. Throws a Refusal `invalid-model` where the function calls itself. */
export function inferCall(node: Node, called: FunctionDefinition, context: InferContext): void {
  if (context.calls.includes(called)) clash(node, 'the function calls itself');
  if (context.depth >= DEEPEST) return;
  const instance = new Instance(node, called);
  if (!instance.fits(context)) return;
  const body = instance.copy();
  const problems = new Map<Node, Problem>();
  const oddities = context.oddities && new Map<Node, Problem>();
  context.inferNodes(body, {
    ...context,
    ...(oddities && { oddities }),
    imports: normalImports(called.opsetImports),
    calls: [...context.calls, called],
    depth: context.depth + 1,
    problems,
  });
  const contradicts = [...problems.keys()].some((inner) => !context.doubtful.has(inner));
  node.outputs.forEach((output, index) => {
    const inner = body.outputs[index];
    // A body that contradicts itself says nothing of what it gives.
    setInferred(output, completed(contradicts ? undefined : inner?.type, believedType(output, context)));
    setData(output, inner && dataOf(inner));
  });
  if (context.bodies) instance.record(context.bodies);
  for (const node of body.nodes) checkWithin(node, problems);
  body.release();
  for (const [copy, problem] of problems) instance.report(copy, problem, context);
  for (const [copy, odd] of oddities ?? []) instance.reportOdd(copy, odd, context);
}

/** What graphs within a called body declare otherwise than it is in this call; the body itself declares nothing. */
function checkWithin(node: Node, problems: Map<Node, Problem>): void {
  for (const graph of node.subgraphs()) {
    for (const inner of graph.nodes) {
      if (problems.has(inner)) continue;
      const output = inner.outputs.findIndex((value) => differ(value.type, declaredType(value)));
      const value = inner.outputs[output];
      if (value) {
        const details = {
          value: value.name ?? '',
          wanted: typeText(declaredType(value)),
          found: typeText(value.type),
        };
        problems.set(inner, problem('declared-type-wrong', inner, details, { kind: 'output', index: output }));
      }
      checkWithin(inner, problems);
    }
  }
}

class Instance {
  private readonly values = new Map<Value, Value | undefined>();
  private readonly originals = new Map<Node, Node>();

  constructor(
    private readonly call: Node,
    private readonly called: FunctionDefinition,
  ) {}

  /** Whether the run may still read that many nodes. */
  fits({ budget }: InferContext): boolean {
    for (const _ of this.called.graph.allNodes()) if (--budget.nodes < 0) return false;
    return true;
  }

  copy(): Graph {
    this.called.graph.inputs.forEach((formal, index) => {
      const actual = this.call.input(index);
      this.values.set(formal, actual && bound(formal, actual));
    });
    return this.graph(this.called.graph);
  }

  /** Says a problem of a copied node of the node that the file has, and which call it is about. */
  report(copy: Node, problem: Problem, { problems, doubtful, guarded }: InferContext): void {
    const node = this.originals.get(copy) ?? copy;
    if (problems.has(node)) return;
    if (guarded || doubtful.has(copy)) doubtful.add(node);
    const name = this.call.name || this.call.outputs[0]?.name || '';
    problems.set(node, { ...problem, message: `${problem.message} It is called by '${name}'.` });
  }

  reportOdd(copy: Node, odd: Problem, { oddities }: InferContext): void {
    oddities?.set(this.originals.get(copy) ?? copy, odd);
  }

  /** Joins the types that this call found to those of other calls. */
  record(bodies: Map<Value, ValueType | undefined>): void {
    for (const [original, { type } = new Value()] of this.values) {
      bodies.set(original, bodies.has(original) ? joined(bodies.get(original), type) : type);
    }
  }

  private graph(from: Graph): Graph {
    const to = new Graph(from.name);
    for (const value of from.initializers) {
      if (value.constant)
        this.values.set(value, to.addInitializer({ name: value.name, type: value.type, constant: value.constant }));
    }
    for (const node of from.nodes) {
      const copy = new Node(
        node.op,
        node.inputs.map((value) => this.value(value)),
        {
          domain: node.domain,
          overload: node.overload,
          name: node.name,
          origin: node.origin,
          scope: node.scope,
          sourceName: node.sourceName,
          attributes: this.attributes(node),
          outputs: node.outputs.map((value) => ({ name: value.name, type: declaredType(value) })),
        },
      );
      node.outputs.forEach((value, index) => {
        this.values.set(value, copy.output(index));
      });
      this.originals.set(copy, node);
      to.nodes.append(copy);
    }
    for (const output of from.outputs) to.addOutput(this.value(output) ?? new Value({ name: output.name }));
    return to;
  }

  /** Values from outside, as graphs that the call hands in may read them, stay what they are. */
  private value(value: Value | undefined): Value | undefined {
    return value && this.values.has(value) ? this.values.get(value) : value;
  }

  private *attributes(node: Node): Iterable<readonly [string, Attribute]> {
    for (const [name, attribute] of node.attributes) {
      const found = attribute.type === 'reference' ? this.given(attribute.value) : attribute;
      if (found) yield [name, this.attribute(found)];
    }
  }

  private given(name: string): Attribute | undefined {
    return this.call.attributes.get(name) ?? this.called.attributeDefaults.get(name);
  }

  private attribute(attribute: Attribute): Attribute {
    if (graphsOf(attribute).length === 0) return attribute;
    if (attribute.type === 'graph') return { ...attribute, value: this.inner(attribute.value) };
    if (attribute.type === 'graphs') return { ...attribute, value: attribute.value.map((each) => this.inner(each)) };
    return attribute;
  }

  private inner(from: Graph): Graph {
    const inputs = from.inputs.map((value) => {
      const copy = new Value({ name: value.name, type: declaredType(value) });
      this.values.set(value, copy);
      return copy;
    });
    const to = this.graph(from);
    to.inputs.push(...inputs);
    return to;
  }
}

/** A formal input that stands for the actual one. */
function bound(formal: Value, actual: Value): Value {
  const constant = constantTensor(actual);
  const value = new Value({ name: formal.name, type: actual.type, constant });
  if (!constant) setData(value, dataOf(actual));
  return value;
}
