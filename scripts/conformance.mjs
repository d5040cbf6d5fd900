/**
 * Measures against other people's suites: models converted by the command line beside the framework they came from, and
 * what we know of ONNX beside ONNX's own tools.
 *
 *   node scripts/conformance.mjs [--only zoo|onnx|opset|caffe|nets|simplify|random|capture] [--all] [--write-docs] [--and-tests]
 *   node scripts/conformance.mjs --only opset --zoo [--minutes N] [--write-docs]
 *   node scripts/conformance.mjs --only nets [--nets FOLDER] [--resume] [--minutes N] [--write-docs]
 *   node scripts/conformance.mjs --only capture [--all] [--kinds helper,counts,programs,installed,bad] [--resume] [--write-docs]
 *   node scripts/conformance.mjs --only caffe --runtimes FRAMEWORK,... [--models MODEL,...] [--write-docs]
 *
 * Makes the Python environment and the cases in the cache folder where they are missing. --all scores the whole zoo, which
 * takes about half an hour, simplifies all of it, which takes most of an hour, makes 10,000 random models, takes every ONNX
 * test to every opset, and captures every program in the newest and the oldest PyTorch, too, instead of samples;
 * --resume goes on with a run that was ended early, where it says so, and --minutes ends one early; --kinds renews some tables of live capture;
 * --runtimes runs what is written for these frameworks alone, of all models or those of --models, and renews their part of the table;
 * with tengine or ncnn among them and no --models, small networks of every other dialect in it too (--models none: these alone);
 * --write-docs writes the tables into docs/conformance.md; --and-tests adds the counts of the last `npm test` to the last
 * line.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { frameworkTable, renewedFrameworkTable, scoreFrameworks } from './lib/caffe-frameworks.mjs';
import { netFiles, netTable, repositoryTable, scoreNets } from './lib/caffe-nets.mjs';
import { scoreTranscoded, transcodedTable } from './lib/caffe-transcoding.mjs';
import { caffeTable, scoreCaffe } from './lib/caffe-zoo.mjs';
import { captureTables, scoreCaptures } from './lib/capture-suite.mjs';
import { dynamicTable, scoreDynamic } from './lib/dynamic-zoo.mjs';
import { countTests, measureOnnx, onnxStages, onnxTables } from './lib/onnx-suite.mjs';
import { countPairs, measureOpsets, opsetStages, opsetTables, reviewedRefusals } from './lib/opset-suite.mjs';
import { proveZoo, zooOpsetTables, zooTests } from './lib/opset-zoo.mjs';
import { build, installPackages } from './lib/packages.mjs';
import { inRoot } from './lib/paths.mjs';
import { proveProfile } from './lib/profile-suite.mjs';
import { scorePrograms } from './lib/programs.mjs';
import { pythonEnvironment } from './lib/python.mjs';
import { randomStage, randomTable } from './lib/random-models.mjs';
import { OURS } from './lib/simplify-standing.mjs';
import { everyModel, sampledModels, scoreSimplifiers } from './lib/simplify-suite.mjs';
import { exceptionTable, failureTable, goalTable, missingTable, nodeTable, toolTable } from './lib/simplify-tables.mjs';
import { Suites } from './lib/suites.mjs';
import { rewriteSection, sectionOf } from './lib/table.mjs';
import { sampleCases, scoreAll, scoreSample, zooSummary, zooTable } from './lib/zoo.mjs';

// A model that a pass breaks is an error of the pass.
process.env.GRAPHWRIGHT_VALIDATE_PASSES = '1';

/** More networks, measured where they lie beside the clone. */
const SHARED_NETWORKS = inRoot('../shared/models/onnx');

/** The zoo's stages; gives its tables. */
async function zoo(interpreter, suites) {
  return values.all ? wholeZoo(interpreter, suites) : sampledZoo(interpreter, suites);
}

async function sampledZoo(interpreter, suites) {
  let folder;
  const ready = await suites.stage('Prepare the zoo', async () => {
    folder = await sampleCases(interpreter);
    return { passed: 0, failed: 0 };
  });
  if (!ready) return {};
  const onnx = await scored(suites, 'The zoo: PyTorch to ONNX', () => scoreSample(interpreter, folder));
  const caffe = await scored(suites, 'The zoo: PyTorch to Caffe', () => scoreCaffe(interpreter, folder));
  const dynamic = await scored(suites, 'The zoo: sizes that stay open', () => scoreDynamic(interpreter, folder));
  const programs = await scored(suites, 'Random programs: control flow', () => scorePrograms(interpreter));
  keep('conformance.json', { zoo: onnx, caffe, dynamic, programs });
  return { caffe: caffeTable(caffe), dynamic: dynamicTable(dynamic) };
}

