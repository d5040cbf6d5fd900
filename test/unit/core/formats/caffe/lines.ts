/** Networks as lines of prototxt: inputs, and layers whose blobs a seed makes. */
import { Tensor } from '../../../../../src/core/ir/tensor.ts';

export type Sizes = readonly number[];

/** An input of a network. */
export function input(name: string, ...dims: Sizes): string {
  return `layer { name: "${name}" type: "Input" top: "${name}" input_param { shape { ${dimsText(dims)} } } }`;
}

/** The same for frameworks that have no Input layer. */
export function namedInput(name: string, ...dims: Sizes): string {
  return `input: "${name}" input_shape { ${dimsText(dims)} }`;
}

/** Blobs of a layer: shapes, whose numbers a seed makes, or tensors. */
export type Blob = Sizes | Tensor;

let made = 0;

/**
 * A layer of one line: `a, b => y: Eltwise { eltwise_param { operation: MAX } }`, its bottoms, its tops, its type and its
 * parameters. It has the name of its first top.
 */
export function layer(line: string, blobs: readonly Blob[] = []): string {
  const [, bottoms = '', tops = '', type = '', parameters = ''] = /^(.*?)=>\s*(.*?):\s*(\w+)\s*(.*)$/s.exec(line) ?? [];
  const names = (list: string, field: string) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => `${field}: "${name}"`)
      .join(' ');
  const [name = type] = tops
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const numbers = blobs.map((blob) => blobText(blob instanceof Tensor ? blob : seeded(blob, made++)));
  return `layer { name: "${name}" type: "${type}" ${names(bottoms, 'bottom')} ${names(tops, 'top')} ${parameters} ${numbers.join(' ')} }`;
}

/** Numbers around 0 that are the same each time. */
export function seeded(shape: Sizes, seed: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return Tensor.of(
    'float32',
    shape,
    Array.from({ length: count }, (_, k) => Math.sin(12.9898 * (k + 1) + 78.233 * seed)),
  );
}

/** The same, between 0.5 and 1.5, as variances are. */
export function positive(shape: Sizes, seed = 3): Tensor {
  return Tensor.of(
    'float32',
    shape,
    seeded(shape, seed)
      .numbers()
      .map((each) => 1 + each / 2),
  );
}

function blobText(tensor: Tensor): string {
  return `blobs { shape { ${dimsText(tensor.shape)} } data: [${tensor.numbers().join(', ')}] }`;
}

function dimsText(dims: Sizes): string {
  return dims.map((dim) => `dim: ${dim}`).join(' ');
}
