/** What a word of a rule's text means, as Markdown. */
import type { CustomOperators } from '../../custom/definition.ts';
import { LATEST_OPSET, operatorSchema } from '../../dialects/onnx/operators.ts';
import { FUNCTIONS } from '../../passes/pattern/functions.ts';
import { attributeText, customMarkdown, fence, operatorMarkdown } from '../operator-text.ts';
import type { Span } from '../text.ts';
import { capturesOf } from './captures.ts';
import { schemasOf } from './completion.ts';
import { operatorOf, type Scanned, scanRules } from './scan.ts';
import { FUNCTION_WORDS, functionSignature, KEYWORDS } from './words.ts';

export interface RuleHover extends Span {
  readonly markdown: string;
}

/** `single` says that the text is one rule alone, and not a file of rules. */
export function ruleHover(
  text: string,
  offset: number,
  single: boolean,
  custom: CustomOperators,
): RuleHover | undefined {
  const scanned = scanRules(text, single);
  const k = scanned.words.findIndex(({ start, end, kind }) => kind === 'name' && start <= offset && offset <= end);
  const word = scanned.words[k];
  if (!word) return undefined;
  const markdown = markdownOf(scanned, k, custom);
  return markdown === undefined ? undefined : { start: word.start, end: word.end, markdown };
}

function markdownOf(scanned: Scanned, k: number, custom: CustomOperators): string | undefined {
  const { words, states } = scanned;
  const [before, word, next] = [words[k - 1]?.text, words[k]?.text ?? '', words[k + 1]?.text ?? ''];
  const state = states[k];
  if (!state || state.section === 'outside') return word === 'rule' ? KEYWORDS.rule : undefined;
  if (state.bracket?.open === '<' && next === '=') {
    const [schema] = schemasOf(state).filter(({ attributes }) => attributes.has(word));
    const facts = schema?.attributes.get(word);
    return facts && fence(attributeText(word, facts));
  }
  const captured = capturesOf(scanned, k).get(word);
  const isCall = ['(', '<', '|', '.'].includes(next) || before === '.' || before === '|';
  if (isCall && !(state.section === 'condition' && next === '<')) {
    if (before !== '.' && next === '(' && Object.hasOwn(FUNCTIONS, word))
      return `${fence(functionSignature(word))}\n\n${FUNCTION_WORDS[word] ?? ''}`;
    const operator = operatorText(scanned, k, custom);
    if (operator !== undefined) return operator;
  }
  return captured?.says ?? KEYWORDS[word];
}

/** Of an operator whose name, domain and all, stands around the word. */
function operatorText({ words }: Scanned, k: number, custom: CustomOperators): string | undefined {
  let [first, last] = [k, k];
  while (words[first - 1]?.text === '.' && words[first - 2]?.kind === 'name') first -= 2;
  while (words[last + 1]?.text === '.' && words[last + 2]?.kind === 'name') last += 2;
  const parts = words.slice(first, last + 1).flatMap(({ kind, text }) => (kind === 'name' ? [text] : []));
  const name = operatorOf(parts);
  const schema = operatorSchema('', name, LATEST_OPSET);
  if (schema) return operatorMarkdown(schema, LATEST_OPSET);
  const own = custom.all.find((each) => operatorOf([...each.domain.split('.').filter(Boolean), each.name]) === name);
  return own && customMarkdown(own);
}
