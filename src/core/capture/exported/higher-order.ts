/** Operators of exported programs that run a graph: once, on a condition, or in a loop. */
import type { ExportedGraph, ExportedNode } from '../../formats/torch/exported.ts';
import type { Operators } from '../operators/operators.ts';
import type { RecordedResults } from '../operators/recording.ts';
import { choose } from '../regions/conditions.ts';
import { NO_WORLD, type Variables, type World } from '../regions/containers.ts';
import { loop } from '../regions/loops.ts';
import { appendTo, stack } from '../values/open-lists.ts';
import { ScalarValue } from '../values/scalars.ts';
import { rowAt } from '../values/sequences.ts';
import {
  type CapturedValue,
  isTensor,
  isUnknown,
  itemsOf,
  ListValue,
  orUnknown,
  TupleValue,
  UNKNOWN,
} from '../values/values.ts';
import type { ExportedRunner } from './exported.ts';
import { argumentValue, type Environment } from './exported-values.ts';

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

/** So many rounds of a scan or a map stay nodes of the graph; more become a loop. */
const MOST_UNROLLED = 16;

interface HigherOrderCall {
  readonly runner: ExportedRunner;
  readonly operators: Operators;
  /** The arguments before the graphs. */
  readonly before: readonly CapturedValue[];
  readonly graphs: readonly ExportedGraph[];
  /** The arguments behind the graphs; lists stay lists. */
  readonly behind: readonly CapturedValue[];
}

export function runHigherOrder(
  runner: ExportedRunner,
  name: string,
  node: ExportedNode,
  environment: Environment,
  recorded: RecordedResults | undefined,
): CapturedValue {
  const { operators } = runner;
  const values = node.inputs.map(({ value }) => argumentValue(value, environment));
  const first = node.inputs.findIndex(({ value }) => value.kind === 'graph');
  const last = node.inputs.findLastIndex(({ value }) => value.kind === 'graph');
  const call: HigherOrderCall = {
    runner,
    operators,
    before: values.slice(0, Math.max(first, 0)),
    graphs: node.inputs.flatMap(({ value }) => (value.kind === 'graph' ? [value.graph] : [])),
    behind: values.slice(last + 1),
  };
  const [graph] = call.graphs;
  if (graph && isPlain(name, values)) return inline(runner, graph, flat(call.behind));
  const run = Object.hasOwn(CONTROL_FLOW, name) ? CONTROL_FLOW[name] : undefined;
  if (run) return run(call);
  return operators.unknownOperator('higher_order', name, { positional: flat(values), keywords: new Map() }, recorded);
}

const CONTROL_FLOW: Readonly<Record<string, (call: HigherOrderCall) => CapturedValue>> = {
  cond: runCondition,
  while_loop: runWhile,
  map_impl: runMap,
  map: runMap,
  scan: runScan,
};

/** Under an active autocast the graph would compute in other types. */
function isPlain(name: string, values: readonly CapturedValue[]): boolean {
  return PLAIN.has(name) || (name === 'wrap_with_autocast' && values[2] === false);
}

function flat(values: readonly CapturedValue[]): readonly CapturedValue[] {
  return values.flatMap((value) => itemsOf(value) ?? [value]);
}

function inline(runner: ExportedRunner, graph: ExportedGraph, operands: readonly CapturedValue[]): TupleValue {
  const inner: Environment = new Map();
  let next = 0;
  for (const input of graph.inputs) {
    const value = orUnknown(operands[next++]);
    if (input.kind === 'tensor') inner.set(input.name, value);
    else if (input.kind === 'sym-int' && input.value.kind === 'name') inner.set(input.value.name, value);
  }
  runner.run(graph, inner);
  return new TupleValue(graph.outputs.map((output) => argumentValue(output, inner)));
}

/** `cond(predicate, then, otherwise, operands)`. */
function runCondition({ runner, operators, before: [predicate = UNKNOWN], graphs, behind }: HigherOrderCall) {
  const [then, otherwise] = graphs;
  if (!then || !otherwise) return UNKNOWN;
  const operands = flat(behind);
  const known = truthOf(operators, predicate);
  if (typeof known === 'boolean') return inline(runner, known ? then : otherwise, operands);
  if (!known) return UNKNOWN;
  return choose(
    operators,
    known,
    [() => inline(runner, then, operands), () => inline(runner, otherwise, operands)],
    NO_WORLD,
  );
}

