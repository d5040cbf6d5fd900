/** What Caffe cannot take: every node is named, with its module path and its origins, all at once. */
import { expect, test } from 'vitest';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { modelOf, problemsOf, toCaffe } from './support.ts';

/** A graph, the problem's code, and a part of its message. */
const REFUSED: readonly (readonly [graph: string, code: string, message: string])[] = [
  ['float[2,3] x => y = Atan (x)', 'unsupported-operator', 'no operator for Atan'],
  ['float[2,3] x => y = com.acme.Swish (x)', 'unsupported-operator', 'com.acme::Swish'],
  [
    'float[200,3000] x, float[3000,4000] x1 => y = MatMul (x, x1)',
    'unsupported-attribute',
    'too many to be made one by one',
  ],
  [
    'float[3,1,4] x, float[1,12,4] w, float[1,12,3] r => y = LSTM <hidden_size = 3, clip = 1.0> (x, w, r)',
    'unsupported-attribute',
    'clip',
  ],
  [
    'float[3,1,4] x, float[1,3,4] w, float[1,3,3] r => y = RNN <hidden_size = 3, activations = ["Softsign"]> (x, w, r)',
    'unsupported-attribute',
    'the activation Softsign',
  ],
  ['float[2,3] x => y = Cast <to = 7> (x)', 'dtype-not-taken', 'int64'],
  ['float[1,2,9,9,9] x, float[2,2,3,3,3] w => y = Conv (x, w)', 'unsupported-attribute', '3 spatial axes'],
  [
    'float[1,2,9,9] x => y = MaxPool <kernel_shape = [3,3], dilations = [2,2]> (x)',
    'unsupported-attribute',
    'dilations',
  ],
  ['float[1,2,9,9] x => y = LRN <size = 4> (x)', 'unsupported-attribute', 'odd sizes'],
  ['float[1,3,3] x => y = Einsum <equation = "bii->bi"> (x)', 'unsupported-attribute', 'a letter twice'],
  [
    'float[1,2,8,8] x | float[4] s = {1,1,2,2} => y = Resize <mode = "linear", antialias = 1> (x, , s)',
    'unsupported-attribute',
    'antialias',
  ],
  ['float[2,3,4,5] x | int64[1] axes = {1} => y = ReduceProd (x, axes)', 'unsupported-operator', 'ReduceProd'],
];

test.each(REFUSED)('%s', (graph, code, message) => {
  const problems = problemsOf(graph, 'bvlc');
  expect(problems.map((each) => each.code)).toEqual([code]);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.message).toContain('Caffe (BVLC)');
});

test('what the layers of a backend do not read is refused, not written', () => {
  const graph = 'float[1,4,5,5] x, float[4,3,2,2] w => y = ConvTranspose <dilations = [2,2]> (x, w)';
  expect(problemsOf(graph, 'bvlc')).toEqual([]);
  expect(problemsOf(graph, 'opencv').map(({ message }) => message)).toEqual([
    expect.stringContaining('dilation of Deconvolution: its layer does not read it'),
  ]);
});

test('sizes that are no numbers are refused where they come in, once', () => {
  const model = modelOf('float[1,3,4,4] x => a = Relu (x) y = Tanh (a)');
  const [input] = model.graph.inputs;
  if (input) input.type = { kind: 'tensor', dtype: 'float32', shape: [undefined, 3, 4, 4] };
  for (const node of model.graph.nodes) for (const output of node.outputs) output.type = undefined;
  const { problems } = toCaffe(model, caffeBackend('bvlc'));
  expect(problems.map((each) => each.message)).toEqual([
    'The shape that input x needs is not known: Caffe fixes every size when a network is loaded, and its sizes are [?, 3, 4, 4].',
  ]);
});

test('all problems come at once, each with its node, its module and its origins', () => {
  const model = modelOf('float[2,6] x => a = Atan (x) b = Asin (a) c = Relu (b) y = Acos (c)');
  for (const [k, node] of [...model.graph.nodes].entries()) {
    node.name = `block.${k}/${node.op}`;
    node.scope = [{ path: `block.${k}`, type: 'torch.nn.Module' }];
    node.origin = [{ kind: 'python', file: 'net.py', line: 10 + k }];
  }
  const { problems } = toCaffe(model, caffeBackend('opencv'));
  expect(problems.map(({ node, origin }) => [node?.name, node?.scope[0]?.path, origin[0]?.line])).toEqual([
    ['block.0/Atan', 'block.0', 10],
    ['block.1/Asin', 'block.1', 11],
    ['block.3/Acos', 'block.3', 13],
  ]);
});

test('integers as inputs are refused', () => {
  const model = modelOf('float[2,3] x => y = Relu (x)');
  const [input] = model.graph.inputs;
  if (input) input.type = { kind: 'tensor', dtype: 'int64', shape: [2, 3] };
  const [first] = toCaffe(model, caffeBackend('bvlc')).problems;
  expect(first?.message).toBe('Caffe (BVLC) does not take int64 for input x.');
});

test('layers lead back to the places that they came from', () => {
  const model = modelOf(
    'float[1,2,5,5] x, float[3,2,3,3] w, float[3] s, float[3] variance => c = Conv (x, w) n = BatchNormalization (c, s, s, s, variance) y = HardSwish (n)',
  );
  for (const [k, node] of [...model.graph.nodes].entries()) {
    node.name = `features.${k}`;
    node.origin = [{ kind: 'python', file: 'net.py', line: 10 + k }];
  }
  const { model: made } = toCaffe(model, caffeBackend('bvlc'));
  expect([...made.graph.nodes].map((node) => [node.name, node.sourceName, node.origin[0]?.line])).toEqual([
    ['features.0', 'features.0', 10],
    ['features.2/power', 'features.2', 12],
    ['features.2/clip', 'features.2', 12],
    ['y', 'features.2', 12],
  ]);
});
