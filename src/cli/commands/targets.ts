/** graphwright targets: what a model in this folder can be converted to. */
import { join } from 'node:path';
import { targetsWithOwn } from '../../core/targets/table.ts';
import type { Target } from '../../core/targets/target.ts';
import type { UnusableTarget } from '../../core/targets/user-profiles.ts';
import { JSON_OPTION, parse } from '../arguments.ts';
import { asWritten, columns, DONE, printJson } from '../report.ts';

export async function targets(args: readonly string[]): Promise<number> {
  const { values } = parse(args, JSON_OPTION, []);
  const all = targetsWithOwn(join(process.cwd(), 'model'));
  if (values.json) {
    printJson({ status: 'done', targets: all.map(plain), problems: [], seconds: 0 });
  } else {
    const rows = all.map((target) => {
      if (target.kind === 'unusable') return [asWritten(target.id), target.title, target.failure];
      const opsets = target.kind === 'onnx' ? `, opsets ${target.opsets.lowest} to ${target.opsets.highest}` : '';
      return [asWritten(target.id), `${target.title}${opsets}`, `${target.description}`];
    });
    process.stdout.write(`${columns(rows).join('\n')}\n`);
  }
  return DONE;
}

/** A backend by its name, and a profile by its sources: their facts are for the engine. */
function plain(target: Target | UnusableTarget): object {
  if (target.kind === 'unusable') return target;
  if (target.kind === 'caffe') return { ...target, backend: target.backend.id };
  if (!target.profile) return target;
  const { sources, covers, irVersion } = target.profile;
  const { kind, id, title, description, opsets } = target;
  return { kind, id, title, description, opsets, sources, covers, irVersion };
}
