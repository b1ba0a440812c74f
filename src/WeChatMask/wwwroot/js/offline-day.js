// Today's list on this phone: taken along while there is a network, and read when there is none.
import { ask, jsonOf } from './ask.js';
import { allRecords, forget, keepDay, readDay, wipe } from './offline-store.js';

// The server says that the log-in is over: its key and the list under it go.
export class LoginOver extends Error {}

// Takes the list along and resolves with it, or with null when there is none for this log-in.
export async function takeDayAlong() {
  const asked = Date.now();
  const { response, body } = await ask('/api/pharmacy/offline', { cache: 'no-store' }, 15000);
  if (response.status === 401 || response.status === 403) {
    await wipe();
    throw new LoginOver();
  }
  if (!response.ok) return null;
  const said = jsonOf(body);
  if (!said.key) return null;
  await keepDay(said, Date.parse(said.now) - (asked + Date.now()) / 2);
  const day = await readDay();
  await tidy(day);
  return day;
}

// What the server has heard of is of use only on its own day: a code shown twice.
async function tidy(day) {
  const old = (await allRecords()).filter((r) => r.state !== 'waiting' && r.date !== day.date);
  await forget(old.map((r) => r.requestId));
}

// The server's time, as far as it is known.
export const now = (day) => Date.now() + day.clock;

export const isToday = (day) => day && new Date(now(day)).toISOString() < new Date(Date.parse(`${day.date}T23:59:59.999${day.now.slice(-6)}`)).toISOString();

// Numbers handed over here today.
export const used = async (day) => new Set((await allRecords()).filter((r) => r.verdict === 'Redeemed' && r.date === day.date).map((r) => r.number));
