/**
 * Products of floats with quantised weights. Where a DequantizeLinear leads to a product whose other factor is not quantised,
 * onnxruntime rounds that factor to 8 bits too (MatMulNBits), which the program does not: there the numbers are computed by
 * arithmetic, from the same integers.
 */
import { constantOf } from '../../dialects/onnx/data.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { onnxBuilder } from '../builder.ts';
import { PIVOT_OPSET } from '../pivot.ts';
import { dequantizedByArithmetic } from '../quantized-arithmetic.ts';

/** Operators that look at the same numbers in another shape or order. */
const LAYOUTS = new Set(['Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);
const PRODUCTS = new Set(['MatMul', 'Gemm']);

/** Rewrites what leads to such products, at the pivot opset. */
export function keepFloatProducts(graph: Graph): void {
  const found = [...graph.allNodes()].filter((node) => isWeight(node) && meetsFloats(node.output()));
  if (found.length === 0) return;
  const onnx = onnxBuilder(graph, PIVOT_OPSET);
  for (const node of found) {
    const place = node.graph;
    if (!place) continue;
    const inner = place === graph ? onnx : onnx.within(place);
    const { name } = node.output();
    const numbers = dequantizedByArithmetic(node, inner.from(node));
    node.output().replaceAllUsesWith(numbers);
    place.nodes.remove(node);
    numbers.name = name;
  }
}

const isConstant = (value: Value | undefined) => value !== undefined && constantOf(value) !== undefined;

function isWeight(node: Node): boolean {
  return node.op === 'DequantizeLinear' && node.domain === '' && isConstant(node.input(0));
}

/** Whether a product of it, as it is or in another layout, has a factor that is not quantised. */
function meetsFloats(weight: Value): boolean {
  for (let use = weight.firstUse; use; use = use.next) {
    if (use.kind === 'output') continue;
    const { node } = use;
    if (LAYOUTS.has(node.op) && node.input(0) === weight && meetsFloats(node.output())) return true;
    const factors = PRODUCTS.has(node.op) ? [node.input(0), node.input(1)] : [];
    if (factors.includes(weight) && !factors.every((factor) => factor && isQuantized(factor))) return true;
  }
  return false;
}

function isQuantized(value: Value): boolean {
  const { producer } = value;
  if (!producer) return false;
  return producer.op === 'DequantizeLinear' || leadsBack(producer);
}

function leadsBack(layout: Node): boolean {
  const before = layout.input(0);
  return LAYOUTS.has(layout.op) && before !== undefined && isQuantized(before);
}
