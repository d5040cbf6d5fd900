/** Operators of exported programs that run a graph: plain ones are inlined, conditions and loops are refused. */
import type { ExportedGraph, ExportedNode } from '../formats/torch/exported.ts';
import type { ExportedRunner } from './exported.ts';
import { argumentValue, type Environment } from './exported-values.ts';
import type { RecordedResults } from './functional.ts';
import { type CapturedValue, isTensor, isUnknown, TupleValue, UNKNOWN } from './values.ts';

/** Those that run their graph once on the arguments that follow it. */
const PLAIN = new Set([
  'wrap_with_set_grad_enabled',
  'wrap',
  'tag_activation_checkpoint',
  'hints_wrapper',
  'invoke_subgraph',
  'wrap_activation_checkpoint',
  'strict_mode',
]);

const CONTROL_FLOW = new Set(['cond', 'while_loop', 'map', 'map_impl', 'scan', 'associative_scan', 'switch']);

export function runHigherOrder(
  runner: ExportedRunner,
  name: string,
  node: ExportedNode,
  environment: Environment,
  recorded: RecordedResults | undefined,
): CapturedValue {
  const graphs = node.inputs.flatMap(({ value }) => (value.kind === 'graph' ? [value.graph] : []));
  const at = node.inputs.findLastIndex(({ value }) => value.kind === 'graph');
  const values = node.inputs.map(({ value }) => argumentValue(value, environment));
  const operands = values
    .slice(at + 1)
    .flatMap((value) => (typeof value === 'object' && value?.kind === 'list' ? value.items : [value]));
  const [graph, otherwise] = graphs;
  if (graph && isPlain(name, values)) return inline(runner, graph, operands);
  if (name === 'cond' && graph && otherwise) {
    const [predicate = UNKNOWN] = values;
    const known = isTensor(predicate) ? predicate.element : isUnknown(predicate) ? undefined : predicate;
    if (known !== undefined) return inline(runner, known ? graph : otherwise, operands);
  }
  const { recorder } = runner.operators;
  if (CONTROL_FLOW.has(name)) {
    recorder.report(
      'data-dependent',
      { operator: `higher_order::${name}` },
      { reason: 'a condition or a number of rounds is only known in a run' },
    );
    return recorded ? new TupleValue(recorded.map(() => UNKNOWN)) : UNKNOWN;
  }
  return runner.operators.unknownOperator('higher_order', name, { positional: operands, keywords: new Map() });
}

/** Under an active autocast the graph would compute in other types. */
function isPlain(name: string, values: readonly CapturedValue[]): boolean {
  return PLAIN.has(name) || (name === 'wrap_with_autocast' && values[2] === false);
}

function inline(runner: ExportedRunner, graph: ExportedGraph, operands: readonly CapturedValue[]): CapturedValue {
  const inner: Environment = new Map();
  let next = 0;
  for (const input of graph.inputs) {
    const value = operands[next++] ?? UNKNOWN;
    if (input.kind === 'tensor') inner.set(input.name, value);
    else if (input.kind === 'sym-int' && input.value.kind === 'name') inner.set(input.value.name, value);
  }
  runner.run(graph, inner);
  return new TupleValue(graph.outputs.map((output) => argumentValue(output, inner)));
}
