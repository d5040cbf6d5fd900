/** What an editor says about a value: its type, where it is made, who reads it, and the first elements of a constant. */
import { formalAt } from '../dialects/onnx/operators.ts';
import { InputError } from '../ir/errors.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Value } from '../ir/value.ts';
import { operatorOf } from './operator-at.ts';
import { fence } from './operator-text.ts';
import { defines, type Mention } from './scopes.ts';
import type { TypedDocument } from './syntax-document.ts';
import { shownType } from './type-text.ts';

/** Constants with more elements are not read to show their first ones. */
const MOST_READ = 4096;
const FIRST_SHOWN = 8;

/** The value that a defining mention names. */
export function valueMarkdown(document: TypedDocument, mention: Mention): string {
  const value = document.valueOf(mention);
  const parts = [fence(`${shownType(value?.type)} ${mention.text}`), madeText(document, mention)];
  const readers = value && readersText(value);
  if (readers) parts.push(readers);
  if (value?.constant) parts.push(constantText(value.constant));
  return parts.filter(Boolean).join('\n\n');
}

function madeText(document: TypedDocument, mention: Mention): string {
  if (!defines(mention)) return '';
  if (mention.kind === 'input')
    return mention.scope.definition ? 'An input of the function.' : 'An input of the graph.';
  if (mention.kind === 'initializer') return 'A constant of the graph.';
  const { node, index = 0 } = mention;
  if (!node?.node.operator) return '';
  const known = operatorOf(document, node.scope, node.node.operator);
  const formal = known?.kind === 'schema' ? formalAt(known.schema.outputs, index) : undefined;
  const which = formal ? `Output \`${formal.name}\`` : `Output ${index}`;
  const line = document.text.lineAt(node.at + node.node.head) + 1;
  const label = node.node.label?.name.text;
  return `${which} of \`${node.node.operator.name.text}\`${label ? ` “${label}”` : ''}, line ${line}.`;
}

function readersText(value: Value): string {
  const readers = value.uses.filter(({ kind }) => kind === 'input').length;
  const words = [readers === 0 ? 'Read by no node' : `Read ${readers === 1 ? 'once' : `${readers} times`}`];
  if (value.isGraphOutput) words.push('an output of the graph');
  return `${words.join('; ')}.`;
}

function constantText(tensor: Tensor): string {
  const { count, dtype } = tensor;
  const size = dtype === 'string' ? '' : `, ${bytesText(tensor.byteLength)}`;
  const head = `${count} element${count === 1 ? '' : 's'}${size}`;
  const first = firstElements(tensor);
  return first ? `${head}: \`${first}\`` : `${head}.`;
}

/** `[1, 2, …]`; undefined where reading them costs something, or where they cannot be read. */
export function firstElements(tensor: Tensor): string | undefined {
  if (tensor.count > MOST_READ || tensor.count === 0) return undefined;
  const texts = elementsOf(tensor);
  if (!texts) return undefined;
  return `[${texts.join(', ')}${tensor.count > FIRST_SHOWN ? ', …' : ''}]`;
}

function elementsOf(tensor: Tensor): string[] | undefined {
  try {
    if (tensor.dtype === 'string') {
      return tensor
        .strings()
        .slice(0, FIRST_SHOWN)
        .map((text) => JSON.stringify(new TextDecoder().decode(text)));
    }
    const numbers = tensor.numbers().slice(0, FIRST_SHOWN);
    return numbers.map((number) => String(Number.isInteger(number) ? number : Number(number.toPrecision(6))));
  } catch (error) {
    // Data that is missing is a problem of its own; types that share a byte have no plain numbers.
    if (error instanceof InputError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
