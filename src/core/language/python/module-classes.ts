/**
 * The nn.Module classes of a Python file, found in its text alone: nothing is imported or run. What a class derives from is
 * followed through imports and through classes of the same file; what another file defines is told by its `forward(self`.
 */
import { type Statement, statementsOf } from './statements.ts';

export interface ModuleClass {
  /** As the module knows it: `Net`, `Outer.Net`. */
  readonly name: string;
  /** From 0. */
  readonly line: number;
}

/** Classes of libraries that are modules: where they live, and which names there are. */
const LIBRARIES: readonly (readonly [place: RegExp, name: RegExp])[] = [
  [/^torch\.nn(?!\.(?:utils|parameter)\b)(?:\.\w+)*$/, /^(?!(?:Uninitialized)?(?:Parameter|Buffer)$)[A-Z]/],
  [/^torch\.jit$/, /^ScriptModule$/],
  [/^torchvision\.(?:models|ops)(?:\.\w+)*$/, /^[A-Z]/],
  [/^timm\.(?:models|layers)(?:\.\w+)*$/, /^[A-Z]/],
  [/^(?:pytorch_lightning|lightning)(?:\.\w+)*$/, /^LightningModule$/],
  [/^transformers(?:\.\w+)*$/, /(?:Model|For[A-Z]\w*)$/],
  [/^torch_geometric\.nn(?:\.\w+)*$/, /^[A-Z]/],
];

/** Those that people derive from. */
const BASES = /^(?:Module|Sequential|ModuleList|ModuleDict|LightningModule)$/;

interface Class extends ModuleClass {
  readonly bases: readonly string[];
  /** What it stands in: classes alone, since one within a function has no name outside. */
  readonly around: readonly string[];
  hasForward: boolean;
}

export function moduleClasses(text: string): readonly ModuleClass[] {
  const statements = statementsOf(text);
  const names = new Names(statements);
  const classes = classesOf(statements);
  const byName = new Map(classes.map((each) => [each.name, each]));
  const known = new Map<string, boolean>();
  const isModule = (of: Class): boolean => {
    const before = known.get(of.name);
    if (before !== undefined) return before;
    // A class that derives from itself is none.
    known.set(of.name, false);
    const result = of.bases.some((base) => {
      const own = ownClass(base, of.around, byName);
      if (own) return isModule(own);
      const full = names.resolve(base);
      return isLibraryModule(full) || (of.hasForward && full !== 'object');
    });
    known.set(of.name, result);
    return result;
  };
  return classes.filter(isModule).map(({ name, line }) => ({ name, line }));
}

function isLibraryModule(full: string): boolean {
  const dot = full.lastIndexOf('.');
  const [place, name] = [full.slice(0, Math.max(dot, 0)), full.slice(dot + 1)];
  return LIBRARIES.some(([where, which]) => where.test(place) && which.test(name));
}

/** A class of the file by the name that a base gives it: one beside it, or one further out. */
function ownClass(base: string, around: readonly string[], byName: ReadonlyMap<string, Class>): Class | undefined {
  for (let depth = around.length; depth >= 0; depth--) {
    const found = byName.get([...around.slice(0, depth), base].join('.'));
    if (found) return found;
  }
  return undefined;
}

function classesOf(statements: readonly Statement[]): Class[] {
  const found: Class[] = [];
  /** What is open around a statement; a function has no class. */
  const open: { readonly indent: number; readonly name: string; readonly class?: Class }[] = [];
  for (const { text, indent, line } of statements) {
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const [, word, name] = /^(?:async\s+)?(class|def)\s+(\w+)/.exec(text) ?? [];
    if (name === undefined) continue;
    const inner = open.at(-1);
    if (word === 'def') {
      if (name === 'forward' && inner?.class && /^[^(]*\(\s*self\b/.test(text)) inner.class.hasForward = true;
      open.push({ indent, name });
    } else if (open.every((each) => each.class)) {
      const around = open.map((each) => each.name);
      const made = { name: [...around, name].join('.'), line, bases: basesOf(text), around, hasForward: false };
      found.push(made);
      open.push({ indent, name, class: made });
    } else open.push({ indent, name });
  }
  return found;
}

/** `nn.Module` and `Generic` of `class Net(nn.Module, Generic[T], metaclass=Meta):`. */
function basesOf(text: string): string[] {
  const list = /^class\s+\w+\s*(?:\[[^\]]*\]\s*)?\((.*)\)\s*:/s.exec(text)?.[1] ?? '';
  return withoutBrackets(list)
    .split(',')
    .flatMap((part) => /^\s*([A-Za-z_][\w.]*)\s*$/.exec(part)?.[1] ?? []);
}

/** Type arguments and calls within a list say nothing of the names outside them. */
function withoutBrackets(text: string): string {
  const less = text.replace(/\[[^[\]]*\]/g, '').replace(/\([^()]*\)/g, '()');
  return less === text ? text : withoutBrackets(less);
}

/** What names mean by the imports of a file, and by names that are given to what is imported. */
class Names {
  private readonly full = new Map<string, string>();
  private readonly stars: string[] = [];

  constructor(statements: readonly Statement[]) {
    for (const { text } of statements) {
      const [, from, list = ''] = /^from\s+([\w.]+)\s+import\s+\(?([^)]*)/s.exec(text) ?? [];
      if (from !== undefined) this.importFrom(from, list);
      else if (/^import\s/.test(text)) this.importAll(text.slice('import'.length));
      else {
        const [, name, value] = /^([A-Za-z_]\w*)\s*=\s*([A-Za-z_][\w.]*)\s*$/.exec(text) ?? [];
        if (name !== undefined && value !== undefined) this.full.set(name, this.resolve(value));
      }
    }
  }

  resolve(name: string): string {
    const [head = '', ...rest] = name.split('.');
    const known = this.full.get(head);
    if (known !== undefined) return [known, ...rest].join('.');
    // Which other names a star brings, its module alone knows.
    const star = BASES.test(name) ? this.stars.find((module) => isLibraryModule(`${module}.${name}`)) : undefined;
    return star === undefined ? name : `${star}.${name}`;
  }

  private importFrom(module: string, list: string): void {
    if (list.trim() === '*') this.stars.push(module);
    for (const part of list.split(',')) {
      const [, name, as] = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(part) ?? [];
      if (name !== undefined) this.full.set(as ?? name, `${module}.${name}`);
    }
  }

  private importAll(list: string): void {
    for (const part of list.split(',')) {
      const [, name, as] = /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(part) ?? [];
      if (name !== undefined && as !== undefined) this.full.set(as, name);
    }
  }
}
