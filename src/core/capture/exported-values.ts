/** Arguments, results and types of exported nodes as values of a program. */
import type { TensorInfo } from '../dialects/aten/rule.ts';
import { MEMORY_FORMAT, scalarTypeOf } from '../dialects/aten/scalar-types.ts';
import type { Argument, ExportedGraph, ExportedNode, NameOr, TensorMeta } from '../formats/torch/exported.ts';
import { isStatic } from '../ir/shape.ts';
import type { RecordedResults } from './operators.ts';
import { type CapturedValue, DeviceValue, itemsOf, ListValue, UNKNOWN } from './values.ts';

/** Values of a graph by name. */
export type Environment = Map<string, CapturedValue>;

/** What a file records of a tensor; undefined where a size is symbolic. */
export function infoOf(meta: TensorMeta | undefined): TensorInfo | undefined {
  if (!meta?.dtype || !isStatic(meta.shape)) return undefined;
  return { dtype: meta.dtype, shape: meta.shape, strides: isStatic(meta.strides) ? meta.strides : undefined };
}

/** What the file records of a node's results; undefined where it records nothing whole. */
export function recordedResults(node: ExportedNode, graph: ExportedGraph): RecordedResults | undefined {
  const infos = node.outputs.flatMap((output) => {
    if (output.kind === 'tensor' || output.kind === 'optional-tensor')
      return [output.name === undefined ? undefined : infoOf(graph.tensors.get(output.name))];
    return output.kind === 'tensors' ? output.names.map((name) => infoOf(graph.tensors.get(name))) : [];
  });
  return infos.length > 0 && infos.every((info) => info !== undefined) ? infos : undefined;
}

/** Gives results their names. */
export function bindResults(outputs: readonly Argument[], result: CapturedValue, environment: Environment): void {
  const [only] = outputs;
  if (outputs.length === 1 && only) {
    bindOne(only, result, environment);
  } else {
    const items = itemsOf(result);
    outputs.forEach((output, k) => {
      bindOne(output, items?.[k] ?? UNKNOWN, environment);
    });
  }
}

function bindOne(output: Argument, value: CapturedValue, environment: Environment): void {
  switch (output.kind) {
    case 'tensor':
      environment.set(output.name, value);
      return;
    case 'optional-tensor':
      if (output.name !== undefined) environment.set(output.name, value);
      return;
    case 'tensors':
      output.names.forEach((name, k) => {
        environment.set(name, itemsOf(value)?.[k] ?? UNKNOWN);
      });
      return;
    case 'optional-tensors':
      output.names.forEach((name, k) => {
        if (name !== undefined) environment.set(name, itemsOf(value)?.[k] ?? UNKNOWN);
      });
      return;
    case 'sym-int':
    case 'sym-float':
    case 'sym-bool':
      if (output.value.kind === 'name') environment.set(output.value.name, value);
      return;
    default:
      return;
  }
}

/** An argument as a value of the program. */
export function argumentValue(argument: Argument, environment: Environment): CapturedValue {
  const named = (name: string): CapturedValue => environment.get(name) ?? UNKNOWN;
  const numbered = (item: NameOr<bigint | number | boolean>): CapturedValue =>
    item.kind === 'name' ? named(item.name) : item.value;
  switch (argument.kind) {
    case 'none':
      return null;
    case 'tensor':
      return named(argument.name);
    case 'optional-tensor':
      return argument.name === undefined ? null : named(argument.name);
    case 'tensors':
    case 'optional-tensors':
      return new ListValue(argument.names.map((name) => (name === undefined ? null : named(name))));
    case 'int':
    case 'float':
    case 'bool':
    case 'string':
      return argument.value;
    case 'ints':
    case 'floats':
    case 'bools':
    case 'strings':
      return new ListValue([...argument.value]);
    case 'sym-int':
    case 'sym-float':
    case 'sym-bool':
      return numbered(argument.value);
    case 'sym-ints':
    case 'sym-floats':
    case 'sym-bools':
      return new ListValue(argument.value.map(numbered));
    case 'scalar-type':
      return (argument.dtype && scalarTypeOf(argument.dtype)) ?? UNKNOWN;
    case 'memory-format':
      return MEMORY_FORMATS[argument.format] ?? MEMORY_FORMAT.preserve;
    case 'layout':
      return 0n;
    case 'device':
      return new DeviceValue(argument.device.type);
    case 'operator':
      return argument.name;
    default:
      return UNKNOWN;
  }
}

const MEMORY_FORMATS: Readonly<Record<string, bigint>> = {
  Contiguous: MEMORY_FORMAT.contiguous,
  ChannelsLast: MEMORY_FORMAT.channelsLast,
  ChannelsLast3d: MEMORY_FORMAT.channelsLast3d,
  Preserve: MEMORY_FORMAT.preserve,
};
