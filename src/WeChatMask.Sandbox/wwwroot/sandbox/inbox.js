// The short messages that arrived, newest first.
import { byId, call, copy, count, say, shortDayOf, timeOf } from './api.js';

const list = byId('inbox');
const all = byId('inbox-all');
let known = -1;

// The total is told by the feed; the messages themselves are fetched only when it has changed.
export async function sync(total) {
  if (total === known) return;
  const box = await call(`/sandbox/inbox?neighbours=${all.checked}`);
  known = box.count;
  byId('inbox-count').textContent = count(box.count);
  byId('inbox-neighbours').textContent = count(box.toNeighbours);
  byId('inbox-switch').hidden = box.toNeighbours === 0;
  byId('inbox-empty').hidden = box.messages.length > 0;
  list.hidden = box.messages.length === 0;
  list.replaceChildren(...box.messages.map((message) => {
    const item = copy('t-sms');
    item.classList.toggle('own', Boolean(nameOf(message.mobile)));
    item.querySelector('b').textContent = message.mobile;
    const tag = item.querySelector('.tag');
    const owner = message.pharmacy ?? nameOf(message.mobile) ?? (message.toNeighbour ? say('sms-neighbour') : '');
    tag.textContent = owner;
    tag.hidden = owner === '';
    const time = item.querySelector('time');
    time.dateTime = message.sentAt;
    time.textContent = `${shortDayOf(message.sentAt)} ${timeOf(message.sentAt)}`;
    item.querySelector('.sms-text').textContent = message.text;
    return item;
  }));
}

const nameOf = (mobile) => document.querySelector(`input[data-mobile="${CSS.escape(mobile)}"]`)?.dataset.name;

all.addEventListener('change', () => {
  const total = known;
  known = -1;
  sync(total).catch(() => {});
});
