/** The published lists of operators, where each is, and how it is read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NCNN, NCNN_TRIED, OPENVINO, RKNN, RKNN_TRIED, TENSORRT_8, TENSORRT_10 } from './profile-limits.mjs';

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

/** `src/frontends/onnx/docs/supported_ops.md` of OpenVINO: domain, operator, versions that have a translator. */
function openvino(file) {
  const found = {};
  for (const [domain, name, supported, , condition = ''] of tableRows(file)) {
    if (!/^\d/.test(supported ?? '')) continue;
    found[domain === '' ? name : `${domain}::${name}`] = condition === '' ? {} : OPENVINO;
  }
  // The list lacks it; the reader has it (scripts/profile-compare.mjs).
  return { ...found, LpPool: {} };
}

/** The table at the end of `tools/pnnx/README.md` of ncnn: operator, read by pnnx, exported to ncnn, note. */
function ncnn(file) {
  const found = {};
  const [, part = ''] = readFileSync(file, 'utf8').split('# Supported ONNX operator status');
  for (const [name, , exported = '', note = ''] of rowsOf(part)) {
    if (!exported.includes('check_mark')) continue;
    found[name] = conditionOf(name, note, NCNN);
  }
  // Taken out before (pass_onnx/eliminate_noop.cpp).
  return { ...found, ...NCNN_TRIED, Identity: {} };
}

/** `doc/RKNNToolKit2_OP_Support-*.md`, its table of ONNX: operator, remark. */
function rknn(file) {
  const found = {};
  const [, part = ''] = readFileSync(file, 'utf8').split('## ONNX OPs');
  const [onnx = ''] = part.split('\n## ');
  for (const [name, remark = ''] of rowsOf(onnx)) {
    if (/^[A-Z]\w*$/.test(name) && remark !== 'Not Supported') found[name] = conditionOf(name, remark, RKNN);
  }
  return Object.fromEntries(Object.entries({ ...found, ...RKNN_TRIED }).filter(([, facts]) => facts !== undefined));
}

/** What registers a converter, or a rewrite to operators of MNN's own, below `tools/converter/source`. */
function mnn(folder) {
  const found = {};
  for (const [part, pattern] of [
    ['onnx', /^\s*REGISTER_CONVERTER\(\w+, (\w+)\);/gm],
    ['optimizer/onnxextra', /insert\(\s*"(\w+)"/g],
  ]) {
    const path = join(folder, 'tools/converter/source', part);
    for (const file of readdirSync(path)) {
      if (!file.endsWith('.cpp')) continue;
      for (const [, name] of readFileSync(join(path, file), 'utf8').matchAll(pattern)) found[name] = {};
    }
  }
  return found;
}

/** `_ONNX_NODE_REGISTRY_ND` in `onnx_coreml/_operators_nd.py` of onnx-coreml. */
function coreml(file) {
  const [, table = ''] = readFileSync(file, 'utf8').split('_ONNX_NODE_REGISTRY_ND = {');
  const [rows = ''] = table.split('}');
  return Object.fromEntries([...rows.matchAll(/"(\w+)":/g)].map(([, name]) => [name, {}]));
}

function conditionOf(name, words, limits) {
  if (words === '') return {};
  return limits[name] ?? fail(`the condition of ${name} is not among the limits: ${words}`);
}

/** The cells of each row of Markdown's tables, the first ones of which head them. */
function tableRows(file) {
  return rowsOf(readFileSync(file, 'utf8'));
}

function rowsOf(text) {
  return text
    .split('\n')
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
  openvino: {
    title: 'OpenVINO',
    description: "OpenVINO's frontend of ONNX, as its list of 2026 says",
    sources: [
      {
        title: 'ONNX operations supported by the ONNX frontend',
        url: 'https://github.com/openvinotoolkit/openvino/blob/master/src/frontends/onnx/docs/supported_ops.md',
        version: '0ae60f0ffec990b581cf29cae47563090e5deca0',
        date: '2026-11-27',
      },
      {
        title: 'A model of one node for each operator, as its reader takes it',
        url: 'https://pypi.org/project/openvino/2026.4.1/',
        version: '2026.4.1',
        date: '2026-11-27',
      },
    ],
    covers: ['operators'],
    // The newest versions of operators that the list knows.
    opsets: { 'ai.onnx': [1, 23] },
    read: openvino,
  },
  ncnn: {
    title: 'ncnn (by pnnx)',
    description: 'ncnn, whose converter pnnx reads ONNX, as its list says and tests showed',
    sources: [
      {
        title: 'Supported ONNX operator status of pnnx',
        url: 'https://github.com/Tencent/ncnn/blob/master/tools/pnnx/README.md',
        version: 'a4d2ea1d4',
        date: '2026-07-22',
      },
      {
        title: 'Nodes that pnnx takes out',
        url: 'https://github.com/Tencent/ncnn/blob/master/tools/pnnx/src/pass_onnx/eliminate_noop.cpp',
        version: 'a4d2ea1d4',
        date: '2026-07-22',
      },
      {
        title: 'Tests of single operators, as pnnx converts and ncnn runs them',
        url: 'https://pypi.org/project/pnnx/20261020/',
        version: 'pnnx 20261020, ncnn 1.0.20261020',
        date: '2026-11-27',
      },
    ],
    covers: ['operators', 'attributes'],
    read: ncnn,
  },
  mnn: {
    title: 'MNN 3.6',
    description: "MNN's converter of ONNX, by what its source registers",
    sources: [
      {
        title: 'Converters of ONNX operators below tools/converter/source',
        url: 'https://github.com/alibaba/MNN/tree/master/tools/converter/source/onnx',
        version: '4d40bdbd7 (3.6.1)',
        date: '2026-08-20',
      },
    ],
    covers: ['operators'],
    read: mnn,
  },
  rknn: {
    title: 'RKNN-Toolkit2 2.3',
    description: "Rockchip's RKNN-Toolkit2 2.3.2, as its list says and tests showed",
    sources: [
      {
        title: 'RKNNToolkit2 OPs support',
        url: 'https://github.com/airockchip/rknn-toolkit2/blob/master/doc/RKNNToolKit2_OP_Support-2.3.2.md',
        version: '2.3.2',
        date: '2025-04-08',
      },
      {
        title: 'Tests of single operators, as its compiler and simulator take them',
        url: 'https://pypi.org/project/rknn-toolkit2/2.3.2/',
        version: '2.3.2',
        date: '2026-11-27',
      },
    ],
    covers: ['operators', 'attributes', 'ranks'],
    opsets: { 'ai.onnx': [1, 19] },
    read: rknn,
  },
  'coremltools-5': {
    title: 'Core ML Tools 4 and 5',
    description: 'The reader of ONNX that Core ML Tools had until version 5 (6 has none), by its table of converters',
    sources: [
      {
        title: 'Converters of ONNX operators of onnx-coreml',
        url: 'https://github.com/onnx/onnx-coreml/blob/master/onnx_coreml/_operators_nd.py',
        version: '141fc33',
        date: '2020-06-28',
      },
      {
        title: 'ONNX conversion: opset 10 and older',
        url: 'https://coremltools.readme.io/v4.0/docs/onnx-conversion',
        version: '4.0',
        date: '2026-11-27',
      },
    ],
    covers: ['operators'],
    opsets: { 'ai.onnx': [1, 10] },
    read: coreml,
  },
};
