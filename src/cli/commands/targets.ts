/** graphwright targets: what a model in this folder can be converted to. */
import { join } from 'node:path';
import { targetsOf } from '../../core/targets/table.ts';
import type { Target } from '../../core/targets/target.ts';
import { JSON_OPTION, parse } from '../arguments.ts';
import { columns, DONE, printJson } from '../report.ts';

export async function targets(args: readonly string[]): Promise<number> {
  const { values } = parse(args, JSON_OPTION, []);
  const all = targetsOf(join(process.cwd(), 'model'));
  if (values.json) {
    printJson({ status: 'done', targets: all.map(plain), problems: [], seconds: 0 });
  } else {
    const rows = all.map((target) => {
      const opsets = target.kind === 'onnx' ? `, opsets ${target.opsets.lowest} to ${target.opsets.highest}` : '';
      return [target.id, `${target.title}${opsets}`, `${target.description}`];
    });
    process.stdout.write(`${columns(rows).join('\n')}\n`);
  }
  return DONE;
}

/** A backend by its name, and a profile by its sources: their facts are for the engine. */
function plain(target: Target): object {
  if (target.kind === 'caffe') return { ...target, backend: target.backend.id };
  if (!target.profile) return target;
  const { sources, covers, irVersion } = target.profile;
  const { kind, id, title, description, opsets } = target;
  return { kind, id, title, description, opsets, sources, covers, irVersion };
}
