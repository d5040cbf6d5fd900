/** How code for Node becomes one file: shared by what is shipped (esbuild.mjs) and what only measures. */
import { readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';

const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));

/** What every bundle has, for whatever platform. */
export const COMMON = {
  bundle: true,
  define: { GRAPHWRIGHT_VERSION: JSON.stringify(version) },
  loader: { '.proto': 'text', '.txt': 'text' },
  logLevel: 'warning',
  metafile: true,
  target: 'es2022',
};

export const ON_NODE = {
  platform: 'node',
  target: 'node20',
  // Packages that ship ES modules bundle whole; some of their CommonJS builds do not.
  mainFields: ['module', 'main'],
  // Native, large and optional: found at run time where it is installed.
  external: ['vscode', 'onnxruntime-node'],
};

/** Packages written for CommonJS ask for `require`, which ES modules do not have. */
export const WITH_REQUIRE =
  "import { createRequire as graphwrightRequire } from 'node:module'; const require = graphwrightRequire(import.meta.url);";

/** For a bundle that is one function of what CommonJS gives a module: src/cli/compiled.ts runs it. */
export const AS_FUNCTION = {
  format: 'cjs',
  // The integers of protobufjs do without WebAssembly, which would take two milliseconds to start for them.
  define: { ...COMMON.define, 'import.meta.url': '__filename', WebAssembly: 'undefined' },
  banner: { js: "(function (require, module, exports, __filename, __dirname) { 'use strict';" },
  footer: { js: '})' },
};

/** Bundles a module of ours and what it imports into one file that Node runs. */
export async function bundleForNode(entry, outfile) {
  const { build } = await import('esbuild');
  const banner = { js: WITH_REQUIRE };
  await build({ ...COMMON, ...ON_NODE, format: 'esm', banner, entryPoints: [entry], outfile });
}
