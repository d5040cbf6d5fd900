/** What a command loads when it starts: code that only other formats and targets need is left for when they do. */
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { COMMON, ON_NODE } from '../../../scripts/lib/bundle.mjs';

const simplify = await loadedBy('src/cli/commands/simplify.ts');

test('simplifying loads nothing of PyTorch, Caffe and other targets', () => {
  expect(simplify.files).toContain('src/core/formats/onnx/read.ts');
  const elsewhere =
    /core\/(capture\/|convert\/\w+-to-|convert\/opset\/(?!step)|dialects\/aten\/|formats\/caffe\/|runtime\/caffe\/)/;
  expect(simplify.files.filter((file) => elsewhere.test(file))).toEqual([]);
});

test('simplifying loads few modules', () => {
  // Each takes some 20 µs.
  expect(simplify.files.length).toBeLessThan(330);
});

test('simplifying loads no module of Node that takes long to load', () => {
  expect(simplify.builtIn).toEqual(['node:fs', 'node:module', 'node:path', 'node:util']);
});

/** The files that a module imports, at once and by way of others, and the modules of Node that they do. */
async function loadedBy(entry: string) {
  const { metafile } = await build({ ...COMMON, ...ON_NODE, format: 'esm', write: false, entryPoints: [entry] });
  const files = new Set<string>([entry]);
  const builtIn = new Set<string>();
  for (const file of files) {
    for (const { path, kind, external } of metafile?.inputs[file]?.imports ?? []) {
      if (kind === 'dynamic-import') continue;
      (external ? builtIn : files).add(path);
    }
  }
  return { files: [...files], builtIn: [...builtIn].sort() };
}
