import { expect, test } from 'vitest';
import { decomposes, reasons } from './decomposing.ts';

const graph = 'float[2,3,4] x => float[2,3,4] y';
const half = 'float16[2,3,4] x => float16[2,3,4] y';

decomposes('activations', [
  { graph, nodes: 'y = Gelu (x)', from: 22, to: [19, 9], gone: 'Gelu' },
  { graph: half, nodes: 'y = Gelu <approximate = "tanh"> (x)', from: 20, within: 4e-3 },
  { graph, nodes: 'y = Gelu <approximate = "tanh"> (x)', from: 20, gone: 'Gelu' },
  { graph, nodes: 'y = Mish (x)', from: 22, to: [17, 7], gone: 'Mish' },
  { graph: half, nodes: 'y = HardSwish (x)', from: 14, within: 4e-3 },
  { graph, nodes: 'y = HardSwish (x)', from: 22, to: [13, 7], gone: 'HardSwish' },
  { graph, nodes: 'y = Celu (x)', from: 12 },
  { graph, nodes: 'y = Celu <alpha = 2.5> (x)', from: 12, gone: 'Celu' },
  { graph, nodes: 'y = ThresholdedRelu (x)', from: 22, to: [9, 8, 7] },
  { graph, nodes: 'y = ThresholdedRelu <alpha = 0.25> (x)', from: 10, gone: 'ThresholdedRelu' },
]);

// onnxruntime has neither operator, and takes a negative alpha of Celu for another function than the specification.
decomposes('activations by the specification', [
  {
    graph: 'float[3] x => float[3] y',
    nodes: 'y = Swish <alpha = 0.5> (x)',
    from: 24,
    inputs: { x: [-2, 0, 3] },
    gives: { y: [-2 / (1 + Math.exp(1)), 0, 3 / (1 + Math.exp(-1.5))] },
  },
  {
    graph: 'float[3] a, float[3] b => float[3] y',
    nodes: 'y = SwiGLU <alpha = 2.0> (a, b)',
    from: 28,
    to: [22, 7],
    inputs: { a: [-1, 0.5, 2], b: [3, -2, 0.5] },
    gives: { y: [-3 / (1 + Math.exp(2)), -1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(-4))] },
  },
  {
    graph: 'float[4] x => float[4] y',
    nodes: 'y = Celu <alpha = -2.0> (x)',
    from: 12,
    inputs: { x: [-2, -0.5, 0, 3] },
    gives: { y: [-2, -0.5, 0, 3].map((x) => Math.max(0, x) + Math.min(0, -2 * (Math.exp(x / -2) - 1))) },
  },
]);

test('what no older operator says is refused with the reason', () => {
  const open = { graph: 'float[2] x => float[2] y', nodes: 'y = Gelu <approximate = "sigmoid"> (x)', from: 20 };
  expect(reasons(open, 19)[0]).toContain('approximate');
});
