/** Arguments, results and types of exported nodes as values of a program. */
import type { TensorInfo } from '../../dialects/aten/rule.ts';
import { MEMORY_FORMAT, scalarTypeOf } from '../../dialects/aten/scalar-types.ts';
import type { Argument, ExportedGraph, ExportedNode, NameOr, TensorMeta } from '../../formats/torch/exported.ts';
import type { RecordedResults } from '../operators/recording.ts';
import { ProgramError } from '../values/plain-values.ts';
import {
  type CapturedValue,
  DeviceValue,
  itemsOf,
  ListValue,
  orUnknown,
  TupleValue,
  UNKNOWN,
} from '../values/values.ts';
import type { ProgramSymbols } from './program-symbols.ts';

/** Values of a graph by name. */
export type Environment = Map<string, CapturedValue>;

/** What a file records of a tensor; undefined where a size is no expression that we read. */
export function infoOf(meta: TensorMeta | undefined, symbols: ProgramSymbols): TensorInfo | undefined {
  if (!meta?.dtype) return undefined;
  const [shape, strides] = [symbols.shapeOf(meta.shape), symbols.shapeOf(meta.strides)];
  if (shape.includes(undefined)) return undefined;
  return { dtype: meta.dtype, shape, strides: strides.includes(undefined) ? undefined : strides };
}

/** What the file records of a node's results, as `infoOf`; undefined as a whole where it records none. */
export function recordedResults(
  node: ExportedNode,
  graph: ExportedGraph,
  symbols: ProgramSymbols,
): RecordedResults | undefined {
  const names = node.outputs.flatMap((output): readonly (string | undefined)[] => {
    if (output.kind === 'tensor' || output.kind === 'optional-tensor') return [output.name];
    return output.kind === 'tensors' ? output.names : [];
  });
  const metas = names.map((name) => (name === undefined ? undefined : graph.tensors.get(name)));
  return metas.some((meta) => meta) ? metas.map((meta) => infoOf(meta, symbols)) : undefined;
}

/** Gives results their names. */
export function bindResults(outputs: readonly Argument[], result: CapturedValue, environment: Environment): void {
  const [only] = outputs;
  if (outputs.length === 1 && only) {
    bindOne(only, result, environment);
  } else {
    const items = itemsOf(result);
    outputs.forEach((output, k) => {
      bindOne(output, orUnknown(items?.[k]), environment);
    });
  }
}

function bindOne(output: Argument, value: CapturedValue, environment: Environment): void {
  switch (output.kind) {
    case 'tensor':
      // A graph that was inlined gives a tuple, also of one.
      environment.set(output.name, value instanceof TupleValue ? orUnknown(value.items[0]) : value);
      return;
    case 'optional-tensor':
      if (output.name !== undefined) environment.set(output.name, value);
      return;
    case 'tensors':
      output.names.forEach((name, k) => {
        environment.set(name, orUnknown(itemsOf(value)?.[k]));
      });
      return;
    case 'optional-tensors':
      output.names.forEach((name, k) => {
        if (name !== undefined) environment.set(name, orUnknown(itemsOf(value)?.[k]));
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

/** An argument as a value of the program. Throws ProgramError for a tensor that nothing makes. */
export function argumentValue(argument: Argument, environment: Environment): CapturedValue {
  const symbol = (name: string): CapturedValue => orUnknown(environment.get(name));
  const named = (name: string): CapturedValue => {
    const value = environment.get(name);
    if (value === undefined) throw new ProgramError(`it reads ${name}, which nothing makes`);
    return value;
  };
  const numbered = (item: NameOr<bigint | number | boolean>): CapturedValue =>
    item.kind === 'name' ? symbol(item.name) : item.value;
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
