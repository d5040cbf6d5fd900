/** Writes docs/pytorch-operators.md, with -u: the state of every operator of PyTorch, from the tables and the cases. */
import { expect, test } from 'vitest';
import { COMPOSED } from '../../../../../src/core/capture/operators/compositions.ts';
import { ORIGINALS } from '../../../../../src/core/convert/aten-to-onnx/aliases.ts';
import { COMPLEX_RULES } from '../../../../../src/core/convert/aten-to-onnx/complex/rules.ts';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { RULES } from '../../../../../src/core/convert/aten-to-onnx/rules.ts';
import { ruleFor } from '../../../../../src/core/dialects/aten/rules.ts';
import { SCHEMA_ROWS } from '../../../../../src/core/dialects/aten/schema-rows.ts';
import { overloadsOf } from '../../../../../src/core/dialects/aten/schemas.ts';
import { viewRuleFor } from '../../../../../src/core/dialects/aten/views.ts';
import { CASE_FILES, makeBatch, readCases } from './cases.ts';
import { LACKS, type Lack } from './lacking.ts';
import { REFUSED } from './refused.ts';

interface State {
  readonly name: string;
  readonly shape: string;
  readonly onnx: string;
  readonly cases: number;
  readonly refused: readonly string[];
}

const lowered = new Set(
  [...RULES.keys(), ...COMPLEX_RULES.keys()].map((rule) => rule.replace(/^aten::/, '').replace(/\..*/, '')),
);

const counts = new Map<string, number>();
for (const [operator] of CASE_FILES.flatMap(readCases)) {
  const name = operator.replace(/\..*/, '');
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const refusals = new Map<string, string[]>();
for (const [row] of REFUSED) {
  const [problem] = atenToOnnx(makeBatch([row]).model).problems;
  const { attribute = '', reason = '' } = problem?.details ?? {};
  const name = row[0].replace(/\..*/, '');
  refusals.set(name, [...(refusals.get(name) ?? []), `${attribute}: ${reason}`]);
}

const states = [...new Set(SCHEMA_ROWS.match(/^\w+/gm))].filter((name) => !inPlace(name)).map(stateOf);

/** `relu_` runs as `relu`: what it writes becomes a value. */
function inPlace(name: string): boolean {
  return /[^_]_$/.test(name) && overloadsOf(name.slice(0, -1)).length > 0;
}

function stateOf(name: string): State {
  const original = ORIGINALS.get(name);
  const view = viewRuleFor(name) !== undefined;
  const composed = COMPOSED.has(name);
  const onnx = lowered.has(name) ? 'rule' : original && lowered.has(original) ? `as ${original}` : '';
  return {
    name,
    shape: view ? 'view' : ruleFor(name) ? 'rule' : composed ? 'by others' : '',
    onnx: onnx || (composed ? 'by others' : ''),
    cases: counts.get(name) ?? 0,
    refused: refusals.get(name) ?? [],
  };
}

const isWhole = ({ shape, onnx, cases }: State) => shape !== '' && onnx !== '' && cases > 0;
const isOpen = ({ shape, onnx, refused }: State) => (shape === '' || onnx === '') && refused.length === 0;
/** Numbers and truths are answered while the program is captured. */
const givesTensors = ({ name }: State) => overloadsOf(name).some((each) => each.results[0]?.type.base === 'Tensor');

function page(): string {
  const whole = states.filter(isWhole);
  const random = states.filter((each) => !isWhole(each) && each.refused.length > 0);
  const open = states.filter((each) => isOpen(each) && givesTensors(each));
  const listed = states.filter((each) => !isOpen(each));
  const rows = listed.map(({ name, shape, onnx, cases, refused }) =>
    line([`\`${name}\``, shape, onnx, cases === 0 ? '' : String(cases), refused.join('; ').replaceAll('|', '\\|')]),
  );
  const total = listed.reduce((sum, each) => sum + each.cases, 0);
  return `# Operators of PyTorch

Written by \`npx vitest run test/unit/core/convert/aten-to-onnx/operators-page.test.ts -u\`: do not edit.

Operators of namespace \`aten\` by the names of PyTorch 2.13, in all their overloads: TorchScript and \`torch.export\` call
them alike. In-place operators (\`relu_\`) and \`out=\` run as the operators that they are named after.

- *Types and shapes*: what capture knows of the result. A *view* shares memory with its input, and writes go through it;
  *by others* is written as several other operators.
- *ONNX*: how it becomes ONNX. *As* another operator means that it is the same by another name.
- *Cases*: calls whose numbers are PyTorch's in onnxruntime, over types, ranks, sizes and optional arguments.
- *Refused*: variants that end in a problem with this reason, never in another result.

Everything runs at opset 13 and 17 with the same numbers, but for what these lack and the problem \`opset-too-old\` names: below
18 scatters that keep the largest or smallest, below 16 scatters that add.

${whole.length} operators have all three, in ${total.toLocaleString('en')} cases. ${random.length} are refused altogether.

${line(['Operator', 'Types and shapes', 'ONNX', 'Cases', 'Refused'])}
${line(['---', '---', '---', '---', '---'])}
${rows.join('\n')}

## Not converted
A program that uses one of these ends in the problem \`unsupported-operator\` or \`unknown-operator\`, which says where; it can be
[defined as a custom operator](custom-operators.md). Many of them are of use in training only, or make random or sparse
numbers, which ONNX has not.

Complex numbers are two tensors of real ones in ONNX: Fourier transforms, arithmetic and what moves elements take them so.
An input or output of a program must be real: \`torch.view_as_real\` and \`torch.view_as_complex\` lead there and back.

${LACKS.map((lack) => category(lack, open)).join('\n')}
`;
}

/** The operators of one kind that are not converted. */
function category({ title, reason }: Lack, open: readonly State[]): string {
  const names = open.filter(({ name }) => lackOf(name)?.title === title).map(({ name }) => `\`${name}\``);
  return `- **${title}** (${names.length}): ${reason}. ${names.join(', ')}`;
}

function lackOf(name: string): Lack | undefined {
  return LACKS.find(({ operators }) => operators.test(name));
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

test('the page of operators is written from the tables', async () => {
  await expect(page()).toMatchFileSnapshot('../../../../../docs/pytorch-operators.md');
});

test('every operator that is not converted has a reason, and every reason an operator', () => {
  const open = states.filter((each) => isOpen(each) && givesTensors(each)).map(({ name }) => name);
  expect(open.filter((name) => !lackOf(name))).toEqual([]);
  expect(LACKS.filter((lack) => !open.some((name) => lackOf(name) === lack))).toEqual([]);
});

test('at least 500 operators have a shape rule, a rule to ONNX, and numbers', () => {
  expect(states.filter(isWhole).length).toBeGreaterThanOrEqual(500);
});
