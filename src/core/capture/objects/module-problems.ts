/** What stands against running a pickled module, said with its path and class: each once. */
import type { ScriptObject } from '../../formats/torch/archive.ts';
import type { Scope } from '../../ir/origin.ts';
import { OBJECT_ANALYSIS } from '../../problems/problem.ts';
import type { Recorder } from '../recorder.ts';
import { readableClass } from '../torchscript/names.ts';
import type { ProgramError } from '../values/plain-values.ts';
import type { ModuleValue } from '../values/values.ts';
import { fitText, misfit } from './fit.ts';
import type { ObjectArchive } from './object-archive.ts';
import { moduleWithin } from './wrappers.ts';

export class ModuleProblems {
  private readonly checked = new Map<ScriptObject, boolean>();
  /** Classes that were reported as unknown, or as assumed. */
  private readonly told = new Set<string>();

  constructor(
    private readonly objects: ObjectArchive,
    private readonly recorder: Recorder,
  ) {}

  /** Whether a module can be run. `scope` is that of the module. */
  check(module: ModuleValue, scope: Scope): boolean {
    const known = this.checked.get(module.object);
    if (known !== undefined) return known;
    const runs = this.examine(module.object, module.path, scope);
    this.checked.set(module.object, runs);
    if (!runs) this.recorder.incomplete = true;
    return runs;
  }

  /** The program of a module came to an error of its own. */
  failed({ object, path }: ModuleValue, error: ProgramError, scope: Scope): void {
    this.recorder.incomplete = true;
    this.report('module-not-run', object, scope, { module: placeOf(path), reason: error.message });
  }

  private examine(object: ScriptObject, path: string, scope: Scope): boolean {
    const facts = this.objects.factsOf(object);
    const type = readableClass(object.className);
    for (const hook of facts?.hooks ?? []) {
      const reason = `${hook} is registered on it, and the file does not hold the code of hooks`;
      this.recorder.incomplete = true;
      this.report('module-not-run', object, scope, { module: placeOf(path), reason });
    }
    if (facts?.code || (moduleWithin(type) !== undefined && this.objects.forwardOf(object))) return true;
    const row = this.objects.rowOf(object);
    if (!row?.definition.methods.has('forward')) {
      this.unknown(object, path, scope);
      return false;
    }
    const wrong = facts && row.fit && misfit(row.fit, facts);
    if (wrong !== undefined) {
      const reason = `it does not look like the ${type} that is known: ${wrong}`;
      this.report('module-not-run', object, scope, { module: placeOf(path), reason });
      return false;
    }
    // FasterNet's own: either of its two forwards computes the same.
    if (object.attributes.has('forward') && !row.definition.attributes.some(({ name }) => name === 'own_forward')) {
      const reason = 'its forward was replaced by a function of its own, which the file does not hold';
      this.report('module-not-run', object, scope, { module: placeOf(path), reason });
      return false;
    }
    if (!row.exact && !this.told.has(type)) {
      this.told.add(type);
      const reason = 'assumed forward: the file holds no code, so it is taken for the published class of that name';
      this.report('inexact', object, scope, { target: OBJECT_ANALYSIS, operator: type, reason });
    }
    return true;
  }

  /** Classes without a row, also of the modules within: those would be asked for next. */
  private unknown(object: ScriptObject, path: string, scope: Scope): void {
    const type = readableClass(object.className);
    if (!this.told.has(type)) {
      this.told.add(type);
      const facts = this.objects.factsOf(object);
      const fits = facts && fitText(facts);
      this.report('unknown-module', object, scope, { module: placeOf(path), operator: type, ...(fits && { fits }) });
    }
    for (const [name] of this.objects.factsOf(object)?.children ?? []) {
      const child = object.attributes.get(name);
      if (typeof child !== 'object' || child === null || child instanceof Uint8Array || child.kind !== 'object')
        continue;
      const inner = path === '' ? name : `${path}.${name}`;
      const within = [...scope, { path: inner, type: readableClass(child.className) }];
      if (this.objects.factsOf(child) && !this.objects.forwardOf(child) && !this.objects.rowOf(child))
        this.unknown(child, inner, within);
    }
  }

  private report(
    code: 'unknown-module' | 'module-not-run' | 'inexact',
    object: ScriptObject,
    scope: Scope,
    details: Readonly<Record<string, string>>,
  ): void {
    const type = readableClass(object.className);
    const { place } = this.recorder;
    // What is assumed can be read: the problem stands on it, and not on its caller.
    const assumed = code === 'inexact' ? this.objects.forwardOf(object) : undefined;
    const origin = () => (assumed ? this.objects.originOf(assumed.source, assumed.start) : place.origin());
    this.recorder.report(code, { operator: type, place: { scope, origin } }, { operator: type, ...details });
  }
}

function placeOf(path: string): string {
  return path === '' ? 'the model itself' : path;
}
