import { expect, test } from 'vitest';
import * as engine from '../../../src/core/language/tokens.ts';
import * as wire from '../../../src/shared/language.ts';

test('the engine numbers the kinds of tokens as the editor reads them', () => {
  expect(engine.TOKEN_KINDS).toEqual(wire.TOKEN_KINDS);
  expect(engine.TOKEN_MODIFIERS).toEqual(wire.TOKEN_MODIFIERS);
});
