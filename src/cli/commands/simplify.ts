/** graphwright simplify IN -o OUT: the same model in fewer nodes, and what was done to it. */
import { InputError } from '../../core/ir/errors.ts';
import { convertModel } from '../../core/pipeline.ts';
import type { Simplified } from '../../core/request.ts';
import { foldLimitOf, JSON_OPTION, PASS_OPTIONS, parse, READING_OPTIONS, readingOf, SEE_HELP } from '../arguments.ts';
import { printPasses, tell } from '../conversion-report.ts';
import { untilInterrupted } from '../interrupt.ts';
import { counted, say, statusProgress } from '../report.ts';

const OPTIONS = {
  ...READING_OPTIONS,
  ...PASS_OPTIONS,
  ...JSON_OPTION,
  output: { type: 'string', short: 'o' },
  why: { type: 'string' },
  verify: { type: 'boolean' },
  force: { type: 'boolean' },
} as const;

export async function simplify(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args, OPTIONS, ['IN']);
  if (values.output === undefined) throw new InputError('bad-argument', '-o OUT is missing', undefined, SEE_HELP);
  const result = await convertModel(
    {
      input: positionals[0] ?? '',
      reading: readingOf(values),
      target: { target: 'onnx', opset: undefined },
      output: values.output,
      force: values.force ?? false,
      simplify: true,
      disabled: values.disable ?? [],
      explain: values.explain ?? false,
      why: values.why,
      inline: values.inline ?? false,
      foldLimit: foldLimitOf(values['fold-limit']),
      annotate: values.annotate ?? false,
      verify: values.verify ?? false,
    },
    statusProgress(values.json, untilInterrupted()),
  );
  return tell(result, values.json, () => {
    printPasses(result.passes);
    if (result.simplified) printSimplified(result.simplified);
  });
}

function printSimplified({ nodesBefore, nodesAfter, rounds, settled, why }: Simplified): void {
  if (why) {
    say(`What became of ${why.node}:`);
    for (const { pass, graph, node, reason } of why.done) say(`  ${pass} took ${node} in ${graph}: ${reason}`);
    for (const { pass, graph, node, reason, near } of why.missed)
      say(`  ${pass} ${near ? 'nearly fits' : 'does not fit'} at ${node} in ${graph}: ${reason}`);
    if (why.done.length + why.missed.length === 0) say('  no rule fits it, and none nearly does');
  }
  const end = settled ? 'nothing is left to do' : 'not all that could be done was done';
  say(`${counted(nodesBefore, 'node')} before, ${nodesAfter} after ${counted(rounds, 'round')}: ${end}.`);
}
