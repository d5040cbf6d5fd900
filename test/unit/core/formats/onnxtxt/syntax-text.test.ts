import { expect, test } from 'vitest';
import { buildLeniently } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { faultsOf, parseText } from '../../../../../src/core/formats/onnxtxt/syntax-text.ts';

/** A graph around some lines of nodes. */
const around = (lines: string) => `<ir_version: 10, opset_import: ["" : 22]>\ng (float[2] x) => (y)\n{\n${lines}\n}\n`;

/** The nodes that a text has, as their outputs and operators, and its faults as line and message. */
function parsed(text: string) {
  const tree = parseText(text);
  const nodes = tree.graph?.nodes?.items.map(
    (node) => `${node.outputs.map((name) => name.text).join(',')}=${node.operator?.name.text ?? '?'}`,
  );
  const faults = faultsOf(tree).map(({ start, message }) => `${text.slice(0, start).split('\n').length}: ${message}`);
  return { nodes, faults };
}

/** One bad line between two good ones: what is kept of it and what is said about it. */
const BAD_LINES: Record<string, { kept: string; says: string }> = {
  'b = ': { kept: 'b=?', says: 'expected an operator, found the end of the line' },
  'b = Relu': { kept: 'b=Relu', says: "expected '(', found the end of the line" },
  'b = Relu (': { kept: 'b=Relu', says: "expected ',' or ')', found the end of the line" },
  'b = Relu (x': { kept: 'b=Relu', says: "expected ',' or ')', found the end of the line" },
  'b = Add (x, ': { kept: 'b=Add', says: "expected ',' or ')', found the end of the line" },
  'b = Conv <group = > (x)': { kept: 'b=Conv', says: "expected a value, found '>'" },
  'b = Conv <group 1> (x)': { kept: 'b=Conv', says: "expected '=', found '1'" },
  'b = Conv <group = [1, 2> (x)': { kept: 'b=Conv', says: "expected ',' or ']', found '>'" },
  'b = Conv <group = 1 (x)': { kept: 'b=Conv', says: "expected ',' or '>', found '('" },
  'b = Conv <auto_pad = "SAME> (x)': { kept: 'b=Conv', says: 'this string has no closing quote' },
  'b = Conv <auto_pad = "SAME, k = "v"> (x)': { kept: 'b=Conv', says: "expected ',' or '>', found 'v'" },
  'b = Constant <value = float[2] {1, (}> ()': { kept: 'b=Constant', says: "expected an element, found '('" },
  'b = Constant <value = float[2] {1, 2> ()': { kept: 'b=Constant', says: "expected ',' or '}', found '>'" },
  '[label b = Relu (x)': { kept: '=?', says: "expected ']', found 'b'" },
  b: { kept: 'b=?', says: "expected '=', found the end of the line" },
  '?': { kept: '=?', says: "expected a node or '}', found '?'" },
  ')': { kept: '=?', says: "expected a node or '}', found ')'" },
  '}': { kept: '=?', says: "expected a node or '}', found '}'" },
};

test('one bad line spoils one line', () => {
  for (const [line, { kept, says }] of Object.entries(BAD_LINES)) {
    const found = parsed(around(`  a = Relu (x)\n  ${line}\n  c = Neg (a)\n\n  # the last\n  y = Abs (c)`));
    expect([line, found.nodes]).toEqual([line, ['a=Relu', kept, 'c=Neg', 'y=Abs']]);
    expect([line, found.faults[0]]).toEqual([line, `5: ${says}`]);
    expect([line, found.faults.every((fault) => fault.startsWith('5:'))]).toEqual([line, true]);
  }
});

test('a bad line in a subgraph spoils no line around it', () => {
  const found = parsed(
    around(`  b = If (x) <then_branch: graph = t () => (u)
  {
    u = Relu (x
    v = Neg (u)
  }, else_branch: graph = e () => (w) { w = Abs (x) }>
  y = Neg (b)`),
  );
  expect(found).toEqual({ nodes: ['b=If', 'y=Neg'], faults: ["6: expected ',' or ')', found the end of the line"] });
});

