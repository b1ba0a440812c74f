// What the app just did, newest first.
import { byId, call, copy, count, dayOf, fill, timeOf } from './api.js';

const list = byId('feed');
let known = '';

// Returns how many short messages there are, which the inbox waits for.
export async function sync() {
  const { sms, weChatCalls, entries } = await call('/sandbox/activity');
  byId('calls-count').textContent = count(weChatCalls);
  const text = JSON.stringify(entries);
  if (text === known) return sms;
  known = text;
  byId('feed-empty').hidden = entries.length > 0;
  list.hidden = entries.length === 0;
  fill(list, ...[].concat(...entries.map((entry, place) => {
    const item = copy('t-feed');
    item.className = `feed-${entry.kind}`;
    const time = item.querySelector('time');
    time.dateTime = entry.at;
    time.textContent = timeOf(entry.at);
    item.querySelector('span').textContent = entry.text;
    if (place > 0 && entries[place - 1].at.slice(0, 10) === entry.at.slice(0, 10)) return [item];
    const day = copy('t-day');
    day.textContent = dayOf(entry.at);
    return [day, item];
  })));
  return sms;
}
