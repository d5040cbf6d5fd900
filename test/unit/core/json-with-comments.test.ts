/** What is wrong with JSON that a user writes, in words and with its place. */
import { expect, test } from 'vitest';
import { InputError } from '../../../src/core/ir/errors.ts';
import { parseJsonWithComments } from '../../../src/core/json-with-comments.ts';

function faultOf(text: string): string {
  try {
    return parseJsonWithComments(text, 'x.json').type;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { place } = error;
    return `${place?.line}:${place?.column} ${error.message.replace('this is not JSON with comments: ', '')}`;
  }
}

test.each([
  ['{ "a": 1, } // ours', 'object'],
  ['', '1:1 it is empty'],
  ['{\n  "a": 1', '2:9 expected }'],
  ['[1', '1:3 expected ]'],
  ['{ a: 1 }', '1:3 a word that means nothing here'],
  ['{ 1: 2 }', '1:3 expected a name in quotes'],
  ['{ "a" 1 }', '1:7 expected :'],
  ['{ "a": }', '1:8 expected a value'],
  ['{ "a": 1 "b": 2 }', '1:10 expected ,'],
  ['{} {}', '1:4 expected nothing more'],
  ['{ "a": "b\n }', '1:8 a string that does not end'],
  ['{} /* ours', '1:4 a comment that does not end'],
  ['{ "a": "\\q" }', '1:8 an escape that means nothing'],
])('%s', (text, expected) => {
  expect(faultOf(text)).toBe(expected);
});
