/** The command line in two files: what it loads at once, and the rest, which shares what the first has. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AS_FUNCTION, COMMON, ON_NODE } from '../../../scripts/lib/bundle.mjs';
import { bundleInTwo } from '../../../scripts/lib/two-parts.mjs';
import { runCompiled } from '../../../src/cli/compiled.ts';

const FILES = {
  'main.ts': `
    import { Shape } from './shape.ts';
    export async function main() {
      const first = new Shape('first');
      const { square } = await import('./square.ts');
      const { area } = await import('./area.ts');
      return [square(3), area(new Shape('second')), Shape.count];
    }`,
  'area.ts': `
    import { basename } from 'node:path';
    import { type Named, Shape } from './shape.ts';
    import { twice } from './twice.ts';
    export const area = (shape: Named) => twice(basename('a/' + shape.name)) + (shape instanceof Shape) + Shape.count;`,
  'shape.ts': `
    export interface Named { readonly name: string }
    export class Shape implements Named { static count = 0; constructor(readonly name: string) { Shape.count++; } }`,
  'square.ts': 'export const square = (side: number) => side * side;',
  'twice.ts': 'export const twice = (text: string) => text + text;',
};

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'two-parts-'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(root, name), text);
});
afterAll(() => rmSync(root, { recursive: true }));

test('the rest is loaded when it is needed, and knows what the first part has', async () => {
  const [out, rest] = [join(root, 'first.cjs'), join(root, 'rest.cjs')];
  const options = { ...COMMON, ...ON_NODE, ...AS_FUNCTION };
  // The entry of the command line exports nothing: what is done here is asked for by another name.
  writeFileSync(
    join(root, 'entry.ts'),
    "import { main } from './main.ts'; Object.assign(globalThis, { partsMain: main });",
  );
  await bundleInTwo({ entry: 'entry.ts', atOnce: ['square.ts'], out, rest, options, root });
  const files = [out, rest].map((file) => readFileSync(file, 'utf8'));
  const has = (text: string) => files.map((file) => file.includes(text));
  expect([has('static count'), has('side * side'), has('text + text'), has('instanceof')]).toEqual([
    [true, false],
    [true, false],
    [false, true],
    [false, true],
  ]);

  const asked: string[] = [];
  const run = (file: string) => runCompiled(file, find, '1', 'test').exports;
  const require = createRequire(out);
  function find(id: string): unknown {
    asked.push(id);
    if (id === 'part:shared') return (first as { shared(): unknown }).shared();
    if (!id.startsWith('part:')) return require(id);
    return (run(rest) as { modules: Record<string, () => unknown> }).modules[id.slice('part:'.length)]?.();
  }
  const first = run(out);
  const { partsMain } = globalThis as unknown as { partsMain: () => Promise<unknown> };
  expect(asked).toEqual([]);
  expect(await partsMain()).toEqual([9, 'secondsecondtrue2', 2]);
  expect(asked).toEqual(['part:area.ts', 'node:path', 'part:shared']);
});
