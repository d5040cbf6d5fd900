/** Prints the types of rule arguments from PyTorch's schemas, for the operators that have rules. */

import { isSymbolic } from '../../../../../src/core/convert/aten-to-onnx/symbolic-arguments.ts';
import type { Schema, SchemaArgument } from '../../../../../src/core/dialects/aten/schema.ts';
import { isPlacement, overloadsOf } from '../../../../../src/core/dialects/aten/schemas.ts';

const HEADER = `/**
 * The arguments of every operator that has a rule, as TypeScript types. Written from PyTorch's schemas by
 * \`npx vitest run test/unit/core/convert/aten-to-onnx/argument-types.test.ts -u\`: do not edit.
 */
import type { Scalar } from '../../dialects/aten/arguments.ts';
import type { DataType } from '../../ir/dtype.ts';
import type { Expression } from '../../ir/expression.ts';
import type { Value } from '../../ir/value.ts';

export interface AtenArguments {
`;

const TYPES: Readonly<Record<string, string>> = {
  Tensor: 'Value',
  int: 'number',
  float: 'number',
  Scalar: 'Scalar',
  bool: 'boolean',
  str: 'string',
  ScalarType: 'DataType',
};

/** The whole file for these operators (`aten::relu`, `aten::max.dim`). Throws for one that PyTorch does not have. */
export function printArgumentTypes(operators: readonly string[]): string {
  return `${HEADER}${[...operators].sort().map(printRow).join('')}}\n`;
}

function printRow(operator: string): string {
  const [, name = '', overload] = /^aten::(\w+)(?:\.(\w+))?$/.exec(operator) ?? [];
  const schemas = overloadsOf(name).filter(
    (schema) =>
      (overload === undefined || schema.overload === overload) &&
      (schema.results[0]?.type.base === 'Tensor' || schema.name === 'sym_size') &&
      !schema.arguments.some((argument) => argument.alias?.write),
  );
  if (schemas.length === 0) throw new Error(`PyTorch has no functional operator ${operator}`);
  const names = new Set(schemas.flatMap((schema) => schema.arguments.map((argument) => argument.name)));
  const fields: string[] = [];
  for (const argument of names) {
    const found = schemas.map((schema) => schema.arguments.find((each) => each.name === argument));
    if (found.some((each) => each && isPlacement(each))) continue;
    const types = new Set(
      schemas.flatMap((schema, k) => {
        const each = found[k];
        return each ? printType(schema, each) : ['undefined'];
      }),
    );
    const sorted = [...types].filter((type) => type !== 'undefined');
    if (types.has('undefined')) sorted.push('undefined');
    fields.push(`readonly ${argument}: ${sorted.join(' | ')}`);
  }
  const line = `  '${operator}': { ${fields.join('; ')} };\n`;
  if (line.length <= 121) return line;
  return `  '${operator}': {\n${fields.map((field) => `    ${field};\n`).join('')}  };\n`;
}

function printType(schema: Schema, argument: SchemaArgument): string[] {
  const { type } = argument;
  const plain = TYPES[type.base] ?? 'never';
  const base = isSymbolic(schema, argument) ? `${plain} | Expression` : plain;
  const element = type.elementOptional ? `(${base} | undefined)` : base.includes('|') && type.list ? `(${base})` : base;
  const all = type.list ? `readonly ${element}[]` : base;
  return type.optional ? [all, 'undefined'] : [all];
}
