/** What a command loads when it starts: code that only other formats and targets need is left for when they do. */
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { COMMON, ON_NODE } from '../../../scripts/lib/bundle.mjs';

test('simplifying loads nothing of PyTorch, Caffe and other targets', async () => {
  const loaded = await loadedBy('src/cli/commands/simplify.ts');
  expect(loaded).toContain('src/core/formats/onnx/read.ts');
  const elsewhere =
    /core\/(capture\/|convert\/\w+-to-|convert\/opset\/(?!step)|dialects\/aten\/|formats\/caffe\/|runtime\/caffe\/)/;
  expect(loaded.filter((file) => elsewhere.test(file))).toEqual([]);
});

/** The files that a module imports, at once and by way of others. */
async function loadedBy(entry: string): Promise<readonly string[]> {
  const { metafile } = await build({ ...COMMON, ...ON_NODE, write: false, entryPoints: [entry] });
  const found = new Set<string>([entry]);
  for (const file of found) {
    for (const { path, kind } of metafile?.inputs[file]?.imports ?? []) {
      if (kind !== 'dynamic-import') found.add(path);
    }
  }
  return [...found];
}
