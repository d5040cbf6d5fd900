/** Shape rules of signal processing and of grids. Rules: the ONNX operator specification. */

import { add, type Dim, floorDivide, multiply, subtract } from '../../../ir/shape.ts';
import { tensorType } from '../../../ir/type.ts';
import { dimsOf, intsOf, numberOf } from '../data.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { clash, each, normalAxis, type Rules, shapeOf, unknownShape, withDim } from './rule.ts';

export const signals: Rules = {
  ...each('BlackmanWindow HammingWindow HannWindow', (node) => {
    const size = node.input(0);
    const dtype = dtypeOfCode(node.int('output_datatype', 1n));
    return [dtype && tensorType(dtype, [size && dimsOf(size)?.[0]])];
  }),
  DFT: (node, opset) => {
    const shape = shapeOf(node);
    if (!shape) return [undefined];
    // The last axis holds real and imaginary part, or the real part alone.
    const axisInput = node.input(2);
    const axis = opset < 20 ? Number(node.int('axis', 1n)) : axisInput ? numberOf(axisInput) : -2;
    const [oneSided, inverse] = [node.int('onesided', 0n) !== 0n, node.int('inverse', 0n) !== 0n];
    const parts = oneSided && inverse ? 1 : 2;
    if (shape.length < 2) clash(node, `the data has rank ${shape.length}, less than 2`);
    if (axis === undefined) {
      const open = oneSided || node.input(1) ? unknownShape(shape.length) : shape;
      return [withDim(open, shape.length - 1, parts)];
    }
    const at = normalAxis(node, axis, shape.length);
    if (at === shape.length - 1) clash(node, 'the last axis holds the parts of numbers');
    const given = shape.at(-1);
    if (oneSided && typeof given === 'number' && given !== (inverse ? 2 : 1)) {
      clash(node, `one-sided, it takes ${inverse ? 2 : 1} part of each number, not ${given}`);
    }
    const lengthInput = node.input(1);
    const length: Dim = lengthInput ? numberOf(lengthInput) : shape[at];
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
    const window = shapeOf(node, 2)?.[0];
    const length: Dim = node.input(3) ? numberOf(node.input(3)) : window;
    const frames: Dim =
      numberOf(node.input(1)) === undefined
        ? undefined
        : add(floorDivide(subtract(shape?.[1], length), numberOf(node.input(1))), 1);
    const bins = node.int('onesided', 1n) !== 0n ? add(floorDivide(length, 2), 1) : length;
    return [[shape?.[0], frames, bins, 2]];
  },
  MelWeightMatrix: (node) => {
    const dtype = dtypeOfCode(node.int('output_datatype', 1n));
    const [mel, length] = [numberOf(node.input(0)), numberOf(node.input(1))];
    return [dtype && tensorType(dtype, [length === undefined ? undefined : Math.floor(length / 2) + 1, mel])];
  },
  AffineGrid: (node) => {
    const size = node.input(1);
    const count = size?.shape?.[0];
    const sizes = size && intsOf(size);
    if (sizes) return [[sizes[0], ...sizes.slice(2), sizes.length - 2]];
    return [typeof count === 'number' ? [...unknownShape(count - 1), count - 2] : undefined];
  },
  ImageDecoder: (node) => [[undefined, undefined, node.string('pixel_format', 'RGB') === 'Grayscale' ? 1 : 3]],
};
