/**
 * Bundles a program in two parts: what it loads at once, and the rest, which its dynamic imports ask for. What is not there
 * needs neither to be read nor to be compiled. The rest takes from the first part what both need, so that nothing is there
 * twice. Each part is one function of what CommonJS gives a module (bundle.mjs, AS_FUNCTION); a part asks for what stands in the
 * other as for modules named `part:...`, see src/cli/start.ts.
 */
import path from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './paths.mjs';

/** By this a part asks for what stands in the other. */
const PART = 'part:';

/**
 * `entry` starts the program, `atOnce` are modules whose code belongs to the first part though they are imported when needed.
 * Gives the sizes of both files.
 */
export async function bundleInTwo({ entry, atOnce = [], out, rest, options, root = ROOT }) {
  const settings = { ...options, absWorkingDir: root, bundle: true, metafile: true };
  const { metafile } = await build({ ...settings, entryPoints: [entry], outfile: out, write: false });
  const early = loadedAtOnce(metafile, [entry, ...atOnce]);
  const exported = await exportsOf([...early].filter(isOurs), root);
  const late = dynamicImports(metafile).filter((file) => !early.has(file));
  return Promise.all([
    sizeOf(out, { ...settings, plugins: [asksForRest(late, root)], stdin: firstPart(entry, exported, root) }),
    sizeOf(rest, { ...settings, plugins: [asksForFirst(exported, root)], stdin: restPart(late, root) }),
  ]);
}

async function sizeOf(outfile, settings) {
  const { metafile } = await build({ ...settings, outfile, supported: { 'dynamic-import': false } });
  return { out: outfile, bytes: Object.values(metafile.outputs)[0].bytes };
}

/** Code of packages may stand in both parts: what it keeps to itself is not handed on. */
function isOurs(file) {
  return /\.[jt]s$/.test(file) && !file.includes('node_modules');
}

/** Modules and what they import, at once and by way of others. */
function loadedAtOnce({ inputs }, entries) {
  const found = new Set(entries);
  for (const file of found) {
    for (const { path: imported, kind, external } of inputs[file]?.imports ?? [])
      if (kind !== 'dynamic-import' && !external) found.add(imported);
  }
  return found;
}

function dynamicImports({ inputs }) {
  const imports = Object.values(inputs).flatMap((input) => input.imports);
  return [...new Set(imports.filter(({ kind }) => kind === 'dynamic-import').map((each) => each.path))];
}

/** The names that modules export, by module. */
async function exportsOf(files, root) {
  const options = { format: 'esm', write: false, metafile: true, outdir: 'out', outbase: root };
  const { metafile } = await build({ ...options, absWorkingDir: root, entryPoints: files });
  return new Map(Object.values(metafile.outputs).map((output) => [output.entryPoint, output.exports]));
}

/** The program, and a function that gives what the rest needs of it. */
function firstPart(entry, exported, root) {
  const modules = [...exported].filter(([, names]) => names.length > 0);
  const alias = (name, k) => `${name} as ${name}_${k}`;
  const imports = modules.map(
    ([file, names], k) => `import { ${names.map((name) => alias(name, k))} } from './${file}';`,
  );
  const rows = modules.map(([file, names], k) => `'${file}': { ${names.map((name) => `${name}: ${name}_${k}`)} },`);
  const contents = `import './${entry}';\n${imports.join('\n')}\nexport const shared = () => ({ ${rows.join('\n')} });`;
  return { contents, resolveDir: root };
}

/** Functions that give the modules that the first part asks for. */
function restPart(late, root) {
  const rows = late.map((file) => `'${file}': () => require('./${file}'),`);
  return { contents: `export const modules = { ${rows.join('\n')} };`, resolveDir: root };
}

/** A file as esbuild names it. */
function within(root, file) {
  return path.relative(root, file).replaceAll(path.sep, '/');
}

function asksForRest(late, root) {
  const wanted = new Set(late);
  return {
    name: 'asks-for-rest',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path: imported, resolveDir }) => {
        const file = within(root, path.join(resolveDir, imported));
        return kind === 'dynamic-import' && wanted.has(file) ? { path: PART + file, external: true } : undefined;
      });
    },
  };
}

function asksForFirst(exported, root) {
  return {
    name: 'asks-for-first',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: new RegExp(`^${PART}`) }, ({ path: asked }) => ({ path: asked, external: true }));
      onLoad({ filter: /\.[jt]s$/ }, ({ path: file }) => {
        const module = within(root, file);
        const names = exported.get(module);
        if (!names) return undefined;
        return { contents: `export const { ${names} } = require('${PART}shared')['${module}'];`, loader: 'js' };
      });
    },
  };
}
