/** A random model while it grows: lines of ONNX text, and what each value was when they were run one by one. */
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';
import { allElements, typeToText } from '../../../src/core/formats/onnxtxt/print-values.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import type { Shape } from '../../../src/core/ir/shape.ts';
import type { Tensor } from '../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../src/core/ir/type.ts';

/** A value: its name, and what it was when the program was run. */
export interface Known {
  readonly name: string;
  readonly tensor: Tensor;
}

/** A constant, and how it is written. */
export interface Constant extends Known {
  /** `default` is an initializer that is an input too: callers may give another. */
  readonly form: 'initializer' | 'node' | 'default';
}

/** A subgraph of a node. */
export interface Body {
  readonly attribute: string;
  readonly inputs: readonly Known[];
  readonly constants: readonly Constant[];
  readonly lines: readonly Line[];
  readonly outputs: readonly Known[];
}

/** One node. An input that is left out is the empty text. */
export interface Line {
  /** Behind the domain and a point where that is not ONNX's. */
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** `axis = 1`, as the text has them. */
  readonly attributes: readonly string[];
  readonly bodies: readonly Body[];
}

/** A function that lines call by the name of its domain and its own: text that opens with the name. */
export interface LocalFunction {
  readonly domain: string;
  readonly name: string;
  readonly text: string;
}

export interface Program {
  readonly opset: number;
  readonly irVersion: number;
  readonly inputs: readonly Known[];
  readonly constants: readonly Constant[];
  readonly lines: readonly Line[];
  readonly outputs: readonly Known[];
  /** How inputs are declared, where not by the sizes that they have. */
  readonly declared: ReadonlyMap<string, Shape>;
  /** Those that no line calls any more are left out of the text. */
  readonly functions: readonly LocalFunction[];
}

export function programText(program: Program): string {
  const { inputs, constants, outputs, declared } = program;
  const open = declared.size > 0;
  // Up to IR 3 all initializers are inputs.
  const defaults = constants.filter(
    ({ form }) => form === 'default' || (form === 'initializer' && program.irVersion < 4),
  );
  const given = [...inputs, ...defaults].map((each) => valueText(each, declared.get(each.name)));
  const results = outputs.map((each) => valueText(each, open ? each.tensor.shape.map(() => undefined) : undefined));
  const called = new Set(operatorsIn(program.lines));
  const functions = program.functions.filter(({ domain, name }) => called.has(`${domain}.${name}`));
  const domains = new Set([...called].filter((op) => op.includes('.')).map((op) => op.slice(0, op.lastIndexOf('.'))));
  const own = `"" : ${program.opset}`;
  const imports = [own, ...[...domains].map((domain) => `"${domain}" : 1`)];
  return `<ir_version: ${program.irVersion}, opset_import: [${imports.join(', ')}]>
g (${given.join(', ')}) => (${results.join(', ')})
${contentText(constants, program.lines)}
${functions.map(({ domain, text }) => `<domain: "${domain}", opset_import: [${own}]>\n${text}`).join('\n')}`;
}

/** Of lines, and of those within their bodies. */
function operatorsIn(lines: readonly Line[]): string[] {
  return lines.flatMap(({ op, bodies }) => [op, ...bodies.flatMap((body) => operatorsIn(body.lines))]);
}

/** Throws where the text does not parse. */
export function programModel(program: Program): Model {
  return parseModel(programText(program), 'random.onnxtxt');
}

function contentText(constants: readonly Constant[], lines: readonly Line[]): string {
  const initializers = constants
    .filter(({ form }) => form !== 'node')
    .map(({ name, tensor }) => `${typeOf(tensor)} ${name} = ${allElements(tensor)}`);
  const nodes = constants
    .filter(({ form }) => form === 'node')
    .map(({ name, tensor }) => `  ${name} = Constant <value = ${typeOf(tensor)} ${allElements(tensor)}> ()`);
  const head = initializers.length > 0 ? `<${initializers.join(', ')}>\n` : '';
  return `${head}{\n${[...nodes, ...lines.map(lineText)].join('\n')}\n}`;
}

function lineText({ op, inputs, outputs, attributes, bodies }: Line): string {
  const all = [...attributes, ...bodies.map(bodyText)];
  const inputTexts = inputs.map((name) => (name === '' ? '""' : name));
  return `  ${outputs.join(', ')} = ${op} ${all.length > 0 ? `<${all.join(', ')}> ` : ''}(${inputTexts.join(', ')})`;
}

function bodyText({ attribute, inputs, constants, lines, outputs }: Body): string {
  const given = inputs.map((each) => valueText(each));
  // Whatever runs may be of other sizes: a body says its ranks.
  const results = outputs.map((each) =>
    valueText(
      each,
      each.tensor.shape.map(() => undefined),
    ),
  );
  return `${attribute} = ${attribute}_graph (${given.join(', ')}) => (${results.join(', ')}) ${contentText(constants, lines)}`;
}

function valueText({ name, tensor }: Known, shape?: Shape): string {
  return `${typeToText(tensorType(tensor.dtype, shape ?? tensor.shape))} ${name}`;
}

function typeOf(tensor: Tensor): string {
  return typeToText(tensorType(tensor.dtype, tensor.shape));
}

/** The names that a line reads from around it, those of its bodies included. */
export function readsOf(line: Line): Set<string> {
  const names = new Set(line.inputs.filter((name) => name !== ''));
  for (const body of line.bodies) {
    const own = new Set([...body.inputs, ...body.constants].map(({ name }) => name));
    for (const inner of body.lines) {
      for (const name of readsOf(inner)) if (!own.has(name)) names.add(name);
      for (const name of inner.outputs) own.add(name);
    }
    for (const { name } of body.outputs) if (!own.has(name)) names.add(name);
  }
  return names;
}
