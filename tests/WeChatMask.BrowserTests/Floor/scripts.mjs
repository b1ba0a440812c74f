// Scripts: syntax by the rules of eslint-plugin-es-x, names by their types.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Linter } from 'eslint';
import esx from 'eslint-plugin-es-x';
import ts from 'typescript';
import { data, isAlwaysNewer, isNewer, memberOf, objectOf } from './compat.mjs';

// Brought along by others and loaded only by our scripts, by `import()` or an element of its own, whose failure has a plain way;
// everything else is held to the floor.
const onDemand = ['ponyfill.js', 'zxing-exported.js', 'uplot.js'];
// The charts of Hangfire's own pages, for operators at a desk.
const atDesks = ['dashboard.js'];

const walk = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
  if (['bin', 'obj', 'node_modules'].includes(entry.name)) return [];
  return entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)];
});

export const filesOf = (root, ending) => walk(root).filter((file) => file.endsWith(ending));

// --- syntax --------------------------------------------------------------------------------------------------------

// Of the years after 2019 browsers at the floor know only `import()`; of 2018 they lack a look behind in patterns.
const [years] = [esx.configs['flat/restrict-to-es2019']].flat();
const syntax = (module) => [{
  ...years,
  plugins: { 'es-x': esx },
  languageOptions: { ecmaVersion: 'latest', sourceType: module ? 'module' : 'script' },
  linterOptions: { reportUnusedDisableDirectives: 'off' },
  rules: { ...years.rules, 'es-x/no-dynamic-import': 'off', 'es-x/no-regexp-lookbehind-assertions': 'error' },
}];

function syntaxFaults(root, file) {
  const linter = new Linter();
  const isOurs = !file.includes('/lib/');
  const said = linter.verify(readFileSync(file, 'utf8'), syntax(isOurs), { filename: basename(file), allowInlineConfig: false });
  // Leaflet asks whether there is one before it takes it.
  return said.filter((one) => isOurs || one.ruleId !== 'es-x/no-global-this').map((one) => ({ file: relative(root, file), line: one.line, name: one.ruleId || 'syntax', what: one.message }));
}

// --- names ---------------------------------------------------------------------------------------------------------

const options = {
  allowJs: true, noEmit: true, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'], types: [], strict: true,
};

const isOfLibrary = (declaration) => declaration && basename(declaration.getSourceFile().fileName).startsWith('lib.');

// The names under which the data may know a type: its own, its bases', and for the object that makes instances theirs.
function namesOf(type, checker) {
  const names = [];
  const seen = new Set();
  const visit = (one) => {
    if (!one || seen.has(one)) return;
    seen.add(one);
    if (one.isUnionOrIntersection()) { one.types.forEach(visit); return; }
    const symbol = one.getSymbol();
    if (symbol) names.push(symbol.name.replace(/Constructor$/, ''));
    for (const base of one.isClassOrInterface() ? checker.getBaseTypes(one) : []) visit(base);
  };
  visit(checker.getApparentType(checker.getNonNullableType(type)));
  return names;
}

// The declared object behind a name such as `AbortSignal` or `CSS`, whose own members stand on it.
const ownName = (node) => (ts.isIdentifier(node) && objectOf(node.text) ? [node.text] : []);

function memberFeature(target, name, checker) {
  const type = checker.getTypeAtLocation(target);
  // `self.x` and `window.x` are the global x.
  if (ts.isIdentifier(target) && ['self', 'window', 'globalThis'].includes(target.text)) return { found: true, feature: globalFeature(name), of: '' };
  const names = [...ownName(target), ...namesOf(type, checker)];
  const of = names.find((one) => memberOf(one, name));
  if (of) return { found: true, feature: memberOf(of, name), of };
  const apparent = checker.getApparentType(checker.getNonNullableType(type));
  const parts = apparent.isUnion() ? apparent.types : [apparent];
  const isNamed = parts.some((one) => checker.getPropertyOfType(one, name) || checker.getIndexInfosOfType(one).length > 0);
  return { found: isNamed, isUnknown: Boolean(apparent.flags & (ts.TypeFlags.Any | ts.TypeFlags.Never)) };
}

const globalFeature = (name) => data.api[name] || data.api.Window[name] || data.javascript.builtins[name];

