/** graphwright convert IN --to TARGET: writes the converted model, or says why not. */

import { InputError } from '../../core/ir/errors.ts';
import { convertModel } from '../../core/pipeline.ts';
import { watched } from '../../core/progress.ts';
import { JSON_OPTION, opsetOf, parse, READING_OPTIONS, readingOf, SEE_HELP, TARGET_OPTIONS } from '../arguments.ts';
import { DONE, printJson, printProblems, REFUSED, say } from '../report.ts';

/** Rounding in another order stays far below this on any sound model. */
const CLOSE = 1e-4;

const OPTIONS = {
  ...READING_OPTIONS,
  ...TARGET_OPTIONS,
  ...JSON_OPTION,
  output: { type: 'string', short: 'o' },
  simplify: { type: 'boolean' },
  verify: { type: 'boolean' },
  force: { type: 'boolean' },
} as const;

export async function convert(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args, OPTIONS, ['IN']);
  if (values.to === undefined)
    throw new InputError('bad-argument', 'the target is missing: --to TARGET', undefined, SEE_HELP);
  const quiet = values.json || !process.stderr.isTTY;
  const result = await convertModel(
    {
      input: positionals[0] ?? '',
      reading: readingOf(values),
      target: { target: values.to, opset: opsetOf(values.opset) },
      output: values.output,
      force: values.force ?? false,
      simplify: values.simplify ?? false,
      verify: values.verify ?? false,
    },
    watched((title) => (quiet ? undefined : say(title))),
  );
  if (values.json) {
    printJson({ ...result });
  } else {
    printProblems(result.problems);
    for (const file of result.output) say(`Wrote ${file}`);
    if (result.verification) {
      const { reference, relativeError } = result.verification;
      const verdict = relativeError <= CLOSE ? 'Agrees with' : 'DIFFERS from';
      say(`${verdict} ${reference}: largest relative difference ${relativeError.toExponential(1)}`);
    }
    if (result.status === 'refused') say(`Nothing was written: ${count(result.problems.length, 'problem')}.`);
  }
  return result.status === 'done' ? DONE : REFUSED;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
