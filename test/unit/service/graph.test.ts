/** What the graph view is given: groups out of modules, edges through them, search and places. */
import { describe, expect, test } from 'vitest';
import { graph as graphAttribute, tensor as tensorAttribute } from '../../../src/core/ir/attribute.ts';
import { Graph } from '../../../src/core/ir/graph.ts';
import { type Model, makeModel } from '../../../src/core/ir/model.ts';
import { Node } from '../../../src/core/ir/node.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../src/core/ir/type.ts';
import { nodeDetails } from '../../../src/service/details.ts';
import type { Group } from '../../../src/service/grouping.ts';
import { OpenGraph } from '../../../src/service/open-graph.ts';
import { SearchIndex } from '../../../src/service/search.ts';
import { NUMBERED, slotNames } from '../../../src/service/slots.ts';
import { unfoldingOf } from '../../../src/service/unfolding.ts';
import { cpuTime } from '../cpu-time.ts';
import { smallModel } from './fake-core.ts';

/** A chain of Relu, each in the module of that path; `a.b` lies in `a` and in `a.b`. */
function chain(paths: readonly string[], names: readonly string[] = []): Model {
  const graph = new Graph('chain');
  let last = graph.addInput({ name: 'x', type: tensorType('float32', [2, 3]) });
  paths.forEach((path, k) => {
    const parts = path === '' ? [] : path.split('.');
    const scope = parts.map((_, depth) => ({ path: parts.slice(0, depth + 1).join('.'), type: 'net.M' }));
    const type = tensorType('float32', [2, 3]);
    const node = new Node('Relu', [last], { name: names[k] ?? `relu${k}`, outputs: [{ name: `y${k}`, type }], scope });
    graph.nodes.append(node);
    last = node.output();
  });
  graph.addOutput(last);
  return makeModel('onnx', graph, { opsetImports: [['', 17]] });
}

function open(model: Model): OpenGraph {
  return new OpenGraph(model, NUMBERED);
}

/** The tree of groups as text: `a(1 2) 3`. */
function tree(group: Group): string {
  return group.children
    .map((child) =>
      child.kind === 'node' ? (child.node.name ?? '').replace('relu', '') : `${child.title}(${tree(child)})`,
    )
    .join(' ');
}

const folded = (model: Model) =>
  open(model)
    .roots.map(({ group }) => tree(group))
    .join();

describe('modules become groups', () => {
  test('neighbours in a module are one group, a node by itself is none', () => {
    expect(folded(chain(['a', 'a', 'b', 'c', 'c']))).toBe('a(0 1) 2 c(3 4)');
  });

  test('titles are relative, but a number keeps the name before it', () => {
    expect(folded(chain(['e.l.0.x', 'e.l.0.y', 'e.l.1.x', 'e.l.1.y', 'z']))).toBe('e.l(l.0(0 1) l.1(2 3)) 4');
  });

  test('a module that is called again is another group, so that groups do not depend on each other in a circle', () => {
    const graph = open(chain(['a', 'a', 'b', 'b', 'a', 'a']));
    expect(graph.roots.map(({ group }) => tree(group))).toEqual(['a(0 1) b(2 3) a(4 5)']);
    const ids = [...graph.allGroups()].map(({ id }) => id);
    expect(ids).toEqual(['main', 'main/a', 'main/b', 'main/a#2']);
  });

  test('a module around everything is not shown', () => {
    expect(folded(chain(['m.a', 'm.a', 'm.b', 'm.b']))).toBe('a(0 1) b(2 3)');
  });

  test('names say the modules where nothing else does', () => {
    const names = [
      '/layer1/layer1.0/Relu',
      '/layer1/layer1.0/Relu_1',
      '/layer1/layer1.1/Relu',
      '/layer1/layer1.1/Relu_1',
      '/Relu',
    ];
    const graph = open(chain(['', '', '', '', ''], names));
    expect([...graph.allGroups()].map(({ title }) => title)).toEqual(['chain', 'layer1', 'layer1.0', 'layer1.1']);
  });

  test('a long list becomes stretches', () => {
    const graph = open(chain(Array(1000).fill('')));
    const group = graph.group('main');
    expect(group?.children).toHaveLength(9);
    expect(group?.children[0]).toMatchObject({ of: 'stretch', title: '1 – 120', nodeCount: 120 });
    expect(group?.children.at(-1)).toMatchObject({ title: '961 – 1000', nodeCount: 40 });
  });
});

