/** Writes docs/opset-conversion.md, with -u: how every operator goes from each of its versions to its neighbours, from the rules. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refused } from '../../../../src/core/convert/opset/decompositions/refused.ts';
import { DECOMPOSITIONS } from '../../../../src/core/convert/opset/decompositions/table.ts';
import { ATTRIBUTES_ADDED } from '../../../../src/core/convert/opset/reviewed.ts';
import { adapterFor } from '../../../../src/core/convert/opset/table.ts';
import { meansTheSame } from '../../../../src/core/convert/opset/unchanged.ts';
import { operatorNames, operatorSchema, operatorVersions } from '../../../../src/core/dialects/onnx/operators.ts';

/** The reasons that the suite of opset conversions was given for each refusal. */
interface Reviewed {
  readonly operators?: readonly string[];
  readonly needs?: number;
  /** What the problem says. */
  readonly words: string;
  readonly because: string;
}

const reviewed = JSON.parse(
  readFileSync(new URL('../../../conformance/opset/refusals.json', import.meta.url), 'utf8'),
) as readonly Reviewed[];

type Way = 'unchanged' | 'rewritten' | 'decomposed' | 'approximated' | 'refused';
const WAYS: readonly Way[] = ['unchanged', 'rewritten', 'decomposed', 'approximated', 'refused'];
const UP = WAYS.filter((way) => way !== 'decomposed' && way !== 'approximated');

interface Step {
  readonly op: string;
  /** The version that the newer of the two opsets brought. */
  readonly version: number;
  readonly down: Way;
  /** Absent for the first version. */
  readonly up: Way | undefined;
}

const steps = stepsOf('');

function stepsOf(domain: string): Step[] {
  return operatorNames(domain)
    .toSorted((a, b) => a.localeCompare(b, 'en'))
    .flatMap((op) =>
      operatorVersions(domain, op)
        .filter((version) => version > 1)
        .toSorted((a, b) => a - b)
        .map((version, index): Step => stepOf(domain, op, version, index === 0)),
    );
}

function stepOf(domain: string, op: string, version: number, isFirst: boolean): Step {
  const isOldest = operatorSchema(domain, op, version - 1) === undefined;
  return {
    op,
    version,
    down: wayOf(domain, op, version, version - 1),
    up: isFirst && isOldest ? undefined : wayOf(domain, op, version - 1, version),
  };
}

function wayOf(domain: string, op: string, from: number, to: number): Way {
  const newer = Math.max(from, to);
  if (isRefused(op, from, to)) return 'refused';
  const adapter = adapterFor(op, from, to, domain);
  if (adapter?.exact === false) return 'approximated';
  if (adapter) return to < from && isDecomposed(domain, op, from) ? 'decomposed' : 'rewritten';
  return meansTheSame(op, newer, domain) ? 'unchanged' : 'refused';
}

/** A rule that only says why not. */
function isRefused(op: string, from: number, to: number): boolean {
  return refused.some((each) => each.operators.includes(op) && each.from === from && each.to === to);
}

/** There is no such operator in the opset before, or other operators stand for it. */
function isDecomposed(domain: string, op: string, from: number): boolean {
  if (operatorSchema(domain, op, from - 1) === undefined) return true;
  return DECOMPOSITIONS.some((each) => each.operators.includes(op) && each.from === from && each.to === from - 1);
}

