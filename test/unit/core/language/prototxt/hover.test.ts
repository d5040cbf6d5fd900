/** What a hover says of layers, fields and blobs. */
import { expect, test } from 'vitest';
import { DESCRIBED_FIELDS } from '../../../../../src/core/dialects/caffe/field-words.ts';
import { LAYER_WORDS } from '../../../../../src/core/dialects/caffe/layer-words.ts';
import { CAFFE_LAYERS } from '../../../../../src/core/dialects/caffe/layers.ts';
import type { CaffeMessage } from '../../../../../src/core/dialects/caffe/schema.ts';
import { CAFFE_DIALECTS, schemaOf } from '../../../../../src/core/formats/caffe/dialects.ts';
import { hoverAt } from '../../../../../src/core/language/prototxt/hover.ts';
import { atCursor, inNet, textAt } from './texts.ts';

function hover(marked: string, dialect = 'bvlc'): string {
  const { document, position } = atCursor(marked, dialect);
  const found = hoverAt(document, position);
  return found ? `${textAt(document, found.range)} | ${found.markdown}` : '';
}

test('a layer type: what it does, its parameters and blobs, and who has it', () => {
  const text = hover(inNet('layer { name: "c" type: "Convo‸lution" bottom: "data" top: "c" }'));
  expect(text).toMatch(/^Convolution \| \*\*Convolution\*\*: Convolution over windows/);
  expect(text).toContain('convolution_param {');
  expect(text).toContain('bias_term: true');
  expect(text).toContain('Blobs: weight, bias.');
  expect(text).toContain('All dialects have it.');
});

test('a layer type that the dialect does not have', () => {
  const text = hover(inNet('layer { type: "Perm‸ute" bottom: "data" top: "p" }'));
  expect(text).toMatch(/Dialects: ssd, .*\*\*bvlc does not have it\.\*\*$/);
});

test('a layer from before 2014', () => {
  expect(hover('layers { name: "r" type: RE‸LU top: "r" }')).toMatch(/^RELU \| \*\*ReLU\*\*: x where/);
});

test('a field: type, default, meaning, and its numbers in all dialects', () => {
  const text = hover(inNet('layer { type: "Pooling" bottom: "data" top: "p" pooling_param { round_‸mode: FLOOR } }'));
  expect(text).toContain('round_mode | ```protobuf\nRoundMode round_mode = 13 [default = CEIL]\n```');
  expect(text).toContain('Whether a window that does not fit whole counts (CEIL) or not (FLOOR).');
  expect(text).toContain('One of CEIL, FLOOR.');
  expect(text).toMatch(/- `RoundMode round_mode = 13 \[default = CEIL\]` in bvlc/);
  // Number 13 is something else elsewhere.
  expect(text).toMatch(/- `bool ceil_mode = 13 \[default = true\]` in opencv/);
  expect(text).toMatch(/- `bool avg_include_pad = 13 \[default = true\]` in intel/);
});

test('a field that all dialects have alike, and its value', () => {
  const text = hover(inNet('layer { type: "ReLU" bottom: "data" top: "r" relu_param { negative_slope: 0.‸1 } }'));
  expect(text).toMatch(/^0\.1 \| ```protobuf\nfloat negative_slope = 1 \[default = 0\]/);
  expect(text).toContain('All dialects have it so.');
});

test('a field of the network, and one that nobody has', () => {
  expect(hover('in‸put: "data"')).toContain('repeated string input = 3');
  expect(hover(inNet('layer { type: "ReLU" relu_param { sl‸ope: 1 } }'))).toContain('bvlc has no field `slope` here.');
});

test('a blob: who makes and reads it', () => {
  const text = hover(
    inNet(`layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 8 kernel_size: 1 } }
layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
layer { name: "p" type: "Pooling" bottom: "‸c" top: "p" }`),
  );
  expect(text).toBe(
    'c | Blob **c** `[1, 8, 224, 224]`\n\n- made by c (Convolution), line 3\n- written in place by r (ReLU), line 4\n- read by p (Pooling), line 5',
  );
});

test('nothing is said of texts that are no networks', () => {
  expect(hover('item { na‸me: "cat" }')).toBe('');
});

test('what is said of layers and fields is said of such that there are', () => {
  expect(Object.keys(LAYER_WORDS).filter((type) => !Object.hasOwn(CAFFE_LAYERS, type))).toEqual([]);
  expect(Object.keys(CAFFE_LAYERS).filter((type) => !Object.hasOwn(LAYER_WORDS, type))).toEqual([]);
  const fields = new Set<string>();
  const seen = new Set<CaffeMessage>();
  const collect = (message: CaffeMessage) => {
    if (seen.has(message)) return;
    seen.add(message);
    for (const { name, type } of message.fields.values()) {
      fields.add(`${message.name}.${name}`);
      if (type.kind === 'message') collect(type.message);
    }
  };
  for (const dialect of CAFFE_DIALECTS) collect(schemaOf(dialect).net);
  expect(DESCRIBED_FIELDS.filter((name) => !fields.has(name))).toEqual([]);
});
