/** Asks a runtime, by models of one node, which operators it has: see scripts/profile-onnxruntime.mjs. */
import { intOf, modelOf, plainOf } from './profile-models.mjs';

/** Types that most operators take, tried first. */
const USUAL = ['float32', 'int64', 'bool', 'uint8', 'int32', 'string', 'seq(float32)', 'optional(float32)'];
/** Attributes that say the type of an output. */
const TYPE_ATTRIBUTES = ['to', 'dtype', 'output_datatype', 'output_dtype'];
const DOMAINS = ['', 'ai.onnx.ml'];
/** Operators whose types hang on lists of attributes: which they take is left open. */
const UNMEASURED = new Set(['LabelEncoder']);

export class Prober {
  /** What a session said that shows neither that there is a kernel nor that there is none. */
  unclear = new Map();
  sessions = 0;

  constructor(runtime, schemas) {
    this.runtime = runtime;
    this.schemas = schemas;
  }

  /** The newest opsets and the newest IR version that it takes. */
  async limits() {
    const takes = async (opset, ml, irVersion) => {
      const schema = parseSignature(this.schemas, 'x:T|y:T|T=0||');
      const built = modelOf({ domain: '', name: 'Identity', opset, irVersion, imports: { 'ai.onnx.ml': ml } }, schema, {
        T: 'float32',
      });
      const said = await this.session(built);
      return said === undefined || !/opset|Unsupported model IR|Unknown model file format/i.test(said);
    };
    const last = async (from, test) => {
      let n = from;
      while (await test(n + 1)) n++;
      return n;
    };
    const opset = await last(7, (n) => takes(n, 1, 3));
    const ml = await last(1, (n) => takes(7, n, 3));
    const irVersion = await last(3, (n) => takes(7, 1, n));
    return { opsets: { 'ai.onnx': [7, opset], 'ai.onnx.ml': [1, ml] }, irVersion };
  }

