/** The core as the engine uses it. */
import { basename, dirname, isAbsolute, join } from 'node:path';
import { operatorDomain } from '../core/convert/caffe-to-onnx/own-operator.ts';
import { draftEntry, draftModuleEntry, inputName, sourceText } from '../core/custom/entry.ts';
import { draftLayerEntry } from '../core/custom/layer-entry.ts';
import { findOpsFile, OPS_FILE } from '../core/custom/ops-path.ts';
import { inferCaffe } from '../core/dialects/caffe/infer.ts';
import { inferModel } from '../core/dialects/onnx/infer.ts';
import { vocabularyFor } from '../core/formats/caffe/dialects.ts';
import { type PrintedModel, printModel } from '../core/formats/onnxtxt/print.ts';
import { documentLines } from '../core/formats/onnxtxt/store.ts';
import type { Model } from '../core/ir/model.ts';
import { type OpenedModel, openModel } from '../core/open.ts';
import { checkModel, convertModel } from '../core/pipeline.ts';
import { conversionRecords, explainNode, modelsAroundStep } from '../core/steps.ts';
import { targetTable } from '../core/target-table.ts';
import { ONNX_TARGET } from '../core/targets/onnx.ts';
import { backendOf, TARGETS, targetsWithOwn } from '../core/targets/table.ts';
import { domainVersions } from './domain-versions.ts';
import type { Core } from './engine.ts';
import { convertCaptured, realPython } from './python.ts';
import { slotNames } from './slots.ts';

/** Lines of the texts that binaries are edited as, where types that are found out stand nowhere. */
const LINES = new WeakMap<Model, PrintedModel>();

/** Types the blobs of a Caffe network. */
function inferNetwork({ graph, metadata, file }: Model): void {
  inferCaffe(graph, vocabularyFor(backendOf(metadata.get('caffe.dialect') ?? 'bvlc', file)));
}

export const realCore: Core<OpenedModel> = {
  async open(path, reading, progress) {
    const opened = await openModel(path, reading, progress);
    if (opened.format.id === 'onnx') LINES.set(opened.model, documentLines(opened.model));
    // Most files record few shapes: whoever looks at a model wants them all. This model is never written.
    if (opened.model.dialect === 'onnx') inferModel(opened.model);
    if (opened.model.dialect === 'caffe') inferNetwork(opened.model);
    return opened;
  },
  check: checkModel,
  targetTable: (opened, progress) => targetTable(opened, targetsWithOwn(opened.path), progress),
  convert: ({ reference, ...request }, progress) =>
    reference && request.verify
      ? convertCaptured({ ...request, reference }, progress)
      : convertModel(request, progress),
  records: conversionRecords,
  explain: explainNode,
  async openAround(request, step, progress) {
    const around = await modelsAroundStep(request, step, progress);
    for (const { model } of [around.before, around.after]) inferModel(model);
    return around;
  },
  print: (model) => LINES.get(model) ?? printModel(model, { types: 'comments' }),
  targets(path) {
    return (path === undefined ? TARGETS : targetsWithOwn(path)).map((target) => {
      const { id, title } = target;
      if (target.kind === 'unusable') return { id, title, description: target.failure };
      // Of those that a profile takes the best is chosen.
      const hasChoice = target.kind === 'onnx' && id === ONNX_TARGET.id;
      const description = isAbsolute(id) ? `your profile ${basename(id)}` : target.description;
      return { id, title, description, ...(hasChoice && { opsets: target.opsets }) };
    });
  },
  domainVersions,
  draft({ format, custom, model }, node, { shapes, module }) {
    // Shapes of a TorchScript graph, and of a pickled module, come from rules for PyTorch's operators, which a custom operator has not.
    const ofLayer =
      node.domain === 'caffe' ? backendOf(model.metadata.get('caffe.dialect') ?? 'bvlc', model.file) : undefined;
    const before =
      (ofLayer && custom.forLayer(node.op)) ?? custom.forOperator(node.operator) ?? custom.named(node.operator);
    const options = { shapes, recordsShapes: format.id !== 'torchscript' && format.id !== 'module', before };
    const ofModule = module === undefined ? undefined : draftModuleEntry(node, module, options);
    const own =
      ofLayer && draftLayerEntry(node, vocabularyFor(ofLayer), operatorDomain(ofLayer.base, node.op), options);
    const { entry, needsShape } = own ?? ofModule ?? draftEntry(node, options);
    return {
      operator: sourceText(entry),
      entry: { ...entry },
      needsShape,
      inputs: entry.inputs.map(inputName),
      outputs: entry.outputs.map((output) => output.name),
    };
  },
  opsFile: (path) => findOpsFile(path) ?? join(dirname(path), OPS_FILE),
  python: realPython,
  slots: slotNames,
};
