/** Shape rules of matrix products, recurrent layers and attention. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import type { Dim, Shape } from '../../../ir/shape.ts';
import { agree, broadcast, clash, each, type Outcome, type Rules, shapeOf } from './rule.ts';

export const matrices: Rules = {
  ...each('MatMul MatMulInteger', (node) => [multiplied(node, shapeOf(node), shapeOf(node, 1))]),
  QLinearMatMul: (node) => [multiplied(node, shapeOf(node), shapeOf(node, 3))],
  Gemm: (node) => {
    const [a, b] = [shapeOf(node), shapeOf(node, 1)];
    if ((a && a.length !== 2) || (b && b.length !== 2)) clash(node, 'both factors must be matrices');
    const [rows, inner] = node.int('transA', 0n) === 0n ? [a?.[0], a?.[1]] : [a?.[1], a?.[0]];
    const [other, columns] = node.int('transB', 0n) === 0n ? [b?.[0], b?.[1]] : [b?.[1], b?.[0]];
    agree(node, inner, other, 'inner sizes');
    return [[rows, columns]];
  },
  Einsum: (node) => [einsum(node)],
  ...each('RNN GRU', (node) => recurrent(node).slice(0, 2)),
  LSTM: (node) => recurrent(node),
};

function multiplied(node: Node, a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b) return undefined;
  if (a.length === 0 || b.length === 0) clash(node, 'a scalar is no matrix');
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  agree(node, left.at(-1), right.at(-2), 'inner sizes');
  const batch = broadcast(node, [left.slice(0, -2), right.slice(0, -2)]) ?? [];
  return [...batch, ...(a.length === 1 ? [] : [left.at(-2)]), ...(b.length === 1 ? [] : [right.at(-1)])];
}

function einsum(node: Node): Shape | undefined {
  const equation = node.string('equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (terms.length !== node.inputCount) clash(node, `${terms.length} terms for ${node.inputCount} inputs`);
  const sizes = new Map<string, Dim>();
  const counts = new Map<string, number>();
  let rest: Shape | undefined = [];
  for (const [k, term] of terms.entries()) {
    const shape = shapeOf(node, k);
    if (!shape) return undefined;
    const [before = '', after] = term.split('...');
    const labels = [...before, ...(after ?? '')];
    if (after === undefined ? labels.length !== shape.length : labels.length > shape.length) {
      clash(node, `the term ${term} does not fit rank ${shape.length}`);
    }
    const tail = shape.length - (after?.length ?? 0);
    if (after !== undefined) rest = broadcast(node, [rest, shape.slice(before.length, tail)]);
    labels.forEach((label, at) => {
      const dim = shape[at < before.length ? at : tail + at - before.length];
      const known = sizes.get(label);
      sizes.set(label, known === 1 || known === undefined ? dim : dim === 1 ? known : agree(node, known, dim, label));
      counts.set(label, (counts.get(label) ?? 0) + 1);
    });
  }
  const once = [...counts].filter(([, count]) => count === 1).map(([label]) => label);
  const result = right ?? `...${once.sort().join('')}`;
  const [before = '', after] = result.split('...');
  const dims = (labels: string) => [...labels].map((label) => sizes.get(label));
  return [...dims(before), ...(after === undefined ? [] : (rest ?? [])), ...dims(after ?? '')];
}

function recurrent(node: Node): Outcome[] {
  const x = shapeOf(node);
  const hidden = node.int('hidden_size');
  const size: Dim = hidden === undefined ? shapeOf(node, 2)?.[2] : Number(hidden);
  const directions = node.string('direction', 'forward') === 'bidirectional' ? 2 : 1;
  if (x && x.length !== 3) clash(node, `the input has rank ${x.length}, not 3`);
  const batchFirst = node.int('layout', 0n) !== 0n;
  const [time, batch] = batchFirst ? [x?.[1], x?.[0]] : [x?.[0], x?.[1]];
  const all = batchFirst ? [batch, time, directions, size] : [time, directions, batch, size];
  const last = batchFirst ? [batch, directions, size] : [directions, batch, size];
  return [all, last, last];
}
