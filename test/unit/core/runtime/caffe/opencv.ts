/** Runs Caffe files in OpenCV's dnn module, compiled to WebAssembly. */
import { createRequire } from 'node:module';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';

interface Mat {
  readonly matSize: readonly number[];
  readonly data32F: Float32Array;
  delete(): void;
}

interface Net {
  setInput(input: Mat, name: string): void;
  forward(output: string): Mat;
  delete(): void;
}

interface OpenCv {
  readonly CV_32F: number;
  readonly Mat: new (rows: number, columns: number, type: number) => Mat;
  onRuntimeInitialized?: () => void;
  FS_createDataFile(folder: string, name: string, data: Uint8Array, read: boolean, write: boolean, own: boolean): void;
  FS_unlink(path: string): void;
  readNetFromCaffe(prototxt: string, caffemodel: string): Net;
  exceptionFromPtr(pointer: number): { readonly msg: string };
}

let loaded: Promise<{ readonly cv: OpenCv }> | undefined;

/** The module has a `then` of its own, so it travels in an object. */
function load(): Promise<{ readonly cv: OpenCv }> {
  loaded ??= new Promise((resolve) => {
    const cv: OpenCv = createRequire(import.meta.url)('@techstark/opencv-js');
    if (cv.Mat) resolve({ cv });
    else cv.onRuntimeInitialized = () => resolve({ cv });
  });
  return loaded;
}

export interface CaffeFiles {
  readonly prototxt: string;
  readonly caffemodel: Uint8Array;
}

/** Inputs by name to the outputs that are asked for. Throws an Error with OpenCV's message. */
export async function runOpenCv(
  files: CaffeFiles,
  inputs: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
): Promise<ReadonlyMap<string, Tensor>> {
  const { cv } = await load();
  return telling(cv, () => {
    const net = readNet(cv, files);
    for (const [name, tensor] of inputs) net.setInput(matOf(cv, tensor), name);
    const results = new Map<string, Tensor>();
    for (const name of outputs) {
      const mat = net.forward(name);
      const bytes = new Uint8Array(new Float32Array(mat.data32F).buffer);
      results.set(name, Tensor.ofBytes('float32', [...mat.matSize], bytes));
    }
    net.delete();
    return results;
  });
}

function readNet(cv: OpenCv, { prototxt, caffemodel }: CaffeFiles): Net {
  cv.FS_createDataFile('/', 'net.prototxt', new TextEncoder().encode(prototxt), true, true, true);
  cv.FS_createDataFile('/', 'net.caffemodel', caffemodel, true, true, true);
  try {
    return cv.readNetFromCaffe('/net.prototxt', '/net.caffemodel');
  } finally {
    cv.FS_unlink('/net.prototxt');
    cv.FS_unlink('/net.caffemodel');
  }
}

/** Only matrices can be made from here, so a network of one Reshape layer makes the rest. */
function matOf(cv: OpenCv, tensor: Tensor): Mat {
  const mat = new cv.Mat(1, tensor.count, cv.CV_32F);
  mat.data32F.set(tensor.numbers());
  const dims = (shape: readonly number[]) => shape.map((size) => `dim: ${size}`).join(' ');
  const prototxt = `
    layer { name: "flat" type: "Input" top: "flat" input_param { shape { ${dims([1, tensor.count])} } } }
    layer { name: "x" type: "Reshape" bottom: "flat" top: "x" reshape_param { shape { ${dims(tensor.shape)} } } }`;
  const net = readNet(cv, { prototxt, caffemodel: new Uint8Array(0) });
  net.setInput(mat, 'flat');
  return net.forward('x');
}

/** OpenCV throws the addresses of its exceptions. */
function telling<T>(cv: OpenCv, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw typeof error === 'number' ? new Error(cv.exceptionFromPtr(error).msg) : error;
  }
}
