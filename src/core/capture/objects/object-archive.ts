/** A pickled module as the archive that the interpreter runs: its objects are the file's, its code the table of forwards. */
import type { PickledModule, PickleValue, ScriptObject, TorchScriptArchive } from '../../formats/torch/archive.ts';
import type { ClassDefinition, FunctionDefinition, SourceFile } from '../../formats/torch/ast.ts';
import { parseSource } from '../../formats/torch/parser.ts';
import { sourceFile } from '../../formats/torch/text.ts';
import { InputError } from '../../ir/errors.ts';
import type { Origin } from '../../ir/origin.ts';
import { readableClass } from '../torchscript/names.ts';
import type { ForwardRow, ForwardTable } from './forward-table.ts';
import { type GraphCode, type ModuleFacts, ModuleObjects } from './module-objects.ts';
import { moduleWithin, wrapperText } from './wrappers.ts';

const NO_SOURCE: SourceFile = sourceFile('', '');

export class ObjectArchive implements TorchScriptArchive {
  readonly kind = 'torchscript';
  readonly file: string;
  readonly root: ScriptObject;
  readonly constants: readonly PickleValue[] = [];
  readonly version = Number.POSITIVE_INFINITY;
  readonly identified = true;
  readonly tracedInputs: ReadonlyMap<string, readonly PickleValue[]> = new Map();
  private readonly objects: ModuleObjects;
  private readonly classes = new Map<string, ClassDefinition>();
  private readonly fxSources = new Map<string, SourceFile>();
  private readonly imports = new Map<string, ReadonlyMap<string, string>>();

  constructor(
    program: PickledModule,
    private readonly table: ForwardTable,
  ) {
    this.file = program.file;
    this.objects = new ModuleObjects(program.file);
    this.root = this.objects.module(program.root);
    for (const [object, facts] of this.objects.facts) this.addClass(object, facts);
  }

  get sourceEntries(): readonly string[] {
    return [...this.table.entries, ...this.fxSources.keys()];
  }

  source(entry: string): SourceFile {
    return this.fxSources.get(entry) ?? this.table.source(entry) ?? NO_SOURCE;
  }

  classOf(qualifiedName: string): ClassDefinition | undefined {
    return this.classes.get(qualifiedName);
  }

  functionOf(qualifiedName: string): FunctionDefinition | undefined {
    return this.table.functionOf(qualifiedName);
  }

  factsOf(object: ScriptObject): ModuleFacts | undefined {
    return this.objects.facts.get(object);
  }

  /** The forward that runs an object. */
  forwardOf(object: ScriptObject): FunctionDefinition | undefined {
    return this.classes.get(object.className)?.methods.get('forward');
  }

  rowOf(object: ScriptObject): ForwardRow | undefined {
    return this.table.row(object.className);
  }

  /** The function that a plain name stands for in a text: one beside it, or what the imports of a graph module say. */
  globalName(name: string, { entry }: SourceFile): string | undefined {
    const imported = this.imports.get(entry);
    if (imported) return imported.get(name);
    const beside = `${entry.slice('code/'.length, -'.py'.length).replaceAll('/', '.')}.${name}`;
    return this.table.functionOf(beside) && beside;
  }

  /** The source text of torch.fx, or the row that was run. */
  originOf(source: SourceFile, offset: number): Origin {
    const { line, column } = source.place(offset);
    const end = source.text.indexOf('\n', offset);
    const text = source.text.slice(offset - column + 1, end < 0 ? undefined : end).trim();
    return [{ kind: 'torchscript', file: source.entry, line, column, text }];
  }

  /** The definition of a module's class; one without methods where the table has no row for it. */
  private addClass(object: ScriptObject, facts: ModuleFacts): void {
    const { className } = object;
    const known = this.classes.get(className);
    const tensors = new Set([...(known?.parameters ?? []), ...facts.tensors.keys()]);
    const code = facts.code ?? this.wrapperCode(object);
    const definition = known ?? (code ? this.ownCode(className, code) : this.table.row(className)?.definition);
    this.classes.set(className, {
      ...(definition ?? emptyClass(className)),
      base: 'Module',
      parameters: [...tensors],
      buffers: [],
    });
  }

  /** What runs a module that only passes on; undefined for others. Modules within others come before them. */
  private wrapperCode(object: ScriptObject): GraphCode | undefined {
    const name = moduleWithin(readableClass(object.className));
    const inner = name === undefined ? undefined : object.attributes.get(name);
    const known =
      typeof inner === 'object' && inner !== null && !(inner instanceof Uint8Array) && inner.kind === 'object';
    const forward = known ? this.forwardOf(inner) : undefined;
    return name !== undefined && forward ? { text: wrapperText(name, forward), imports: '' } : undefined;
  }

  private ownCode(className: string, { text: code, imports }: GraphCode): ClassDefinition {
    const entry = `code/${className.replaceAll('.', '/')}.py`;
    const source = sourceFile(entry, code);
    this.fxSources.set(entry, source);
    this.imports.set(entry, readImports(imports));
    const functions = parseSource(source, this.file);
    const forward = [...functions.values()].find((each) => each.kind === 'function' && each.name === 'forward');
    if (forward?.kind !== 'function')
      throw new InputError('no-program', 'the graph module has no forward', { file: this.file, inside: entry });
    return { ...emptyClass(className), methods: new Map([['forward', forward]]), source };
  }
}

/** `import torch`, `import torch.fx as fx`, `from torch import device`: what each name stands for. */
function readImports(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, whole, as] = /^import ([\w.]+)(?: as (\w+))?\s*$/.exec(line) ?? [];
    if (whole !== undefined && as !== undefined) names.set(as, whole);
    const [, module, member = '', alias] = /^from ([\w.]+) import (\w+)(?: as (\w+))?\s*$/.exec(line) ?? [];
    if (module !== undefined) names.set(alias ?? member, `${module}.${member}`);
  }
  return names;
}

function emptyClass(qualifiedName: string): ClassDefinition {
  return {
    kind: 'class',
    name: qualifiedName.slice(qualifiedName.lastIndexOf('.') + 1),
    qualifiedName,
    base: 'Module',
    parent: undefined,
    parameters: [],
    buffers: [],
    attributes: [],
    methods: new Map(),
    forwardHooks: [],
    forwardPreHooks: [],
    source: NO_SOURCE,
    start: 0,
    end: 0,
  };
}
