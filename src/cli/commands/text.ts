/** graphwright text IN: the model as ONNX text. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { printModel } from '../../core/formats/onnxtxt/print.ts';
import { InputError } from '../../core/ir/errors.ts';
import { openModel } from '../../core/open.ts';
import { silent } from '../../core/progress.ts';
import { JSON_OPTION, parse, READING_OPTIONS, readingOf } from '../arguments.ts';
import { DONE, printJson, say } from '../report.ts';

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
  const opened = await openModel(positionals[0] ?? '', readingOf(values), silent);
  try {
    const printed = printModel(opened.model, { inline: values.inline ?? false }).text;
    if (values.output !== undefined) writeWhole(values.output, printed, values.force ?? false);
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

function writeWhole(path: string, content: string, force: boolean): void {
  if (!force && existsSync(path)) {
    throw new InputError(
      'file-exists',
      'this file exists already',
      { file: path },
      'Give another name, or --force to replace it.',
    );
  }
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
