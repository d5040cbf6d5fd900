/** graphwright convert IN --to TARGET: writes the converted model, or says why not. */
import { InputError } from '../../core/ir/errors.ts';
import { convertModel } from '../../core/pipeline.ts';
import { JSON_OPTION, opsetOf, parse, READING_OPTIONS, readingOf, SEE_HELP, TARGET_OPTIONS } from '../arguments.ts';
import { clearStatus, counted, DONE, printJson, printProblems, REFUSED, say, statusProgress } from '../report.ts';

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
  const result = await convertModel(
    {
      input: positionals[0] ?? '',
      reading: readingOf(values),
      target: { target: values.to, opset: opsetOf(values.opset, values.to) },
      output: values.output,
      force: values.force ?? false,
      simplify: values.simplify ?? false,
      verify: values.verify ?? false,
    },
    statusProgress(values.json, untilInterrupted()),
  );
  if (values.json) {
    printJson({ ...result });
  } else {
    clearStatus();
    printProblems(result.problems);
    for (const file of result.output) say(`Wrote ${file}`);
    if (result.verification) {
      const { reference, relativeError } = result.verification;
      const verdict = relativeError <= CLOSE ? 'Agrees with' : 'DIFFERS from';
      const by =
        relativeError === 0 ? 'no difference' : `largest relative difference ${relativeError.toExponential(1)}`;
      say(`${verdict} ${reference}: ${by}`);
    }
    if (result.status === 'refused') say(`Nothing was written: ${counted(result.problems.length, 'problem')}.`);
  }
  return result.status === 'done' ? DONE : REFUSED;
}

/** A signal that is raised when the user or the system wants the work to stop; what is half-written is then taken away. */
function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}
