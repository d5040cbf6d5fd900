/** graphwright assemble IN.onnxtxt -o OUT.onnx: the binary of a text, with the constants that stand beside it. */
import { placeBeside } from '../../core/formats/onnx/external.ts';
import { writeOnnx } from '../../core/formats/onnx/write.ts';
import { InputError } from '../../core/ir/errors.ts';
import { openModel } from '../../core/open.ts';
import { JSON_OPTION, parse, SEE_HELP } from '../arguments.ts';
import { clearStatus, DONE, printJson, say, statusProgress } from '../report.ts';

const OPTIONS = { ...JSON_OPTION, output: { type: 'string', short: 'o' }, force: { type: 'boolean' } } as const;

export async function assemble(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(args, OPTIONS, ['IN.onnxtxt']);
  const { json, output: file, force = false } = values;
  if (file === undefined) throw new InputError('bad-argument', '-o OUT.onnx is missing', undefined, SEE_HELP);
  const progress = statusProgress(json);
  const reading = { inputs: [], from: 'onnxtxt', prototxt: undefined, ops: [], accept: [] };
  const opened = await openModel(positionals[0] ?? '', reading, progress);
  try {
    const { model } = opened;
    if (model.dialect !== 'onnx') {
      const next = `Convert it: graphwright convert ${opened.path} --to onnx.`;
      throw new InputError(
        'format-unsupported',
        `this text is a model of ${model.dialect}`,
        { file: opened.path },
        next,
      );
    }
    const output = await writeOnnx(model, file, {
      force,
      progress,
      kept: (tensor) => placeBeside(model, tensor, file),
    });
    clearStatus();
    const seconds = (performance.now() - started) / 1000;
    if (json) printJson({ status: 'done', output: output.reverse(), problems: [], seconds });
    else say(`Wrote ${output.join(' and ')}`);
    return DONE;
  } finally {
    opened.close();
  }
}
