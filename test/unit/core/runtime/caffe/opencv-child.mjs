/**
 * OpenCV's dnn module, compiled to WebAssembly, in a process of its own: some networks crash it. Takes messages
 * { id, prototxt, caffemodel, inputs: [name, shape, numbers][], outputs } and answers { id, tops: [shape, numbers][] } or { id, error }.
 */
import { createRequire } from 'node:module';

/** The module has a `then` of its own, so it travels in an object. */
const loaded = new Promise((resolve) => {
  const cv = createRequire(import.meta.url)('@techstark/opencv-js');
  if (cv.Mat) resolve({ cv });
  else cv.onRuntimeInitialized = () => resolve({ cv });
});

process.on('disconnect', () => process.exit());
process.on('message', async (request) => {
  const { cv } = await loaded;
  try {
    process.send({ id: request.id, tops: run(cv, request) });
  } catch (error) {
    // OpenCV throws the addresses of its exceptions.
    const message = typeof error === 'number' ? cv.exceptionFromPtr(error).msg : String(error);
    process.send({ id: request.id, error: message });
  }
});

/** A network of its own for each output: asked for a second one, OpenCV puts layers together that it has put together before. */
function run(cv, { prototxt, caffemodel, inputs, outputs }) {
  return outputs.map((name) => {
    const net = readNet(cv, prototxt, caffemodel);
    for (const [input, shape, numbers] of inputs) net.setInput(matOf(cv, shape, numbers), input);
    const mat = net.forward(name);
    const top = [[...mat.matSize], new Float32Array(mat.data32F)];
    net.delete();
    return top;
  });
}

function readNet(cv, prototxt, caffemodel) {
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
function matOf(cv, shape, numbers) {
  const mat = new cv.Mat(1, numbers.length, cv.CV_32F);
  mat.data32F.set(numbers);
  const dims = (sizes) => sizes.map((size) => `dim: ${size}`).join(' ');
  const prototxt = `
    layer { name: "flat" type: "Input" top: "flat" input_param { shape { ${dims([1, numbers.length])} } } }
    layer { name: "x" type: "Reshape" bottom: "flat" top: "x" reshape_param { shape { ${dims(shape)} } } }`;
  const net = readNet(cv, prototxt, new Uint8Array(0));
  net.setInput(mat, 'flat');
  return net.forward('x');
}
