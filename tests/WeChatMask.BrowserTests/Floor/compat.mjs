// The floor, and what the compatibility data says of a feature.
import { createRequire } from 'node:module';

export const data = createRequire(import.meta.url)('@mdn/browser-compat-data');

// iOS 12, Android System WebView 70, and the Chromium in WeChat for Android of those years.
const floor = { safari_ios: 12, webview_android: 70, chrome_android: 66 };

function isServed(support, version) {
  return [support].flat().some((one) => one && !one.prefix && !one.alternative_name && !one.flags && typeof one.version_added === 'string' && Number.parseFloat(one.version_added.replace('≤', '')) <= version);
}

// There at the floor in name only. Whatever else the data calls partial does what our pages ask of it.
const hollow = new Set(['AbortController', 'AbortSignal'].flatMap((name) => [data.api[name], ...Object.values(data.api[name])]));

// Whether a browser at the floor lacks it. What the data does not know is not judged.
export function isNewer(feature) {
  if (hollow.has(feature)) return true;
  const compat = feature && feature.__compat;
  return Boolean(compat) && Object.entries(floor).some(([browser, version]) => compat.support[browser] && !isServed(compat.support[browser], version));
}

const { builtins } = data.javascript;

// The interface or global object of that name.
export const objectOf = (name) => data.api[name] || builtins[name] || builtins.Intl[name];

// A member of it, of its instances or its own.
export function memberOf(name, member) {
  const object = objectOf(name);
  if (!object || member.startsWith('__')) return undefined;
  return object[member] || object[`${member}_static`];
}

// Every member of that name that any interface has.
const byName = new Map();
for (const [name, object] of [...Object.entries(data.api), ...Object.entries(builtins), ...Object.entries(builtins.Intl)]) {
  for (const [key, feature] of Object.entries(object)) {
    if (key === '__compat' || !feature.__compat || key.endsWith('_event')) continue;
    const member = key.replace(/_static$/, '');
    byName.set(member, [...(byName.get(member) || []), { name, feature }]);
  }
}

// A member of something whose type is not known is newer when everything that has one of that name got it later.
export function isAlwaysNewer(member) {
  const all = byName.get(member) || [];
  return all.length > 0 && all.every(({ name, feature }) => isNewer(feature) || isNewer(objectOf(name)));
}
