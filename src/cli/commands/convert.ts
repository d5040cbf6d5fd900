/** graphwright convert IN --to TARGET: writes the converted model, or says why not. */
import { InputError } from '../../core/ir/errors.ts';
import { convertModel } from '../../core/pipeline.ts';
import {
  JSON_OPTION,
  opsetsOf,
  PASS_OPTIONS,
  parse,
  READING_OPTIONS,
  readingOf,
  SEE_HELP,
  TARGET_OPTIONS,
  wishesOf,
} from '../arguments.ts';
import { printPasses, tell } from '../conversion-report.ts';
import { untilInterrupted } from '../interrupt.ts';
import { statusProgress } from '../report.ts';

const OPTIONS = {
  ...READING_OPTIONS,
  ...TARGET_OPTIONS,
  ...PASS_OPTIONS,
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
      target: { target: values.to, ...opsetsOf(values.opset, values.to) },
      output: values.output,
      ...wishesOf(values),
    },
    statusProgress(values.json, untilInterrupted()),
  );
  return tell(result, values.json, () => {
    if (values.explain) printPasses(result.passes);
  });
}
