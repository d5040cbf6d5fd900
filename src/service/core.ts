/** The core as the engine uses it. */
import { dirname, join } from 'node:path';
import { draftEntry } from '../core/custom/entry.ts';
import { findOpsFile, OPS_FILE } from '../core/custom/read.ts';
import { printModel } from '../core/formats/onnxtxt/print.ts';
import { type OpenedModel, openModel } from '../core/open.ts';
import { checkModel, convertModel } from '../core/pipeline.ts';
import { TARGETS } from '../core/targets/table.ts';
import type { Core } from './engine.ts';
import { slotNames } from './slots.ts';

export const realCore: Core<OpenedModel> = {
  open: openModel,
  check: checkModel,
  convert: convertModel,
  print: (model) => printModel(model, { types: 'comments' }),
  targets: () =>
    TARGETS.map((target) => {
      const { id, title, description } = target;
      return { id, title, description, ...(target.kind === 'onnx' && { opsets: target.opsets }) };
    }),
  draft(node, shapes) {
    const { entry, needsShape } = draftEntry(node, shapes);
    return {
      entry: { ...entry },
      needsShape,
      inputs: entry.inputs,
      outputs: entry.outputs.map((output) => output.name),
    };
  },
  opsFile: (path) => findOpsFile(path) ?? join(dirname(path), OPS_FILE),
  slots: slotNames,
};
