/** A core for tests of the service: a small graph, calls that wait and calls that never hear a cancel. */
import { int, ints } from '../../../src/core/ir/attribute.ts';
import { InputError } from '../../../src/core/ir/errors.ts';
import { Graph } from '../../../src/core/ir/graph.ts';
import { type Model, makeModel } from '../../../src/core/ir/model.ts';
import { Node } from '../../../src/core/ir/node.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../src/core/ir/type.ts';
import { problem } from '../../../src/core/problems/problem.ts';
import type { Core, CoreModel } from '../../../src/service/engine.ts';
import { NUMBERED } from '../../../src/service/slots.ts';
import type { StepSide } from '../../../src/shared/conversion.ts';

/** x -> Conv (module stem.conv) -> Relu (stem.relu) -> two more Relu (body.0, body.1) -> y */
export function smallModel(): Model {
  const graph = new Graph('small');
  const x = graph.addInput({ name: 'x', type: tensorType('float32', [1, 3, 8, 8]) });
  const weight = graph.addInitializer({
    name: 'w',
    constant: Tensor.of(
      'float32',
      [4, 3, 1, 1],
      Array.from({ length: 12 }, (_, k) => k / 10),
    ),
  });
  const type = tensorType('float32', [1, 4, 8, 8]);
  const scope = (path: string) => [
    { path: path.split('.')[0] ?? '', type: 'net.Stage' },
    { path, type: 'net.Part' },
  ];
  const conv = new Node('Conv', [x, weight], {
    name: 'stem.conv/Conv',
    attributes: { kernel_shape: ints([1, 1]), strides: ints([2, 2]), group: int(1) },
    outputs: [{ name: 'a', type }],
    scope: scope('stem.conv'),
  });
  graph.nodes.append(conv);
  let last = conv.output();
  for (const path of ['stem.relu', 'body.0', 'body.1']) {
    const relu = new Node('Relu', [last], {
      name: `${path}/Relu`,
      outputs: [{ name: path, type }],
      scope: scope(path),
    });
    graph.nodes.append(relu);
    last = relu.output();
  }
  graph.addOutput(last);
  return makeModel('onnx', graph, { opsetImports: [['', 17]] });
}

export function fakeCore(model: () => Model = smallModel): Core<CoreModel> {
  return {
    async open(path) {
      if (path === 'bad.onnx') {
        throw new InputError('file-truncated', 'expected 8 bytes', { file: path, offset: 3 }, 'Fetch it again.');
      }
      return {
        path,
        format: { title: 'ONNX' },
        fileBytes: 123,
        model: model(),
        problems: [],
        source: (entry) => (entry === 'code/net.py' ? 'def forward(self):\n' : undefined),
        close: () => {},
      };
    },
    records: async () => [],
    explain: async (path, _reading, { target }, node) => ({
      node,
      done: [
        {
          pass: 'no-relu',
          title: 'Takes out Relu',
          graph: 'model',
          node: `Relu ${node}`,
          reason: `${path} to ${target}`,
        },
      ],
      missed: [],
    }),
    openAround: async (request, step) => {
      const moment = (side: StepSide) => ({
        path: `${request.input} ${side} ${step}`,
        format: { title: 'ONNX' },
        fileBytes: 123,
        model: model(),
        problems: [],
        source: () => undefined,
        close: () => {},
      });
      return { before: moment('before'), after: moment('after') };
    },
    async check(opened, target) {
      return [...opened.model.graph.nodes]
        .filter((node) => node.op === 'Conv')
        .map((node) => problem('unsupported-operator', node, { target: target.target }));
    },
    domainVersions: () => undefined,
    targetTable: async () => ({ own: [], opsets: [], targets: [] }),
    async convert(request, progress) {
      if (request.input === 'stuck.onnx') for (;;);
      for (let k = 0; ; k++) {
        await progress.step(`step ${k}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (k === 3 && request.input === 'short.onnx') {
          return { status: 'done', output: ['short.out.onnx'], problems: [], passes: [], seconds: 0.1 };
        }
      }
    },
    print: ({ graph }) => {
      const nodes = [...graph.nodes];
      const text = `g {\n${nodes.map((node) => `  ${node.operator}`).join('\n')}\n}`;
      return { text, nodes: new Map(nodes.map((node, k) => [k + 2, node])), lineOf: (node) => nodes.indexOf(node) + 2 };
    },
    targets: () => [{ id: 'onnx', title: 'ONNX', description: '', opsets: { lowest: 13, highest: 22, usual: 17 } }],
    draft: (_, node) => ({
      operator: node.operator,
      entry: { name: node.op },
      needsShape: false,
      inputs: ['x'],
      outputs: ['y'],
    }),
    opsFile: () => 'graphwright.ops.json',
    python: {
      describe: async () => ({ answer: { choices: [], offersInputs: false }, problems: [] }),
      guessInputs: async () => ({ answer: [], problems: [] }),
      async capture({ output }, { progress, print }) {
        await progress.step('Importing net.py');
        print('epoch 1');
        return { answer: { file: `${output}.pt2`, way: 'export', inputs: [], torch: '2.0' }, problems: [] };
      },
    },
    slots: () => NUMBERED,
  };
}
