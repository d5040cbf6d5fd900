/** A dialect of a user's own, written: an entry of graphwright.caffe.json and its schema, on top of one that is known. */
import { applyEdits, type FormattingOptions, modify, type ParseError, parse } from 'jsonc-parser';

/** One entry as JSON: see schemas/graphwright-caffe.schema.json. */
export interface OwnDialect {
  readonly name: string;
  readonly proto: string;
  readonly like: string;
  readonly adds: Readonly<Record<string, { readonly parameters?: string }>>;
}

const FORMATTING: FormattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
const EMPTY_FILE = `{
  // Caffe frameworks of your own for Graphwright: what each has beside one that is known.
  "version": 1,
  "backends": []
}
`;

/**
 * The text of a file with layer types added to an entry, which is made where there is none of its name. Comments stay.
 * Undefined where the text is broken: its author mends it first.
 */
export function withDialect(text: string, entry: OwnDialect): string | undefined {
  const before = text.trim() === '' ? EMPTY_FILE : text;
  const errors: ParseError[] = [];
  const parsed: unknown = parse(before, errors, { allowTrailingComma: true });
  if (errors.length > 0) return undefined;
  const given: unknown = (parsed as { backends?: unknown } | undefined)?.backends;
  const list = Array.isArray(given) ? (given as (Partial<OwnDialect> | undefined)[]) : [];
  const same = list.findIndex((each) => each?.name === entry.name);
  const edit = (path: (string | number)[], value: unknown, isArrayInsertion = false) =>
    modify(before, path, value, { formattingOptions: FORMATTING, isArrayInsertion });
  if (same < 0) return applyEdits(before, edit(['backends', list.length], entry, true));
  const adds = { ...list[same]?.adds, ...entry.adds };
  return Object.keys(entry.adds).length === 0 ? before : applyEdits(before, edit(['backends', same, 'adds'], adds));
}
