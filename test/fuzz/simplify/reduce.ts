/** Makes a failing program small: takes away what the failure does not need. */
import { type Known, type Line, type Program, readsOf } from './program.ts';

/** Runs of the judge that one reduction may cost. */
const MOST_TRIES = 150;

/** The smallest program found that still fails as `fails` says. `values` are all values that were made on the way. */
export async function reduced(
  program: Program,
  values: ReadonlyMap<string, Known>,
  fails: (candidate: Program) => Promise<boolean>,
): Promise<Program> {
  let best = program;
  let tries = 0;
  const accept = async (candidate: Program | undefined): Promise<boolean> => {
    if (!candidate || candidate.outputs.length === 0 || tries >= MOST_TRIES) return false;
    tries++;
    if (!(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let before = -1; before !== sizeOf(best) && tries < MOST_TRIES; ) {
    before = sizeOf(best);
    await accept({ ...best, declared: new Map() });
    for (const output of best.outputs) if (best.outputs.length > 1) await accept(live({ ...best, outputs: [output] }));
    for (const output of best.outputs)
      await accept(live({ ...best, outputs: best.outputs.filter((each) => each !== output) }));
    await accept(live(best));
    for (const line of [...best.lines].reverse())
      if (best.lines.includes(line)) await accept(without(best, line, values));
    for (const line of best.lines) for (const made of line.outputs) await accept(endingWith(best, made, values));
    for (const constant of best.constants)
      await accept({
        ...best,
        constants: best.constants.map((each) => (each === constant ? { ...each, form: 'initializer' } : each)),
      });
  }
  return best;
}

function sizeOf({ lines, outputs, inputs, constants, declared }: Program): number {
  return 100 * lines.length + outputs.length + inputs.length + constants.length + declared.size;
}

/** Only what the outputs need. */
export function live(program: Program): Program {
  const needed = new Set(program.outputs.map(({ name }) => name));
  const lines: Line[] = [];
  for (const line of [...program.lines].reverse()) {
    if (!line.outputs.some((name) => needed.has(name))) continue;
    lines.unshift(line);
    for (const name of readsOf(line)) needed.add(name);
  }
  const read = (each: Known) => needed.has(each.name);
  return { ...program, lines, inputs: program.inputs.filter(read), constants: program.constants.filter(read) };
}

/** Without a node: what it made is given. */
function without(program: Program, line: Line, values: ReadonlyMap<string, Known>): Program {
  const lines = program.lines.filter((each) => each !== line);
  const made = line.outputs.flatMap((name) => values.get(name) ?? []);
  const outputs = program.outputs.filter(({ name }) => !line.outputs.includes(name));
  return live({ ...program, lines, outputs, inputs: [...program.inputs, ...made] });
}

/** Ends where one value is made. */
function endingWith(program: Program, name: string, values: ReadonlyMap<string, Known>): Program | undefined {
  const output = values.get(name);
  return output && !program.outputs.some((each) => each.name === name)
    ? live({ ...program, outputs: [output] })
    : undefined;
}