/** `rewritten`, and what of it is refused by the reasons that were reviewed. */
function cell({ op, version }: Step, way: Way | undefined, isDown: boolean): string {
  if (way === undefined) return '';
  const added = isDown ? (ATTRIBUTES_ADDED[`${op}@${version}`] ?? []) : [];
  const defaults =
    way === 'unchanged' && added.length > 0 ? [`without ${added.map((name) => `\`${name}\``).join(', ')}`] : [];
  const all = isDown ? reviewed.filter(({ operators, needs }) => operators?.includes(op) && needs === version) : [];
  // What is only approximated is refused until that is accepted: the page says so of the word.
  const reasons = way === 'approximated' ? all.filter(({ words }) => !words.includes('approximation')) : all;
  const notes = [...defaults, ...reasons.map(({ because }) => `not where ${because}`)];
  return [way, ...notes].join('; ').replaceAll('|', '\\|');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const opsets = [...new Set(steps.map(({ version }) => version))].sort((a, b) => a - b);
const counts = opsets.map((opset) => {
  const own = steps.filter(({ version }) => version === opset);
  const down = WAYS.map((way) => own.filter((step) => step.down === way).length);
  const up = UP.map((way) => own.filter((step) => step.up === way).length);
  return [`${opset - 1} / ${opset}`, ...[own.length, ...down, ...up].map(String)];
});

const isPlain = ({ op, version, down, up }: Step) =>
  down === 'unchanged' && up !== 'rewritten' && up !== 'refused' && !ATTRIBUTES_ADDED[`${op}@${version}`];
const plain = [...new Set(steps.map(({ op }) => op))].flatMap((op) => {
  const own = steps.filter((step) => step.op === op && isPlain(step));
  return own.length > 0 ? [`\`${op}\` ${own.map(({ version }) => version).join(', ')}`] : [];
});

test('the page lists what the rules say', async () => {
  const page = `# From opset to opset

How each operator of ai.onnx goes from the opset that brought one of its versions to the opset before, and back. A model goes
from opset to opset, a step at a time, so that these steps make up every way. What was measured of it is in
[conformance.md](conformance.md#from-opset-to-opset). This page is written by \`npx vitest run test/unit/core/convert/opset-page -u\`.

- **unchanged**: both versions compute the same. Types that only the newer one takes are cast where that is exact, and refused where
  not; attributes that it brought may stand at their defaults.
- **rewritten**: the older or newer version of the operator says it, with other inputs or attributes, or other operators beside it.
- **decomposed**: the opset has no such operator; others of that opset compute the same.
- **approximated**: others of that opset compute nearly the same: a problem that names the measured error, and that the user may accept
  (\`--accept inexact\`).
- **refused**: a problem on the node, which names the opset that it needs.

## How many at each step

Operators that changed between two opsets, or came with the newer one.

${table(['Opsets', 'Operators', ...WAYS.map((way) => `down: ${way}`), ...UP.map((way) => `up: ${way}`)], counts)}

## Operator by operator

Reasons after \`not where\` are those that were reviewed for the refusals of ONNX's own tests
(\`test/conformance/opset/refusals.json\`). An operator that first came with a version has no way up to it.

${table(
  ['Operator', 'Version', 'Down to the opset before', 'Up from the opset before'],
  steps
    .filter((step) => !isPlain(step))
    .map((step) => [`\`${step.op}\``, String(step.version), cell(step, step.down, true), cell(step, step.up, false)]),
)}

Unchanged in both directions: ${plain.join('; ')}.

## ai.onnx.ml

\`--opset 17,ai.onnx.ml:2\` asks for a version of ai.onnx.ml. Where none is asked for a model that goes down takes the one along that
was released with its opset (1 with opsets to 10, 2 to 15, 3 to 19, 4 with 20, 5 from 21 on), unless it has an older one; going up
nothing changes.

${table(
  ['Operator', 'Version', 'Down to the version before', 'Up from the version before'],
  stepsOf('ai.onnx.ml').map(({ op, version, down, up }) => [`\`${op}\``, String(version), down, up ?? '']),
)}

All others have one version. Refused are what only doubles say (older versions give floats), what runtimes do not agree on (which
number of a TreeEnsemble is SOFTMAX and which LOGISTIC; what is made of one result; what a classifier gives for two classes), keys
that are floats below 2, and trees that go around in circles.
`;
  await expect(page).toMatchFileSnapshot('../../../../docs/opset-conversion.md');
});
