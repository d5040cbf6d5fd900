/**
 * Makes profiles for src/core/targets/profiles/ of the lists that targets publish.
 *
 *   node scripts/profile-lists.mjs NAME SOURCE [-o FILE]
 *
 * NAME is a row of LISTS in scripts/lib/profile-lists.mjs, which says what to fetch; SOURCE is that file, or a folder with the
 * files of that repository.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inRoot } from './lib/paths.mjs';
import { profileText } from './lib/profile-file.mjs';
import { LISTS } from './lib/profile-lists.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { output: { type: 'string', short: 'o' } },
});
const [name = '', source = ''] = positionals;
const list = LISTS[name];
if (!list) throw new Error(`there is no list ${name}: ${Object.keys(LISTS).join(', ')}`);
const { read, ...head } = list;
const schemas = JSON.parse(readFileSync(inRoot('src/core/dialects/onnx/operators.json'), 'utf8'));
const operators = Object.entries(read(source))
  .filter(([key]) => isOfRange(key))
  .sort(([a], [b]) => (a < b ? -1 : 1));
const $schema = '../../../../schemas/graphwright-target.schema.json';
const text = profileText({ $schema, version: 1, name, ...head, operators: Object.fromEntries(operators) });
if (values.output) writeFileSync(values.output, text);
else process.stdout.write(text);

/** Lists name a few operators that no model of their opsets can have, and names that ONNX does not know. */
function isOfRange(key) {
  const [domain, op] = key.includes('::') ? key.split('::') : ['', key];
  if (!schemas.operators[domain]) return true;
  const [lowest, highest] = head.opsets?.[domain || 'ai.onnx'] ?? [1, schemas.latest[domain]];
  const versions = Object.keys(schemas.operators[domain][op] ?? {}).map(Number);
  const alive = versions.some((since, k) => since <= highest && (versions[k + 1] ?? highest + 1) > lowest);
  if (!alive) console.error(`left out: ${key}`);
  return alive;
}
