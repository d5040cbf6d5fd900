/** Models for looking at the panel: the shapes of well-known networks, without their weights. */
import { type Attribute, float, int, ints } from '../../../src/core/ir/attribute.ts';
import { Graph } from '../../../src/core/ir/graph.ts';
import { type Model, makeModel } from '../../../src/core/ir/model.ts';
import { Node } from '../../../src/core/ir/node.ts';
import type { ScopeEntry } from '../../../src/core/ir/origin.ts';
import { ComputedSource, Tensor } from '../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../src/core/ir/type.ts';
import type { Value } from '../../../src/core/ir/value.ts';

type Sizes = readonly number[];

/** Writes nodes one after another, within modules. */
class Writer {
  readonly graph: Graph;
  private scope: readonly ScopeEntry[] = [];
  private count = 0;

  constructor(name: string) {
    this.graph = new Graph(name);
  }

  input(name: string, shape: Sizes, dtype: 'float32' | 'int64' = 'float32'): Value {
    return this.graph.addInput({ name, type: tensorType(dtype, shape) });
  }

  /** A constant that nobody reads: its bytes would be zeros. */
  constant(name: string, shape: Sizes): Value {
    const bytes = 4 * shape.reduce((product, size) => product * size, 1);
    const constant = new Tensor('float32', shape, new ComputedSource('computed', () => new Uint8Array(bytes)));
    return this.graph.addInitializer({ name: this.named(name), constant });
  }

  op(
    op: string,
    inputs: readonly Value[],
    shape: Sizes,
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): Value {
    const name = `${this.named(op)}_${this.count++}`;
    const node = new Node(op, inputs, {
      name,
      domain,
      attributes,
      outputs: [{ name: `${name}_output`, type: tensorType('float32', shape) }],
      scope: this.scope,
      origin: [
        {
          kind: 'python',
          file: '/home/ada/nets/net.py',
          line: 40 + (this.count % 90),
          function: 'forward',
          text: '        x = self.part(x)',
        },
      ],
    });
    this.graph.nodes.append(node);
    return node.output();
  }

  within<T>(path: string, type: string, write: () => T): T {
    const before = this.scope;
    const outer = before.at(-1)?.path ?? '';
    this.scope = [...before, { path: outer === '' ? path : `${outer}.${path}`, type: `net.${type}` }];
    const result = write();
    this.scope = before;
    return result;
  }

  model(): Model {
    return makeModel('onnx', this.graph, { opsetImports: [['', 17]] });
  }

  private named(name: string): string {
    const path = this.scope.at(-1)?.path ?? '';
    return path === '' ? name : `${path}.${name}`;
  }
}

export function resnet18(): Model {
  const w = new Writer('resnet18');
  const conv = (name: string, x: Value, from: number, to: number, kernel: number, stride: number, size: number) =>
    w.within(name, 'Conv2d', () =>
      w.op('Conv', [x, w.constant('weight', [to, from, kernel, kernel])], [1, to, size, size], {
        kernel_shape: ints([kernel, kernel]),
        strides: ints([stride, stride]),
        pads: ints(Array(4).fill((kernel - 1) / 2)),
        group: int(1),
        dilations: ints([1, 1]),
      }),
    );
  const norm = (name: string, x: Value, channels: number, size: number) =>
    w.within(name, 'BatchNorm2d', () =>
      w.op(
        'BatchNormalization',
        [x, ...['weight', 'bias', 'running_mean', 'running_var'].map((each) => w.constant(each, [channels]))],
        [1, channels, size, size],
        { epsilon: float(1e-5) },
      ),
    );
  const relu = (x: Value, channels: number, size: number) =>
    w.within('relu', 'ReLU', () => w.op('Relu', [x], [1, channels, size, size]));

  let x = w.input('x', [1, 3, 224, 224]);
  x = relu(norm('bn1', conv('conv1', x, 3, 64, 7, 2, 112), 64, 112), 64, 112);
  x = w.within('maxpool', 'MaxPool2d', () =>
    w.op('MaxPool', [x], [1, 64, 56, 56], {
      kernel_shape: ints([3, 3]),
      strides: ints([2, 2]),
      pads: ints([1, 1, 1, 1]),
    }),
  );
  let channels = 64;
  [64, 128, 256, 512].forEach((to, stage) => {
    w.within(`layer${stage + 1}`, 'Sequential', () => {
      for (const block of [0, 1]) {
        const stride = stage > 0 && block === 0 ? 2 : 1;
        const size = 56 / 2 ** stage;
        const from = channels;
        x = w.within(String(block), 'BasicBlock', () => {
          let y = relu(norm('bn1', conv('conv1', x, from, to, 3, stride, size), to, size), to, size);
          y = norm('bn2', conv('conv2', y, to, to, 3, 1, size), to, size);
          const skip =
            from === to
              ? x
              : w.within('downsample', 'Sequential', () =>
                  norm('1', conv('0', x, from, to, 1, stride, size), to, size),
                );
          return relu(w.op('Add', [y, skip], [1, to, size, size]), to, size);
        });
        channels = to;
      }
    });
  });
  x = w.within('avgpool', 'AdaptiveAvgPool2d', () => w.op('GlobalAveragePool', [x], [1, 512, 1, 1]));
  x = w.op('Flatten', [x], [1, 512], { axis: int(1) });
  x = w.within('fc', 'Linear', () =>
    w.op('Gemm', [x, w.constant('weight', [1000, 512]), w.constant('bias', [1000])], [1, 1000]),
  );
  w.graph.addOutput(x);
  return w.model();
}

