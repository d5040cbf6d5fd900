/** Writes docs/simplification-rules.md, with -u: every rule, from the lists. */
import { expect, test } from 'vitest';
import { FUSIONS, fusionsNamed } from '../../../../src/core/passes/fusions/table.ts';
import type { Pass } from '../../../../src/core/passes/pass.ts';
import { SIMPLIFICATION } from '../../../../src/core/passes/simplification.ts';
import { TARGETS } from '../../../../src/core/targets/table.ts';

function row({ name, title, opsets, reassociates }: Pass): string {
  const range = `${opsets?.from ?? 1}${opsets?.to === undefined ? ' and up' : ` to ${opsets.to}`}`;
  return `| \`${name}\` | ${title.replaceAll('|', '\\|')} | ${range} | ${reassociates ? 'yes' : ''} |`;
}

const SPECIAL = FUSIONS.filter((rule) => !SIMPLIFICATION.includes(rule));

const HEAD = '| name | what it does | opsets | reassociates |\n|---|---|---|---|';

test('the page lists every rule', async () => {
  const page = `# The rules of the simplifier

[simplification.md](simplification.md) says what holds of all of them. Each is exact; one that reassociates may change the
last digits of floating-point numbers. \`--disable NAME\` leaves one out. This page is written by
\`npx vitest run test/unit/core/passes/rules-page -u\`.

## What \`simplify\` runs, in order

${HEAD}
${SIMPLIFICATION.map(row).join('\n')}

## More operators made of many, for targets that choose them

${HEAD}
${SPECIAL.map(row).join('\n')}
`;
  await expect(page).toMatchFileSnapshot('../../../../docs/simplification-rules.md');
});

test('targets want fusions that there are', () => {
  for (const { fusions } of TARGETS) expect(fusionsNamed(fusions)).toHaveLength(fusions.length);
});

test('names are words, and no two are the same', () => {
  const names = [...SIMPLIFICATION, ...SPECIAL].map(({ name }) => name);
  expect(names.filter((name, k) => names.indexOf(name) < k || !/^[a-z0-9-]+$/.test(name))).toEqual([]);
});
