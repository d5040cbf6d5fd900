/** What is wrong with a prototxt, each with its place. */
import { expect, test } from 'vitest';
import { completionsAt } from '../../../../../src/core/language/prototxt/completion.ts';
import type { PrototxtDocument } from '../../../../../src/core/language/prototxt/document.ts';
import { hoverAt } from '../../../../../src/core/language/prototxt/hover.ts';
import { problemsOf } from '../../../../../src/core/language/prototxt/problems.ts';
import { targetProblemsOf } from '../../../../../src/core/language/prototxt/target-problems.ts';
import { silent } from '../../../../../src/core/progress.ts';
import { cpuTime } from '../../../cpu-time.ts';
import { documentOf, inNet, textAt } from './texts.ts';

/** `code at text: message`. */
function found(document: PrototxtDocument): string[] {
  return problemsOf(document).map(({ code, range, message }) => `${code} at ${textAt(document, range)}: ${message}`);
}

const conv = (within: string) =>
  inNet(
    `layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 8 kernel_size: 3 ${within} } }`,
  );

test('a right network has no problems', () => {
  expect(found(documentOf(conv('pad: 1')))).toEqual([]);
});

test.each([
  [conv('padd: 1'), ['field-unknown at padd: ConvolutionParameter has no field padd in the Caffe dialect bvlc.']],
  [
    inNet(
      'layer { name: "p" type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_size: 2 ceil_mode: false } }',
    ),
    ['field-unknown at ceil_mode: PoolingParameter has no field ceil_mode in the Caffe dialect bvlc: '],
  ],
  [
    inNet('layer { name: "p" type: "Pooling" bottom: "data" top: "p" pooling_param { pool: MXA kernel_size: 2 } }'),
    ['syntax-error at MXA: The field pool takes MAX, AVE, STOCHASTIC, not MXA (did you mean MAX?).'],
  ],
  [conv('pad: "1"'), ['syntax-error at "1": The field pad takes a whole number that is not negative, not "1".']],
  [conv('bias_term: yes'), ['syntax-error at yes: The field bias_term takes true or false, not yes.']],
  [conv('group: 1 group: 2'), ['syntax-error at group: The field group is given twice, and has one value.']],
  [conv('bias_filler: 1'), ['syntax-error at 1: The field bias_filler takes a message: expected {.']],
  [conv('weight_filler { type: "xavier" '), ['syntax-error at layer {: The message layer is not closed: expected }.']],
  [
    inNet('layer { name: "r" type: "ReLU" bottom: "dtaa" top: "r" }'),
    ["bottom-undefined at dtaa: Layer r reads the blob 'dtaa', which no layer before it makes (did you mean data?)."],
  ],
  [
    inNet(
      'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }\nlayer { name: "s" type: "ReLU" bottom: "data" top: "r" }',
    ),
    ["top-redefined at r: caffe::ReLU makes the blob 'r', which layer r makes already"],
  ],
  [
    inNet('layer { name: "r" type: "ReLU" bottom: "data" top: "r" pooling_param { pool: MAX } }'),
    ['parameter-unread at pooling_param: caffe::ReLU has pooling_param, which layers of its type do not read.'],
  ],
  [
    inNet('layer { name: "x" type: "Relu" bottom: "data" top: "x" }'),
    ['layer-type-unknown at Relu: The Caffe dialect bvlc has no layer type Relu (did you mean ReLU?).'],
  ],
  [inNet('layer { name: "x" bottom: "data" top: "x" }'), ['layer-without-type at x: Layer x has no type.']],
  [
    inNet('layer { name: "l" type: "SoftmaxWithLoss" bottom: "data" bottom: "data" top: "l" }'),
    ['training-layer at SoftmaxWithLoss: caffe::SoftmaxWithLoss belongs to training'],
  ],
  [
    'layer { name: "a" type: "ReLU" }\nlayers { name: "b" type: RELU }',
    ['net-malformed at b: The network cannot be read: '],
  ],
])('%s', (text, expected) => {
  const all = found(documentOf(text, 'bvlc'));
  expect(all.length).toBe(expected.length);
  for (const [k, each] of expected.entries()) expect(all[k]).toContain(each);
});

test('a layer type that other dialects have names them', () => {
  const [problem] = found(documentOf(inNet('layer { name: "p" type: "Permute" bottom: "data" top: "p" }'), 'bvlc'));
  expect(problem).toMatch(
    /^layer-type-unknown at Permute: The Caffe dialect bvlc has no layer type Permute: ssd, .* have it\.$/,
  );
});

test('the dialect is told by the text, and said where it is not plain', () => {
  const text = inNet('layer { name: "p" type: "Permute" bottom: "data" top: "p" permute_param { order: 0 } }');
  const document = documentOf(text);
  expect(document.network?.dialect.id).toBe('ssd');
  expect(found(document)).toEqual([expect.stringMatching(/^caffe-dialect at name: Read as the Caffe dialect ssd/)]);
  expect(documentOf(text, 'ncnn').network?.dialect.id).toBe('ncnn');
});

test('fields of layers that only train are checked too', () => {
  const conv = (phase: string) =>
    `layer { name: "${phase}" type: "Convolution" bottom: "data" top: "c" include { phase: ${phase} } convolution_param { pda: 1 } }`;
  const all = found(
    documentOf(
      inNet(`${conv('TRAIN')}
${conv('TEST')}`),
      'bvlc',
    ),
  );
  expect(all.filter((each) => each.startsWith('field-unknown at pda'))).toHaveLength(2);
  expect(all.filter((each) => each.startsWith('top-redefined'))).toHaveLength(0);
});

