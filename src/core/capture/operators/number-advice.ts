/** What a problem goes on with that follows from plain numbers which are inputs of the graph: to give these a value. */
import { Expression } from '../../ir/expression.ts';
import type { Recorder } from '../recorder.ts';
import { reaches } from '../regions/liveness.ts';
import { ScalarValue } from '../values/scalars.ts';
import { TensorValue } from '../values/tensor.ts';

const EXAMPLES: Readonly<Record<string, string>> = { float32: '0.5', float64: '0.5', bool: 'true' };

/**
 * `. It follows from the input sr: ...`, where a number among `values`, or a size of a tensor there, follows from such an
 * input; else nothing.
 */
export function numberAdvice(recorder: Recorder, values: Iterable<unknown>): string {
  const { symbols, graph } = recorder;
  if (symbols.inputs.size === 0) return '';
  const names = new Set(symbols.inputs.values());
  const found = new Set<string>();
  for (const symbol of symbolsIn(values)) {
    const own = symbols.inputs.get(symbol);
    if (own !== undefined) found.add(own);
    else if (symbols.has(symbol))
      for (const { name } of reaches([symbols.provider(symbol)]))
        if (name !== undefined && names.has(name)) found.add(name);
  }
  const [name] = found;
  if (name === undefined) return '';
  const dtype = graph.inputs.find((input) => input.name === name)?.dtype ?? 'int64';
  const wanted = `--input ${name}=${EXAMPLES[dtype] ?? '16000'}`;
  return `. It follows from the input ${[...found].join(', ')}: give its value in the place of its type, as in ${wanted}`;
}

function* symbolsIn(values: Iterable<unknown>): Iterable<string> {
  for (const value of values) {
    if (value instanceof Expression) yield* value.symbols();
    else if (value instanceof ScalarValue) yield* value.size.symbols();
    else if (value instanceof TensorValue) yield* symbolsIn(value.info?.shape ?? []);
    else if (Array.isArray(value)) yield* symbolsIn(value);
  }
}