describe('edges', () => {
  test('go from item to item, and through the borders of groups', () => {
    const graph = open(smallModel());
    const lines = (id: string) => {
      const content = graph.content(id);
      return {
        edges: content?.edges.map(({ from, to, label }) => `${from} > ${to} ${label}`),
        enters: content?.enters.map(({ to }) => to),
        leaves: content?.leaves.map(({ from }) => from),
      };
    };
    expect(lines('main')).toEqual({
      edges: ['main/input/0 > main/stem 1×3×8×8', 'main/stem > main/body 1×4×8×8', 'main/body > main/output/0 1×4×8×8'],
      enters: [],
      leaves: [],
    });
    expect(lines('main/stem')).toEqual({ edges: ['n0 > n1 1×4×8×8'], enters: ['n0'], leaves: ['n1'] });
  });

  test('two readers in one group are one edge outside and two inside', () => {
    const model = chain(['', 'a', 'a']);
    const [first, second, third] = [...model.graph.nodes];
    third?.setInput(0, first?.output());
    model.graph.setOutput(
      0,
      second?.output() ??
        (() => {
          throw new Error();
        })(),
    );
    const graph = open(model);
    expect(graph.content('main')?.edges.filter(({ from }) => from === 'n0')).toHaveLength(1);
    expect(graph.content('main/a')?.enters.map(({ to }) => to)).toEqual(['n1', 'n2']);
  });

  test('bodies are groups within their node, and read values from outside', () => {
    const model = chain(['']);
    const [relu] = [...model.graph.nodes];
    const condition = model.graph.addInput({ name: 'c', type: tensorType('bool', []) });
    const body = (name: string) => {
      const graph = new Graph(name);
      const node = new Node('Neg', [relu?.output()], { outputs: [{ name: `${name}_out` }] });
      graph.nodes.append(node);
      graph.addOutput(node.output());
      return graph;
    };
    const attributes = { then_branch: graphAttribute(body('then')), else_branch: graphAttribute(body('else')) };
    const choice = new Node('If', [condition], { name: 'choice', attributes, outputs: [{ name: 'r' }] });
    model.graph.nodes.append(choice);
    model.graph.addOutput(choice.output());
    const graph = open(model);
    const item = graph.content('main')?.items.find(({ id }) => id === 'n1');
    expect(item).toMatchObject({ kind: 'group', of: 'node', title: 'If', node: 'n1', nodeCount: 3 });
    const main = graph.content('main')?.edges.map(({ from, to }) => `${from} > ${to}`);
    expect(main).toContain('n0 > n1');
    expect(main).toContain('main/input/1 > n1');
    const [then] = graph.content('n1')?.items ?? [];
    expect(then).toMatchObject({ kind: 'group', of: 'body', title: 'then_branch' });
    expect(graph.content('n1')?.enters.map(({ to }) => to)).toEqual(['main/n1/then_branch', 'main/n1/else_branch']);
    expect(graph.content('main/n1/then_branch')).toMatchObject({
      items: [{ kind: 'output' }, { kind: 'node', operator: 'Neg' }],
      enters: [{ to: 'n2' }],
    });
    expect(graph.placeOf(graph.nodeOf('n2') ?? choice).groups).toEqual(['n1', 'main/n1/then_branch']);
  });
});

