/**
 * Every rule with the sizes of its inputs as symbols: PyTorch's answers against onnxruntime's for a model that knows none
 * of those sizes.
 */
import { expect, test } from 'vitest';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import {
  ArgumentReader,
  type ArgumentValue,
  argumentsOf,
  SymbolicArgument,
} from '../../../../../src/core/dialects/aten/arguments.ts';
import { contiguousStrides } from '../../../../../src/core/dialects/aten/layout.ts';
import { type TensorInfo, UndecidedSize } from '../../../../../src/core/dialects/aten/rule.ts';
import { inferResults } from '../../../../../src/core/dialects/aten/rules.ts';
import { viewRuleFor } from '../../../../../src/core/dialects/aten/views.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { SIZE_BOUNDS } from '../../../../../src/core/ir/bounds.ts';
import { Expression } from '../../../../../src/core/ir/expression.ts';
import type { Node } from '../../../../../src/core/ir/node.ts';
import { tensorType } from '../../../../../src/core/ir/type.ts';
import { Value } from '../../../../../src/core/ir/value.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { type Batch, makeBatch, type Row, readCases } from './cases.ts';
import { isClose } from './close.ts';

/** Which axes of the inputs have sizes that are not known: all, all but the channels, or the first alone. */
const AXES: Readonly<Record<string, (axis: number) => boolean>> = {
  'all axes': () => true,
  'all axes but the second': (axis) => axis !== 1,
  'the second axis': (axis) => axis === 1,
};

/** Equal sizes of a call are one symbol; what is 1 or 0 stays a number. */
function withSymbols(batch: Batch, varies: (axis: number) => boolean): void {
  for (const input of batch.model.graph.inputs) {
    const path = input.name?.split('.')[0] ?? '';
    const shape = input.shape?.map((size, axis) =>
      typeof size === 'number' && size > 1 && varies(axis) ? Expression.symbol(`${path}_${size}`, SIZE_BOUNDS) : size,
    );
    if (input.dtype && shape) input.type = tensorType(input.dtype, shape);
  }
}

function infoOf(value: Value): TensorInfo {
  const { dtype, shape } = value;
  if (!dtype || !shape) throw new Error(`${value.name} has no type`);
  return { dtype, shape, strides: contiguousStrides(shape) };
}

function resultsOf(node: Node): readonly TensorInfo[] | undefined {
  const args = argumentsOf(node);
  const values = new Map<string, ArgumentValue<TensorInfo>>();
  for (const name of args.names) {
    const value: unknown = args.get(name);
    const list = Array.isArray(value) ? value : [];
    if (value instanceof Value) values.set(name, infoOf(value));
    else if (list.some((item) => item instanceof Value))
      values.set(
        name,
        list.map((item) => (item instanceof Value ? infoOf(item) : undefined)),
      );
    else values.set(name, value as ArgumentValue<TensorInfo>);
  }
  const reader = new ArgumentReader(args.schema, values);
  const self = reader.get(args.schema.arguments[0]?.name ?? '');
  const isTensor = typeof self === 'object' && 'dtype' in self;
  const views = isTensor ? viewRuleFor(node.op)?.(reader, self) : undefined;
  return views?.map((view) => view.info) ?? inferResults(reader);
}

/** Types the results of the calls; false where their sizes cannot be said for all sizes of the inputs. */
function typed(batch: Batch): boolean {
  for (const node of batch.model.graph.nodes) {
    try {
      const results = resultsOf(node);
      if (!results) return false;
      node.outputs.forEach((output, k) => {
        const info = results[k];
        if (info) output.type = tensorType(info.dtype, info.shape);
      });
    } catch (error) {
      if (error instanceof UndecidedSize || error instanceof SymbolicArgument) return false;
      throw error;
    }
  }
  return true;
}

function symbolic(rows: readonly Row[], varies: (axis: number) => boolean): Batch {
  const batch = makeBatch(rows);
  withSymbols(batch, varies);
  return batch;
}

const rows = readCases('cases.json');
const spoke = new Set<string>();
const refused = new Set<string>();

test.each(Object.entries(AXES))(
  '%s: every rule gives the same numbers, or says what it must know',
  async (_, varies) => {
    const kept = rows.filter((row) => {
      const batch = symbolic([row], varies);
      if (!typed(batch)) return false;
      const { problems } = atenToOnnx(batch.model);
      (problems.length > 0 ? refused : spoke).add(row[0]);
      return problems.length === 0;
    });
    const faults: string[] = [];
    for (let start = 0; start < kept.length; start += 100) {
      const batch = symbolic(kept.slice(start, start + 100), varies);
      expect(typed(batch)).toBe(true);
      const { model } = atenToOnnx(batch.model);
      const results = await runModel(encodeOnnx(model), batch.inputs);
      for (const each of batch.cases)
        for (const [name, wanted] of each.outputs) if (!isClose(results.get(name), wanted)) faults.push(each.title);
    }
    expect(faults).toEqual([]);
  },
);

test('few rules need numbers for all sizes', () => {
  expect([...refused].filter((name) => !spoke.has(name)).sort()).toEqual(['trace']);
});
