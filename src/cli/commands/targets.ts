/** graphwright targets: what a model can be converted to. */
import { TARGETS } from '../../core/targets/table.ts';
import { JSON_OPTION, parse } from '../arguments.ts';
import { DONE, printJson } from '../report.ts';

export async function targets(args: readonly string[]): Promise<number> {
  const { values } = parse(args, JSON_OPTION, []);
  if (values.json) {
    printJson({ status: 'done', targets: TARGETS, problems: [], seconds: 0 });
  } else {
    for (const target of TARGETS) {
      const opsets = target.kind === 'onnx' ? ` (opsets ${target.opsets.lowest} to ${target.opsets.highest})` : '';
      process.stdout.write(`${target.id.padEnd(16)} ${target.title}${opsets}: ${target.description}\n`);
    }
  }
  return DONE;
}