describe('constants', () => {
  test('a Constant node is a parameter of its readers', () => {
    const model = chain(['']);
    const [relu] = [...model.graph.nodes];
    const value = Tensor.of('int64', [2], [3, -1]);
    const constant = new Node('Constant', [], {
      name: 'k',
      attributes: { value: tensorAttribute(value) },
      outputs: [{ name: 'shape' }],
    });
    model.graph.nodes.append(constant);
    relu?.addInput(constant.output());
    const graph = open(model);
    const items = graph.content('main')?.items.filter(({ kind }) => kind === 'node');
    expect(items).toMatchObject([{ operator: 'Relu', parameters: [{ name: '1', shape: '' }] }]);
    expect(graph.placeOf(constant).node).toBe('n0');
    const details = relu && nodeDetails(graph, relu, NUMBERED);
    expect(details?.inputs[1]).toMatchObject({ value: { role: 'constant', preview: '[3, -1]' } });
  });
});

test('details of a node have the names of its operator, its readers and its hyperparameters', () => {
  const model = smallModel();
  const slots = slotNames(model);
  const graph = new OpenGraph(model, slots);
  const conv = graph.find('stem.conv/Conv');
  if (!conv) throw new Error('the node is not found');
  expect(nodeDetails(graph, conv, slots)).toMatchObject({
    operator: 'Conv',
    category: 'convolution',
    attributes: [
      { name: 'kernel_shape', text: '[1, 1]' },
      { name: 'strides', text: '[2, 2]' },
      { name: 'group', text: '1' },
    ],
    inputs: [
      { name: 'X', value: { role: 'input', type: 'float32[1, 3, 8, 8]' } },
      { name: 'W', value: { role: 'constant', name: 'w' } },
    ],
    outputs: [{ name: 'Y', value: { readers: [{ label: 'stem.relu/Relu' }] } }],
    place: { root: 'main', groups: ['main/stem'] },
  });
  const item = graph.content('main/stem')?.items[0];
  expect(item).toMatchObject({
    module: 'conv',
    hyperparameters: ['1×1', 'stride 2'],
    parameters: [{ name: 'W', shape: '4×3×1×1' }],
  });
});

test('search finds nodes by all their words, modules and tensors', () => {
  const index = new SearchIndex(open(smallModel()));
  const texts = (query: string) =>
    index.search(query, { offset: 0, limit: 10 }).hits.map(({ kind, text }) => `${kind} ${text}`);
  expect(texts('relu')).toEqual(['node stem.relu/Relu', 'node body.0/Relu', 'node body.1/Relu']);
  expect(texts('RELU stem')).toEqual(['node stem.relu/Relu']);
  expect(texts('stage')).toEqual(['group stem', 'group body']);
  expect(texts('w')).toEqual(['value w']);
  expect(texts('nothing')).toEqual([]);
  expect(index.search('relu', { offset: 2, limit: 5 })).toMatchObject({
    total: 3,
    hits: [{ item: 'n3', groups: ['main/body'] }],
  });
});

test('as many groups are unfolded as the budget takes, a level at a time', () => {
  const paths = ['a.x', 'a.x', 'a.y', 'a.y', 'b.x', 'b.x', 'b.y', 'b.y'];
  const [root] = open(chain(paths)).roots;
  if (!root) throw new Error('there is no graph');
  expect(unfoldingOf(root.group, 3)).toEqual([]);
  expect(unfoldingOf(root.group, 6)).toEqual(['main/a', 'main/b']);
  expect(unfoldingOf(root.group, 14)).toHaveLength(6);
});

test('ten thousand nodes are grouped and connected in a moment', () => {
  const paths = Array.from({ length: 10_000 }, (_, k) => `l.${Math.floor(k / 50)}.p${Math.floor(k / 5) % 10}`);
  const start = cpuTime();
  const graph = open(chain(paths));
  expect(cpuTime() - start).toBeLessThan(3000);
  expect(graph.roots[0]?.group.nodeCount).toBe(10_000);
});
