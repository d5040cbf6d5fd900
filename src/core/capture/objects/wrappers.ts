/** Modules of PyTorch that do nothing but call another with what they are given: its forward tells their parameters. */
import type { FunctionDefinition } from '../../formats/torch/ast.ts';

/** The attribute that holds the module within, by class. On one device these only pass on. */
const WITHIN: Readonly<Record<string, string>> = {
  'torch.nn.parallel.data_parallel.DataParallel': 'module',
  'torch.nn.parallel.distributed.DistributedDataParallel': 'module',
  'torch.optim.swa_utils.AveragedModel': 'module',
  'torch._dynamo.eval_frame.OptimizedModule': '_orig_mod',
};

/** The name of the module that a class passes on to; undefined for classes that do more. */
export function moduleWithin(className: string): string | undefined {
  return Object.hasOwn(WITHIN, className) ? WITHIN[className] : undefined;
}

/** The text of a forward that passes on what the forward of the module within takes. */
export function wrapperText(name: string, { parameters }: FunctionDefinition): string {
  const [, ...given] = parameters;
  const declared = given.map(({ name: parameter, default: value }) => parameter + (value ? '=None' : ''));
  const [required, optional] = [given.filter((each) => !each.default), given.filter((each) => each.default)];
  const passed = (count: number) =>
    [...required, ...optional.slice(0, count)].map(({ name: parameter }) => parameter).join(', ');
  const lines = [`def forward(${['self', ...declared].join(', ')}):`];
  // What is not given is not passed on either: the module within has its own defaults.
  optional.forEach((parameter, k) => {
    lines.push(`    if ${parameter.name} is None:`, `        return self.${name}(${passed(k)})`);
  });
  lines.push(`    return self.${name}(${passed(optional.length)})`);
  return `${lines.join('\n')}\n`;
}
