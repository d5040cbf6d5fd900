/** How profiles are written: an operator a line. */

/** What differs from an earlier profile: changed and new operators, and null for those that are gone. */
export function differences(operators, before) {
  const names = [...new Set([...Object.keys(operators), ...Object.keys(before)])].sort();
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(operators[name]) !== JSON.stringify(before[name]))
      .map((name) => [name, operators[name] ?? null]),
  );
}

/** The text of a profile. */
export function profileText({ operators, ...head }) {
  const fields = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${inline(value)},\n`);
  const rows = Object.entries(operators).map(([name, facts]) => `    ${JSON.stringify(name)}: ${inline(facts)}`);
  return `{\n${fields.join('')}  "operators": {\n${rows.join(',\n')}\n  }\n}\n`;
}

/** JSON on one line, with a space behind commas and colons. */
function inline(value) {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  if (fields.length === 0) return '{}';
  return `{ ${fields.map(([key, each]) => `${JSON.stringify(key)}: ${inline(each)}`).join(', ')} }`;
}
