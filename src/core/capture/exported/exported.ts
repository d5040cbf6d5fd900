/**
 * Captures an exported program (.pt2): its nodes run through the same operators and memory as TorchScript's, so that
 * in-place operators, views and mutated buffers mean the same. What the file records of shapes is checked, and its
 * strides are taken for PyTorch's own.
 */
import type { CustomOperators } from '../../custom/definition.ts';
import { findSchema } from '../../dialects/aten/schemas.ts';
import type { ExportedGraph, ExportedNode, ExportedProgram, NameOr } from '../../formats/torch/exported.ts';
import { Expression } from '../../ir/expression.ts';
import type { InputSpec } from '../inputs.ts';
import { callBuiltin } from '../operators/builtins.ts';
import { complexNumber } from '../operators/complex-numbers.ts';
import { callCustomModule } from '../operators/custom.ts';
import { dispatch } from '../operators/dispatch.ts';
import type { Operators } from '../operators/operators.ts';
import type { RecordedResults } from '../operators/recording.ts';
import { callOnScalars } from '../operators/scalar-operators.ts';
import { addOutputs } from '../outputs.ts';
import { getItem, ProgramError } from '../values/plain-values.ts';
import { ScalarValue } from '../values/scalars.ts';
import { sizeOf } from '../values/sizes.ts';
import { type CapturedValue, flatTensors, isTensor, orUnknown, TupleValue, UNKNOWN } from '../values/values.ts';
import { bindInputs } from './exported-inputs.ts';
import { argumentValue, bindResults, type Environment, infoOf, recordedResults } from './exported-values.ts';
import { runHigherOrder } from './higher-order.ts';
import { moduleGroups, type Step } from './module-groups.ts';
import type { ProgramSymbols } from './program-symbols.ts';

/** What torch.export leaves of torch.vmap: marks around the operators of one example (torch/_functorch/predispatch.py). */
const MAPPING = 'torch._functorch.predispatch.';

/** Runs the program into `operators`. Throws InputError where weights that it names are missing. */
export function captureExported(
  program: ExportedProgram,
  operators: Operators,
  specs: readonly InputSpec[],
  customOps: CustomOperators,
): void {
  const mapped = program.graph.nodes.find(
    ({ target }) => target.startsWith(MAPPING) && target !== `${MAPPING}lazy_load_decompositions`,
  );
  if (mapped) {
    operators.recorder.incomplete = true;
    const place = { scope: mapped.scope, origin: () => mapped.origin };
    operators.recorder.report('export-not-lowered', { operator: 'torch.vmap', place });
    return;
  }
  try {
    const { environment, states, symbols } = bindInputs(program, operators, specs);
    new ExportedRunner(operators, customOps, symbols).run(program.graph, environment);
    takeOutputs(program, operators, environment, states);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    operators.recorder.incomplete = true;
    const reason = `running it fails: ${error.message}`;
    operators.recorder.report('invalid-model', { operator: 'forward' }, { reason });
  }
}

/** What the program returns, and what it changes for its next call. */
function takeOutputs(
  program: ExportedProgram,
  operators: Operators,
  environment: Environment,
  states: Environment,
): void {
  const returned: CapturedValue[] = [];
  program.outputSpecs.forEach((spec, k) => {
    const argument = program.graph.outputs[k];
    const value = argument ? argumentValue(argument, environment) : null;
    if (spec.kind === 'user-output' || spec.kind === 'loss-output') returned.push(value);
    if (spec.kind !== 'buffer-mutation' && spec.kind !== 'parameter-mutation') return;
    const state = states.get(spec.target);
    if (isTensor(state) && isTensor(value)) operators.memory.write(state, operators.read(value), 'aten::copy_');
  });
  addOutputs(operators, new TupleValue(returned));
}

/** Runs graphs: that of the program, and those that higher-order operators hold. */
export class ExportedRunner {
  constructor(
    readonly operators: Operators,
    private readonly customOps: CustomOperators,
    private readonly symbols: ProgramSymbols,
  ) {}

  run(graph: ExportedGraph, environment: Environment): void {
    for (const step of moduleGroups(graph, this.customOps)) {
      if (step.kind === 'group') this.runGroup(step, graph, environment);
      else this.runNode(step.node, graph, environment);
    }
  }

  private runNode(node: ExportedNode, graph: ExportedGraph, environment: Environment): void {
    this.operators.recorder.place = { scope: node.scope, origin: () => node.origin };
    const recorded = recordedResults(node, graph, this.symbols);
    bindResults(node.outputs, this.call(node, environment, recorded), environment);
    for (const output of node.outputs) if (output.kind === 'sym-int') this.settle(output.value, graph, environment);
  }

