/** An entry of graphwright.ops.json, and how it gets into a file that people edit too. */
import { applyEdits, type FormattingOptions, modify, parse } from 'jsonc-parser';

/** One entry as JSON: see schemas/graphwright-ops.schema.json. */
export interface OpsEntry {
  readonly name: string;
  readonly domain: string;
  readonly for:
    | { readonly operator: string }
    | { readonly function: string }
    | { readonly module: string }
    | { readonly layer: string };
  readonly inputs: readonly (string | { readonly name: string; readonly optional: true })[];
  readonly outputs: readonly {
    readonly name: string;
    readonly dtype?: string;
    readonly shape?: string | readonly string[];
  }[];
  readonly attributes: Readonly<Record<string, { readonly type: string; readonly default?: unknown }>>;
}

const FORMATTING: FormattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
const EMPTY_FILE = `{
  // Custom operators for Graphwright: what each stands for, and how its outputs follow from its inputs.
  "version": 1,
  "operators": []
}
`;

/** The text of a file with an entry added, or put in the place of the one for the same operator. Comments stay. */
export function withEntry(text: string, entry: OpsEntry): string {
  const before = text.trim() === '' ? EMPTY_FILE : text;
  const operators: unknown = (parse(before) as { operators?: unknown } | undefined)?.operators;
  const list = Array.isArray(operators) ? (operators as (Partial<OpsEntry> & { readonly body?: unknown })[]) : [];
  const same = list.findIndex((each) => JSON.stringify(each?.for) === JSON.stringify(entry.for));
  const path = ['operators', same < 0 ? list.length : same];
  // A body is the user's own work.
  const value = { ...entry, ...(list[same]?.body !== undefined && { body: list[same].body }) };
  return applyEdits(before, modify(before, path, value, { formattingOptions: FORMATTING, isArrayInsertion: same < 0 }));
}

/** One entry of `modules` as JSON. */
export interface ModuleEntry {
  readonly class: string;
  readonly forward: readonly string[];
  readonly fits?: string;
}

/** The text of a file with the forward of a class added; undefined where it has one already. */
export function withModule(text: string, entry: ModuleEntry): string | undefined {
  const before = text.trim() === '' ? EMPTY_FILE : text;
  const modules: unknown = (parse(before) as { modules?: unknown } | undefined)?.modules;
  const list = Array.isArray(modules) ? (modules as Partial<ModuleEntry>[]) : undefined;
  if (list?.some((each) => each?.class === entry.class)) return undefined;
  const edit = list
    ? modify(before, ['modules', list.length], entry, { formattingOptions: FORMATTING, isArrayInsertion: true })
    : modify(before, ['modules'], [entry], { formattingOptions: FORMATTING });
  return applyEdits(before, edit);
}
