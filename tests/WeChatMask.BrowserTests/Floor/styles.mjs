// Style sheets: what a browser at the floor drops must stand beside something that it takes.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import postcss from 'postcss';
import { data, isNewer } from './compat.mjs';
import { filesOf } from './scripts.mjs';

const { properties, selectors, types, 'at-rules': atRules } = data.css;

// Without them a page is as usable, only plainer.
const ornaments = new Set([
  'accent-color', 'text-underline-offset', 'text-decoration-thickness', 'aspect-ratio', 'scroll-padding', 'scroll-padding-top', 'scroll-margin',
  'overscroll-behavior', 'cursor', 'user-select', 'outline', 'size', 'scrollbar-width', 'image-rendering', 'font-variant-numeric', 'text-size-adjust', 'color-scheme', 'appearance', 'outline-offset',
]);
const ornamentalSelectors = new Set(['focus-visible', 'backdrop', 'marker']);
// A feature query that tells the same browsers apart: `inset` and gaps between flexible boxes came to Safari in one version.
const withoutGaps = 'not (inset: 0)';

const functions = { min: types.min, max: types.max, clamp: types.clamp, env: types.env, 'color-mix': types.color && types.color['color-mix'] };
const viewport = /(^|[\s(,:-])-?[\d.]+(dvh|dvw|svh|svw|lvh|lvw|dvmin|dvmax)\b/;
const spaced = /\b(rgb|hsl)a?\(\s*[\d.]+%?\s+[\d.]/;

function newerParts(property, value) {
  const found = [];
  const known = properties[property];
  for (const word of value.match(/[a-z][a-z-]*/g) || []) if (known && known[word] && isNewer(known[word])) found.push(word);
  for (const [, name] of value.matchAll(/([a-z-]+)\(/g)) if (functions[name] && isNewer(functions[name])) found.push(`${name}()`);
  if (viewport.test(value)) found.push('viewport unit');
  if (spaced.test(value)) found.push('colour without commas');
  return found;
}

const ancestors = (node) => { const all = []; for (let one = node.parent; one; one = one.parent) all.push(one); return all; };
const isQueried = (node) => ancestors(node).some((one) => one.type === 'atrule' && one.name === 'supports');
// Padded and sized by what comes before it in the same rule.
const hasFallback = (decl, isOld) => decl.parent.nodes.slice(0, decl.parent.nodes.indexOf(decl)).some((one) => one.type === 'decl' && one.prop === decl.prop && isOld(one));
// The sides that a shorthand stands for.
const sides = { inset: ['top', 'left'] };

function declarationFaults(decl) {
  if (decl.prop.startsWith('-') || isQueried(decl)) return [];
  if (sides[decl.prop]) return sides[decl.prop].every((side) => decl.parent.nodes.some((one) => one.prop === side)) ? [] : [decl.prop];
  if (isNewer(properties[decl.prop])) return ornaments.has(decl.prop) || decl.parent.nodes.some((one) => one.prop === `-webkit-${decl.prop}`) ? [] : [decl.prop];
  const parts = newerParts(decl.prop, decl.value);
  if (parts.length === 0 || hasFallback(decl, (one) => newerParts(one.prop, one.value).length === 0) || ornaments.has(decl.prop)) return [];
  return parts.map((part) => `${decl.prop}: ${part}`);
}

// Children of a flexible box would stand glued together: their distance is said again for browsers without gaps.
function gapFaults(root) {
  const covered = new Set();
  root.walkAtRules('supports', (at) => { if (at.params === withoutGaps) at.walkRules((rule) => rule.selectors.forEach((one) => covered.add(one.replace(/ > \*( \+ \*)?$/, '')))); });
  const faults = [];
  root.walkRules((rule) => {
    if (isQueried(rule)) return;
    const flexible = rule.nodes.some((one) => one.prop === 'display' && /flex/.test(one.value));
    const gap = rule.nodes.find((one) => one.prop === 'gap' && one.value !== '0');
    if (flexible && gap) for (const one of rule.selectors) if (!covered.has(one)) faults.push({ node: gap, what: `gap between flexible boxes of ${one}` });
  });
  return faults;
}

function selectorFaults(rule) {
  if (ancestors(rule).some((one) => one.type === 'atrule' && one.name === 'keyframes') || isQueried(rule)) return [];
  const names = [...rule.selector.matchAll(/::?(?!-)([a-z-]+)/g)].map(([, name]) => name);
  return [...new Set(names)].filter((name) => isNewer(selectors[name]) && !ornamentalSelectors.has(name)).map((name) => `:${name}`);
}

export function styleFaults(root) {
  const faults = [];
  for (const file of filesOf(root, '.css').filter((one) => !one.includes('/lib/'))) {
    const sheet = postcss.parse(readFileSync(file, 'utf8'));
    const add = (node, what) => faults.push({ file: relative(root, file), line: node.source.start.line, name: what, what: 'is newer than the floor and has nothing beside it' });
    sheet.walkDecls((decl) => declarationFaults(decl).forEach((what) => add(decl, what)));
    sheet.walkRules((rule) => selectorFaults(rule).forEach((what) => add(rule, what)));
    sheet.walkAtRules((at) => { if (at.name !== 'page' && isNewer(atRules[at.name])) add(at, `@${at.name}`); });
    gapFaults(sheet).forEach(({ node, what }) => add(node, what));
  }
  return faults;
}
