/** graphwright inspect IN: format, opsets, inputs, outputs, operators, parameters, modules. */
import { summarize } from '../../core/inspect.ts';
import { openModel } from '../../core/open.ts';
import { silent } from '../../core/progress.ts';
import { JSON_OPTION, parse, READING_OPTIONS, readingOf } from '../arguments.ts';
import { DONE, printJson, printProblems } from '../report.ts';

export async function inspect(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(args, { ...READING_OPTIONS, ...JSON_OPTION }, ['IN']);
  const opened = await openModel(positionals[0] ?? '', readingOf(values), silent);
  try {
    const summary = summarize(opened);
    if (values.json) {
      printJson({
        status: 'done',
        ...summary,
        problems: opened.problems,
        seconds: (performance.now() - started) / 1000,
      });
      return DONE;
    }
    const lines = [
      `${summary.format}, ${summary.nodes} nodes, ${summary.parameters} parameters (${(summary.parameterBytes / 2 ** 20).toFixed(1)} MiB)`,
      ...summary.opsets.map(({ domain, version }) => `opset ${domain} ${version}`),
      ...summary.inputs.map(({ name, type }) => `input  ${name}: ${type}`),
      ...summary.outputs.map(({ name, type }) => `output ${name}: ${type}`),
      ...summary.operators.map(({ operator, count }) => `${String(count).padStart(6)} ${operator}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    printProblems(opened.problems);
    return DONE;
  } finally {
    opened.close();
  }
}
