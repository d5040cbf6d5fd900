/** Which models list constants among their inputs because they had to: nobody gives those. */
import type { Model } from '../../ir/model.ts';

/** Before this IR version every constant had to be an input as well. */
export const CONSTANTS_ALONE = 4;

/**
 * Exporters that listed every constant at any IR version, and the version from which on one that is listed was meant to be
 * given. PyTorch: pytorch/pytorch#23284 made it a choice, #26146 the choice of who asks for it.
 */
const LISTED_ALL: Readonly<Record<string, readonly [major: number, minor: number]>> = { pytorch: [1, 3] };

/** Why constants among the inputs of a model are none that callers give; undefined where they may be. */
export function whyListed(model: Model): string | undefined {
  if (model.irVersion === 0) return undefined;
  if (model.irVersion < CONSTANTS_ALONE) return 'which need not be inputs from IR version 4 on';
  const until = LISTED_ALL[model.producerName];
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(model.producerVersion) ?? [];
  if (!until || major === undefined || minor === undefined) return undefined;
  const isOld = Number(major) < until[0] || (Number(major) === until[0] && Number(minor) < until[1]);
  const inputs = new Set(model.graph.inputs);
  // Where somebody took constants from the list, those that stayed were meant to.
  const all = isOld && [...model.graph.initializers].every((value) => inputs.has(value));
  return all ? `as ${model.producerName} ${model.producerVersion} always listed them` : undefined;
}
