/** Kernels that keep the elements and their order, and give them other sizes. Rules: the ONNX operator specification. */
import { elementCount, type StaticShape } from '../../../ir/shape.ts';
import type { Dense } from './dense.ts';
import { axesFrom, type Call, intsAt, type Kernel, type Kernels, rows } from './kernel.ts';

function reshaped(x: Dense, shape: StaticShape): readonly Dense[] | undefined {
  return elementCount(shape) === x.values.length && shape.every((size) => size >= 0) ? [{ ...x, shape }] : undefined;
}

const reshape: Kernel = (call) => {
  const [x] = call.inputs;
  const target = intsAt(call, 1, 'shape');
  if (!x || !target) return undefined;
  const copies = call.node.int('allowzero', 0n) === 0n;
  const sizes = target.map((size, k) => (size === 0 && copies ? (x.shape[k] ?? -2) : size));
  const known = sizes.filter((size) => size !== -1).reduce((a, b) => a * b, 1);
  const rest = known === 0 ? 0 : x.values.length / known;
  return reshaped(
    x,
    sizes.map((size) => (size === -1 ? rest : size)),
  );
};

const squeeze: Kernel = (call) => {
  const [x] = call.inputs;
  if (!x) return undefined;
  const given = intsAt(call, 1, 'axes');
  const axes = given && axesFrom(given, x.shape.length);
  if (given && !axes) return undefined;
  if (axes?.some((axis) => x.shape[axis] !== 1)) return undefined;
  return reshaped(
    x,
    x.shape.filter((size, k) => (axes ? !axes.includes(k) : size !== 1)),
  );
};

const unsqueeze: Kernel = (call) => {
  const [x] = call.inputs;
  const given = intsAt(call, 1, 'axes');
  const axes = x && given && axesFrom(given, x.shape.length + given.length);
  if (!axes) return undefined;
  const ones = new Set(axes);
  const sizes = [...x.shape];
  const rank = sizes.length + axes.length;
  return reshaped(
    x,
    Array.from({ length: rank }, (_, k) => (ones.has(k) ? 1 : (sizes.shift() ?? 1))),
  );
};

/** The axis may also be the rank itself: everything stands before it then. */
const flatten: Kernel = ({ node, inputs: [x] }: Call) => {
  if (!x) return undefined;
  const axis = Number(node.int('axis', 1n));
  const at = axis < 0 ? axis + x.shape.length : axis;
  return reshaped(x, [elementCount(x.shape.slice(0, at)), elementCount(x.shape.slice(at))]);
};

export const reshaping: Kernels = rows('exact', {
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
});
