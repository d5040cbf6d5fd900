/** The texts of rules within a graphwright.ops.json: which one stands at a place, as it reads without JSON's quotes. */
import { findNodeAtOffset, type Node as JsonNode, parseTree } from 'jsonc-parser';
import type { CustomOperators } from '../../custom/definition.ts';
import type { CompletionItem } from '../completion.ts';
import type { HoverText } from '../hover.ts';
import type { DocumentText, TextPosition } from '../text.ts';
import { ruleOffers } from './completion.ts';
import { ruleHover } from './hover.ts';

interface RuleInJson {
  /** All its lines. */
  readonly text: string;
  /** The place in it. */
  readonly offset: number;
}

/** Offers for the text of a rule at a place; none elsewhere. */
export function completionsInJson(
  document: DocumentText,
  position: TextPosition,
  custom: CustomOperators,
): CompletionItem[] {
  const at = document.offsetAt(position);
  const rule = ruleAt(document.text, at);
  if (!rule) return [];
  const { typed, offers } = ruleOffers(rule.text, rule.offset, true, custom);
  // Names hold no characters that JSON writes otherwise.
  const range = document.rangeOf({ start: at - typed, end: at });
  return offers.filter(({ label }) => !label.includes('"')).map((offer) => ({ ...offer, range }));
}

export function hoverInJson(
  document: DocumentText,
  position: TextPosition,
  custom: CustomOperators,
): HoverText | undefined {
  const at = document.offsetAt(position);
  const rule = ruleAt(document.text, at);
  const found = rule && ruleHover(rule.text, rule.offset, true, custom);
  if (!rule || !found) return undefined;
  const [start, end] = [at - (rule.offset - found.start), at + (found.end - rule.offset)];
  return { range: document.rangeOf({ start, end }), markdown: found.markdown };
}

function ruleAt(json: string, at: number): RuleInJson | undefined {
  const tree = parseTree(json, [], { allowTrailingComma: true });
  const node = tree && findNodeAtOffset(tree, at, true);
  if (node?.type !== 'string' || at <= node.offset || at >= node.offset + node.length) return undefined;
  const lines = linesAround(node);
  const before = unescaped(json.slice(node.offset + 1, at));
  if (!lines || before === undefined) return undefined;
  const k = lines.indexOf(node);
  const texts = lines.map(({ value }) => String(value));
  const offset = texts.slice(0, k).reduce((sum, text) => sum + text.length + 1, before.length);
  return { text: texts.join('\n'), offset };
}

/** The strings of the rule that a string is of; undefined where it is of none. */
function linesAround(node: JsonNode): readonly JsonNode[] | undefined {
  const list = node.parent?.type === 'array' ? node.parent : undefined;
  const property = (list ?? node).parent;
  const rules = property?.parent?.parent;
  const isRule =
    property?.type === 'property' && property.children?.[0]?.value === 'rule' && property.children[0] !== node;
  if (!isRule || rules?.parent?.children?.[0]?.value !== 'rules') return undefined;
  const lines = list?.children ?? [node];
  return lines.every(({ type }) => type === 'string') ? lines : undefined;
}

/** Undefined in the middle of an escape. */
function unescaped(raw: string): string | undefined {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return undefined;
  }
}
