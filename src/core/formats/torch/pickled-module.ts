/** Whole modules among what torch.save wrote: nn.Module and its subclasses, and graph modules of torch.fx. */
import type { PickledCall, PickleValue } from './archive.ts';
import { isRecord, stringEntries } from './pickle-machine.ts';

/** How torch.fx makes a graph module again: of its attributes, among them `_code`, and of the imports of that code. */
const GRAPH_MODULE = /^torch\.fx\.graph_module\.reduce_(?:graph|package_graph|deploy_graph)_module$/;

/** A module is an instance whose state has the dicts that every module has. */
export function isModule(value: PickleValue | undefined): value is PickledCall {
  if (!isRecord(value) || value.kind !== 'call') return false;
  const names = new Set([...stringEntries(moduleState(value))].map(([name]) => name));
  return names.has('_modules') && names.has('_parameters');
}

/** Whether a module holds the source of its forward. */
export function isGraphModule({ callee }: PickledCall): boolean {
  return GRAPH_MODULE.test(callee);
}

/** The attributes of a module: a dict, if it keeps any. */
export function moduleState({ callee, arguments: args, state }: PickledCall): PickleValue {
  return (GRAPH_MODULE.test(callee) ? args[0] : state) ?? null;
}

/** The module that was saved: alone, or as the only one in a dict, as checkpoints keep it. */
export function findModule(
  value: PickleValue,
): { readonly root: PickledCall; readonly path: readonly string[] } | undefined {
  if (isModule(value)) return { root: value, path: [] };
  const found = [...stringEntries(value)].flatMap(([key, item]) =>
    isModule(item) ? [{ root: item, path: [key] }] : [],
  );
  return found.length === 1 ? found[0] : undefined;
}
