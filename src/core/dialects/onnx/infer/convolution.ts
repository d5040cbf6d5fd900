/** Shape rules of convolutions. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, floorDivide, multiply, type Shape, subtract } from '../../../ir/shape.ts';
import { agree, clash, each, needRank, type Rules, rankAlone, shapeOf, spelled, unknownShape } from './rule.ts';
import { numbers, slid, windowOf } from './windows.ts';

export const convolution: Rules = {
  ...each('Conv ConvInteger', (node) => [convolved(node, shapeOf(node), shapeOf(node, 1))]),
  QLinearConv: (node) => [convolved(node, shapeOf(node), shapeOf(node, 3))],
  DeformConv: (node) => [convolved(node, shapeOf(node), shapeOf(node, 1))],
  ConvTranspose: (node) => [transposed(node)],
  Col2Im: (node) => {
    const columns = needRank(node, 0, 3);
    const [image, block] = [sizesOf(node, 1), sizesOf(node, 2)];
    const rank = image?.length ?? block?.length ?? spatialRank(node);
    if (rank === undefined) return [undefined];
    if (image && block && image.length !== block.length) {
      clash(node, `the image has ${image.length} axes, the block ${block.length}`);
    }
    windowOf(node, block ?? unknownShape(rank));
    const taken = block?.reduce<Dim>(multiply, 1);
    const [size, whole] = [taken, columns?.[1]];
    if (typeof size === 'number' && typeof whole === 'number' && whole % size !== 0) {
      clash(node, `${whole} rows do not divide into blocks of ${size}`);
    }
    return [[columns?.[0], floorDivide(whole, size), ...(image ?? unknownShape(rank))]];
  },
};

function convolved(node: Node, x: Shape | undefined, w: Shape | undefined): Shape | undefined {
  const rank = x?.length ?? w?.length;
  if (rank === undefined) return undefined;
  if (x && w && x.length !== w.length) clash(node, `the data has rank ${x.length}, the weight ${w.length}`);
  if (rank < 3) clash(node, `rank ${rank} has no spatial axes`);
  const [data, weight] = [x ?? unknownShape(rank), w ?? unknownShape(rank)];
  agree(node, data[1], multiply(weight[1], groupOf(node)), 'channels of the data and of the weight');
  return [data[0], weight[0], ...slid(node, data.slice(2), windowOf(node, kernelOf(node, weight)))];
}

function transposed(node: Node): Shape | undefined {
  const [x, w] = [shapeOf(node), shapeOf(node, 1)];
  const rank = x?.length ?? w?.length;
  if (rank === undefined) return undefined;
  if (x && w && x.length !== w.length) clash(node, `the data has rank ${x.length}, the weight ${w.length}`);
  if (rank < 3) clash(node, `rank ${rank} has no spatial axes`);
  const axes = rank - 2;
  const [data, weight] = [x ?? unknownShape(rank), w ?? unknownShape(rank)];
  const group = groupOf(node);
  const inner = agree(node, data[1], weight[0], 'channels of the data and of the weight');
  if (typeof inner === 'number' && inner % group !== 0)
    clash(node, `${inner} channels do not divide into ${group} groups`);
  const kernel = kernelOf(node, weight);
  const window = windowOf(node, kernel);
  if (node.attributes.has('pads') && window.autoPad !== 'NOTSET') clash(node, 'pads do not go with auto_pad');
  const padding = listOf(node, 'output_padding', axes);
  padding.forEach((size, k) => {
    const most = Math.max(window.strides[k] ?? 1, window.dilations[k] ?? 1);
    if (size >= most && size > 0) clash(node, `output_padding is ${size}, but has to be less than ${most}`);
  });
  const asked = node.ints('output_shape')?.map(Number);
  if (asked && asked.length !== axes && asked.length !== rank) {
    clash(node, `output_shape has ${asked.length} numbers, not ${axes}`);
  }
  if (asked?.some((size) => size < 0)) clash(node, `output_shape is [${asked.join(', ')}]`);
  const spatial =
    asked?.slice(-axes) ??
    data.slice(2).map((size, k): Dim => {
      const stride = window.strides[k] ?? 1;
      const extent = add(multiply(subtract(kernel[k], 1), window.dilations[k] ?? 1), 1);
      // Where windows do not touch, onnx and onnxruntime read the definition differently.
      if (window.autoPad.startsWith('SAME')) {
        return typeof extent === 'number' && stride > extent ? undefined : multiply(size, stride);
      }
      const pads = window.autoPad === 'VALID' ? 0 : (window.pads[k] ?? 0) + (window.pads[k + axes] ?? 0);
      return subtract(add(add(multiply(subtract(size, 1), stride), padding[k] ?? 0), extent), pads);
    });
  return [data[0], multiply(weight[1], group), ...spatial];
}

/** The window's size: the attribute, or what the weight says. */
function kernelOf(node: Node, weight: Shape): readonly Dim[] {
  const given = node.ints('kernel_shape');
  if (given && given.length !== weight.length - 2) {
    clash(node, `kernel_shape has ${given.length} numbers, not ${weight.length - 2}`);
  }
  return given ? numbers(given) : weight.slice(2);
}

function groupOf(node: Node): number {
  const group = Number(node.int('group', 1n));
  if (group <= 0) clash(node, `group is ${group}`, { kind: 'attribute', name: 'group' });
  return group;
}

/** A list of numbers from 0 up, one a spatial axis. */
function listOf(node: Node, name: string, count: number): readonly number[] {
  const list = numbers(node.ints(name, []));
  if (list.length !== 0 && list.length !== count) clash(node, `${name} has ${list.length} numbers, not ${count}`);
  if (list.some((value) => value < 0)) clash(node, `${name} must not be negative`);
  return list;
}

/** The sizes that an input of rank 1 spells, or how many they are. */
function sizesOf(node: Node, index: number): Shape | undefined {
  const count = needRank(node, index, 1)?.[0];
  return spelled(node, index) ?? rankAlone(node, typeof count === 'number' ? count : undefined);
}

/** How many spatial axes the attributes of a Col2Im tell. */
function spatialRank(node: Node): number | undefined {
  const pads = node.ints('pads');
  return (node.ints('strides') ?? node.ints('dilations'))?.length ?? (pads && pads.length / 2);
}
