/**
 * Whether an ONNX model is valid: operators known at their opsets, arity, attributes, types, names, order, functions. All
 * that is wrong is told at once. Rules: the ONNX IR specification, the operator schemas, and onnx/checker.cc.
 * docs/checking.md says what onnx's own checker takes and this one does not.
 */
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Problem } from '../../problems/problem.ts';
import { checkFunctions } from './check-functions.ts';
import { checkGraph } from './check-graph.ts';
import { checkAnyImport, checkHeader, checkImports } from './check-imports.ts';
import { contextOf, contextWithin } from './check-operator.ts';
import { checkDeclarations, checkTypes } from './check-types.ts';
import { findUnused } from './check-unused.ts';
import { type Finding, Findings } from './findings.ts';

export interface CheckOptions {
  /** Nodes that reading has told problems of already: whether they fit their operators is not asked again. */
  readonly told?: ReadonlySet<Node>;
  /** Whether types are inferred and compared with what the file declares, where nothing else is wrong. Yes unless told. */
  readonly types?: boolean;
}

/** Every problem of a model in the ONNX dialect; no errors for a valid one. The model stays as it is. */
export function checkOnnx(model: Model, options: CheckOptions = {}): Problem[] {
  return findProblems(model, options).map((finding) => finding.problem);
}

/** As `checkOnnx`, with the nodes and values that the problems are about. */
export function findProblems(model: Model, { told = new Set(), types = true }: CheckOptions = {}): readonly Finding[] {
  const findings = new Findings();
  const context = contextOf(model);
  checkHeader(model, findings);
  checkImports(context, findings);
  const constantsAreInputs = model.irVersion > 0 && model.irVersion <= LAST_WITH_CONSTANTS_AS_INPUTS;
  checkGraph(model.graph, { findings, told, constantsAreInputs, context });
  checkAnyImport(model, findings);
  checkDeclarations(model.graph, findings);
  for (const definition of model.functions) {
    const within = contextWithin(context, definition);
    checkImports(within, findings);
    checkGraph(definition.graph, { findings, told, constantsAreInputs: false, context: within });
  }
  checkFunctions(model, context, findings);
  // Shapes of a model that is malformed say nothing more.
  if (types && !findings.list.some(isError)) checkTypes(model, context, findings);
  findUnused(model.graph, findings);
  for (const definition of model.functions) findUnused(definition.graph, findings);
  return findings.list;
}

const LAST_WITH_CONSTANTS_AS_INPUTS = 3;

function isError({ problem }: Finding): boolean {
  return problem.severity === 'error';
}
