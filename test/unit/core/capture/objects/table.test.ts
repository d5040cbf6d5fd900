/** The table of forwards as a whole: every row parses, and names what there is. */
import { expect, test } from 'vitest';
import { ForwardTable } from '../../../../../src/core/capture/objects/forward-table.ts';
import { FORWARDS } from '../../../../../src/core/capture/objects/forwards.ts';
import { parseSource } from '../../../../../src/core/formats/torch/parser.ts';
import { sourceFile } from '../../../../../src/core/formats/torch/text.ts';

const table = new ForwardTable(FORWARDS);
const entry = (module: string) => `code/${module.replaceAll('.', '/')}.py`;
const definitions = Object.entries(FORWARDS).flatMap(([module, text]) => [
  ...parseSource(sourceFile(entry(module), text), module, true).values(),
]);
const classes = definitions.filter(({ kind }) => kind === 'class');

/** Modules that only hold others: nothing runs them. */
const CONTAINERS = /\.(ModuleList|ModuleDict|ParameterList|ParameterDict|InceptionAux)$/;

test('every class of the table has a forward, its own or one that it inherits', () => {
  const without = classes.filter(({ qualifiedName }) => !table.row(qualifiedName)?.definition.methods.has('forward'));
  expect(without.map(({ qualifiedName }) => qualifiedName).filter((name) => !CONTAINERS.test(name))).toEqual([]);
});

test('every class that is known by its name alone has a fingerprint, and is marked as assumed', () => {
  const rows = classes.flatMap(({ qualifiedName }) => {
    const row = table.row(qualifiedName);
    return row && !qualifiedName.startsWith('torch.') ? [{ qualifiedName, row }] : [];
  });
  expect(rows.length).toBeGreaterThan(500);
  const loose = rows.filter(({ row }) => row.definition.methods.has('forward') && !row.exact && !row.fit);
  expect(loose.map(({ qualifiedName }) => qualifiedName)).toEqual([]);
  // A heir of Sequential that changes nothing is what Sequential is.
  expect(table.row('torchvision.ops.misc.Conv2dNormActivation')).toMatchObject({ exact: true, fit: undefined });
  expect(table.row('torchvision.models.resnet.ResNet')?.exact).toBe(false);
});

test('functions that rows name with their package are there', () => {
  const named = Object.values(FORWARDS).flatMap((text) =>
    [...text.matchAll(/\b(?:timm|torchvision|transformers|graphwright|torch\.nn\.functional)(?:\.\w+)+(?=\()/g)].map(
      ([name]) => name,
    ),
  );
  // A parent class stands before a bracket too.
  const missing = named.filter((name) => !table.functionOf(name) && !table.row(name));
  expect([...new Set(missing)]).toEqual([]);
});
