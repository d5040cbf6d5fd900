/** graphwright inspect IN: format, opsets, inputs, outputs, operators, parameters, modules. */
import { type ModuleSummary, type Summary, summarize } from '../../core/inspect.ts';
import { openModel } from '../../core/open.ts';
import { JSON_OPTION, parse, READING_OPTIONS, readingOf } from '../arguments.ts';
import {
  clearStatus,
  columns,
  counted,
  DONE,
  printJson,
  printProblems,
  shortBytes,
  shortNumber,
  statusProgress,
} from '../report.ts';

export async function inspect(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(args, { ...READING_OPTIONS, ...JSON_OPTION }, ['IN']);
  const opened = await openModel(positionals[0] ?? '', readingOf(values), statusProgress(values.json));
  try {
    const { problems } = opened;
    const summary = summarize(opened);
    if (values.json) {
      printJson({ status: 'done', ...summary, problems, seconds: (performance.now() - started) / 1000 });
      return DONE;
    }
    clearStatus();
    process.stdout.write(`${describe(summary).join('\n')}\n`);
    printProblems(problems);
    return DONE;
  } finally {
    opened.close();
  }
}

function describe(summary: Summary): string[] {
  const { nodes, parameters, parameterBytes, fileBytes, operators, modules } = summary;
  const opsets = summary.opsets.map(({ domain, version }) => `${domain} ${version}`).join(', ');
  return [
    `${summary.format}, ${shortBytes(fileBytes)}${opsets && `, opset ${opsets}`}`,
    `${counted(nodes, 'node')}, ${shortNumber(parameters)} parameters (${shortBytes(parameterBytes)})`,
    ...section('Inputs', columns(summary.inputs.map(({ name, type }) => [name, type]))),
    ...section('Outputs', columns(summary.outputs.map(({ name, type }) => [name, type]))),
    ...section('Operators', columns(operators.map(({ operator, count }) => [String(count).padStart(5), operator]))),
    ...section('Modules', moduleLines(modules)),
    ...section('Caffe dialects: how much of the file fits', dialectLines(summary.dialects)),
  ];
}

/** More are in the JSON. */
const MOST_DIALECTS = 5;

function dialectLines(dialects: Summary['dialects'] = []): string[] {
  const rows = dialects
    .slice(0, MOST_DIALECTS)
    .map(({ id, score }) => [`${Math.floor(score * 100)} %`.padStart(5), id]);
  return columns(rows);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

/** More rows than this are folded: deep modules count within those around them. */
const MOST_MODULES = 40;

/** Modules to the depth at which they still fit on a screen, in the order of the program. */
function moduleLines(modules: readonly ModuleSummary[]): string[] {
  const depthOf = ({ path }: ModuleSummary) => path.split('.').length;
  const deepest = Math.max(0, ...modules.map(depthOf));
  let depth = deepest;
  const upTo = (most: number) => modules.filter((module) => depthOf(module) <= most);
  while (depth > 1 && upTo(depth).length > MOST_MODULES) depth--;
  const shown = upTo(depth);
  const rows = shown.map(({ path, type, nodes, parameters }) => [
    path,
    counted(nodes, 'node'),
    `${shortNumber(parameters)} parameters`,
    type,
  ]);
  const hidden = modules.length - shown.length;
  return [
    ...columns(rows),
    ...(hidden > 0 ? [`and ${counted(hidden, 'module')} within these (--json lists all)`] : []),
  ];
}
