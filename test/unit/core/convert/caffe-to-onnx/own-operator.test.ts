/** Layers of which nobody says what they compute: nodes of operators of their own, which everything around them takes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { OpsEntry } from '../../../../../src/core/custom/ops-file.ts';
import { withEntry } from '../../../../../src/core/custom/ops-file.ts';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { wholeText } from '../../../../../src/core/formats/onnxtxt/whole-text.ts';
import { summarize } from '../../../../../src/core/inspect.ts';
import { openModel } from '../../../../../src/core/open.ts';
import { convertModel } from '../../../../../src/core/pipeline.ts';
import { silent } from '../../../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../../../src/core/reading.ts';
import { realCore } from '../../../../../src/service/core.ts';
import { labelOf, OpenGraph } from '../../../../../src/service/open-graph.ts';
import { NUMBERED } from '../../../../../src/service/slots.ts';
import { input, layer } from '../../formats/caffe/lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphwright-own-operator-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  readonly dialect: string;
  readonly layer: string;
  /** As the text of the model has it: what the layer says, and what its schema says of the rest. */
  readonly attributes: string;
}

const YOLO = 'boxes = 3, classes = 80, relative = 1, obj_threshold = 0.5, score_threshold = 0.5, iou_threshold = 0.45';
const TOPS = 'pre_nms_topn = 512, post_nms_topn = 1024';
const CROP = 'crop_x = 0, crop_y = 0, crop_h = 0, crop_w = 0';

const ROWS: readonly Row[] = [
  {
    dialect: 'ascend',
    layer:
      'x => y: FSRDetectionOutput fsrdetectionoutput_param { num_classes: 4 score_threshold: 0.5 iou_threshold: 0.25 }',
    attributes: 'num_classes = 4, score_threshold = 0.5, iou_threshold = 0.25, batch_rois = 1',
  },
  {
    dialect: 'ascend',
    layer: 'x => y: Region region_param { classes: 4 }',
    attributes: 'classes = 4, coords = 4, boxes = 1, softmax = 0, softmax_tree = "", background = 0',
  },
  {
    dialect: 'ascend',
    layer: 'x => y: SSDDetectionOutput ssddetectionoutput_param { num_classes: 4 share_location: false }',
    attributes:
      'num_classes = 4, share_location = 0, background_label_id = 0, iou_threshold = 0.3, top_k = 200, eta = 1.0, ' +
      'variance_encoded_in_target = 0, code_type = 1, keep_top_k = -1, confidence_threshold = 0.0',
  },
  {
    dialect: 'ascend',
    layer: 'x => y: Yolo yolo_param { softmax: true }',
    attributes:
      'boxes = 3, coords = 4, classes = 80, yolo_version = "V3", softmax = 1, background = 0, softmaxtree = 0',
  },
  {
    dialect: 'ascend',
    layer: 'x => y: YoloV2DetectionOutput yolov2_detection_output_param { boxes: 3 biases: 1 biases: 0.5 }',
    attributes: `${YOLO}, ${TOPS}, biases = [1.0, 0.5], coords = 4, resize_origin_img_to_net = 0`,
  },
  {
    dialect: 'ascend',
    layer: 'x => y: YoloV3DetectionOutput yolov3_detection_output_param { biases_low: 2 }',
    attributes: `${YOLO}, ${TOPS}, biases_low = [2.0], coords = 4, resize_origin_img_to_net = 0`,
  },
  {
    dialect: 'cambricon',
    layer: 'x => y: MLUResizeConvert resize_convert_param { resize_h: 4 resize_w: 5 engine: CAFFE }',
    attributes: `input_type = "YUV420SP_NV21", output_type = "RGB0", resize_h = 4, resize_w = 5, ${CROP}`,
  },
  {
    dialect: 'cambricon',
    layer: 'x => y: MLUResizecrop resize_crop_param { resize_h: 4 }',
    attributes: `resize_h = 4, resize_w = 0, ${CROP}`,
  },
  {
    dialect: 'cambricon',
    layer: 'x => y: MLUYUVtoRGB yuvtorgb_param { output_format: ARGB }',
    attributes: 'input_format = "YUV420SP_NV21", output_format = "ARGB"',
  },
  {
    dialect: 'cambricon',
    layer:
      'x => y: SsdDetection detection_output_param { num_classes: 3 nms_param { top_k: 9 } keep_top_k: 2 } ' +
      'priorbox_params { min_size: 4 } priorbox_params { min_size: 8 offset: 0 }',
    attributes:
      'num_classes = 3, share_location = 1, background_label_id = 0, nms_param_nms_threshold = 0.3, nms_param_top_k = 9, ' +
      'code_type = "CORNER", keep_top_k = 2, variance_encoded_in_target = 0, ' +
      [
        [4, 0.5],
        [8, 0],
      ]
        .map(([size, offset], k) => {
          const own = `priorbox_params_${k}`;
          const numbers = `${own}_min_size = [${size}.0], ${own}_flip = 1, ${own}_clip = 1`;
          const rest = `${own}_p_type = "CLASSIC", ${own}_inner_scale = 2`;
          return `${numbers}, ${own}_offset = ${offset === 0 ? '0.0' : offset}, ${rest}`;
        })
        .join(', '),
  },
];

