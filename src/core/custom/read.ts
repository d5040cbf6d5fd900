/** Reads graphwright.ops.json (JSON with comments). */
import { basename } from 'node:path';
import { findNodeAtLocation, type Node as JsonNode, parseTree } from 'jsonc-parser';
import { InputError, type Place, placeText } from '../ir/errors.ts';
import { parseJsonWithComments } from '../json-with-comments.ts';
import { type CustomOperator, CustomOperators, standsForText } from './definition.ts';
import { type CustomForward, readForward } from './forwards.ts';
import { checkBody } from './functions.ts';
import { liveOperatorOf } from './live.ts';
import { EntryReader } from './operator-entry.ts';
import { findOpsFile } from './ops-path.ts';
import { OpsFileError, OpsText, readTextFile, type Span } from './ops-text.ts';
import { type CustomRule, readRule } from './rules.ts';

const OPS_VERSION = 1;

/** The definitions for a model: those of the nearest file, then those of the files named. Throws InputError with the line. */
export function loadCustomOperators(modelPath: string, opsFiles: readonly string[]): CustomOperators {
  const nearest = findOpsFile(modelPath);
  const files = [...(nearest === undefined ? [] : [nearest]), ...opsFiles];
  const texts = files.map((file) => [readTextFile(file, 'this operator file'), file] as const);
  return new CustomOperators(
    texts.flatMap(([text, file]) => parseOps(text, file)),
    texts.flatMap(([text, file]) => parseForwards(text, file)),
    texts.flatMap(([text, file]) => parseOpsRules(text, file).map(({ rule }) => rule)),
  );
}

/** All operators of a file. */
export function parseOps(text: string, file: string): CustomOperator[] {
  const { root, ops } = parseFile(text, file);
  const reader = new EntryReader(ops);
  return distinct(entriesOf(root, 'operators', ops).map((entry) => reader.operator(entry)));
}

/** All modules of a file: the forwards of pickled ones. */
export function parseForwards(text: string, file: string): CustomForward[] {
  const { root, ops } = parseFile(text, file);
  return entriesOf(root, 'modules', ops).map((entry) => readModule(entry, ops));
}

/** All rewrite rules of a file. */
export function parseOpsRules(text: string, file: string): CustomRule[] {
  const { root, ops } = parseFile(text, file);
  const entries = entriesOf(root, 'rules', ops);
  const rules = entries.map((entry) => readRule(entry, ops));
  checkNames(
    rules.map(({ rule }, k) => [rule.name, entries[k] ?? root]),
    ops,
  );
  return rules;
}

/** The entries of a file that have a name, and where the name stands. Nothing is checked. */
export function ruleNames(text: string): readonly { readonly name: string; readonly span: Span }[] {
  const list = findNodeAtLocation(parseTree(text, [], { allowTrailingComma: true }) ?? NOTHING, ['rules']);
  return (list?.children ?? []).flatMap((entry) => {
    const node = findNodeAtLocation(entry, ['name']);
    return typeof node?.value === 'string' ? [{ name: node.value, span: node }] : [];
  });
}

/** Everything that is wrong with the entries of a file; nothing where it is no JSON, which editors say themselves. */
export function opsFaults(text: string, file: string): readonly InputError[] {
  const faults: InputError[] = [];
  const attempt = <T>(work: () => T): readonly T[] => {
    try {
      return [work()];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(error);
      return [];
    }
  };
  const [parsed] = attempt(() => parseFile(text, file));
  if (!parsed) return faults.filter(({ code }) => code !== 'syntax-error');
  const { root, ops } = parsed;
  const reader = new EntryReader(ops);
  const entries = (key: (typeof LISTS)[number]) => attempt(() => entriesOf(root, key, ops)).flat();
  const operators = entries('operators').flatMap((entry) => {
    const found = attempt(() => reader.operator(entry));
    const body = findNodeAtLocation(entry, ['body']);
    for (const each of found) if (body) attempt(() => atNode(() => checkBody(each), body, ops));
    return found;
  });
  attempt(() => distinct(operators));
  for (const entry of entries('modules')) attempt(() => readModule(entry, ops));
  const named = entries('rules').flatMap((entry) =>
    attempt(() => atNode(() => readRule(entry, ops), findNodeAtLocation(entry, ['rule']) ?? entry, ops)).map(
      ({ rule }) => [rule.name, entry] as const,
    ),
  );
  attempt(() => checkNames(named, ops));
  return faults;
}

/** What is wrong with a text that an entry holds or names, at the entry. */
function atNode<T>(work: () => T, node: JsonNode, ops: OpsText): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError) || error instanceof OpsFileError) throw error;
    const { message, place } = error;
    throw ops.error(node, !place || place.file === ops.file ? message : `${placeText(named(place))}: ${message}`);
  }
}

function named(place: Place): Place {
  return { ...place, file: basename(place.file).replace(/^.*\[body\]$/, 'body') };
}

const NOTHING: JsonNode = { type: 'object', offset: 0, length: 0 };

function readModule(entry: JsonNode, ops: OpsText): CustomForward {
  const place = { file: ops.file, line: ops.lineOf(entry.offset) };
  return readForward(entry, place, (node, message) => ops.error(node, message));
}

function checkNames(rules: readonly (readonly [name: string, entry: JsonNode])[], ops: OpsText): void {
  const known = new Set<string>();
  for (const [name, entry] of rules) {
    if (known.has(name))
      throw ops.error(findNodeAtLocation(entry, ['name']) ?? entry, `there is a rule "${name}" above`);
    known.add(name);
  }
}

function parseFile(text: string, file: string): { readonly root: JsonNode; readonly ops: OpsText } {
  const root = parseJsonWithComments(text, file);
  const ops = new OpsText(text, file);
  const version = findNodeAtLocation(root, ['version']);
  if (version?.value !== OPS_VERSION) throw ops.error(version ?? root, `expected "version": ${OPS_VERSION}`);
  return { root, ops };
}

const LISTS = ['operators', 'modules', 'rules'] as const;

/** The entries of a list of the file, which has one of its lists at least. */
function entriesOf(root: JsonNode, key: (typeof LISTS)[number], ops: OpsText): readonly JsonNode[] {
  const list = findNodeAtLocation(root, [key]);
  const other = LISTS.some((each) => findNodeAtLocation(root, [each]));
  if (!list && other) return [];
  if (list?.type !== 'array') throw ops.error(list ?? root, `expected a list "${key}"`);
  return list.children ?? [];
}

/** One file says each thing once: what an entry stands for, and what an operator of the result means. */
function distinct(entries: readonly CustomOperator[]): CustomOperator[] {
  entries.forEach((entry, k) => {
    for (const before of entries.slice(0, k)) {
      if (JSON.stringify(before.standsFor) === JSON.stringify(entry.standsFor))
        throw again(entry, `${standsForText(entry)} has an entry already, in line ${before.line}`);
      const live = liveOperatorOf(entry.standsFor);
      if (live !== undefined && live === liveOperatorOf(before.standsFor))
        throw again(entry, `${standsForText(entry)} becomes ${live}, as does the entry in line ${before.line}`);
      const same = before.domain === entry.domain && before.name === entry.name;
      if (same && JSON.stringify(before.body) !== JSON.stringify(entry.body))
        throw again(entry, `${entry.domain}::${entry.name} has another body in line ${before.line}`);
    }
  });
  return [...entries];
}

function again({ file, line }: CustomOperator, message: string): InputError {
  return new InputError('file-malformed', message, { file, line }, 'Keep one of the two entries, or rename one.');
}