// What is said of one parameter or one option of a call.
function parameterFeatures(call, feature, checker) {
  const signature = checker.getResolvedSignature(call);
  if (!signature || !feature) return [];
  const found = [];
  for (const [place, argument] of (call.arguments || []).entries()) {
    const parameter = signature.parameters[place];
    if (parameter) found.push([parameter.name, feature[`${parameter.name}_parameter`] || feature[parameter.name]]);
    if (!ts.isObjectLiteralExpression(argument)) continue;
    for (const property of argument.properties) {
      const key = property.name && property.name.getText();
      const pattern = key && new RegExp(`(^|_)${key}_(parameter|option)$`);
      const inside = [feature, ...Object.entries(feature).filter(([name]) => name.endsWith('_parameter')).map(([, one]) => one)];
      if (key) for (const one of inside) for (const [name, entry] of Object.entries(one)) if (pattern.test(name)) found.push([key, entry]);
    }
  }
  return found;
}

// What Leaflet's and WeChat's objects, whose types are not known here, call their own.
const theirs = ['pad', 'config'];
// Options that an older browser takes no notice of, to the same effect.
const unnoticed = ['block', 'preventScroll'];

const mark = /newer than the floor/i;

// A comment before the statement or function it is in names it and says what happens without it.
function isGuarded(node, name, text) {
  for (let one = node; one; one = one.parent) {
    if (ts.isSourceFile(one)) return false;
    const said = (ts.getLeadingCommentRanges(text, one.getFullStart()) || []).map((c) => text.slice(c.pos, c.end)).join(' ');
    if (mark.test(said) && said.includes(name.split('.').pop())) return true;
  }
  return false;
}

function nameUses(source, checker) {
  const uses = [];
  const use = (node, name, feature) => { if (isNewer(feature)) uses.push({ node, name }); };
  const member = (node, target, name) => {
    const { found, feature, of, isUnknown } = memberFeature(target, name, checker);
    // Our own data may call anything anything; what is called as a function is likelier the browser's.
    const isOurs = isUnknown && (theirs.includes(name) || !(ts.isCallExpression(node.parent) && node.parent.expression === node));
    if (feature) use(node, of ? `${of}.${name}` : name, feature);
    else if (!found && !isOurs && isAlwaysNewer(name)) uses.push({ node, name });
    return feature;
  };
  const isGlobal = (node) => {
    const symbol = checker.getSymbolAtLocation(node);
    return !symbol || (symbol.declarations || []).some(isOfLibrary);
  };
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node)) member(node, node.expression, node.name.text);
    else if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) member(node, node.expression, node.argumentExpression.text);
    else if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const key = (node.propertyName || node.name).getText();
      const type = checker.getTypeAtLocation(node.parent);
      const of = namesOf(type, checker).find((one) => memberOf(one, key));
      if (of) use(node, `${of}.${key}`, memberOf(of, key));
    } else if (ts.isIdentifier(node) && !isPart(node) && isGlobal(node)) use(node, node.text, globalFeature(node.text));
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const callee = node.expression;
      const feature = ts.isPropertyAccessExpression(callee) ? memberFeature(callee.expression, callee.name.text, checker).feature
        : ts.isIdentifier(callee) && isGlobal(callee) ? globalFeature(callee.text) : undefined;
      const made = ts.isNewExpression(node) && feature ? feature[callee.getText().split('.').pop()] : feature;
      if (made && made !== feature) use(node, `new ${callee.getText()}`, made);
      for (const [key, entry] of parameterFeatures(node, made, checker).filter(([one]) => !unnoticed.includes(one))) use(node, `${callee.getText()}.${key}`, entry);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return uses;
}

// Names that are no reference to a value by themselves.
function isPart(node) {
  const { parent } = node;
  return (ts.isPropertyAccessExpression(parent) && parent.name === node) || (ts.isPropertyAssignment(parent) && parent.name === node)
    || ts.isBindingElement(parent) || ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isMethodDeclaration(parent)
    || (ts.isVariableDeclaration(parent) && parent.name === node) || (ts.isParameter(parent) && parent.name === node) || ts.isFunctionDeclaration(parent);
}

export function scriptFaults(root) {
  const scripts = filesOf(root, '.js').filter((file) => !atDesks.includes(basename(file)));
  const held = scripts.filter((file) => !onDemand.includes(basename(file)));
  const faults = held.flatMap((file) => syntaxFaults(root, file));
  const guarded = [];
  const ours = scripts.filter((file) => !file.includes('/lib/'));
  const program = ts.createProgram(ours, options);
  const checker = program.getTypeChecker();
  for (const file of ours) {
    const source = program.getSourceFile(file);
    for (const { node, name } of nameUses(source, checker)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      const place = { file: relative(root, file), line, name };
      if (isGuarded(node, name.replace('new ', ''), source.text)) guarded.push(place);
      else faults.push({ ...place, what: 'is newer than the floor, and no comment says what happens without it' });
    }
  }
  return { faults, guarded };
}
