/** Shape rules over the calls whose numbers are tested: type and shape of every result are PyTorch's. */
import { expect, test } from 'vitest';
import { ArgumentReader, type ArgumentValue } from '../../../../../src/core/dialects/aten/arguments.ts';
import { fresh, type TensorInfo } from '../../../../../src/core/dialects/aten/rule.ts';
import { inferResults } from '../../../../../src/core/dialects/aten/rules.ts';
import { findSchema } from '../../../../../src/core/dialects/aten/schemas.ts';
import { viewRuleFor } from '../../../../../src/core/dialects/aten/views.ts';
import { attributeOf, CASE_FILES, isTensor, type Json, type Row, readCases } from '../../convert/aten-to-onnx/cases.ts';

const rows = CASE_FILES.flatMap(readCases);
const operators = [...new Set(rows.map(([operator]) => operator.split('.')[0] ?? ''))];

/** Capture writes them as other operators. */
const WITHOUT_RULE = new Set(['broadcast_tensors', 'meshgrid']);

test.each(operators.filter((name) => !WITHOUT_RULE.has(name)))('%s', (name) => {
  const wrong = rows.filter(([operator]) => operator.split('.')[0] === name).flatMap(wrongResults);
  expect(wrong).toEqual([]);
});

function wrongResults(row: Row): string[] {
  const [operator, args, outputs] = row;
  const [name = '', overload = ''] = operator.split('.');
  const schema = findSchema('aten', name, overload);
  if (!schema) return [`${operator} is no operator`];
  const values = new Map<string, ArgumentValue<TensorInfo>>();
  for (const argument of schema.arguments) {
    const json = args[argument.name];
    values.set(
      argument.name,
      argument.type.base === 'Tensor'
        ? tensors(json)
        : (attributeOf(argument, json).value as ArgumentValue<TensorInfo>),
    );
  }
  const reader = new ArgumentReader(schema, values);
  const self = values.get(schema.arguments[0]?.name ?? '');
  const isInfo = typeof self === 'object' && 'dtype' in self;
  const results =
    (isInfo ? viewRuleFor(name)?.(reader, self)?.map((view) => view.info) : undefined) ?? inferResults(reader);
  const wanted = outputs.map(({ t, s }) => `${t}[${s.join(', ')}]`);
  // A size that the data tells is any.
  const found = results
    ?.slice(0, wanted.length)
    .map(({ dtype, shape }, k) => `${dtype}[${shape.map((size, axis) => size ?? outputs[k]?.s[axis]).join(', ')}]`);
  if (found?.join() === wanted.join()) return [];
  // How many classes there are follows from the data.
  if (name === 'one_hot' && found === undefined && values.get('num_classes') === -1n) return [];
  return [
    `${operator} ${JSON.stringify(args).slice(0, 200)} gives ${found?.join() ?? 'nothing'}, PyTorch ${wanted.join()}`,
  ];
}

function tensors(json: Json | undefined): TensorInfo | readonly (TensorInfo | undefined)[] | undefined {
  if (json === null || json === undefined) return undefined;
  if (isTensor(json)) return fresh(json.t, json.s);
  return Array.isArray(json)
    ? json.map((each: Json) => (each !== null && isTensor(each) ? fresh(each.t, each.s) : undefined))
    : undefined;
}