export function bert(layers = 12, hidden = 768): Model {
  const w = new Writer('bert');
  const ids = w.input('input_ids', [1, 128], 'int64');
  const mask = w.input('attention_mask', [1, 128], 'int64');
  const shape = [1, 128, hidden];
  const heads = [1, 12, 128, hidden / 12];
  const linear = (name: string, x: Value, from: number, to: number) =>
    w.within(name, 'Linear', () => {
      const y = w.op('MatMul', [x, w.constant('weight', [from, to])], [1, 128, to]);
      return w.op('Add', [y, w.constant('bias', [to])], [1, 128, to]);
    });
  const layerNorm = (x: Value) =>
    w.within('LayerNorm', 'LayerNorm', () =>
      w.op('LayerNormalization', [x, w.constant('weight', [hidden]), w.constant('bias', [hidden])], shape, {
        axis: int(-1),
      }),
    );
  const bias = w.op('Unsqueeze', [mask], [1, 1, 1, 128]);
  const cast = w.op('Cast', [bias], [1, 1, 1, 128], { to: int(1) });
  const extended = w.op(
    'Mul',
    [w.op('Sub', [w.constant('one', []), cast], [1, 1, 1, 128]), w.constant('low', [])],
    [1, 1, 1, 128],
  );
  let x = w.within('embeddings', 'BertEmbeddings', () => {
    const words = w.op('Gather', [w.constant('word_embeddings', [30522, hidden]), ids], shape);
    return layerNorm(w.op('Add', [words, w.constant('position_embeddings', [1, 128, hidden])], shape));
  });
  w.within('encoder', 'BertEncoder', () => {
    for (let k = 0; k < layers; k++) {
      x = w.within(`layer.${k}`, 'BertLayer', () => {
        const attended = w.within('attention', 'BertAttention', () => {
          const self = w.within('self', 'BertSelfAttention', () => {
            const split = (name: string) =>
              w.op(
                'Transpose',
                [w.op('Reshape', [linear(name, x, hidden, hidden)], [1, 128, 12, hidden / 12])],
                heads,
                {
                  perm: ints([0, 2, 1, 3]),
                },
              );
            const [q, key, value] = [split('query'), split('key'), split('value')];
            const turned = w.op('Transpose', [key], [1, 12, hidden / 12, 128], { perm: ints([0, 1, 3, 2]) });
            const scores = w.op(
              'Div',
              [w.op('MatMul', [q, turned], [1, 12, 128, 128]), w.constant('scale', [])],
              [1, 12, 128, 128],
            );
            const weights = w.op('Softmax', [w.op('Add', [scores, extended], [1, 12, 128, 128])], [1, 12, 128, 128], {
              axis: int(-1),
            });
            const context = w.op('Transpose', [w.op('MatMul', [weights, value], heads)], [1, 128, 12, hidden / 12], {
              perm: ints([0, 2, 1, 3]),
            });
            return w.op('Reshape', [context], shape);
          });
          return w.within('output', 'BertSelfOutput', () =>
            layerNorm(w.op('Add', [linear('dense', self, hidden, hidden), x], shape)),
          );
        });
        const wide = w.within('intermediate', 'BertIntermediate', () =>
          w.op(
            'swish',
            [linear('dense', attended, hidden, 4 * hidden)],
            [1, 128, 4 * hidden],
            { beta: float(1.5) },
            'acme',
          ),
        );
        return w.within('output', 'BertOutput', () =>
          layerNorm(w.op('Add', [linear('dense', wide, 4 * hidden, hidden), attended], shape)),
        );
      });
    }
  });
  const first = w.op('Gather', [x, w.constant('zero', [])], [1, hidden], { axis: int(1) });
  const pooled = w.within('pooler', 'BertPooler', () =>
    w.op(
      'Tanh',
      [w.within('dense', 'Linear', () => w.op('Gemm', [first, w.constant('weight', [hidden, hidden])], [1, hidden]))],
      [1, hidden],
    ),
  );
  w.graph.addOutput(x);
  w.graph.addOutput(pooled);
  return w.model();
}

/** Many nodes without modules: blocks with branches, and values that skip some blocks. */
export function flat(count: number): Model {
  const w = new Writer('flat');
  let x = w.input('x', [1, 64, 8, 8]);
  const shape = [1, 64, 8, 8];
  const kept: Value[] = [x];
  for (let k = 0; w.graph.nodes.length < count - 4; k++) {
    const weight = w.constant(`weight_${k}`, [64, 64, 3, 3]);
    const main = w.op('Relu', [w.op('Conv', [x, weight], shape, { kernel_shape: ints([3, 3]) })], shape);
    const gate = w.op('Sigmoid', [w.op('GlobalAveragePool', [x], [1, 64, 1, 1])], [1, 64, 1, 1]);
    x = w.op('Mul', [main, gate], shape);
    const earlier = kept[k % 4 === 3 ? Math.max(0, kept.length - 6) : kept.length - 1] ?? x;
    x = w.op('Add', [x, earlier], shape);
    kept.push(x);
  }
  w.graph.addOutput(w.op('Flatten', [w.op('GlobalAveragePool', [x], [1, 64, 1, 1])], [1, 64]));
  return w.model();
}
