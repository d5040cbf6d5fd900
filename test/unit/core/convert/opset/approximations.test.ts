/** What opsets say only nearly: by how much it differs from what is right, and that nobody gets it unasked. */
import { expect, test } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { ADAPTERS } from '../../../../../src/core/convert/opset/table.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { acceptable } from '../../../../../src/core/problems/accept.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { modelOf, operatorsOf } from './stepping.ts';

const COUNT = 200_001;
const GRID = Array.from({ length: COUNT }, (_, k) => (k - 100_000) / 10_000);

const WORDS = { float16: 'float16', float32: 'float', float64: 'double' } as const;

function erfModel(dtype: keyof typeof WORDS) {
  const word = WORDS[dtype];
  return modelOf({ graph: `${word}[${COUNT}] x => ${word}[${COUNT}] y`, nodes: 'y = Erf (x)', from: 9 });
}

/** The error function: its series, and further out the continued fraction of what is missing to 1. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 2.5) {
    let fraction = size;
    for (let k = 60; k > 0; k--) fraction = size + k / 2 / fraction;
    return Math.sign(x) * (1 - Math.exp(-size * size) / (fraction * Math.sqrt(Math.PI)));
  }
  let [term, sum] = [x, x];
  for (let k = 1; Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return ((2 * sum) / Math.sqrt(Math.PI)) * Math.exp(-x * x);
}

test('the error function of the test itself is right', () => {
  // Abramowitz and Stegun, table 7.1.
  expect(erf(0.5)).toBeCloseTo(0.5204998778, 10);
  expect(erf(2)).toBeCloseTo(0.995322265, 9);
  expect(erf(2.6)).toBeCloseTo(0.9997639656, 10);
});

test.each(['float16', 'float32', 'float64'] as const)('Erf of %s is as near as its problem says', async (dtype) => {
  const { model, problems } = convertOpset(erfModel(dtype), 8);
  const [message] = problems.map((each) => each.message);
  const bound = Number(
    /^Opset 8 has only an approximation of Erf: .* at most (\S+) of what is right/.exec(message ?? '')?.[1],
  );
  const x = Tensor.of(dtype, [COUNT], GRID);
  const y = (await runModel(encodeOnnx(model), new Map([['x', x]]))).get('y')?.numbers() ?? [];
  const given = x.numbers();
  let worst = 0;
  for (const [k, value] of y.entries()) {
    const right = erf(given[k] ?? 0);
    worst = Math.max(worst, right === 0 ? Math.abs(value) : Math.abs(value / right - 1));
  }
  expect(worst).toBeLessThanOrEqual(bound);
  // It says what was measured, and not more than that.
  expect(worst).toBeGreaterThan(bound / 2);
});

test('it has its limits, and what is no number stays none', async () => {
  const graph = 'float[3] x => float[3] y';
  const { model } = convertOpset(modelOf({ graph, nodes: 'y = Erf (x)', from: 13 }), 7);
  const x = Tensor.of('float32', [3], [-Infinity, Infinity, Number.NaN]);
  const y = (await runModel(encodeOnnx(model), new Map([['x', x]]))).get('y')?.numbers() ?? [];
  expect([...y]).toEqual([-1, 1, Number.NaN]);
});

test('an approximation is an error until it is accepted, for all nodes or for one', () => {
  const graph = 'float[3] x => float[3] y';
  const { model, problems } = convertOpset(modelOf({ graph, nodes: '[n] a = Erf (x)\ny = Gelu (a)', from: 20 }), 8);
  expect(operatorsOf(model)).not.toContain('Erf');
  const severities = (...accept: string[]) =>
    acceptable(problems, accept).map(({ node, severity }) => [node?.name, severity]);
  expect(severities()).toEqual([
    ['n', 'error'],
    ['y', 'error'],
  ]);
  expect(severities('inexact:y')).toEqual([
    ['n', 'error'],
    ['y', 'warning'],
  ]);
  expect(severities('inexact')).toEqual([
    ['n', 'warning'],
    ['y', 'warning'],
  ]);
  expect(problems[0]).toMatchObject({
    code: 'inexact',
    fixes: ['accept-inexact', 'raise-opset'],
    details: { needed: '9' },
  });
});

test('no other rule is an approximation', () => {
  const near = ADAPTERS.filter(({ exact }) => !exact).map(({ operators, from }) => `${operators} ${from}`);
  expect(near).toEqual(['Erf 9']);
});

test('what cannot go and does nothing may be taken out', () => {
  const refusals = (nodes: string) =>
    convertOpset(modelOf({ graph: 'bfloat16[2] x => bfloat16[2] y', nodes, from: 13 }), 12).problems;
  expect(refusals('a = Cast <to = 16> (x)\ny = Abs (a)')[0]).toMatchObject({
    fixes: ['take-out-node', 'raise-opset'],
    details: { removes: '0' },
  });
  expect(refusals('y = Abs (x)')[0]?.fixes).toEqual(['raise-opset']);
});
