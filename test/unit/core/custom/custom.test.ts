import { expect, test } from 'vitest';
import { outputTypes } from '../../../../src/core/custom/definition.ts';
import { draftEntry, draftModuleEntry } from '../../../../src/core/custom/entry.ts';
import { withEntry } from '../../../../src/core/custom/ops-file.ts';
import { parseOps } from '../../../../src/core/custom/read.ts';
import { parseDimRule, parseShapeRule } from '../../../../src/core/custom/shape-rule.ts';
import { float } from '../../../../src/core/ir/attribute.ts';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { Expression } from '../../../../src/core/ir/expression.ts';
import { Graph } from '../../../../src/core/ir/graph.ts';
import { Node } from '../../../../src/core/ir/node.ts';
import { shapeText } from '../../../../src/core/ir/shape.ts';
import { MemorySource, Tensor } from '../../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../../src/core/ir/type.ts';
import { Value } from '../../../../src/core/ir/value.ts';

const context = {
  shapes: [
    [2, 3, Expression.symbol('h')],
    [3, 1],
  ],
  integer: (name: string) => (name === 'groups' ? 4 : undefined),
};

test.each([
  ['x[0]', '2'],
  ['x[-1] * 2 + 1', '2*h + 1'],
  ['(x[2] + 1)//2', 'floordiv(h + 1, 2)'],
  ['min(x[1], groups)', '3'],
  ['-x[0] % 5', '3'],
  ['2 + 3*4', '14'],
])('the size %s is %s', (rule, expected) => {
  expect(String(parseDimRule(rule, ['x', 'y']).evaluate(context))).toBe(expected);
});

test.each([
  ['x', '[2, 3, h]'],
  ['broadcast(x, y)', '[2, 3, h]'],
  [['x[1]', 7], '[3, 7]'],
])('the shape %s is %s', (rule, expected) => {
  expect(shapeText(parseShapeRule(rule, ['x', 'y']).evaluate(context))).toBe(expected);
});

test.each(['x[0', 'x', '1 +', 'min(1)', '2 $ 3', '(1'])('the size "%s" is refused', (rule) => {
  expect(() => parseDimRule(rule, ['x'])).toThrow(InputError);
});

const SWISH = `{
  // comments are welcome
  "version": 1,
  "operators": [
    { "name": "Swish", "domain": "com.acme", "for": { "operator": "acme::swish" }, "inputs": ["x"],
      "outputs": [{ "name": "y", "dtype": "x", "shape": "x" }], "attributes": { "beta": { "type": "float", "default": 1.5 } } },
  ]
}`;

test('an entry is read, and gives types', () => {
  const [swish] = parseOps(SWISH, 'graphwright.ops.json');
  expect(swish).toMatchObject({ name: 'Swish', standsFor: { kind: 'operator', operator: 'acme::swish' }, line: 5 });
  expect(swish?.attributes).toEqual([{ name: 'beta', type: 'float', default: float(1.5) }]);
  expect(swish && outputTypes(swish, [tensorType('float16', [1, 2])], new Map())).toEqual([
    tensorType('float16', [1, 2]),
  ]);
});

test.each([
  ['{ "version": 2 }', 'expected "version": 1'],
  ['{ "version": 1, "operators": [{}] }', 'expected a list "inputs"'],
  [SWISH.replace('"x", "shape"', '"w", "shape"'), '"w" is neither an input nor a type'],
  [SWISH.replace('"inputs"', '"imputs"'), '"imputs" is not a field'],
  [SWISH.replace('1.5', '"one"'), 'the default does not have the type'],
  ['{', 'this is not JSON'],
])('a wrong file is refused: %s', (text, message) => {
  expect(() => parseOps(text, 'graphwright.ops.json')).toThrow(message);
});

test('a drafted entry is added, replaced, and read back; comments stay', () => {
  const node = new Node('swish', [new Value({ name: 'a' })], { domain: 'acme', attributes: { beta: float(2) } });
  const { entry, needsShape } = draftEntry(node);
  expect(needsShape).toBe(true);
  const once = withEntry('', entry);
  expect(parseOps(once, 'x')).toHaveLength(1);
  const twice = withEntry(once, draftEntry(node, { shapes: ['[x[0], 2*x[1]]'] }).entry);
  expect(twice).toContain('// Custom operators');
  const [read] = parseOps(twice, 'x');
  expect(parseOps(twice, 'x')).toHaveLength(1);
  expect(read?.outputs[0]?.shape?.evaluate({ shapes: [[5, 6]], integer: () => undefined })).toEqual([5, 12]);
});

test('an entry for a module class takes what the module reads, its own parameters by name, and gives what others read', () => {
  const scope = [{ path: 'stage.gate', type: 'acme.Gate' }];
  const graph = new Graph('main');
  const image = graph.addInput({ name: 'image', type: tensorType('float32', [1, 2]) });
  const width = new Value({
    name: 'stage.gate.width',
    constant: new Tensor('float32', [2], new MemorySource(new Uint8Array(8))),
  });
  const first = new Node('special_i0', [width], { domain: 'aten', scope });
  const second = new Node('div', [image, first.output()], { domain: 'aten', scope });
  graph.nodes.append(first, second, new Node('relu', [second.output()], { domain: 'aten' }));
  expect(draftModuleEntry(first, 'stage.gate')?.entry).toEqual({
    name: 'Gate',
    domain: 'acme',
    for: { module: 'acme.Gate' },
    inputs: ['x', 'width'],
    outputs: [{ name: 'y', dtype: 'x', shape: 'x' }],
    attributes: {},
  });
});

test('shapes that the file does not record need a rule, also where they are known', () => {
  const known = new Node('i0', [new Value()], { domain: 'aten', outputs: [{ type: tensorType('float32', [2]) }] });
  expect(draftEntry(known).needsShape).toBe(false);
  expect(draftEntry(known, { recordsShapes: false }).needsShape).toBe(true);
});
