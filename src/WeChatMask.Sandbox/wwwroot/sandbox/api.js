// What every part of the sandbox's page needs: calls, sentences, templates and the city's time as text.

const language = document.documentElement.lang;

export const byId = (id) => document.getElementById(id);

const words = new Map([...byId('words').content.querySelectorAll('[data-key]')].map((one) => [one.dataset.key, one.textContent]));

// A sentence of the page with its blanks filled.
export const say = (key, ...values) => (words.get(key) || '').replace(/\{(\d)\}/g, (_, place) => (values[place] === undefined ? '' : values[place]));

export const copy = (id) => byId(id).content.firstElementChild.cloneNode(true);

// Puts nodes in place of all that an element holds.
export function fill(place, ...nodes) {
  place.textContent = '';
  place.append(...nodes);
}

export const count = (number) => number.toLocaleString(language);

// The city's own time, whatever zone this browser is in: the text carries its offset.
export const timeOf = (iso) => iso.slice(11, 19);
export const minuteOf = (iso) => iso.slice(11, 16);
export const offsetOf = (iso) => /(Z|[+-]\d\d:\d\d)$/.exec(iso)[0];
const days = new Intl.DateTimeFormat(language, { month: 'long', day: 'numeric', weekday: 'short', timeZone: 'UTC' });
const shortDays = new Intl.DateTimeFormat(language, { month: 'numeric', day: 'numeric', timeZone: 'UTC' });
export const dayOf = (iso) => days.format(Date.parse(`${iso.slice(0, 10)}T00:00Z`));
export const shortDayOf = (iso) => shortDays.format(Date.parse(`${iso.slice(0, 10)}T00:00Z`));

// An answer of the sandbox; a refusal is an error with its sentence.
export async function call(path, body) {
  const response = await fetch(path, body === undefined ? { cache: 'no-cache' } : {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.title || `HTTP ${response.status}`);
  return answer;
}

// Something was done here that others may show: they look at once instead of at their next turn.
export const changed = () => document.dispatchEvent(new Event('world-changed'));
