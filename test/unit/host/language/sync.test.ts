/** Edited texts and the engine's copies of them, with an engine that writes down what it hears. */
import { beforeEach, expect, test } from 'vitest';
import { CancelledError, InputError } from '../../../../src/core/ir/errors.ts';
import { DocumentSync, type LanguageEngine } from '../../../../src/host/language/sync.ts';
import { EngineError } from '../../../../src/service/failure.ts';
import type { LanguageCalls } from '../../../../src/shared/language.ts';

const ID = 'file:///a.onnxtxt';

let heard: string[];
let pid: number | undefined;
let failing: Error | undefined;
let engine: LanguageEngine;
let text: { content: string; version: number };
let sync: DocumentSync;

const range = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 0 } });
const insert = (line: number, content: string) => ({ range: range(line), text: content });

/** Has the calls that these tests make. */
function fakeEngine(): LanguageEngine {
  const say = async (words: string) => {
    pid ??= 1;
    heard.push(words);
    if (failing) throw failing;
  };
  const calls: Pick<LanguageCalls, 'openDocument' | 'changeDocument' | 'closeDocument' | 'hover'> = {
    openDocument: (_, opened, version) => say(`open ${version}: ${opened.text}`),
    changeDocument: (_, changes, version) => say(`change ${version}: ${changes.map((each) => each.text).join(' ')}`),
    closeDocument: () => say('close'),
    hover: async () => {
      await say('hover');
      return undefined;
    },
  };
  return Object.defineProperty(calls, 'pid', { get: () => pid }) as LanguageEngine;
}

const hover = () => sync.ask(ID, (calls) => calls.hover(ID, { line: 0, character: 0 }));

beforeEach(() => {
  heard = [];
  pid = undefined;
  failing = undefined;
  engine = fakeEngine();
  text = { content: 'one', version: 1 };
  sync = new DocumentSync(engine);
  sync.follow({
    id: ID,
    path: '/a.onnxtxt',
    get version() {
      return text.version;
    },
    getText: () => text.content,
  });
});

function type(content: string): void {
  text.content += content;
  text.version++;
  sync.changed(ID, [insert(0, content)]);
}

test('a text is sent with the first question, as it is then', async () => {
  type(' two');
  await hover();
  expect(heard).toEqual(['open 2: one two', 'hover']);
});

test('changes are sent before the next question, together and in order', async () => {
  await hover();
  type('a');
  type('b');
  await hover();
  expect(heard.slice(2)).toEqual(['change 3: a b', 'hover']);
});

test('questions that come together send a change once', async () => {
  await hover();
  type('a');
  await Promise.all([hover(), hover()]);
  expect(heard.slice(2)).toEqual(['change 2: a', 'hover', 'hover']);
});

test('in another process the text is opened again', async () => {
  await hover();
  pid = 2;
  type('a');
  await hover();
  expect(heard.slice(2)).toEqual(['open 2: onea', 'hover']);
});

test('a question whose process was changed under it is asked again', async () => {
  await hover();
  const asked = sync.ask(ID, async () => {
    heard.push('asked');
    if (pid === 2) return 'answer';
    pid = 2;
    throw new InputError('bad-argument', 'there is no such document');
  });
  expect(await asked).toBe('answer');
  expect(heard.slice(2)).toEqual(['asked', 'open 1: one', 'asked']);
});

test.each([
  ['one that ended the engine', new EngineError({ kind: 'lost', message: 'The engine stopped.' })],
  ['one that was given up', new CancelledError()],
])('%s is not', async (_, error) => {
  await hover();
  const asked = sync.ask(ID, async () => {
    pid = undefined;
    throw error;
  });
  await expect(asked).rejects.toBe(error);
  expect(heard).toHaveLength(2);
});

test('after a change that failed all of the text is sent', async () => {
  await hover();
  type('a');
  failing = new Error('a fault');
  await expect(hover()).rejects.toThrow('a fault');
  failing = undefined;
  type('b');
  await hover();
  expect(heard.slice(-2)).toEqual(['open 3: oneab', 'hover']);
});

test('a text that is left is closed, and nothing is asked about it', async () => {
  await hover();
  sync.leave(ID);
  expect(await hover()).toBeUndefined();
  expect(heard.slice(2)).toEqual(['close']);
  expect(sync.follows(ID)).toBe(false);
});

test('a text that means something else now is sent as a whole once more', async () => {
  await hover();
  sync.restart(ID);
  await hover();
  expect(heard.filter((each) => each.startsWith('open'))).toHaveLength(2);
  sync.restart('file:///nobody');
});
