/**
 * Our checker over the spoiled models that mutate.py wrote: whoever tells a fault alone is printed, by what is told and where.
 *
 *   node campaign.js FOLDER
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckerResult, measureChecker } from './checker.ts';
import { areFurtherFaults, isFurtherFault } from './further-faults.ts';

interface Mutation {
  readonly of: string;
  readonly said: readonly string[];
  readonly offset: number;
  readonly length: number;
  readonly theirs: string | null;
}

/** How many of a group are printed. */
const SHOWN = 4;
/** Ours alone tells it, as docs/checking.md says. */
const FURTHER = 'a further fault';

const folder = process.argv[2] ?? '';
const bytes = readFileSync(join(folder, 'mutations.bin'));
const lines = readFileSync(join(folder, 'mutations.jsonl'), 'utf8').trimEnd().split('\n');
// mutate.py writes the lines so.
const mutations = lines.map((line) => JSON.parse(line) as Mutation);
const made = mkdtempSync(join(tmpdir(), 'mutations-'));
const counts = new Map<string, number>();
const groups = new Map<string, string[]>();

for (const [index, mutation] of mutations.entries()) {
  const file = join(made, 'model.onnx');
  writeFileSync(file, bytes.subarray(mutation.offset, mutation.offset + mutation.length));
  const result = await measureChecker(file, { name: mutation.of, path: file, checker: mutation.theirs });
  const verdict = verdictOf(result, mutation);
  counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  if (verdict.startsWith('both') || verdict === 'told' || verdict === FURTHER) continue;
  const key = `${verdict}: ${groupOf(result)}`;
  const said = `    ${index} ${mutation.of}: ${mutation.said.join('; ')}\n      ${wordsOf(result)}`;
  groups.set(key, [...(groups.get(key) ?? []), said]);
}
rmSync(made, { recursive: true });

for (const [key, said] of [...groups].sort((a, b) => b[1].length - a[1].length)) {
  console.log(`${said.length} × ${key}\n${said.slice(0, SHOWN).join('\n')}`);
}
console.log(JSON.stringify(Object.fromEntries([...counts].sort())));
process.exitCode = groups.size > 0 ? 1 : 0;

function verdictOf({ verdict, errors }: CheckerResult, mutation: Mutation): string {
  if (verdict !== 'only ours rejects') return verdict;
  return areFurtherFaults(errors) || isOldWithFunctions(mutation) ? FURTHER : verdict;
}

/** onnx does not look at functions in files before IR version 8. The version is the first field that is written. */
function isOldWithFunctions({ offset, said }: Mutation): boolean {
  const [tag = 0, version = 0] = bytes.subarray(offset, offset + 2);
  return tag === 8 && version < 8 && said.includes('nodes within a function');
}

/** What one side tells alone, without names and numbers. */
function groupOf({ verdict, errors, theirs }: CheckerResult): string {
  if (verdict !== 'only ours rejects') return (theirs ?? errors[0]?.message ?? '').replace(/\d+/g, '#').slice(0, 140);
  const first = errors.find((error) => !isFurtherFault(error));
  return `${first?.code}: ${first?.message.replace(/'[^']*'|\d+/g, '#').slice(0, 100)}`;
}

function wordsOf({ errors, theirs }: CheckerResult): string {
  return theirs ?? errors.map(({ code, message }) => `${code}: ${message}`).join(' | ');
}
