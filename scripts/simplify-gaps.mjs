/**
 * Where another simplifier does better than ours, for work on rules.
 *
 *   node scripts/simplify-gaps.mjs [--source traced|torchscript|dynamo|dynamo-optimized]... [--cases FOLDER]
 *                                  [--exports FOLDER] [--from RESULTS.json] [NAME...]
 *
 * NAME is a case of the zoo (test/conformance/zoo/models.txt) or a file that ends in .onnx; without one, the sample of the
 * conformance suite. What other tools make of a file is remembered from run to run. --cases and --exports are folders where
 * cases and PyTorch's exports of them stand, or are kept; --from only reads the rows of an earlier run.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inRoot } from './lib/paths.mjs';
import { pythonEnvironment } from './lib/python.mjs';
import { gaps } from './lib/simplify-standing.mjs';
import { sampledModels, scoreSimplifiers } from './lib/simplify-suite.mjs';
import { goalTable } from './lib/simplify-tables.mjs';
import { sampleCases } from './lib/zoo.mjs';

const { values, positionals } = parseArgs({
  options: {
    source: { type: 'string', multiple: true },
    cases: { type: 'string' },
    exports: { type: 'string' },
    from: { type: 'string' },
  },
  allowPositionals: true,
});
const found = values.from ? JSON.parse(readFileSync(values.from, 'utf8')) : await measured();
console.log(`\n${gaps(found).join('\n') || 'No gaps.'}\n\n${goalTable(found)}`);

async function measured() {
  const interpreter = await pythonEnvironment();
  const sample = sampledModels(values.cases && positionals.length > 0 ? values.cases : await sampleCases(interpreter));
  const models = {
    ...sample,
    ...(positionals.length > 0 ? { names: positionals } : {}),
    ...(values.cases ? { cases: values.cases } : {}),
    ...(values.exports ? { exports: values.exports } : {}),
  };
  const { rows } = await scoreSimplifiers(interpreter, models, { remember: true, sources: values.source });
  if (existsSync(inRoot('artifacts'))) writeFileSync(inRoot('artifacts/simplify-gaps.json'), JSON.stringify(rows));
  return rows;
}
