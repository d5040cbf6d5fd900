/** Fixes of opset imports: adding one, raising one, and importing a version that there is. */
import { onnxDomain } from '../dialects/onnx/operators.ts';
import { quoted } from '../formats/onnxtxt/names.ts';
import type { PairSyntax } from '../formats/onnxtxt/syntax.ts';
import type { LanguageDocument } from './document.ts';
import { headerOf, replacing, statementOf } from './fix-places.ts';
import type { FixContext, Mending } from './fixes.ts';
import { keyOfFunction, sameKey } from './functions.ts';
import { type GraphScope, moved } from './scopes.ts';
import type { TextEdit } from './text.ts';

type Owner = Pick<GraphScope, 'definition'>;

/** Adds the import that operators of a domain need. */
export function importFixes({ document, problem, finding, all }: FixContext): Mending[] {
  const { domain = '', version = '' } = problem.details;
  const owner = ownerOf(document, finding?.node);
  const edit = importEdit(document, owner, onnxDomain(domain), version);
  const also = all.filter((other) => {
    const same = other.problem.code === problem.code && other.problem.details.domain === domain;
    return same && other.problem !== problem && ownerOf(document, other.finding?.node).definition === owner.definition;
  });
  return edit ? [{ title: `Import ${domain} version ${version}`, edits: [edit], preferred: true, also }] : [];
}

/** The model, or the function in whose body a node stands. */
function ownerOf(document: LanguageDocument, node: Parameters<typeof statementOf>[1]): Owner {
  return { definition: statementOf(document, node)?.scope.definition };
}

function importEdit(document: LanguageDocument, owner: Owner, domain: string, version: string): TextEdit | undefined {
  const text = `${quoted(domain)} : ${version}`;
  const found = headerOf(document, owner);
  if (!found) {
    const { tree } = document;
    const start = owner.definition ? owner.definition.start : tree.graph?.start;
    return start === undefined ? undefined : replacing(document, { start, end: start }, `<opset_import: [${text}]>\n`);
  }
  const { header, at } = found;
  const entry = header.entries.find(({ key }) => key.text === 'opset_import');
  const last = header.entries.at(-1);
  if (entry?.value?.kind === 'pairs') {
    const pair = entry.value.pairs.at(-1);
    const end = at + (pair?.end ?? entry.value.start + 1);
    return replacing(document, { start: end, end }, `${pair ? ', ' : ''}${text}`);
  }
  if (entry) return undefined;
  const end = at + (last?.end ?? 1);
  return replacing(document, { start: end, end }, `${last ? ', ' : ''}opset_import: [${text}]`);
}

/** Raises the import to the version that brought the operator. */
export function raiseFixes({ document, problem, finding, all }: FixContext): Mending[] {
  const { needed = '', domain = 'ai.onnx' } = problem.details;
  const owner = ownerOf(document, finding?.node);
  const edit = versionEdit(document, owner, onnxDomain(domain), needed);
  const also = all.filter((other) => {
    const { code, details } = other.problem;
    const same = code === problem.code && details.domain === domain && Number(details.needed) <= Number(needed);
    return same && other.problem !== problem && ownerOf(document, other.finding?.node).definition === owner.definition;
  });
  return edit ? [{ title: `Raise ${domain} to version ${needed}`, edits: [edit], preferred: true, also }] : [];
}

/** Imports the newest version that is known, where a file wants one that is not. */
export function versionFixes({ document, problem }: FixContext): Mending[] {
  const { part, details } = problem;
  if (part?.kind !== 'opset-import' || !details.newest) return [];
  const wanted = part.function;
  const definition = wanted && document.tree.functions.find((each) => sameKey(keyOfFunction(each), wanted));
  const edit = versionEdit(document, { definition }, part.domain, details.newest);
  return edit ? [{ title: `Import version ${details.newest}`, edits: [edit] }] : [];
}

function versionEdit(document: LanguageDocument, owner: Owner, domain: string, version: string): TextEdit | undefined {
  const found = headerOf(document, owner);
  if (!found) return undefined;
  const { header, at } = found;
  const value = header.entries.find(({ key }) => key.text === 'opset_import')?.value;
  const pairs: readonly PairSyntax[] = value?.kind === 'pairs' ? value.pairs : [];
  const pair = pairs.find(({ key }) => onnxDomain(key.text) === domain);
  return pair?.value && replacing(document, moved(pair.value, at), version);
}