test('a bad line around a subgraph takes the subgraph with it', () => {
  const found = parsed(
    around(`  b = If x) <then_branch: graph = t () => (u)
  {
    u = Relu (x)
  }, else_branch: graph = e () => (w) { w = Abs (x) }>
  y = Neg (b)`),
  );
  expect(found).toEqual({ nodes: ['b=If', 'y=Neg'], faults: ["4: expected '(', found 'x'"] });
});

test('a node may take several lines, and a string too', () => {
  const found = parsed(
    around(`  b = Conv <
    group = 1,
    note = "one
two = Relu (x)
three",
    body = g
      (float x) => (z) { z = Neg (x) }
  > (
    x,
    x
  )
  y = Neg (b)`),
  );
  expect(found).toEqual({ nodes: ['b=Conv', 'y=Neg'], faults: [] });
});

test('entries and headers go on behind what is wrong, too', () => {
  const found = parsed(
    '<ir_version 8, opset_import: ["" : 22]>\ng (float[2 x, float[2] w = {1, 2}) => (float y z)\n<float q = , float[1] r = {1}>\n{ y = Relu (w) }',
  );
  expect(found).toEqual({
    nodes: ['y=Relu'],
    faults: [
      "1: expected ':', found '8'",
      "2: expected ',' or ']', found 'x'",
      "2: expected ',' or ')', found 'z'",
      "3: expected the elements between '{' and '}', found ','",
    ],
  });
});

test('a missing brace is said once, and functions behind it are found', () => {
  const text =
    'g (x) => (y)\n{\n  y = Relu (x)\n\n<domain: "d", opset_import: ["" : 22]>\nF (a) => (b) { b = Neg (a) }\n';
  expect(parsed(text)).toEqual({ nodes: ['y=Relu'], faults: ["3: expected '}', found the end of the line"] });
  expect(parseText(text).functions.map(({ graph }) => graph.name?.text)).toEqual(['F']);
});

test('positions count from the statement, names include their quotes', () => {
  const text = around('  ["l"] b, "c d" = com.acme.Op:v <k: int = 1> (x)');
  const [node] = parseText(text).graph?.nodes?.items ?? [];
  if (!node) return expect.fail();
  const at = (part: { start: number; end: number } | undefined) =>
    text.slice(node.start + (part?.start ?? 0), node.start + (part?.end ?? 0));
  expect(text.slice(node.start, node.start + node.length)).toBe('["l"] b, "c d" = com.acme.Op:v <k: int = 1> (x)');
  expect([at(node.label), at(node.outputs[1]), at(node.operator), at(node.attributes)]).toEqual([
    '["l"]',
    '"c d"',
    'com.acme.Op:v',
    '<k: int = 1>',
  ]);
  const [attribute] = node.attributes?.items ?? [];
  expect([at(attribute), at(attribute?.name), at(attribute?.type), at(attribute?.value)]).toEqual([
    'k: int = 1',
    'k',
    'int',
    '1',
  ]);
  expect(at(node.inputs)).toBe('(x)');
});

test('a model is made of what is right, and knows where it stands', () => {
  const text = around(`  a = Relu (x)
  b = Conv <group = 1, group = 2, pads = [1, "s"]> (a
  y = Add (a, nothing)`);
  const tree = parseText(text);
  const built = buildLeniently(text, tree, { fileName: 'm.onnxtxt' });
  expect(built.faults.map(({ start, message }) => `${text.slice(0, start).split('\n').length}: ${message}`)).toEqual([
    "5: the attribute 'group' is given twice",
    "5: expected another int, found 's'",
  ]);
  const nodes = [...built.model.graph.nodes];
  expect(nodes.map((node) => [node.op, ...node.inputs.map((value) => value?.name)])).toEqual([
    ['Relu', 'x'],
    ['Conv', 'a'],
    ['Add', 'a', 'nothing'],
  ]);
  expect(nodes.map((node) => built.nodes.get(node)?.syntax)).toEqual(tree.graph?.nodes?.items);
  expect(nodes.map((node) => built.nodes.get(node)?.syntax.outputs[0]?.text)).toEqual(['a', 'b', 'y']);
});
