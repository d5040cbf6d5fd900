/** From contents to a picture: faces, open groups within one another, lines through borders, arrow keys. */
import { expect, test } from 'vitest';
import type { GraphItem, GroupContent } from '../../../../src/shared/graph.ts';
import { layout } from '../../../../webview/layout/layout.ts';
import type { LayoutInput } from '../../../../webview/layout/types.ts';
import { Arranger } from '../../../../webview/scene/arrange.ts';
import { faceOf } from '../../../../webview/scene/face.ts';
import { neighbour } from '../../../../webview/scene/neighbours.ts';
import { boxAt, type Scene, sceneOf } from '../../../../webview/scene/scene.ts';

/** Every letter is as wide as any other. */
const measure = (text: string) => text.length * 6;

function node(id: string, operator = 'Relu'): GraphItem {
  return {
    kind: 'node',
    id,
    name: id,
    operator,
    category: 'activation',
    module: '',
    hyperparameters: [],
    parameters: [],
  };
}

function group(id: string, nodeCount: number): GraphItem {
  return { kind: 'group', id, title: id, subtitle: 'Block', of: 'module', nodeCount };
}

/** a -> G(b -> c) -> d, and a -> d. */
const CONTENTS: readonly GroupContent[] = [
  {
    group: 'main',
    items: [node('a'), group('G', 2), node('d')],
    edges: [
      { value: 'va', from: 'a', to: 'G', label: '1×8' },
      { value: 'va', from: 'a', to: 'd', label: '1×8' },
      { value: 'vc', from: 'G', to: 'd', label: '1×9' },
    ],
    enters: [],
    leaves: [],
  },
  {
    group: 'G',
    items: [node('b'), node('c')],
    edges: [{ value: 'vb', from: 'b', to: 'c', label: '1×8' }],
    enters: [{ value: 'va', to: 'b' }],
    leaves: [{ value: 'vc', from: 'c', label: '1×9' }],
  },
];

const contentOf = (id: string) => CONTENTS.find((content) => content.group === id);

function arranger(asked: LayoutInput[] = []): Arranger {
  const layOut = async (input: LayoutInput) => {
    asked.push(input);
    return layout(input);
  };
  return new Arranger(layOut, measure);
}

async function picture(open: readonly string[]): Promise<Scene> {
  return sceneOf(await arranger().arrange('main', (id) => open.includes(id), contentOf));
}

test('a folded group is a box, an open one holds its items', async () => {
  expect((await picture([])).boxes.map(({ id }) => id)).toEqual(['a', 'G', 'd']);
  const { byId } = await picture(['G']);
  const frame = byId.get('G');
  for (const id of ['b', 'c']) {
    const box = byId.get(id);
    if (!frame || !box) throw new Error(`${id} is not shown`);
    expect(box.within).toEqual(['main', 'G']);
    expect(box.left).toBeGreaterThan(frame.left);
    expect(box.left + box.width).toBeLessThan(frame.left + frame.width);
    expect(box.top).toBeGreaterThan(frame.top);
    expect(box.top + box.height).toBeLessThan(frame.top + frame.height);
  }
});

test('lines meet on the border of an open group', async () => {
  const { lines, byId } = await picture(['G']);
  const frame = byId.get('G');
  const outside = lines.find((line) => line.to === 'G');
  const inside = lines.find((line) => line.group === 'G' && line.from === undefined);
  expect(outside?.bottom).toBeCloseTo(frame?.top ?? Number.NaN);
  expect(inside?.top).toBeCloseTo(frame?.top ?? Number.NaN);
  const end = outside?.path.match(/([\d.]+),[\d.]+$/)?.[1];
  expect(Number(inside?.path.match(/^M([\d.]+)/)?.[1])).toBeCloseTo(Number(end), 1);
});

test('a value is labelled once, where it is made', async () => {
  const { lines } = await picture(['G']);
  expect(lines.flatMap((line) => line.label?.text ?? []).sort()).toEqual(['1×8', '1×8', '1×9']);
});

test('what has not changed is not laid out again', async () => {
  const asked: LayoutInput[] = [];
  const arrange = arranger(asked);
  await arrange.arrange('main', () => true, contentOf);
  expect(asked).toHaveLength(2);
  await arrange.arrange('main', () => true, contentOf);
  expect(asked).toHaveLength(2);
  await arrange.arrange('main', () => false, contentOf);
  expect(asked).toHaveLength(3);
});

test('the inside of an open group is not the group, but its head is', async () => {
  const scene = await picture(['G']);
  const [frame, inner] = [scene.byId.get('G'), scene.byId.get('b')];
  if (!frame || !inner) throw new Error('the group is not open');
  expect(boxAt(scene, frame.left + 40, frame.top + 10)?.id).toBe('G');
  expect(boxAt(scene, inner.left + 5, inner.top + 5)?.id).toBe('b');
  expect(boxAt(scene, frame.left + 3, inner.top + 5)).toBeUndefined();
});

test('arrow keys follow the data into open groups and out of them', async () => {
  const scene = await picture(['G']);
  const go = (from: string | undefined, direction: 'up' | 'down') => neighbour(scene, contentOf, from, direction);
  expect(go(undefined, 'down')).toBe('a');
  expect(['b', 'd']).toContain(go('a', 'down'));
  expect(go('b', 'down')).toBe('c');
  expect(go('c', 'down')).toBe('d');
  expect(go('c', 'up')).toBe('b');
  expect(go('b', 'up')).toBe('a');
  expect(go('G', 'down')).toBe('b');
  expect(go('d', 'down')).toBeUndefined();
});

test('faces are as wide as their text, within bounds', () => {
  const face = faceOf(node('n', 'aten::relu'), measure);
  expect(face).toMatchObject({ title: 'relu', width: 84, height: 30, lines: [] });
  const long = faceOf(node('n', `acme::${'x'.repeat(100)}`), measure);
  expect(long.width).toBeLessThanOrEqual(300);
  expect(long.title).toMatch(/^acme::x+…$/);
  const conv: GraphItem = {
    ...(node('n', 'Conv') as Extract<GraphItem, { kind: 'node' }>),
    module: 'conv1',
    hyperparameters: ['3×3', 'stride 2'],
    parameters: ['W', 'B', 'C'].map((name) => ({ name, shape: '64' })),
  };
  expect(faceOf(conv, measure)).toMatchObject({ aside: 'conv1', lines: ['3×3 · stride 2', 'W 64 · B 64 · +1'] });
  expect(faceOf(group('g', 1), measure).lines).toEqual(['1 node']);
});
