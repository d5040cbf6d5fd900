/** Caffe networks that are edited: followed by changes, and read as the dialect that the user has chosen. */
import { expect, test } from 'vitest';
import { Documents } from '../../../src/service/documents.ts';

const TEXT = `layer { name: "data" type: "Input" top: "data" }
layer { name: "p" type: "Permute" bottom: "data" top: "p" permute_param { order: 0 } }
`;
const OPENED = { text: TEXT, path: '/nowhere/net.prototxt', language: 'caffe-prototxt' } as const;

test('problems are those of the version that was sent last, in the dialect that is chosen', async () => {
  const documents = new Documents();
  const codes = async () => (await documents.textProblems('a')).problems.map(({ code }) => code);
  await documents.openDocument('a', OPENED, 1);
  expect(await codes()).toEqual(['caffe-dialect']);
  await documents.openDocument('a', { ...OPENED, dialect: 'ssd' }, 1);
  expect(await codes()).toEqual([]);
  const range = { start: { line: 1, character: 25 }, end: { line: 1, character: 32 } };
  await documents.changeDocument('a', [{ range, text: 'Premute' }], 2);
  expect(await documents.textProblems('a')).toMatchObject({
    version: 2,
    problems: [{ code: 'layer-type-unknown', range: { start: { line: 1, character: 25 } } }],
  });
});
