/** Modules whose call live capture recorded as one operator: that call has what forward itself does not say, such as attributes. */
import { liveOperator } from '../../custom/live.ts';
import type { FunctionDefinition } from '../../formats/torch/ast.ts';

const known = new WeakMap<FunctionDefinition, boolean>();

/** Whether the body of a module's forward is a call of the operator that live capture makes of its class. */
export function isRecordedLive(method: FunctionDefinition | undefined, className: string): boolean {
  if (!method) return false;
  const before = known.get(method);
  if (before !== undefined) return before;
  const found = calls(method.body, liveOperator(className));
  known.set(method, found);
  return found;
}

function calls(part: unknown, operator: string): boolean {
  if (typeof part !== 'object' || part === null) return false;
  if ('kind' in part && part.kind === 'operator' && 'namespace' in part && 'name' in part)
    if (`${part.namespace}::${part.name}` === operator) return true;
  return (Array.isArray(part) ? part : Object.values(part)).some((inner) => calls(inner, operator));
}
