/** All adapters of ai.onnx.ml. */
import type { Adapter } from '../adapter.ts';
import { labelEncoder } from './label-encoder.ts';
import { treeEnsembles } from './tree-ensembles.ts';

export const ML_ADAPTERS: readonly Adapter[] = [...labelEncoder, ...treeEnsembles];