  /** The facts of every operator, as a profile has them. */
  async operators(opsets) {
    const found = {};
    for (const domain of DOMAINS) {
      const [lowest, highest] = opsets[domain || 'ai.onnx'];
      for (const [name, versions] of Object.entries(this.schemas.operators[domain])) {
        const entries = [];
        for (const [since, signature] of living(versions, lowest, highest)) {
          const schema = parseSignature(this.schemas, signature);
          const operator = { domain, name, opset: Math.max(since, lowest), irVersion: 3 };
          const types = await this.typesOf(operator, schema);
          if (types) add(entries, since, await this.factsOf(operator, schema, types));
        }
        const key = domain ? `${domain}::${name}` : name;
        if (entries.length > 0) found[key] = entries.length === 1 ? entries[0] : entries;
      }
    }
    return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The types of each variable that it takes; undefined where it has no such operator. */
  async typesOf(operator, schema) {
    const base = await this.baseOf(operator, schema);
    if (!base) return undefined;
    const types = {};
    for (const [variable, allowed] of Object.entries(schema.types)) {
      if (!isSettable(schema, variable)) continue;
      const taken = [];
      for (const type of allowed) {
        const wish = { ...base, [variable]: type };
        if (type === base[variable] || (await this.takes(operator, schema, wish, variable))) taken.push(type);
        // A variable may go only with others of its kind, such as a scale with what is scaled.
        else if (await this.takesWithOthers(operator, schema, wish, variable)) taken.push(type);
      }
      if (taken.length < allowed.length) types[variable] = taken;
    }
    return { base, types };
  }

  /** The row of a version: its types, and attributes that are refused. */
  async factsOf(operator, schema, { base, types }) {
    const refusedBy = async (attribute) => this.session(modelOf({ ...operator, further: [attribute] }, schema, base));
    const attributes = {};
    for (const { name, type, required } of schema.attributes) {
      if (required || type === 'graph' || type.endsWith('s')) continue;
      if (/Unrecognized attribute/.test((await refusedBy(plainOf(name, type))) ?? '')) attributes[name] = [];
      if (name === 'layout' && (await refusedBy(intOf(name, 1)))?.includes('layout')) attributes[name] = [0];
    }
    const measured = UNMEASURED.has(operator.name) ? {} : types;
    return {
      ...(Object.keys(measured).length > 0 && { types: measured }),
      ...(Object.keys(attributes).length > 0 && { attributes }),
    };
  }

  /** Types with which it runs. */
  async baseOf(operator, schema) {
    const variables = Object.entries(schema.types).filter(([variable]) => isSettable(schema, variable));
    const tries = combinations(variables.map(([, allowed]) => [...allowed].sort((a, b) => rank(a) - rank(b))));
    for (const types of tries) {
      const wish = Object.fromEntries(variables.map(([variable], k) => [variable, types[k]]));
      if (await this.takes(operator, schema, wish)) return wish;
    }
    return undefined;
  }

  async takesWithOthers(operator, schema, wish, variable) {
    const others = Object.entries(schema.types).filter(([each]) => each !== variable && isSettable(schema, each));
    for (const [other, allowed] of others)
      for (const type of allowed)
        if (await this.takes(operator, schema, { ...wish, [other]: type }, variable)) return true;
    const same = others
      .filter(([, allowed]) => allowed.includes(wish[variable]))
      .map(([each]) => [each, wish[variable]]);
    return same.length > 1 && this.takes(operator, schema, { ...wish, ...Object.fromEntries(same) }, variable);
  }

  async takes(operator, schema, wish, variable) {
    const said = await this.session(modelOf(operator, schema, wish, variable));
    if (said === undefined) return true;
    if (/find an implementation|find kernel|NOT_IMPLEMENTED|Kernel not found|is deprecated/i.test(said)) return false;
    if (/Unsupported data type|MLDataType for/i.test(said)) return false;
    // What the schema does not allow, whatever the kernels.
    if (
      /Type Error|TypeInferenceError|ShapeInferenceError|is invalid|inference|INVALID_GRAPH|Fatal error/i.test(said)
    ) {
      this.note(operator, wish, said);
      return false;
    }
    // A kernel was found and did not like its attributes or shapes.
    this.note(operator, wish, `taken: ${said}`);
    return true;
  }

  note({ name, opset }, wish, said) {
    const key = `${name} ${opset} ${said.slice(0, 90)}`;
    if (!this.unclear.has(key))
      this.unclear.set(key, `${name} ${opset} ${JSON.stringify(wish)}: ${said.slice(0, 250)}`);
  }

  /** What went wrong; undefined where a session could be made. */
  async session(bytes) {
    this.sessions++;
    try {
      const options = { graphOptimizationLevel: 'disabled', logSeverityLevel: 4, intraOpNumThreads: 1 };
      const session = await this.runtime.InferenceSession.create(bytes, options);
      await session.release?.();
      return undefined;
    } catch (error) {
      return String(error.message ?? error);
    }
  }
}

/** The versions that a model may mean at one of the opsets. */
function living(versions, lowest, highest) {
  const all = Object.entries(versions).map(([since, signature]) => [Number(since), signature]);
  return all.filter(([since], k) => since <= highest && (all[k + 1]?.[0] ?? lowest + 1) > lowest);
}

function rank(type) {
  const k = USUAL.indexOf(type);
  return k < 0 ? USUAL.length : k;
}

/** At most so many choices are tried before an operator counts as one that is not there. */
const MOST_TRIES = 400;

function* combinations(lists) {
  const total = Math.min(
    lists.reduce((product, list) => product * list.length, 1),
    MOST_TRIES,
  );
  for (let k = 0; k < total; k++) {
    let rest = k;
    // The last variable changes fastest.
    const made = [...lists].reverse().map((list) => {
      const type = list[rest % list.length];
      rest = Math.floor(rest / list.length);
      return type;
    });
    yield made.reverse();
  }
}

/** Entries of one operator: versions with the same types are one. */
function add(entries, since, facts) {
  const same = entries.find(({ versions: _, ...each }) => JSON.stringify(each) === JSON.stringify(facts));
  if (same) same.versions.push(since);
  else entries.push({ versions: [since], ...facts });
}

/** Whether a model can be written in which the variable is of a certain type. */
function isSettable(schema, variable) {
  if (schema.inputs.some(({ type }) => type === variable)) return true;
  return schema.outputs.some(({ type }) => type === variable) && attributeOf(schema) !== undefined;
}

/** The attribute that says the type of an output. */
export function attributeOf(schema) {
  return TYPE_ATTRIBUTES.find((each) => schema.attributes.some(({ name, type }) => name === each && type === 'int'));
}

/** A row of operators.json: see src/core/dialects/onnx/operators.ts. */
export function parseSignature(schemas, signature) {
  const [inputs = '', outputs = '', types = '', attributes = ''] = signature.split('|');
  const formal = (word) => {
    const [, name, type, mark = '', least] = /^(.*?):(.*?)(\?|\*(\d+)!?)?$/.exec(word) ?? [];
    return { name, type, kind: mark === '' ? 'single' : mark === '?' ? 'optional' : 'variadic', least: Number(least) };
  };
  return {
    inputs: words(inputs).map(formal),
    outputs: words(outputs).map(formal),
    types: Object.fromEntries(
      words(types).map((word) => {
        const [variable, row] = word.split('=');
        return [variable, words(schemas.types[Number(row)])];
      }),
    ),
    attributes: words(attributes).map((word) => {
      const [, name, type, mark] = /^(\w+):([a-z-]+)(!|=.*)?$/.exec(word) ?? [];
      return { name, type, required: mark === '!' };
    }),
  };
}

function words(text) {
  return text === '' ? [] : text.split(' ');
}
