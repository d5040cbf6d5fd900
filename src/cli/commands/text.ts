/** graphwright text IN: the model as ONNX text. */
import { printedText, writeOnnxText } from '../../core/formats/onnxtxt/write.ts';
import { openModel } from '../../core/open.ts';
import { JSON_OPTION, parse, READING_OPTIONS, readingOf } from '../arguments.ts';
import { clearStatus, counted, DONE, printJson, say, statusProgress } from '../report.ts';

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
  const { json, output: file, inline = false, force = false } = values;
  const progress = statusProgress(json);
  const opened = await openModel(positionals[0] ?? '', readingOf(values), progress);
  clearStatus();
  try {
    const printed = file === undefined ? printedText(opened.model, inline) : undefined;
    const output = file === undefined ? [] : await writeOnnxText(opened.model, file, { inline, force, progress });
    const seconds = (performance.now() - started) / 1000;
    if (json) printJson({ status: 'done', output, ...(printed && { text: printed.text }), problems: [], seconds });
    else if (printed) process.stdout.write(printed.text);
    else say(`Wrote ${output.join(' and ')}`);
    if (printed && printed.elided > 0 && !json) {
      say(`${counted(printed.elided, 'large constant')} left out: give -o to keep them beside the text, or --inline.`);
    }
    return DONE;
  } finally {
    opened.close();
  }
}
