/**
 * Bundles the extension into dist/: the host, the engine's process, the command line and the graph panel.
 * `--watch` builds again when a file changes. Bundles over their budget (docs/architecture.md) fail the build.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { context } from 'esbuild';
import { AS_FUNCTION, COMMON, ON_NODE, WITH_REQUIRE } from './scripts/lib/bundle.mjs';
import { bundleInTwo } from './scripts/lib/two-parts.mjs';

const watch = process.argv.includes('--watch');

const common = {
  ...COMMON,
  minifySyntax: !watch,
  minifyWhitespace: !watch,
  sourcemap: watch ? 'linked' : false,
};
const onNode = { ...common, ...ON_NODE };

/**
 * Every file imports vscode as a namespace, for which the module itself serves: esbuild's copies of its hundreds of
 * properties would cost a third of the time to activate.
 */
const plainVSCode = {
  name: 'plain-vscode',
  setup({ onEnd, initialOptions }) {
    initialOptions.write = false;
    onEnd(({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text.replace(/__toESM\(require\("vscode"\), ?1\)/g, 'require("vscode")'));
      }
    });
  },
};

const inBrowser = { ...common, platform: 'browser', format: 'iife', minifyIdentifiers: !watch };

/** The command line, which src/cli/start.ts runs. What simplifying loads stands in its first part: it is to start at once. */
const commandLine = {
  entry: 'src/cli/main.ts',
  atOnce: ['src/cli/commands/simplify.ts'],
  out: 'dist/cli-main.cjs',
  rest: 'dist/cli-rest.cjs',
  options: { ...onNode, ...AS_FUNCTION },
};

/** What is built, from where, and the budget that it shares with the rows of the same name, in kilobytes. */
const bundles = [
  {
    entry: 'src/host/extension.ts',
    out: 'dist/extension.cjs',
    budget: 'host',
    options: { ...onNode, format: 'cjs', plugins: [plainVSCode] },
  },
  {
    entry: 'src/service/main.ts',
    out: 'dist/service.mjs',
    options: { ...onNode, format: 'esm', banner: { js: WITH_REQUIRE } },
  },
  {
    entry: 'src/cli/start.ts',
    out: 'dist/cli.js',
    options: { ...onNode, format: 'cjs', banner: { js: '#!/usr/bin/env node' } },
  },
  // Built again and again it stays in one part.
  ...(watch ? [commandLine] : []),
  { entry: 'webview/main.ts', out: 'dist/webview.js', budget: 'webview', options: inBrowser },
  { entry: 'webview/layout/worker.ts', out: 'dist/webview-layout.js', budget: 'webview', options: inBrowser },
  { entry: 'webview/style.css', out: 'dist/webview.css', budget: 'webview', options: inBrowser },
];
/** What is read when VS Code starts the extension is to hold no tables that only the engine needs. */
const BUDGETS = { host: 330_000, webview: 350_000 };

// What the command line compiled of an earlier build (src/cli/compiled.ts).
rmSync('dist/compiled', { recursive: true, force: true });
// Node loads cli.js as CommonJS in less time than as an ES module, which package.json says of all others.
mkdirSync('dist', { recursive: true });
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');

// Every bundle is built, also beside one that fails; esbuild has said why it did.
const results = await Promise.allSettled([...bundles.map(build), ...(watch ? [] : [bundleInTwo(commandLine)])]);
if (!watch) {
  const sizes = results.flatMap(({ value }) => value ?? []);
  for (const { out, bytes } of sizes) console.log(`  ${out.padEnd(24)} ${kilobytes(bytes)}`);
  const failed = results.some(({ status }) => status === 'rejected');
  process.exitCode = failed || overBudget(sizes) ? 1 : 0;
}

/** Builds one bundle once, or keeps building it; gives its size, undefined where its source does not exist. */
async function build({ entry, out, budget, options }) {
  if (!existsSync(entry)) {
    console.log(`  ${out.padEnd(24)} left out: ${entry} does not exist`);
    return undefined;
  }
  const building = await context({ ...options, entryPoints: [entry], outfile: out });
  if (watch) {
    await building.watch();
    return undefined;
  }
  try {
    const { metafile } = await building.rebuild();
    return { out, budget, bytes: metafile.outputs[out].bytes };
  } finally {
    await building.dispose();
  }
}

function overBudget(built) {
  const over = Object.entries(BUDGETS).filter(([name, most]) => {
    const bytes = built.filter((each) => each.budget === name).reduce((sum, each) => sum + each.bytes, 0);
    if (bytes > most) console.error(`The ${name} bundle has ${kilobytes(bytes)}; its budget is ${kilobytes(most)}.`);
    return bytes > most;
  });
  return over.length > 0;
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`.padStart(8);
}
