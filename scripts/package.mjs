/** Packages the extension into artifacts/graphwright.vsix and says what it weighs. Everything is bundled: no packages ship. */
import { mkdir, stat } from 'node:fs/promises';
import { inRoot } from './lib/paths.mjs';
import { node } from './lib/run.mjs';

const file = inRoot('artifacts/graphwright.vsix');
await mkdir(inRoot('artifacts'), { recursive: true });
const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file];
await node([inRoot('node_modules/@vscode/vsce/vsce'), 'package', ...options], { show: true });
console.log(`${file}: ${((await stat(file)).size / 1000).toFixed(0)} kB`);
