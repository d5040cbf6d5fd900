/**
 * Proves after every pass of a test that the model is still sound: links, order, scopes, names of the interface, types.
 * Nothing of this runs in production: tests and conformance runs set GRAPHWRIGHT_VALIDATE_PASSES.
 */

import { declaredType } from '../dialects/onnx/infer/declared.ts';
import { completed, differ } from '../dialects/onnx/infer/join.ts';
import { inferModel } from '../dialects/onnx/infer.ts';
import { whyListed } from '../dialects/onnx/listed-constants.ts';
import type { Graph } from '../ir/graph.ts';
import type { Model } from '../ir/model.ts';
import { typeText, type ValueType } from '../ir/type.ts';
import { validateModel } from '../ir/validate.ts';
import type { Value } from '../ir/value.ts';
import { allGraphs, namedGraphs } from './graphs.ts';
import type { Pass } from './pass.ts';
import { isLive } from './properties.ts';

/** Above so many nodes a model is looked at after steps only: each look takes time linear in the nodes. */
const MOST_NODES = 200;

const IS_ON = process.env.GRAPHWRIGHT_VALIDATE_PASSES === '1';

/** What looks at a model after each step of a run; an Error names the pass and the first thing that it broke. */
export interface PassWatch {
  /** After each rewrite of a rule. */
  afterRewrite(rule: string): void;
  /** After a walk over all graphs, or after a group of rules came to its end. */
  afterStep(passes: readonly Pass[]): void;
}

const NOT_WATCHING: PassWatch = { afterRewrite: () => {}, afterStep: () => {} };

/** Watches one step of a run, from the model as it stands now. */
export function watchStep(model: Model): PassWatch {
  return IS_ON ? validating(model) : NOT_WATCHING;
}

function validating(model: Model): PassWatch {
  const nodes = nodeCount(model);
  // What was wrong before is not the fault of a pass.
  if (!isSound(model)) return NOT_WATCHING;
  const before = interfacesOf(model);
  const types = model.dialect === 'onnx' ? typeFaults(model) : undefined;
  const check = (pass: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      throw new Error(`after ${pass}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    afterRewrite: (rule) => {
      if (nodes <= MOST_NODES) check(rule, () => validateModel(model));
    },
    afterStep: (passes) =>
      check(passes.map(({ name }) => name).join(', '), () => {
        validateModel(model);
        compareInterfaces(before, interfacesOf(model));
        if (types) compareTypes(types, typeFaults(model));
        for (const pass of passes) validateProperties(model, pass);
      }),
  };
}

/** What the outside knows of a graph. */
interface Interface {
  readonly path: string;
  readonly inputs: readonly NamedType[];
  readonly outputs: readonly NamedType[];
}

interface NamedType {
  readonly name: string | undefined;
  readonly type: ValueType | undefined;
}

/** Of the graphs that are called or run from outside; inner ones may take and give what they like. */
function interfacesOf(model: Model): readonly Interface[] {
  const listed = whyListed(model) !== undefined;
  // Callers give what is no constant, or has a default that they may replace.
  const isGiven = ({ constant, overridable }: Value) => !constant || (overridable && !listed);
  return [...namedGraphs(model)]
    .filter(({ graph }) => graph.parent === undefined)
    .map(({ graph, path }) => ({
      path,
      inputs: graph.inputs.filter(isGiven).map(namedType),
      outputs: graph.outputs.map(namedType),
    }));
}

/** What the outside is told: a run that doubts the file puts back in the end what it declares. */
function namedType(value: Value): NamedType {
  return { name: value.name, type: completed(value.type, declaredType(value)) };
}

/** Throws an Error where an input or output is another one than before. A type may say more, never less or otherwise. */
function compareInterfaces(before: readonly Interface[], after: readonly Interface[]): void {
  const left = new Map(after.map((each) => [each.path, each]));
  for (const { path, inputs, outputs } of before) {
    const now = left.get(path);
    // Functions that nobody calls any more may go.
    if (!now) continue;
    compareValues(`${path}: input`, inputs, now.inputs);
    compareValues(`${path}: output`, outputs, now.outputs);
  }
}

function compareValues(what: string, before: readonly NamedType[], after: readonly NamedType[]): void {
  if (before.length !== after.length) throw new Error(`${what}s were ${before.length}, are ${after.length}`);
  for (const [k, was] of before.entries()) {
    const is = after[k];
    if (was.name !== is?.name) throw new Error(`${what} ${k} was named ${was.name}, is named ${is?.name}`);
    if (differ(was.type, is?.type) || lost(was.type, is?.type)) {
      throw new Error(`${what} ${was.name} was ${typeText(was.type)}, is ${typeText(is?.type)}`);
    }
  }
}

/** Whether less is known than was. */
function lost(was: ValueType | undefined, is: ValueType | undefined): boolean {
  if (!was) return false;
  if (!is) return true;
  if (was.kind !== 'tensor' || is.kind !== 'tensor' || !was.shape) return false;
  const { shape } = is;
  return !shape || was.shape.some((dim, k) => dim !== undefined && shape[k] === undefined);
}

/** Values whose type is not what follows from what they are made of. */
interface TypeFaults {
  readonly wrong: ReadonlyMap<Value, string>;
  /** Those that have no type although one follows. */
  readonly missing: ReadonlySet<Value>;
}

/** Throws an Error where a value has another type than follows; or none, where all had one before. */
function compareTypes(before: TypeFaults, after: TypeFaults): void {
  for (const [value, text] of after.wrong) if (!before.wrong.has(value)) throw new Error(text);
  const [untyped] = before.missing.size === 0 ? after.missing : [];
  if (untyped) throw new Error(`${untyped.name} of ${untyped.producer?.operator} has no type, although one follows`);
}

/** Infers everything anew and compares; the model keeps what it had. */
function typeFaults(model: Model): TypeFaults {
  const wrong = new Map<Value, string>();
  const missing = new Set<Value>();
  const given = new Map(valuesOf(model).map((value) => [value, value.type]));
  inferredAside(model, () => {
    for (const [value, type] of given) {
      if (!type && value.type) missing.add(value);
      if (!differ(type, value.type)) continue;
      wrong.set(value, `${value.name} is said to be ${typeText(type)}, and is ${typeText(value.type)}`);
    }
  });
  return { wrong, missing };
}

function isSound(model: Model): boolean {
  try {
    validateModel(model);
    return true;
  } catch {
    return false;
  }
}

/** Runs `look` on the model with every type inferred, and puts back what it had. */
function inferredAside(model: Model, look: () => void): void {
  const kept = valuesOf(model).map((value) => {
    const inference = value.inference && { ...(value.inference as object) };
    return { value, type: value.type, inference };
  });
  try {
    inferModel(model);
    look();
  } finally {
    for (const { value, type, inference } of kept) {
      value.type = type;
      value.inference = inference;
    }
  }
}

function validateProperties(model: Model, { name, ensures = [] }: Pass): void {
  if (ensures.includes('live') && ![...allGraphs(model)].every(isLive)) throw new Error(`${name} left dead nodes`);
  if (ensures.includes('typed') && typeFaults(model).missing.size > 0) throw new Error(`${name} left values untyped`);
}

function valuesOf(model: Model): readonly Value[] {
  return [...allGraphs(model)].flatMap((graph: Graph) => [
    ...graph.inputs,
    ...[...graph.nodes].flatMap((node) => node.outputs),
  ]);
}

function nodeCount(model: Model): number {
  let count = 0;
  for (const graph of allGraphs(model)) count += graph.nodes.length;
  return count;
}
