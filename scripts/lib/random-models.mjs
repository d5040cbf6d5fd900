/** Random models before and after simplification, in onnxruntime: see test/fuzz/simplify. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { CommandError, node } from './run.mjs';
import { table } from './table.mjs';

/** A process serves so many models: what it holds does not grow without end, and a crash says roughly where. */
const AT_ONCE = 250;
const FAILURES = ['differs', 'broken', 'threw', 'unsettled', 'died'];

/** Runs models of consecutive seeds; gives what each process found, and counts. */
export async function randomStage(first, count) {
  const bundle = inRoot('artifacts/random-models.js');
  const file = inRoot('artifacts/random-models-part.json');
  await bundleForNode(inRoot('test/fuzz/simplify/run.ts'), bundle);
  const parts = [];
  for (let seed = first; seed < first + count; ) {
    const models = Math.min(AT_ONCE, first + count - seed);
    rmSync(file, { force: true });
    try {
      const env = { GRAPHWRIGHT_VALIDATE_PASSES: '1' };
      await node([bundle, file, String(seed), String(models)], { show: true, env });
    } catch (error) {
      if (!(error instanceof CommandError) || !existsSync(file)) throw error;
      console.error(error.message);
    }
    const part = JSON.parse(readFileSync(file, 'utf8'));
    // The others go on behind the model of which the process died.
    const died = part.running !== undefined;
    if (died) console.log(`seed ${part.running}: the process died`);
    const next = died ? part.running + 1 : seed + models;
    if (died) part.verdicts.died = 1;
    parts.push({ ...part, models: next - seed });
    seed = next;
  }
  const failed = sum(parts.map((part) => counted(part, FAILURES)));
  // A model that onnxruntime does not run says nothing.
  const passed =
    sum(parts.map((part) => counted(part, Object.keys(part.verdicts)))) -
    sum(parts.map((part) => counted(part, [...FAILURES, 'unrunnable'])));
  return { rows: parts, counts: { passed, failed } };
}

function counted({ verdicts }, words) {
  return sum(words.map((word) => verdicts[word] ?? 0));
}

function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0);
}

/** How the models end, and what was simplified in them. */
export function randomTable(parts, seed) {
  const total = (key) => {
    const found = {};
    for (const part of parts)
      for (const [name, times] of Object.entries(part[key] ?? {})) found[name] = (found[name] ?? 0) + times;
    return Object.entries(found).sort(([, a], [, b]) => b - a);
  };
  const nodes = [0, 1].map((k) => sum(parts.map((part) => part.nodes?.[k] ?? 0)));
  const cells = total('verdicts').map(([name, times]) => [WORDS[name] ?? name, String(times)]);
  const models = sum(parts.map((part) => part.models));
  const fired = total('passes').map(([name, times]) => `${name} ${times}`);
  const idle = (parts[0]?.judged ?? []).filter((name) => parts.every(({ passes }) => passes[name] === undefined));
  return [
    `${models} models from seed ${seed} on, ${total('operators').length} operators, ${nodes[0]} nodes before and ${nodes[1]} after.`,
    table(['How they end', 'Models'], cells),
    `Models in which each pass did something: ${fired.join(', ')}.`,
    `Passes that did nothing: ${idle.join(', ') || 'none'}.`,
  ].join('\n\n');
}

const WORDS = {
  same: 'the same outputs',
  idle: 'nothing to simplify',
  loose: 'moved as far by last digits of the inputs',
  unrunnable: 'not run by onnxruntime',
  differs: '**other outputs**',
  broken: '**no longer run**',
  threw: '**an error**',
  unsettled: '**no end**',
  died: '**the process died**',
};