async function wholeZoo(interpreter, suites) {
  const all = await scored(suites, 'The whole zoo: PyTorch to ONNX', () => scoreAll(interpreter));
  keep('zoo.json', all);
  return { 'zoo-summary': zooSummary(all), zoo: zooTable(all) };
}

/** Runs a stage that gives rows and their counts; gives the rows. */
async function scored(suites, title, work) {
  let found = [];
  await suites.stage(title, async () => {
    const { rows, counts } = await work();
    found = rows;
    return counts;
  });
  return found;
}

/** The stages of the ONNX suite; gives its tables. */
async function onnx(interpreter, suites) {
  let results;
  const ready = await suites.stage('Measure the ONNX suite', async () => {
    results = await measureOnnx(interpreter, [SHARED_NETWORKS].filter(existsSync));
    keep('onnx-suite.json', results);
    return { passed: 0, failed: 0 };
  });
  if (!ready) return {};
  for (const [title, tests] of onnxStages(results)) await suites.stage(title, () => countTests(tests));
  await suites.stage('ONNX: the profile of onnxruntime', async () => countTests(await proveProfile()));
  return onnxTables(results);
}

/** The models of the zoo between opsets, which takes hours and goes on where an earlier run ended; gives the tables. */
async function zooBetweenOpsets(interpreter, suites) {
  let rows = [];
  await suites.stage('The zoo from opset to opset', async () => {
    rows = await proveZoo(interpreter, values);
    return countPairs(zooTests(rows));
  });
  return zooOpsetTables(rows);
}

/** The stages of conversions between opsets; gives their tables. */
async function opset(interpreter, suites) {
  if (values.zoo) return zooBetweenOpsets(interpreter, suites);
  const { all = false } = values;
  let results;
  const ready = await suites.stage('Convert from opset to opset', async () => {
    results = await measureOpsets(interpreter, { all });
    return { passed: 0, failed: 0 };
  });
  if (!ready) return {};
  for (const [title, tests] of opsetStages(results, { all })) await suites.stage(title, () => countPairs(tests));
  return all ? opsetTables(results, reviewedRefusals()) : {};
}

/** The stage of published Caffe networks; gives its table. */
async function nets(interpreter, suites) {
  const title = 'Published Caffe networks to ONNX';
  const found = await scored(suites, title, () => scoreNets(interpreter, netFiles(values.nets), values));
  return values.nets === undefined
    ? { 'caffe-nets': netTable(found) }
    : { 'caffe-repositories': repositoryTable(found, values.nets) };
}

/** The stage of simplification; gives its tables. */
async function simplify(interpreter, suites) {
  if (values.all) return simplifyAll(interpreter, suites);
  const title = 'Simplification, beside other tools';
  const models = sampledModels(await sampleCases(interpreter));
  const found = await scored(suites, title, () => scoreSimplifiers(interpreter, models));
  keep('simplify.json', found);
  return {
    'simplify-goals': goalTable(found),
    'simplify-tools': toolTable(found),
    'simplify-exceptions': exceptionTable(found),
    'simplify-nodes': nodeTable(found),
  };
}

/** The same over the whole zoo, without times. A run that was ended early is gone on with until its tables are written. */
async function simplifyAll(interpreter, suites) {
  const title = 'Simplification of the whole zoo, beside other tools';
  const kept = inRoot('artifacts/simplify-zoo.jsonl');
  const found = await scored(suites, title, () => scoreSimplifiers(interpreter, everyModel(kept)));
  keep('simplify-zoo.json', found);
  rmSync(kept, { force: true });
  return {
    'simplify-zoo-goals': goalTable(found),
    'simplify-zoo-tools': toolTable(found),
    'simplify-zoo-exceptions': exceptionTable(found, [OURS]),
    'simplify-zoo-failures': failureTable(found),
    'simplify-zoo-missing': missingTable(found),
    'simplify-zoo-nodes': nodeTable(found),
  };
}

