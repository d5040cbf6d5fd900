/** Shape rules of signal processing and of grids. Rules: the ONNX operator specification. */

import { add, type Dim, floorDivide, multiply, subtract } from '../../../ir/shape.ts';
import { tensorType } from '../../../ir/type.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import {
  agree,
  clash,
  lengthOf,
  needRank,
  normalAxis,
  type Rules,
  scalarOf,
  shapeOf,
  spelled,
  unknownShape,
  withDim,
} from './rule.ts';

export const signals: Rules = {
  DFT: (node, opset) => {
    const shape = shapeOf(node);
    if (!shape) return [undefined];
    // The last axis holds real and imaginary part, or the real part alone.
    const axisInput = node.input(2);
    const axis = opset < 20 ? Number(node.int('axis', 1n)) : axisInput ? numberIn(scalarOf(node, 2)) : -2;
    const [oneSided, inverse] = [node.int('onesided', 0n) !== 0n, node.int('inverse', 0n) !== 0n];
    const parts = oneSided && inverse ? 1 : 2;
    if (shape.length < 2) clash(node, `the data has rank ${shape.length}, less than 2`);
    const given = shape.at(-1);
    if (oneSided && typeof given === 'number' && given !== (inverse ? 2 : 1)) {
      clash(node, `one-sided, it takes ${inverse ? 2 : 1} part of each number, not ${given}`);
    }
    if (axis === undefined) {
      const open = oneSided || node.input(1) ? unknownShape(shape.length) : shape;
      return [withDim(open, shape.length - 1, parts)];
    }
    const at = normalAxis(node, axis, shape.length);
    if (at === shape.length - 1) clash(node, 'the last axis holds the parts of numbers');
    const lengthInput = node.input(1);
    const length: Dim = lengthInput ? scalarOf(node, 1) : shape[at];
    const size = !oneSided
      ? length
      : !inverse
        ? add(floorDivide(length, 2), 1)
        : lengthInput
          ? length
          : multiply(subtract(length, 1), 2);
    return [withDim(withDim(shape, at, size), shape.length - 1, parts)];
  },
  STFT: (node) => {
    const shape = shapeOf(node);
    if (shape && shape.length < 2) clash(node, `the signal has rank ${shape.length}, less than 2`);
    const window = needRank(node, 2, 1)?.[0];
    const step = numberIn(scalarOf(node, 1));
    const told = scalarOf(node, 3);
    const length = agree(node, told, window, 'lengths of the window and of a frame');
    const frames: Dim = step ? add(floorDivide(subtract(shape?.[1], length), step), 1) : undefined;
    const bins = node.int('onesided', 1n) !== 0n ? add(floorDivide(length, 2), 1) : length;
    return [[shape?.[0], frames, bins, 2]];
  },
  MelWeightMatrix: (node) => {
    const code = node.int('output_datatype', 1n);
    const dtype = dtypeOfCode(code) ?? clash(node, `output_datatype is ${code}, which is no element type`);
    const [bands, length] = [scalarOf(node, 0), scalarOf(node, 1)];
    return [tensorType(dtype, [add(floorDivide(length, 2), 1), bands])];
  },
  AffineGrid: (node) => {
    needRank(node, 1, 1);
    const sizes = spelled(node, 1);
    const count = sizes?.length ?? lengthOf(node, 1);
    if (count === undefined) return [undefined];
    if (count !== 4 && count !== 5) clash(node, `the size has ${count} numbers, not 4 or 5`);
    return [sizes ? [sizes[0], ...sizes.slice(2), count - 2] : [...unknownShape(count - 1), count - 2]];
  },
  ImageDecoder: (node) => {
    needRank(node, 0, 1);
    const format = node.string('pixel_format', 'RGB');
    if (!['RGB', 'BGR', 'Grayscale'].includes(format)) clash(node, `there is no pixel_format ${format}`);
    return [[undefined, undefined, format === 'Grayscale' ? 1 : 3]];
  },
};

function numberIn(dim: Dim): number | undefined {
  return typeof dim === 'number' ? dim : undefined;
}
