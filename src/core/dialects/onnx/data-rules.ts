/** Shape arithmetic by operator of ai.onnx: how small data comes about. */
import { movement } from './data/movement.ts';
import { pointwise } from './data/pointwise.ts';
import { sources } from './data/sources.ts';
import type { DataRules } from './data/support.ts';

export const dataRules: DataRules = { ...pointwise, ...sources, ...movement };