/** The stage of Caffe's frameworks: small models on all of them, or with --only what Caffe can express of torchvision. */
async function caffe(interpreter, suites) {
  const all = values.only === 'caffe';
  const [runtimes, models] = [values.runtimes, values.models].map((list) => list?.split(','));
  let ran = { frameworks: [], rows: [] };
  const transcoded = TRANSCODED_FOR.filter((backend) => runtimes?.includes(backend) !== false);
  if (values.models === 'none') return caffeFromDialects(suites, transcoded);
  const found = await scored(suites, "PyTorch to every framework's Caffe", async () => {
    const results = await scoreFrameworks(interpreter, {
      all,
      ...(runtimes && { runtimes }),
      ...(models && { models }),
    });
    ran = results.ran;
    return results;
  });
  keep('caffe-frameworks.json', { found, ran });
  if (!all) return { 'caffe-small': frameworkTable(found, ran) };
  const tables = models === undefined ? await caffeFromDialects(suites, transcoded) : {};
  const earlier = () => sectionOf(inRoot('docs/conformance.md'), 'caffe-frameworks');
  return {
    'caffe-frameworks': runtimes ? renewedFrameworkTable(earlier(), ran) : frameworkTable(found, ran),
    ...tables,
  };
}

/** The frameworks that small networks of every other dialect are run in: their converters read fewer fields, or take layers together. */
const TRANSCODED_FOR = ['tengine', 'ncnn'];

/** The stages of networks from dialect to dialect, where the frameworks can be had; gives their tables. */
async function caffeFromDialects(suites, backends) {
  const tables = {};
  for (const backend of backends) {
    let results;
    await scored(suites, `Caffe networks of other dialects in ${backend}`, async () => {
      results = await scoreTranscoded(backend);
      return results;
    });
    keep(`caffe-transcoded-${backend}.json`, results);
    if (results.framework.lacks === undefined) tables[`caffe-transcoded-${backend}`] = transcodedTable(results);
  }
  return tables;
}

/** The stage of random models; gives its table. */
async function random(_interpreter, suites) {
  const [seed, count] = values.all ? [100_000, 10_000] : [0, 500];
  const found = await scored(suites, `${count} random models from seed ${seed} on, simplified`, () =>
    randomStage(seed, count),
  );
  keep('random-models.json', found);
  return { 'simplify-random': randomTable(found, seed) };
}

/** The stages of live capture; gives their tables. */
async function capture(interpreter, suites) {
  const { all = false, resume = false } = values;
  const kinds = values.kinds?.split(',');
  const options = { all, resume, ...(kinds && { kinds }) };
  const found = await scoreCaptures(interpreter, options, (title, work) => suites.stage(title, work));
  keep('capture.json', found);
  return all ? captureTables(found, sectionOf(inRoot('docs/conformance.md'), 'capture-summary')) : {};
}

function keep(name, results) {
  writeFileSync(inRoot('artifacts', name), JSON.stringify(results, null, 1));
}

const OPTIONS = {
  only: { type: 'string' },
  models: { type: 'string' },
  nets: { type: 'string' },
  kinds: { type: 'string' },
  resume: { type: 'boolean' },
  runtimes: { type: 'string' },
  zoo: { type: 'boolean' },
  minutes: { type: 'string' },
  all: { type: 'boolean' },
  'write-docs': { type: 'boolean' },
  'and-tests': { type: 'boolean' },
};
const { values } = parseArgs({ options: OPTIONS });
const suites = new Suites();
if (values['and-tests']) {
  const counted = inRoot('artifacts/tests.json');
  // Without counts the tests did not come to their end.
  suites.add(existsSync(counted) ? JSON.parse(readFileSync(counted, 'utf8')) : { passed: 0, failed: 1 });
}
let interpreter;
const ready = await suites.stage('Prepare the conformance suites', async () => {
  await installPackages();
  if (!existsSync(inRoot('dist/cli.js'))) await build();
  mkdirSync(inRoot('artifacts'), { recursive: true });
  interpreter = await pythonEnvironment();
  return { passed: 0, failed: 0 };
});
if (ready) {
  for (const [name, suite] of Object.entries({ onnx, zoo, caffe, nets, simplify, random, opset, capture })) {
    if (values.only !== undefined && values.only !== name) continue;
    for (const [section, text] of Object.entries(await suite(interpreter, suites))) {
      console.log(`\n${text}`);
      if (values['write-docs']) rewriteSection(inRoot('docs/conformance.md'), section, text);
    }
  }
}
suites.end();
