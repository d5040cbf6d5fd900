/**
 * The table of forwards: what the classes of pickled modules compute, as code that the interpreter runs over a module's
 * own attributes. A row is a class of a text that is named for its Python module (forwards/*.ts), or of graphwright.ops.json.
 */
import type { CustomForward } from '../../custom/forwards.ts';
import type {
  ClassAttribute,
  ClassDefinition,
  Definition,
  FunctionDefinition,
  SourceFile,
} from '../../formats/torch/ast.ts';
import { parseSource } from '../../formats/torch/parser.ts';
import { sourceFile } from '../../formats/torch/text.ts';
import { type Fit, parseFit } from './fit.ts';
import { ownRow } from './own-forwards.ts';

/** The code of Python modules by their names, such as `torch.nn.modules.conv`. */
export type ForwardTexts = Readonly<Record<string, string>>;

/** What is known of a class. */
export interface ForwardRow {
  /** With everything that it has from the classes that it extends. */
  readonly definition: ClassDefinition;
  /** It is defined by PyTorch's documentation or by the user; else it is what the published code of a library does. */
  readonly exact: boolean;
  /** What instances must look like for the row to hold; undefined where the class alone decides. */
  readonly fit: Fit | undefined;
}

/** Classes of these modules do what PyTorch's documentation says. */
const EXACT = /^torch\.(nn|ao|quantization)\./;

/** Where a text stands, for places in it: as if it were a code file of a TorchScript archive. */
const ENTRY = { prefix: 'code/', suffix: '.py' };

export class ForwardTable {
  private readonly parsed = new Map<string, ReadonlyMap<string, Definition>>();
  private readonly rows = new Map<string, ForwardRow | undefined>();
  private readonly own: ReadonlyMap<string, CustomForward>;
  private readonly sources = new Map<string, SourceFile>();

  constructor(
    private readonly texts: ForwardTexts,
    /** Rows of users: they go before ours, and later ones before earlier ones. */
    own: readonly CustomForward[] = [],
  ) {
    this.own = new Map(own.map((entry) => [entry.className, entry]));
  }

  /** The row of a class; undefined where there is none. */
  row(className: string): ForwardRow | undefined {
    const own = this.own.get(className);
    if (!this.rows.has(className)) this.rows.set(className, own ? ownRow(own) : this.makeRow(className));
    return this.rows.get(className);
  }

  functionOf(qualifiedName: string): FunctionDefinition | undefined {
    const found = this.definition(qualifiedName);
    return found?.kind === 'function' ? found : undefined;
  }

  /** The text of an entry such as `code/torch/nn/modules/conv.py`. */
  source(entry: string): SourceFile | undefined {
    const module = entry.slice(ENTRY.prefix.length, -ENTRY.suffix.length).replaceAll('/', '.');
    return this.sourceOf(module);
  }

  get entries(): string[] {
    return Object.keys(this.texts).map(entryOf);
  }

  private makeRow(className: string): ForwardRow | undefined {
    const own = this.definition(className);
    if (own?.kind !== 'class') return undefined;
    const parent = own.parent === undefined ? undefined : this.row(qualified(own.parent, className));
    const attributes = [...own.attributes, ...(parent?.definition.attributes ?? [])];
    const methods = new Map([...(parent?.definition.methods ?? []), ...own.methods]);
    const heir = parent?.exact === true && own.methods.size === 0;
    return {
      definition: { ...own, base: 'Module', attributes, methods },
      exact: heir || EXACT.test(className),
      fit: fitOf(own.attributes) ?? parent?.fit,
    };
  }

  private definition(qualifiedName: string): Definition | undefined {
    const module = qualifiedName.slice(0, Math.max(qualifiedName.lastIndexOf('.'), 0));
    const before = this.parsed.get(module);
    if (before) return before.get(qualifiedName);
    const source = this.sourceOf(module);
    if (!source) return undefined;
    const parsed = parseSource(source, 'the table of forwards', true);
    this.parsed.set(module, parsed);
    return parsed.get(qualifiedName);
  }

  private sourceOf(module: string): SourceFile | undefined {
    const before = this.sources.get(module);
    if (before) return before;
    const text = Object.hasOwn(this.texts, module) ? this.texts[module] : undefined;
    if (text === undefined) return undefined;
    const source = sourceFile(entryOf(module), text);
    this.sources.set(module, source);
    return source;
  }
}

function entryOf(module: string): string {
  return `${ENTRY.prefix}${module.replaceAll('.', '/')}${ENTRY.suffix}`;
}

/** The name of a parent class: one without a dot is of the same Python module. */
function qualified(name: string, beside: string): string {
  return name.includes('.') ? name : `${beside.slice(0, beside.lastIndexOf('.'))}.${name}`;
}

/** `fits = "conv1 bn1 weight[4]"` in a class. */
function fitOf(attributes: readonly ClassAttribute[]): Fit | undefined {
  const { value } = attributes.find(({ name }) => name === 'fits') ?? {};
  return value?.kind === 'string' ? parseFit(value.value) : undefined;
}
