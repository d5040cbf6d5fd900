/** The facts of adapters of ai.onnx.ml. */

import { ML } from '../../../dialects/onnx/ml-versions.ts';
import { type Adapter, type AdapterFacts, adapter, down, up } from '../adapter.ts';

/** From the version of ai.onnx.ml that brought a version of the operators to the one before. */
export function mlDown(from: number, ...operators: string[]): AdapterFacts {
  return { ...down(from, ...operators), domain: ML };
}

/** To the version of ai.onnx.ml that brings a version of the operators from the one before. */
export function mlUp(to: number, ...operators: string[]): AdapterFacts {
  return { ...up(to, ...operators), domain: ML };
}

/** Where there is nothing to do. */
export function mlSame(facts: AdapterFacts): Adapter {
  return adapter(facts, () => undefined);
}
