/** What programs in Python look up in modules: attributes by name, and the modules that a module holds. */
import { constantOf } from '../torchscript/calls.ts';
import { readableClass } from '../torchscript/names.ts';
import type { ArchiveState } from '../torchscript/state.ts';
import { type CapturedValue, ListValue, ModuleValue, TupleValue } from '../values/values.ts';
import type { ObjectArchive } from './object-archive.ts';

export class ModuleChildren {
  constructor(
    private readonly objects: ObjectArchive,
    private readonly state: ArchiveState,
  ) {}

  /** The submodules of a module that are not None, in order. */
  of(module: ModuleValue): readonly (readonly [name: string, child: ModuleValue])[] {
    const names = [...(this.objects.factsOf(module.object)?.children.keys() ?? [])];
    return names.flatMap((name) => {
      const child = this.state.attribute(module, name);
      return child instanceof ModuleValue ? [[name, child] as const] : [];
    });
  }

  /** `values()`, `items()` and their kin of modules that hold others; undefined for other methods. */
  walk(module: ModuleValue, method: string): ListValue | undefined {
    const entries = this.of(module);
    switch (method) {
      case 'values':
      case 'children':
        return new ListValue(entries.map(([, child]) => child));
      case 'items':
      case 'named_children':
        return new ListValue(entries.map((entry) => new TupleValue([...entry])));
      case 'keys':
        return new ListValue(entries.map(([name]) => name));
      default:
        return undefined;
    }
  }

  /** What Python gives for each round of a loop over a module: names of a ModuleDict, else submodules. */
  walked(module: ModuleValue): readonly CapturedValue[] {
    const named = readableClass(module.object.className) === 'torch.nn.modules.container.ModuleDict';
    return this.of(module).map(([name, child]) => (named ? name : child));
  }

  /** What a module, or its class, has by that name; undefined where it has nothing. */
  attributeOf(module: ModuleValue, name: string): CapturedValue | undefined {
    const stored = this.state.attribute(module, name);
    if (stored !== undefined) return stored;
    const declared = this.objects.classOf(module.object.className)?.attributes.find((each) => each.name === name);
    return declared?.value && constantOf(declared.value);
  }
}
