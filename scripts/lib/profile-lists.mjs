/** The published lists of operators, where each is, and how it is read. */
import { readFileSync } from 'node:fs';
import { TENSORRT_8, TENSORRT_10 } from './profile-limits.mjs';

const TENSORRT_TYPES = {
  ...{ FP32: 'float32', FP16: 'float16', BF16: 'bfloat16', FP8: 'float8e4m3fn', INT4: 'int4', INT8: 'int8' },
  // INF64 is a slip of the list.
  ...{ UINT8: 'uint8', INF64: 'int64', INT32: 'int32', INT64: 'int64', BOOL: 'bool' },
};
/** Rows of the lists that are no operators of the standard: plugins and names of PyTorch's exporter. */
const OTHERS = /^(ParametricSoftplus|Scale|ScaledTanh|ImageScaler|Crop|Affine|ATen|ConstantFill|.*_TRT|.*Plugin.*)$/;

/** `docs/operators.md` of onnx-tensorrt. */
function tensorrt(limits) {
  return (file) => {
    const found = {};
    for (const [name, taken, types, condition = ''] of tableRows(file)) {
      if (!/^[A-Za-z]\w*$/.test(name) || taken !== 'Y' || OTHERS.test(name)) continue;
      const own = limits[name];
      if (condition !== '' && !own) throw new Error(`the condition of ${name} is not among the limits: ${condition}`);
      const words = types.split(/[\s,]+/).filter((word) => word !== '');
      const dtypes = words.map((word) => TENSORRT_TYPES[word] ?? fail(`${name}: unknown type ${word}`));
      found[name] = { ...(dtypes.length > 0 && { dtypes: [...new Set(dtypes)].sort() }), ...own };
    }
    return found;
  };
}

/** The cells of each row of Markdown's tables, the first ones of which head them. */
function tableRows(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

function fail(message) {
  throw new Error(message);
}

export const LISTS = {
  'tensorrt-10': {
    title: 'TensorRT 10',
    description: "TensorRT's parser of ONNX, as its list of TensorRT 10.1 says",
    sources: [
      {
        title: 'Supported ONNX operators of onnx-tensorrt',
        url: 'https://github.com/onnx/onnx-tensorrt/blob/10.1-GA/docs/operators.md',
        version: '96e7811 (10.1-GA)',
        date: '2024-06-17',
      },
    ],
    covers: ['operators', 'dtypes', 'attributes', 'ranks'],
    opsets: { 'ai.onnx': [9, 20] },
    narrows: { float64: 'float32' },
    read: tensorrt(TENSORRT_10),
  },
  'tensorrt-8.6': {
    title: 'TensorRT 8.6',
    description: "TensorRT's parser of ONNX, as its list of TensorRT 8.6 says",
    sources: [
      {
        title: 'Supported ONNX operators of onnx-tensorrt',
        url: 'https://github.com/onnx/onnx-tensorrt/blob/8.6-GA/docs/operators.md',
        version: 'ee0b139 (8.6-GA)',
        date: '2024-04-04',
      },
    ],
    covers: ['operators', 'dtypes', 'attributes', 'ranks'],
    opsets: { 'ai.onnx': [1, 17] },
    narrows: { float64: 'float32', int64: 'int32' },
    read: tensorrt(TENSORRT_8),
  },
};
