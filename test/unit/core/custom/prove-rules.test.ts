/** The proof by numbers: right rules agree, wrong ones are found, what cannot be tested is said. */
import { describe, expect, test } from 'vitest';
import { CustomOperators, NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import { proveRule } from '../../../../src/core/custom/prove-rules.ts';
import { parseOps } from '../../../../src/core/custom/read.ts';
import { erfGelu, swish, tanhGelu } from '../../../../src/core/passes/fusions/activations.ts';
import { gemmAndSum, matmulAndSum } from '../../../../src/core/passes/fusions/linear.ts';
import { type TextRule, type TextRuleFacts, textRule } from '../../../../src/core/passes/pattern/text-rule.ts';

const ruleOf = (rule: string, facts: Partial<TextRuleFacts> = {}) =>
  textRule({ name: 'tested', title: 'Is tested', reassociates: true, rule, ...facts });

const prove = (rule: TextRule | string, custom = NO_CUSTOM_OPERATORS, seed = 1) =>
  proveRule(typeof rule === 'string' ? ruleOf(rule) : rule, custom, seed);

const ACME = new CustomOperators(
  parseOps(
    `{ "version": 1, "operators": [
      { "name": "Swish", "domain": "com.acme", "for": { "operator": "acme::swish" }, "inputs": ["x"],
        "outputs": [{ "name": "y", "dtype": "x", "shape": "x" }], "attributes": { "beta": { "type": "float" } },
        "body": "<domain: \\"com.acme\\", opset_import: [\\"\\" : 13]> Swish <beta> (x) => (y) { b = Constant <value_float: float = @beta> () t = Mul (x, b) s = Sigmoid (t) y = Mul (x, s) }" },
      { "name": "Bare", "domain": "com.acme", "for": { "operator": "acme::bare" }, "inputs": ["x"],
        "outputs": [{ "name": "y", "dtype": "x", "shape": "x" }] } ] }`,
    'graphwright.ops.json',
  ),
);

describe('right rules agree', () => {
  test.each([matmulAndSum, gemmAndSum, erfGelu, tanhGelu, swish])('$name', async (rule) => {
    const proof = await prove(rule);
    expect(proof).toMatchObject({ result: 'agrees' });
    expect(proof.examples).toBeGreaterThanOrEqual(6);
  });

  test.each([
    [
      'orders of axes',
      't = Transpose <perm = p> (x) y = Transpose <perm = q> (t) where length(p) == 3 => y = Transpose <perm = [p[q[0]], p[q[1]], p[q[2]]]> (x)',
    ],
    ['from one to many', 'y = LeakyRelu <alpha = a> (x) => n = Mul (Min (x, 0.0), a) y = Add (Relu (x), n)'],
    [
      'weights that are computed',
      't = Conv <...> (x, w) y = Mul (t, s) where constant(w), value(s) != 0.0 => const v = Mul (w, s) y = Conv (x, v)',
    ],
    ['an inner value that stays', 't = Relu (x) y = Relu (t) => t = Relu (x) y = t'],
  ])('%s', async (_, rule) => {
    expect(await prove(rule)).toMatchObject({ result: 'agrees' });
  });

  test('a custom operator by its body', async () => {
    const rule = 'y = Mul (x, Sigmoid (Mul (x, b))) where value(b) > 0.0 => y = com.acme.Swish <beta = value(b)> (x)';
    expect(await prove(ruleOf(rule, { opsets: { from: 13 } }), ACME)).toMatchObject({ result: 'agrees' });
  });
});

describe('wrong rules are found', () => {
  test.each([
    ['another function', 'y = Mul (x, Sigmoid (x)) => y = Sigmoid (x)'],
    [
      'orders of axes the wrong way round',
      't = Transpose <perm = p> (x) y = Transpose <perm = q> (t) where length(p) == 3 => y = Transpose <perm = [q[p[0]], q[p[1]], q[p[2]]]> (x)',
    ],
    [
      'a sum where it broadcasts',
      't = ReduceSum <keepdims = 1> (x) y = Mul (t, 2.0) => y = ReduceSum <keepdims = 1> (x)',
    ],
    ['only where it matters', 'y = Max (x, 0.5) => y = Relu (x)'],
  ])('%s', async (_, rule) => {
    const proof = await prove(rule);
    expect(proof).toMatchObject({ result: 'differs' });
    expect(proof.example?.join('\n')).toContain('=>');
  });
});

describe('what cannot be tested is said', () => {
  test('conditions that nothing meets', async () => {
    expect(await prove('y = Relu (x) where rank(x) == 2, rank(x) == 3 => y = x')).toEqual({
      rule: 'tested',
      result: 'untested',
      examples: 0,
      reason: 'no model was found that it fits: `x` has rank 3; the rule wants rank(x) == 2',
    });
  });

  test('an operator without a body', async () => {
    expect(await prove('y = Relu (x) => y = com.acme.Bare (x)', ACME)).toMatchObject({
      result: 'untested',
      reason: 'com.acme.Bare cannot be run: "operators" gives it no body',
    });
  });
});

test('the same seed gives the same models', async () => {
  const rule = 'y = Max (x, 0.5) => y = Relu (x)';
  expect(await prove(rule, NO_CUSTOM_OPERATORS, 5)).toEqual(await prove(rule, NO_CUSTOM_OPERATORS, 5));
});