/** `while_loop(condition, body, carried, others)`. */
function runWhile({ runner, operators, graphs, behind }: HigherOrderCall): CapturedValue {
  const [condition, body] = graphs;
  const [carried, others] = behind.map((value) => itemsOf(value) ?? [value]);
  if (!condition || !body || !carried) return UNKNOWN;
  const { variables, world } = worldOf(carried);
  const now = () => [...variables.values(), ...(others ?? [])];
  const goes = () => truthOf(operators, orUnknown(inline(runner, condition, now()).items[0]));
  const begins = goes();
  if (begins === undefined) return UNKNOWN;
  if (begins !== false) {
    const round = () => {
      set(variables, inline(runner, body, now()).items);
      return goes() ?? UNKNOWN;
    };
    loop(operators, { rounds: undefined, begins, body: round }, world);
  }
  return new TupleValue([...variables.values()]);
}

/** `map_impl(body, sliced, others)`: the body on each slice along the first axis; its results are stacked. */
function runMap(call: HigherOrderCall): CapturedValue {
  const [sliced, others] = call.behind.map((value) => itemsOf(value) ?? [value]);
  return scan(call, [], sliced ?? [], others ?? []);
}

/** `scan(combine, initial, sliced, others)`: as map, and the first results of each round go on to the next. */
function runScan(call: HigherOrderCall): CapturedValue {
  const [initial, sliced, others] = call.behind.map((value) => itemsOf(value) ?? [value]);
  return scan(call, initial ?? [], sliced ?? [], others ?? []);
}

function scan(
  { runner, operators, graphs: [body] }: HigherOrderCall,
  initial: readonly CapturedValue[],
  sliced: readonly CapturedValue[],
  others: readonly CapturedValue[],
): CapturedValue {
  const [first] = sliced;
  const rounds = isTensor(first) ? first.shape?.[0] : undefined;
  if (!body || rounds === undefined) return UNKNOWN;
  const { variables, world } = worldOf(initial);
  const lists = body.outputs.slice(initial.length).map(() => new ListValue([]));
  const round = (at: CapturedValue) => {
    const slices = sliced.map((each) => rowAt(operators, each, at));
    const { items } = inline(runner, body, [...variables.values(), ...slices, ...others]);
    set(variables, items.slice(0, initial.length));
    lists.forEach((list, k) => {
      appendTo(operators, list, orUnknown(items[initial.length + k]));
    });
    return true;
  };
  if (typeof rounds === 'number' && rounds <= MOST_UNROLLED) {
    for (let k = 0; k < rounds; k++) round(BigInt(k));
  } else {
    const count = typeof rounds === 'number' ? BigInt(rounds) : new ScalarValue('int', rounds);
    const containers = () => [...world.containers(), ...lists];
    loop(operators, { rounds: count, begins: true, body: round }, { containers });
  }
  const stacked = lists.map((list) => stack(operators, list));
  return new TupleValue([...variables.values(), ...stacked]);
}

function worldOf(values: readonly CapturedValue[]): { readonly variables: Variables; readonly world: World } {
  const variables: Variables = new Map(values.map((value, k) => [`carried_${k}`, value] as const));
  return { variables, world: { containers: () => [variables] } };
}

function set(variables: Variables, values: readonly CapturedValue[]): void {
  [...variables.keys()].forEach((name, k) => {
    variables.set(name, orUnknown(values[k]));
  });
}

/** The truth of a predicate; undefined where it follows from something reported. */
function truthOf(operators: Operators, predicate: CapturedValue): ScalarValue | boolean | undefined {
  if (typeof predicate === 'boolean') return predicate;
  if (predicate instanceof ScalarValue && predicate.type === 'bool') return predicate;
  const known = isTensor(predicate) ? predicate.element : undefined;
  if (known !== undefined) return Boolean(known);
  const truth = isTensor(predicate) && predicate.info ? operators.scalars.ofTensor('bool', predicate) : undefined;
  if (truth instanceof ScalarValue || typeof truth === 'boolean') return truth;
  if (isUnknown(predicate)) operators.recorder.incomplete = true;
  return undefined;
}