  /** A number that a node gives is a size of the file's: it tells a symbol, or the file tells what it is. */
  private settle(output: NameOr<bigint>, graph: ExportedGraph, environment: Environment): void {
    if (output.kind !== 'name') return;
    const [record, value] = [graph.symInts.get(output.name), environment.get(output.name)];
    if (record?.kind !== 'expr' || !(value instanceof ScalarValue) || !(record.dim instanceof Expression)) return;
    const { symbol } = record.dim;
    if (symbol !== undefined && this.symbols.get(symbol) === undefined) {
      const known = value.size.symbol;
      const bounds = this.symbols.boundsOf(symbol);
      this.symbols.set(symbol, known === undefined ? value.size : Expression.symbol(known, bounds));
    }
    environment.set(output.name, sizeOf(this.symbols.of(record.dim)));
  }

  private call(node: ExportedNode, environment: Environment, recorded: RecordedResults | undefined): CapturedValue {
    const [, namespace, name = '', overload = ''] = /^torch\.ops\.([^.]+)\.([^.]+)(?:\.(.+))?$/.exec(node.target) ?? [];
    if (namespace === undefined) return this.callPython(node, environment);
    if (namespace === 'higher_order') return runHigherOrder(this, name, node, environment, recorded);
    const args: CapturedValue[] = [];
    const keywords = new Map<string, CapturedValue>();
    const own = overload === 'default' ? '' : overload;
    const formals = findSchema(namespace, name, own)?.arguments;
    for (const [k, input] of node.inputs.entries()) {
      const { value: given } = input;
      const value =
        given.kind === 'complex'
          ? complexNumber(this.operators, given.real, given.imaginary)
          : argumentValue(given, environment);
      // The file leaves out defaults: an argument stands at its place only where nothing before it is missing.
      const inPlace = formals !== undefined && formals[k]?.name === input.name && !formals[k]?.keywordOnly;
      if (input.name === '' || (inPlace && args.length === k)) args.push(value);
      else keywords.set(input.name, value);
    }
    return dispatch(this.operators, this.customOps, {
      namespace,
      name,
      overload: own,
      args,
      keywords,
      recorded,
    });
  }

  /** `_operator.getitem`, `_operator.floordiv`, `math.ceil`: Python's own functions, on sizes. */
  private callPython(node: ExportedNode, environment: Environment): CapturedValue {
    const name = node.target.split('.').at(-1) ?? '';
    const args = node.inputs.map((input) => argumentValue(input.value, environment));
    if (args.includes(UNKNOWN)) return UNKNOWN;
    const [first = null, second = null] = args;
    if (name === 'getitem') return orUnknown(getItem(first, second));
    const operator = PYTHON[name] ?? name;
    const answer = callOnScalars(this.operators, operator, args) ?? callBuiltin(operator, args, new Map());
    return (
      answer ??
      this.operators.unknownOperator(node.target.slice(0, -name.length - 1), name, {
        positional: args,
        keywords: new Map(),
      })
    );
  }

  /** The nodes of a module that a definition stands for, as one. */
  private runGroup(group: Extract<Step, { kind: 'group' }>, graph: ExportedGraph, environment: Environment): void {
    const [first] = group.nodes;
    const { operators } = this;
    if (!first) return;
    operators.recorder.place = { scope: group.scope, origin: () => first.origin };
    // Placeholders are named by kind and path: `p_layer1_gate_width` is the parameter `width` of `layer1.gate`.
    const own = `${group.scope.at(-1)?.path ?? ''}.`.replace(/\W/g, '_').toLowerCase();
    const held = (name: string) => environment.get(name) ?? null;
    const parameters = group.parameters.map((name) => {
      const path = name.replace(/^[pbc]_/, '');
      return [path.startsWith(own) ? path.slice(own.length) : path, held(name)] as const;
    });
    const recorded = group.outputs.map((name) => infoOf(graph.tensors.get(name), this.symbols));
    const args = group.inputs.map(held);
    const call = { args, parameters, scope: group.scope, recorded, orderUnknown: true };
    const results = flatTensors(callCustomModule(operators, group.definition, call));
    if (group.written) {
      operators.recorder.report(
        'alias-write',
        { operator: group.definition.name },
        { reason: `the module changes ${group.written} in place, which a definition cannot say` },
      );
    }
    group.outputs.forEach((name, k) => {
      environment.set(name, results[k] ?? UNKNOWN);
    });
  }
}

const PYTHON: Readonly<Record<string, string>> = {
  truediv: 'div',
  mod: 'remainder',
  sym_int: 'Int',
  sym_float: 'Float',
  sym_max: 'max',
  sym_min: 'min',
  sym_not: '__not__',
  and_: '__and__',
  or_: '__or__',
};
