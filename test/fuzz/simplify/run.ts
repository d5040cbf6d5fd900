/**
 * Random models before and after simplification, in onnxruntime.
 *
 *   node random-models.js RESULTS.json FIRST_SEED COUNT
 *
 * Prints every failure, made small, as ONNX text; writes counts and failures into RESULTS.json as it goes. With
 * GRAPHWRIGHT_VALIDATE_PASSES=1 the model is proved sound after every pass.
 */
import { writeFileSync } from 'node:fs';
import { generate } from './generate.ts';
import { FAILURES, JUDGED, type Judgement, judge } from './judge.ts';
import { type Program, programText } from './program.ts';
import { reduced } from './reduce.ts';

interface Failure {
  readonly seed: number;
  readonly verdict: string;
  readonly detail: string;
  readonly passes: readonly string[];
  readonly text: string;
}

const [file = '', first = '0', count = '0'] = process.argv.slice(2);
const verdicts: Record<string, number> = {};
const passes: Record<string, number> = {};
const operators: Record<string, number> = {};
const failures: Failure[] = [];
let nodes = [0, 0];

for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  // Should the process die, the file says of which model.
  keep(seed);
  const { program, values, taken } = await generate(seed);
  const judgement = await judge(program, seed);
  tally(verdicts, judgement.verdict);
  for (const pass of judgement.passes) tally(passes, pass);
  for (const [operator, times] of taken) operators[operator] = (operators[operator] ?? 0) + times;
  nodes = nodes.map((sum, k) => sum + (judgement.nodes[k] ?? 0));
  if (!FAILURES.has(judgement.verdict)) continue;
  const small = await reduced(program, values, async (candidate) => alike(await tried(candidate, seed), judgement));
  const again = await judge(small, seed);
  const failure = {
    seed,
    verdict: again.verdict,
    detail: again.detail,
    passes: again.passes,
    text: programText(small),
  };
  failures.push(failure);
  console.log(`seed ${seed}: ${failure.verdict}, ${failure.detail} (${failure.passes.join(', ')})\n${failure.text}\n`);
}
keep(undefined);

function tally(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

async function tried(candidate: Program, seed: number): Promise<Judgement | undefined> {
  try {
    return await judge(candidate, seed);
  } catch {
    // What was taken away left something that is no model.
    return undefined;
  }
}

/** Whether a smaller program fails in the same way: for exceptions, with the same words but for names and numbers. */
function alike(found: Judgement | undefined, wanted: Judgement): boolean {
  if (found?.verdict !== wanted.verdict) return false;
  const words = ({ detail }: Judgement) => detail.replaceAll(/\w*\d+\w*/g, '').slice(0, 60);
  return wanted.verdict === 'differs' || words(found) === words(wanted);
}

function keep(running: number | undefined): void {
  writeFileSync(
    file,
    JSON.stringify({ running, verdicts, judged: JUDGED, passes, operators, nodes, failures }, null, 1),
  );
}
