/** What is known of a value before a rewrite is known of it afterwards, also where what it followed from has gone. */
import { expect, test } from 'vitest';
import { typeText } from '../../../../src/core/ir/type.ts';
import { makeLean } from '../../../../src/core/lean.ts';
import { removeDeadCode } from '../../../../src/core/passes/cleanup/dead-code.ts';
import { inferTypes } from '../../../../src/core/passes/fold/infer-types.ts';
import type { Pass } from '../../../../src/core/passes/pass.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { SIMPLIFICATION } from '../../../../src/core/passes/simplification.ts';
import { model } from '../../text-model.ts';

interface Setting {
  readonly passes?: readonly Pass[];
  /** Whether types that follow from the rest go, as they do in files. */
  readonly lean?: boolean;
}

/** The nodes that are left of a graph, each with the type of what it makes. */
function left(text: string, { passes = SIMPLIFICATION, lean = false }: Setting = {}): string[] {
  const made = model(`<ir_version: 8, opset_import: ["" : 12, "acme" : 1]> ${text}`);
  const { settled } = runPasses(made, passes, { untilStable: true, doubts: true });
  expect(settled).toBe(true);
  if (lean) makeLean(made);
  return [...made.graph.nodes].map((node) => `${node.operator} ${typeText(node.output().type)}`);
}

test('sizes that an empty part of a Concat has told', () => {
  expect(
    left('g (float[4,?] x) => (float[?,?] y) <float[0,3] e = {}> { a = Concat <axis = 0> (x, e) y = Neg (a) }'),
  ).toEqual(['Neg float32[4, 3]']);
});

test('the type of what another node reads stays in the file', () => {
  const text = `g (float[4,?] x) => (float[?,?] y) <float[0,3] e = {}> {
    a = Neg (x)
    b = Concat <axis = 0> (a, e)
    c = Exp (b)
    y = acme.Any (c)
  }`;
  expect(left(text, { lean: true })).toEqual(['Neg unknown type', 'Exp float32[4, 3]', 'acme::Any float32[?, ?]']);
});

test('names of sizes that nothing tells any more do not stand in the file', () => {
  const text = `g (float[4,?] x, float[0,m] e) => (float[?,?] y) {
    a = Neg (x)
    b = Concat <axis = 0> (a, e)
    c = Exp (b)
    y = Sin (c)
  }`;
  expect(left(text, { lean: true })).toEqual(['Neg unknown type', 'Exp unknown type', 'Sin float32[4, m]']);
});

test('sizes that a Reshape in between has told', () => {
  const text = `g (float[1,?,5,?] x) => (float[?,?,?] y) <int64[4] s = {2,2,1,5}, int64[3] t = {4,1,-1}> {
    m = ReduceMean <axes = [-1]> (x)
    a = Reshape (m, s)
    y = Reshape (a, t)
  }`;
  expect(left(text).at(-1)).toBe('Reshape float32[4, 1, 5]');
});

test('what a file declares of a result of an If that loses another', () => {
  const text = `g (bool c, float[2,3] x) => (int64[2,30] z) {
    y, z = If (c) <then_branch = p () => (float[?,?] a, int64[?,?] b) { a = Neg (x) b = NonZero (x) },
      else_branch = q () => (float[?,?] a, int64[?,?] b) { a = Exp (x) b = NonZero (x) }>
  }`;
  expect(left(text, { passes: [inferTypes, removeDeadCode] })).toEqual(['If int64[2, 30]']);
});

test('values that had no type get what follows where a node is merged with one that has', () => {
  const text = `g (float[1,4,5] x) => (float[4,5] y, float[4,5] z) {
    u = acme.Any (x)
    y = Squeeze (u)
    v = Squeeze (u)
    w = Sigmoid (v)
    z = Neg (w)
  }`;
  expect(left(text)).toEqual([
    'acme::Any unknown type',
    'Squeeze float32[4, 5]',
    'Sigmoid float32',
    'Neg float32[4, 5]',
  ]);
});

test('values that had no type get what follows where a Loop runs once', () => {
  const text = `g (float[4,2] x) => (float[?,?,?] y) <int64 one = {1}, bool go = {1}> {
    u = acme.Any (x)
    v = Loop (one, go, u) <body = b (int64 i, bool c, float[4,2] s) => (bool d, float[?,?] t) { t = Exp (s) d = Identity (c) }>
    w = Unsqueeze <axes = [0]> (v)
    y = Neg (w)
  }`;
  expect(left(text)).toEqual([
    'acme::Any unknown type',
    'Exp float32[?, ?]',
    'Unsqueeze float32',
    'Neg float32[?, ?, ?]',
  ]);
});
