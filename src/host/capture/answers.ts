/** What is asked about a Python program, as text: its arguments, and in one line all that was answered. */
import path from 'node:path';
import type { ProgramChoice, PythonParameter } from '../../shared/capture.ts';

/** What the user said of one class or function, as it is kept. */
export interface ProgramAnswers {
  readonly name: string;
  /** Python literals by name; `*` lists those by position. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly weights?: string;
  /** The command line that the program finds, as one writes it in a terminal. */
  readonly argv?: string;
  /** As `--input` takes them; none takes what the program offers. */
  readonly inputs: readonly string[];
}

/** `Net(num_classes, width=1.0)`. */
export function signatureOf({ name, parameters }: Pick<ProgramChoice, 'name' | 'parameters'>): string {
  return `${name}(${parameters.map(parameterText).join(', ')})`;
}

function parameterText({ name, annotation, default: value }: PythonParameter): string {
  const type = annotation === undefined ? '' : `: ${annotation}`;
  if (value === undefined) return `${name}${type}`;
  return type === '' ? `${name}=${value}` : `${name}${type} = ${value}`;
}

/** What to write first: `num_classes=, depth=`, or what was said last time. */
export function argumentsGuess(
  parameters: readonly PythonParameter[],
  before: ProgramAnswers['arguments'] | undefined,
): string {
  if (before && Object.keys(before).length > 0) return argumentsText(before);
  return requiredOf(parameters)
    .map((name) => `${name}=`)
    .join(', ');
}

/** As they stand between the brackets of a call. */
export function argumentsText(given: ProgramAnswers['arguments']): string {
  return Object.entries(given)
    .map(([name, value]) => (name === '*' ? value.replace(/^\[(.*)\]$/s, '$1') : `${name}=${value}`))
    .join(', ');
}

/** Reads `10, width=0.5`; a text where that is wrong. */
export function parseArguments(
  text: string,
  parameters: readonly PythonParameter[],
): ProgramAnswers['arguments'] | string {
  const parts = splitTopLevel(text);
  if (parts === undefined) return 'A bracket or a quote is not closed.';
  const placed: string[] = [];
  const named = new Map<string, string>();
  for (const part of parts) {
    const [, name, value = ''] = /^([A-Za-z_]\w*)\s*=(?!=)\s*(.*)$/s.exec(part) ?? [];
    if (name === undefined) {
      if (named.size > 0) return `${part} has no name: write NAME=VALUE.`;
      placed.push(part);
    } else if (value === '') return `${name} has no value.`;
    else if (named.has(name)) return `${name} is given twice.`;
    else named.set(name, value);
  }
  const missing = requiredOf(parameters.slice(placed.length)).filter((name) => !named.has(name));
  if (missing.length > 0) return `Missing: ${missing.join(', ')}.`;
  return { ...(placed.length > 0 && { '*': `[${placed.join(', ')}]` }), ...Object.fromEntries(named) };
}

/** Parameters without a default; `*args` and `**kwargs` are none. */
function requiredOf(parameters: readonly PythonParameter[]): string[] {
  return parameters.filter((each) => each.default === undefined && !each.name.startsWith('*')).map(({ name }) => name);
}

/** The parts between commas that stand in no bracket and no text; undefined where one of these is not closed. */
function splitTopLevel(text: string): string[] | undefined {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (const [piece] of text.matchAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[\s\S]/g)) {
    if (piece === '"' || piece === "'") return undefined;
    if ('([{'.includes(piece)) depth++;
    if (')]}'.includes(piece)) depth--;
    if (depth < 0) return undefined;
    if (piece === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += piece;
  }
  if (depth > 0) return undefined;
  return [...parts, part.trim()].filter((each) => each !== '');
}

/** `Net(width=2), weights net.pth, x:float32[1,3,224,224]`. */
export function answersText({ name, arguments: given, argv = '', weights, inputs }: ProgramAnswers): string {
  const parts = [
    `${name}(${argumentsText(given)})`,
    ...(argv === '' ? [] : [argv]),
    ...(weights === undefined ? [] : [`weights ${path.basename(weights)}`]),
    ...(inputs.length > 0 ? [inputs.join(', ')] : ["the program's own inputs"]),
  ];
  return parts.join(' · ');
}
