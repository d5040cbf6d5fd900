/** graphwright text IN: the model as ONNX text. */
import { printModel } from '../../core/formats/onnxtxt/print.ts';
import { writeWhole } from '../../core/formats/whole-files.ts';
import { openModel } from '../../core/open.ts';
import { JSON_OPTION, parse, READING_OPTIONS, readingOf } from '../arguments.ts';
import { clearStatus, DONE, printJson, say, statusProgress } from '../report.ts';

const OPTIONS = {
  ...READING_OPTIONS,
  ...JSON_OPTION,
  output: { type: 'string', short: 'o' },
  inline: { type: 'boolean' },
  force: { type: 'boolean' },
} as const;

export async function text(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(args, OPTIONS, ['IN']);
  const opened = await openModel(positionals[0] ?? '', readingOf(values), statusProgress(values.json));
  clearStatus();
  try {
    const printed = printModel(opened.model, { inline: values.inline ?? false }).text;
    if (values.output !== undefined) await writeText(values.output, printed, values.force ?? false);
    const seconds = (performance.now() - started) / 1000;
    if (values.json) {
      const result = values.output === undefined ? { output: [], text: printed } : { output: [values.output] };
      printJson({ status: 'done', ...result, problems: [], seconds });
    } else if (values.output === undefined) process.stdout.write(printed);
    else say(`Wrote ${values.output}`);
    return DONE;
  } finally {
    opened.close();
  }
}

async function writeText(path: string, text: string, force: boolean): Promise<void> {
  await writeWhole([{ path, chunks: () => [new TextEncoder().encode(text)] }], { force });
}
