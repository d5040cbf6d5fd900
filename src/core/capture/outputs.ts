/** The outputs of a program: flattened in order, None left out, each with a name and a value of its own. */
import type { Value } from '../ir/value.ts';
import { reportUnmerged } from './operators/dispatch.ts';
import type { Operators } from './operators/operators.ts';
import {
  type CapturedValue,
  DictValue,
  isScalarValue,
  isTensor,
  isUnknown,
  ListValue,
  TupleValue,
} from './values/values.ts';

interface Output {
  readonly name: string | undefined;
  readonly value: Value;
}

/** Makes what the program returns the outputs of the graph. */
export function addOutputs(operators: Operators, returned: CapturedValue): void {
  const { graph } = operators.recorder;
  const outputs = flatten(operators, returned, undefined);
  const taken = new Set<string>(graph.inputs.flatMap((input) => input.name ?? []));
  const seen = new Set<Value>([...graph.inputs, ...graph.initializers]);
  outputs.forEach(({ name, value }, k) => {
    // An input, a constant or a value returned twice stands for several names: each output gets a value of its own.
    const output = seen.has(value) ? copyOf(operators, value) : value;
    seen.add(output);
    const wanted = name ?? `output_${k}`;
    output.name = taken.has(wanted) ? `${wanted}_${k}` : wanted;
    taken.add(output.name);
    graph.addOutput(output);
  });
}

/** A value of its own that is the same. */
export function copyOf(operators: Operators, value: Value): Value {
  const node = operators.recorder.record({ op: 'clone', inputs: [value], attributes: {}, outputs: [undefined] });
  const copy = node.output();
  copy.type = value.type;
  return copy;
}

function flatten(operators: Operators, value: CapturedValue, name: string | undefined): Output[] {
  if (isTensor(value)) return [{ name, value: operators.read(value) }];
  if (value instanceof TupleValue) return value.items.flatMap((item, k) => flatten(operators, item, value.names?.[k]));
  if (value instanceof ListValue && value.grown) operators.memory.checkDoubt(value.grown.storage);
  if (value instanceof ListValue && value.grown) return [{ name, value: value.grown.value }];
  if (value instanceof ListValue) return value.items.flatMap((item) => flatten(operators, item, undefined));
  if (value instanceof DictValue)
    return [...value.entries].flatMap(([key, item]) =>
      flatten(operators, item, typeof key === 'string' ? key : undefined),
    );
  if (isScalarValue(value)) return flatten(operators, operators.scalars.tensorOf(value), name);
  // A plain number that a program returns is a constant.
  if (typeof value === 'bigint') return flatten(operators, operators.knownTensor(value, 'int64'), name);
  if (typeof value === 'number') return flatten(operators, operators.knownTensor(value, 'float64'), name);
  if (typeof value === 'boolean') return flatten(operators, operators.knownTensor(value, 'bool'), name);
  reportUnmerged(operators.recorder, value, 'return');
  if (isUnknown(value)) operators.recorder.incomplete = true;
  return [];
}
