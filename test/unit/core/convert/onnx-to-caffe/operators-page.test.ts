/** Writes docs/onnx-to-caffe.md, with -u: which operators of ONNX become layers of which backend. What converts is run. */
import { describe, expect, test } from 'vitest';
import { CAFFE_RULES } from '../../../../../src/core/convert/onnx-to-caffe/rules.ts';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { semanticsOf } from '../../../../../src/core/runtime/caffe/semantics.ts';
import { CAFFE_BACKENDS, caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { OPERATOR_FORMS, type OperatorForm } from './operators.ts';
import { modelOf, problemsOf, runsTheSame, toCaffe } from './support.ts';

const BACKENDS = CAFFE_BACKENDS.map(({ id }) => id);

interface Cell {
  readonly mark: 'x' | '~' | '–';
  /** Why not, in the words of the problem. */
  readonly reason?: string;
}

const rows = new Map<OperatorForm, readonly Cell[]>();

/** Which networks have been run: what is the same text and means the same layers is run once. */
const ran = new Set<string>();

async function runOnce(graph: string, backend: string): Promise<void> {
  const facts = caffeBackend(backend);
  const { prototxt } = encodeCaffe(toCaffe(modelOf(graph), facts).model, facts);
  const network = [graph, prototxt, JSON.stringify(semanticsOf(facts.base)), backend === 'opencv'].join();
  if (ran.has(network)) return;
  ran.add(network);
  await runsTheSame(graph, backend);
}

async function cellOf(graph: string, backend: string): Promise<Cell> {
  const problems = problemsOf(graph, backend).filter(({ severity }) => severity === 'error');
  const wrong = problems.find(({ code }) => code !== 'inexact') ?? problems[0];
  if (!wrong) {
    await runOnce(graph, backend);
    return { mark: 'x' };
  }
  const { details } = wrong;
  const attribute = wrong.code === 'unsupported-attribute' ? `${details.attribute}: ` : '';
  const operator = `no layers make ${details.operator}`;
  const taken = wrong.code === 'dtype-not-taken' ? `${details.operator} gives ${details.dtype}` : operator;
  return { mark: wrong.code === 'inexact' ? '~' : '–', reason: `${attribute}${details.reason ?? taken}` };
}

const nameOf = ({ operator, form }: OperatorForm) => (form === undefined ? operator : `${operator}: ${form}`);

describe('what converts computes the same', () => {
  test.each(OPERATOR_FORMS.map((form) => [nameOf(form), form] as const))('%s', async (_name, form) => {
    const cells: Cell[] = [];
    for (const backend of BACKENDS) cells.push(await cellOf(form.graph, backend));
    rows.set(form, cells);
  });
});

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...lines.map(line)].join('\n');
}

/** Reasons with the backends that have them, `all` where none has another. */
function whyNot(cells: readonly Cell[]): string {
  const reasons = new Map<string, string[]>();
  for (const [k, { reason }] of cells.entries())
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), BACKENDS[k] ?? '']);
  return [...reasons]
    .map(([reason, who]) => `${who.length === BACKENDS.length ? 'all' : who.join(', ')}: ${reason}`)
    .join('; ');
}

test('the page says what was run', async () => {
  const found = [...rows].map(([form, cells]) => ({ form, cells }));
  const count = (mark: Cell['mark'], k: number) => found.filter(({ cells }) => cells[k]?.mark === mark).length;
  const partly = found.filter(({ cells }) => cells.some(({ mark }) => mark !== 'x'));
  const page = `# ONNX operators that become Caffe layers

${Object.keys(CAFFE_RULES).length} operators have a rule; [caffe.md](caffe.md#from-onnx-and-pytorch) says how they are converted. This page has ${found.length} forms of operators,
as models have them, for each backend: \`x\`: layers compute the same, \`~\`: nearly the same, a problem that can be accepted
(\`--accept inexact\`), \`–\`: refused. What is \`x\` has been run, converted, against onnxruntime: by the reference interpreter in the
backend's dialect, and for \`opencv\` by OpenCV too. Written by
\`npx vitest run test/unit/core/convert/onnx-to-caffe/operators-page -u\`.

${table(
  ['backend', 'exact', 'nearly', 'refused'],
  BACKENDS.map((backend, k) => [backend, ...(['x', '~', '–'] as const).map((mark) => String(count(mark, k)))]),
)}

## Form by form

${table(
  ['operator', 'form', ...BACKENDS],
  found.map(({ form, cells }) => [form.operator, form.form ?? '', ...cells.map(({ mark }) => mark)]),
)}

## Why not

${table(
  ['operator', 'form', 'reasons'],
  partly.map(({ form, cells }) => [form.operator, form.form ?? '', whyNot(cells)]),
)}
`;
  await expect(page).toMatchFileSnapshot('../../../../../docs/onnx-to-caffe.md');
});
