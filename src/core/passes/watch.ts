/** A place for tests to look at a model while passes run: nothing watches unless somebody has asked to. */
import type { Model } from '../ir/model.ts';
import type { Pass } from './pass.ts';

export interface PassWatch {
  /** After each rewrite of a rule. */
  afterRewrite(rule: string): void;
  /** After a walk over all graphs, or after a group of rules came to its end. */
  afterStep(passes: readonly Pass[]): void;
}

const NOBODY: PassWatch = { afterRewrite: () => {}, afterStep: () => {} };

let begin: ((model: Model) => PassWatch) | undefined;

/** Asks to watch every step of every run from now on: `watch` is called before each. */
export function watchPasses(watch: ((model: Model) => PassWatch) | undefined): void {
  begin = watch;
}

/** @internal */
export function beginWatch(model: Model): PassWatch {
  return begin?.(model) ?? NOBODY;
}
