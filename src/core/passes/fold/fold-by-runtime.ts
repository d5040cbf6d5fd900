/**
 * Computes beforehand, in onnxruntime, what follows from constants alone and is not computed here: operators without a kernel
 * (Conv, Gemm, Softmax), and large constants. Few child processes a conversion, and none where there is nothing for one
 * to do. Without onnxruntime, or where it fails, the nodes stay and are told of.
 */
import { encodeOnnx } from '../../formats/onnx/write.ts';
import { byteLength, isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { elementCount, isStatic, sameShape } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { problem } from '../../problems/problem.ts';
import { isRunnable } from '../../runtime/array-types.ts';
import { type ChildOptions, type ChildOutcome, runInChild } from '../../runtime/child.ts';
import { namedGraphs } from '../graphs.ts';
import type { GraphPass, PassContext } from '../pass.ts';
import { givenConstant, widensWeights } from './given.ts';
import { chooseWithin } from './growth.ts';
import { ALL_CONSTANTS } from './limits.ts';
import { type Piece, pieceModel, piecesOf } from './pieces.ts';
import { putConstants } from './replace.ts';

/** Runs models without inputs; an outcome for each. */
type RunModels = (models: readonly Uint8Array[], options: ChildOptions) => readonly ChildOutcome[];

/** What the child may be given: bytes of constants, elements that any value on the way may have, time. */
const LIMITS = { bytes: 1 << 28, elements: 1 << 25, milliseconds: 30_000 };

/** Rules may leave further constants when the first are there: so often one more child is started. */
const MOST_CHILDREN = 3;

/** What chance decides, and weights that are to stay the small integers that they are. */
const NEVER = new Set(
  `RandomNormal RandomNormalLike RandomUniform RandomUniformLike Multinomial Bernoulli Dropout QuantizeLinear
   DequantizeLinear Constant`.split(/\s+/),
);
/** Operators that leave their answer open for some integers, where each runtime gives its own, or ends. */
const OPEN_OF_INTEGERS = new Set('Div Mod Pow BitShift'.split(' '));
const CASTS = new Set(['Cast', 'CastLike']);

export const foldByRuntime: GraphPass = foldingBy(runInChild);

/** As `foldByRuntime`, with whatever runs models. */
export function foldingBy(run: RunModels): GraphPass {
  return {
    kind: 'graph',
    name: 'fold-by-runtime',
    title: 'Computes in onnxruntime beforehand what follows from constants alone',
    dialect: 'onnx',
    // Sums are taken in the order of that runtime.
    reassociates: true,
    opsets: { from: 7 },
    requires: ['typed'],
    run(graph, context) {
      const memory = context.remembered((): Memory => ({ children: 0, tried: new Set(), results: NO_RESULTS }));
      if (graph === context.model.graph) memory.results = computeOnce(memory, context, run);
      for (const [node, results] of memory.results) {
        // What stands before a node that went may have gone with it.
        if (node.graph === graph)
          putConstants(graph, node, [...results.keys()], (value) => results.get(value), context);
      }
    },
  };
}

/** The values that a node makes, where they are known. */
type Results = ReadonlyMap<Node, ReadonlyMap<Value, Tensor>>;

const NO_RESULTS: Results = new Map();

/** What is remembered of a run of passes. */
interface Memory {
  /** How many child processes were started. */
  children: number;
  /** What was to be computed already: it came out, or it never does. */
  readonly tried: Set<Node>;
  /** What was computed for all graphs of the model when its outermost one was looked at. */
  results: Results;
}

function computeOnce(memory: Memory, context: PassContext, run: RunModels): Results {
  const { model } = context;
  if (memory.children >= MOST_CHILDREN) return NO_RESULTS;
  const pieces = chosenPieces(context, memory.tried);
  if (pieces.length === 0) return NO_RESULTS;
  memory.children++;
  const results = new Map<Node, ReadonlyMap<Value, Tensor>>();
  const models = pieces.map((piece) => pieceModel(piece, context.opset, model.irVersion));
  const mostBytes = pieces
    .flatMap(({ ends }) => [...ends.values()].flat())
    .reduce((sum, value) => sum + sizeOf(value), 0);
  const outcomes = run(
    models.map((each) => encodeOnnx(each.model)),
    { milliseconds: LIMITS.milliseconds, mostBytes },
  );
  const failures = new Map<string, Node[]>();
  for (const [k, { ends }] of pieces.entries()) {
    const outcome = outcomes[k] ?? { failed: 'it gave nothing' };
    for (const [node, values] of ends) {
      const found = 'failed' in outcome ? outcome.failed : resultsOf(values, outcome, models[k]?.names ?? new Map());
      if (typeof found === 'string') failures.set(found, [...(failures.get(found) ?? []), node]);
      else results.set(node, found);
    }
  }
  for (const [reason, nodes] of failures) tell(nodes, reason, context);
  return results;
}

/** What is worth to be computed, in pieces that the child may be given. */
function chosenPieces(context: PassContext, tried: Set<Node>): readonly Piece[] {
  const able = new Set<Node>();
  const ends = new Map<Node, readonly Value[]>();
  for (const { graph, opset } of namedGraphs(context.model)) {
    if (opset !== context.opset) continue;
    const own = [...graph.nodes].filter((node) => {
      const is = !tried.has(node) && isAble(node, able);
      if (is) able.add(node);
      return is;
    });
    if (own.length === 0) continue;
    for (const [node, values] of chooseWithin(ALL_CONSTANTS, own, sizeOf, context)) ends.set(node, values);
  }
  let bytes = 0;
  return piecesOf([...able], ends).filter((piece) => {
    for (const node of piece.nodes) tried.add(node);
    bytes += piece.bytes;
    if (bytes > LIMITS.bytes) tell([...piece.ends.keys()], 'its constants are too large to be handed on', context);
    return bytes <= LIMITS.bytes;
  });
}

/** Whether a node reads constants alone, or what nodes make that do, and always gives the same. */
function isAble(node: Node, able: ReadonlySet<Node>): boolean {
  const { op, domain, inputs, outputs } = node;
  if (domain !== '' || inputs.length === 0 || NEVER.has(op) || node.subgraphs().length > 0) return false;
  const given = inputs.every(
    (value) => !value || ((givenConstant(value) || able.has(value.producer ?? node)) && isTaken(value)),
  );
  if (!given || isOpen(node) || widensWeights(node, ALL_CONSTANTS)) return false;
  // Attributes of a function's call differ from call to call.
  for (const { type } of node.attributes.values()) if (type === 'reference') return false;
  return outputs.every((value) => value.useCount === 0 || isTaken(value));
}

/** Not every float has an integer, either. */
function isOpen(node: Node): boolean {
  const [from, to] = [node.input(0)?.dtype, node.outputs[0]?.dtype];
  if (!from || !to || isFloat(to)) return false;
  return OPEN_OF_INTEGERS.has(node.op) || (CASTS.has(node.op) && isFloat(from) && to !== 'bool');
}

/** Whether a value can be handed over. */
function isTaken({ dtype, shape }: Value): boolean {
  return dtype !== undefined && isRunnable(dtype) && isStatic(shape) && elementCount(shape) <= LIMITS.elements;
}

/** In bytes, of what can be handed over. */
function sizeOf({ dtype, shape }: Value): number {
  return dtype && isStatic(shape) ? byteLength(dtype, elementCount(shape)) : 0;
}

/** What came out of a node; or in what it is not what was to be expected. */
function resultsOf(
  values: readonly Value[],
  outcome: ReadonlyMap<string, Tensor>,
  names: ReadonlyMap<Value, string>,
): ReadonlyMap<Value, Tensor> | string {
  const results = new Map<Value, Tensor>();
  for (const value of values) {
    const tensor = outcome.get(names.get(value) ?? '');
    if (!tensor || tensor.dtype !== value.dtype || sameShape(tensor.shape, value.shape) !== true)
      return 'its result has not the type that it is said to have';
    results.set(value, tensor);
  }
  return results;
}

/** Of nodes that stay for the same reason the first is told of. */
function tell(nodes: readonly Node[], reason: string, context: PassContext): void {
  for (const node of nodes) context.missed?.(node, `it was not computed beforehand: ${reason}`);
  const others = nodes.length > 1 ? ` (and ${nodes.length - 1} more)` : '';
  context.report(problem('not-computed', nodes[0], { reason: `${reason}${others}` }));
}
