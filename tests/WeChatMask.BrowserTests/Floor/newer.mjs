// What a browser of today has and one at the floor does not: to be taken away before a page's scripts run.
import { data, isNewer } from './compat.mjs';

const isMember = (key) => /^[A-Za-z]\w*$/.test(key) && !/_(event|parameter|support|required|option|allowed)\w*$/.test(key);

function membersOf(name, object) {
  const members = Object.entries(object).filter(([key, feature]) => key !== '__compat' && feature.__compat && key !== name && isMember(key) && isNewer(feature));
  const found = members.map(([key]) => (key.endsWith('_static') ? { of: name, own: key.slice(0, -7) } : { of: name, member: key }));
  return isNewer(object) ? [...found, { of: name }] : found;
}

// `{ of, member }` on an interface's instances, `{ of, own }` on the object itself, `{ of }` all of it.
export function newerMembers() {
  const { builtins } = data.javascript;
  // What namespaces hold is not on instances: `Intl.Segmenter`, `CSS.registerProperty`.
  const namespaces = ['Intl', 'Math', 'JSON', 'Reflect', 'Atomics'];
  const objects = [...Object.entries(data.api), ...Object.entries(builtins).filter(([name]) => !namespaces.includes(name))];
  const found = objects.flatMap(([name, object]) => membersOf(name, object));
  for (const name of namespaces) found.push(...membersOf(name, builtins[name]).map((one) => (one.member ? { of: name, own: one.member } : one)));
  return found;
}