test('what makes a blob first is named beside its second maker', () => {
  const text = inNet(
    'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }\nlayer { name: "s" type: "ReLU" bottom: "data" top: "r" }',
  );
  const document = documentOf(text);
  const [problem] = problemsOf(document);
  expect(problem?.related.map(({ range, message }) => [range.start.line, message])).toEqual([
    [2, 'The blob is made here first.'],
  ]);
});

test.each([
  ['a solver', 'net: "train_val.prototxt"\ntest_iter: 1000\nbase_lr: 0.01\nlr_policy: "step"\nsolver_mode: GPU'],
  ['labels', 'item {\n  name: "none_of_the_above"\n  label: 0\n  display_name: "background"\n}'],
  [
    'a graph of TensorFlow',
    'node {\n  name: "x"\n  op: "Placeholder"\n  attr { key: "dtype" value { type: DT_FLOAT } }\n}',
  ],
  ['a pipeline', 'model {\n  ssd {\n    num_classes: 90\n  }\n}\ntrain_config { batch_size: 24'],
])('%s is no network, and has no problems', (_, text) => {
  const document = documentOf(text);
  expect(document.network).toBeUndefined();
  expect(problemsOf(document)).toEqual([]);
});

test('an empty text is a network that is not there yet', () => {
  expect(documentOf('').network?.layers).toEqual([]);
  expect(problemsOf(documentOf(''))).toEqual([]);
});

test.each([
  ['caffe:mnn', 'layer { type: "Exp" bottom: "data" top: "t" }', ['unsupported-operator at Exp']],
  [
    'caffe:tengine',
    'layer { type: "LRN" bottom: "data" top: "p" lrn_param { norm_region: WITHIN_CHANNEL } }',
    ['unsupported-attribute at norm_region'],
  ],
  ['caffe:ssd', 'layer { type: "ReLU" bottom: "data" top: "r" }', []],
  ['caffe:mnn', 'layer { type: "Exp" bottom: "daat" top: "t" }', []],
  ['onnx', 'layer { type: "Exp" bottom: "data" top: "t" }', []],
  ['onnx@13', 'layer { type: "ELU" bottom: "data" top: "t" }', []],
])('what %s does not take of %s', async (target, text, expected) => {
  const document = documentOf(inNet(text), 'bvlc');
  const before = document.network;
  const [id = '', opset] = target.split('@');
  const request = { target: id, ...(opset !== undefined && { opset: Number(opset) }) };
  const found = await targetProblemsOf(document, request, silent);
  expect(found.map(({ code, range }) => `${code} at ${textAt(document, range)}`)).toEqual(expected);
  // Transcoding works on a graph of its own.
  expect(document.network).toBe(before);
  expect([...(before?.graph?.nodes ?? [])].map(({ attributes }) => [...attributes.keys()])).toEqual(
    [...(documentOf(inNet(text), 'bvlc').network?.graph?.nodes ?? [])].map(({ attributes }) => [...attributes.keys()]),
  );
});

test('what does not become ONNX is marked as one writes, with no weights beside the text', async () => {
  const text = inNet(`layer { type: "MLUGrayNormalized" name: "s" bottom: "data" top: "t" }
layer { type: "Convolution" name: "c" bottom: "t" top: "c" convolution_param { num_output: 2 kernel_size: 1 } }`);
  const document = documentOf(text, 'cambricon');
  const told = async () =>
    (await targetProblemsOf(document, { target: 'onnx', opset: 17 }, silent)).map(
      ({ severity, range }) => `${severity} at ${textAt(document, range)}`,
    );
  expect(await told()).toEqual(['error at MLUGrayNormalized']);
  const start = document.text.positionAt(text.indexOf('MLUGrayNormalized'));
  const range = { start, end: { ...start, character: start.character + 'MLUGrayNormalized'.length } };
  document.edit([{ range, text: 'ReLU' }], 2);
  expect(await told()).toEqual([]);
});

test('speed: a text of 5000 lines', () => {
  let text = inNet('');
  for (let k = 0; k < 300; k++)
    text += `layer {\n  name: "c${k}"\n  type: "Convolution"\n  bottom: "${k === 0 ? 'data' : `c${k - 1}`}"\n  top: "c${k}"\n  convolution_param {\n    num_output: 3\n    kernel_size: 3\n    pad: 1\n    weight_filler { type: "xavier" }\n  }\n}\nlayer {\n  name: "r${k}"\n  type: "ReLU"\n  bottom: "c${k}"\n  top: "c${k}"\n}\n`;
  const document = documentOf(text);
  expect(document.text.lineCount).toBeGreaterThan(5000);
  problemsOf(document);
  const least = {
    complete: Number.POSITIVE_INFINITY,
    hover: Number.POSITIVE_INFINITY,
    problems: Number.POSITIVE_INFINITY,
  };
  // The least of many: processor time grows where other work empties the caches.
  for (let k = 0; k < 24; k++) {
    const position = { line: 3000, character: 0 };
    document.edit([{ range: { start: position, end: position }, text: ' ' }], k + 2);
    const times = [cpuTime()];
    for (const step of [
      () => completionsAt(document, position),
      () => hoverAt(document, { line: 3000, character: 12 }),
      () => problemsOf(document),
    ]) {
      step();
      times.push(cpuTime());
    }
    for (const [at, name] of (['complete', 'hover', 'problems'] as const).entries())
      least[name] = Math.min(least[name], (times[at + 1] ?? 0) - (times[at] ?? 0));
  }
  console.log(`[speed] complete ${least.complete} ms, hover ${least.hover} ms, problems ${least.problems} ms`);
  expect(least.complete).toBeLessThan(50);
  expect(least.hover).toBeLessThan(50);
  expect(least.problems).toBeLessThan(200);
});
