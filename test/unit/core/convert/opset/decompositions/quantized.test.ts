import { decomposes } from './decomposing.ts';

const bytes = { x: [0, 255, 3, 128, 200, 77], w: [1, -128, 127, 5, -3, 100, 7, 8, -9, 10, 11, 12] };

decomposes('QuantizeLinear', [
  {
    graph: 'float[2,3] x, float s, int8 z => int8[2,3] y',
    nodes: 'y = QuantizeLinear (x, s, z)',
    from: 13,
    to: [9, 7],
    inputs: { x: [-1000, 0.5, 1.5, 2.5, -0.5, 1000], s: [1], z: [3] },
  },
  {
    graph: 'float[6] x, float s => uint8[6] y',
    nodes: 'y = QuantizeLinear (x, s)',
    from: 10,
    to: [9, 7],
    inputs: { x: [-1, 0.25, 0.75, 1.25, 300, 3], s: [0.5] },
  },
  {
    graph: 'float[2,3] x => uint8[2,3] y, float s, uint8 z',
    nodes: 'y, s, z = DynamicQuantizeLinear (x)',
    from: 11,
    to: [10, 9, 7],
    inputs: { x: [0, 2, -3, -2.5, 1.34, 0.5] },
  },
]);

decomposes('products of integers', [
  {
    graph: 'uint8[2,3] x, int8[3,4] w, uint8 a, int8 b => int32[2,4] y',
    nodes: 'y = MatMulInteger (x, w, a, b)',
    from: 10,
    to: [9, 7],
    inputs: { ...bytes, a: [12], b: [-4] },
  },
  {
    graph: 'uint8[2,3] x, int8[3,4] w, int8[4] b => int32[2,4] y',
    nodes: 'z = Constant <value = uint8 {0}> ()\ny = MatMulInteger (x, w, z, b)',
    from: 10,
    to: [9, 7],
    inputs: { ...bytes, b: [1, -2, 3, 4] },
    gone: 'MatMulInteger',
  },
  {
    graph: 'uint8[2,3] x, float a, uint8 az, int8[3,4] w, float[4] b, int8[4] bz, float c, uint8 cz => uint8[2,4] y',
    nodes: 'y = QLinearMatMul (x, a, az, w, b, bz, c, cz)',
    from: 10,
    to: [9, 7],
    inputs: { ...bytes, a: [0.02], az: [100], b: [0.01, 0.02, 0.03, 0.04], bz: [0, 0, 0, 0], c: [0.05], cz: [120] },
  },
]);

const image = {
  x: Array.from({ length: 50 }, (_, k) => (k * 37) % 256),
  w: Array.from({ length: 27 }, (_, k) => k - 13),
};

decomposes('convolutions of integers', [
  {
    graph: 'uint8[1,1,5,5] x, uint8[2,1,3,3] w, uint8 z => int32[1,2,3,3] y',
    nodes: 'y = ConvInteger <strides = [2, 2], pads = [1, 1, 1, 1]> (x, w, z)',
    from: 10,
    to: [9, 7],
    inputs: { x: image.x.slice(0, 25), w: Array.from({ length: 18 }, (_, k) => k * 14), z: [7] },
    gone: 'ConvInteger',
  },
  {
    graph:
      'uint8[1,1,5,5] x, float a, uint8 az, int8[3,1,3,3] w, float[3] b, int8[3] bz, float c, uint8 cz => uint8[1,3,5,5] y',
    nodes: 'y = QLinearConv <pads = [1, 1, 1, 1]> (x, a, az, w, b, bz, c, cz)',
    from: 10,
    to: [9, 7],
    inputs: {
      x: image.x.slice(0, 25),
      w: image.w,
      a: [0.02],
      az: [100],
      b: [0.01, 0.02, 0.03],
      bz: [0, 0, 0],
      c: [0.05],
      cz: [120],
    },
  },
]);