/** The network between layers that convert. */
function write({ dialect, layer: line }: Row): string {
  const path = join(folder, 'net.prototxt');
  writeFileSync(
    path,
    [input('data', 1, 3, 8, 8), layer('data => x: ReLU'), layer(line), layer('y => z: ReLU')].join('\n'),
  );
  return `caffe:${dialect}`;
}

test.each(ROWS)('$dialect: $layer', async (row) => {
  const from = write(row);
  const path = join(folder, 'net.prototxt');
  const type = /: (\w+)/.exec(row.layer)?.[1] ?? '';
  const domain = `caffe.${row.dialect}`;
  for (const opset of [11, 17, 21]) {
    const request = { input: path, reading: { ...PLAIN_READING, from }, target: { target: 'onnx', opset } };
    const made = await convertModel({ ...request, force: true, simplify: true, verify: false }, silent);
    expect(made.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    // The number of axes is known of every output, as ONNX wants it.
    expect(made.problems.map(({ code }) => code)).not.toContain('output-without-shape');
    const [told] = made.problems.filter(({ code }) => code === 'layer-undefined');
    expect([made.status, told?.severity, told?.fixes]).toEqual(['done', 'warning', ['define-custom-operator']]);
    expect(told?.message).toContain(
      `caffe::${type} becomes the operator ${domain}::${type}, which the runtime must know: `,
    );

    const opened = await openModel(made.output[0] ?? '', PLAIN_READING, silent);
    try {
      const { model } = opened;
      expect(checkOnnx(model).map(({ code }) => code)).toEqual([]);
      const text = wholeText(model);
      expect(text).toContain(`${domain}.${type}${row.attributes && ` <${row.attributes}>`} (x)`);
      expect(wholeText(parseModel(text, 'net.onnxtxt'))).toBe(text);
      const summary = summarize(opened);
      expect(summary.opsets).toEqual([
        { domain: 'ai.onnx', version: opset },
        { domain, version: 1 },
      ]);
      expect(summary.operators).toContainEqual({ operator: `${domain}::${type}`, count: 1 });
      const graph = new OpenGraph(model, NUMBERED);
      expect(graph.allNodes().map(labelOf)).toEqual(['x', 'y', 'z']);
      expect(graph.find('y')?.operator).toBe(`${domain}::${type}`);
    } finally {
      opened.close();
    }
  }
});

test.each(ROWS)('the entry that the quick fix writes for $dialect: $layer is its schema', async (row) => {
  const from = write(row);
  const path = join(folder, 'net.prototxt');
  const opened = await openModel(path, { ...PLAIN_READING, from }, silent);
  const node = [...opened.model.graph.nodes].find(({ name }) => name === 'y');
  const draft = node && realCore.draft(opened, node, { shapes: ['x'] });
  opened.close();
  if (!draft) throw new Error('the network has no such layer');
  const type = /: (\w+)/.exec(row.layer)?.[1] ?? '';
  const entry = draft.entry as unknown as OpsEntry;
  expect(entry).toMatchObject({ name: type, domain: `caffe.${row.dialect}`, for: { layer: type }, inputs: ['x'] });

  const ops = join(folder, 'graphwright.ops.json');
  writeFileSync(ops, withEntry('', entry));
  try {
    const request = { input: path, reading: { ...PLAIN_READING, from }, target: { target: 'onnx' } };
    const made = await convertModel({ ...request, force: true, simplify: false, verify: false }, silent);
    expect([made.status, made.problems.map(({ code }) => code)]).toEqual(['done', []]);
    const { model, close } = await openModel(made.output[0] ?? '', PLAIN_READING, silent);
    const text = wholeText(model);
    close();
    // The same operator with the same attributes as without the entry, in whatever order.
    const [, attributes = ''] = new RegExp(`caffe.${row.dialect}.${type} <(.*)> \\(x\\)`).exec(text) ?? [];
    expect(attributes.split(', ').sort()).toEqual(row.attributes.split(', ').sort());
  } finally {
    rmSync(ops);
  }
});
