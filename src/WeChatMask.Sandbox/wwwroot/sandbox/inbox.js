// The short messages that arrived, newest first.
import { byId, call, copy, count, fill, say, shortDayOf, timeOf } from './api.js';

const list = byId('inbox');
const all = byId('inbox-all');
const BANNER = 9000;
const banner = byId('banner');
let known = -1;
let newest = null;
let fading = 0;

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
  fill(list, ...box.messages.map((message) => {
    const item = copy('t-sms');
    item.classList.toggle('own', Boolean(nameOf(message.mobile)));
    item.querySelector('b').textContent = message.mobile;
    const tag = item.querySelector('.tag');
    const owner = message.pharmacy || nameOf(message.mobile) || (message.toNeighbour ? say('sms-neighbour') : '');
    tag.textContent = owner;
    tag.hidden = owner === '';
    const time = item.querySelector('time');
    time.dateTime = message.sentAt;
    time.textContent = `${shortDayOf(message.sentAt)} ${timeOf(message.sentAt)}`;
    item.querySelector('.sms-text').textContent = message.text;
    return item;
  }));
  announce(box.messages);
}

// As a phone shows it: what came for its person is there for a moment, wherever they are looking.
function announce(messages) {
  const mobile = document.querySelector('input[name="phone"]:checked').dataset.mobile;
  const mine = messages.find((message) => message.mobile === mobile);
  const isNew = newest !== null && mine && !newest.has(mine.id);
  newest = new Set(messages.map((message) => message.id));
  if (!isNew) return;
  banner.querySelector('span').textContent = mine.text;
  banner.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { banner.hidden = true; }, BANNER);
}

banner.addEventListener('click', () => {
  banner.hidden = true;
  list.scrollTop = 0;
  list.focus();
});

function nameOf(mobile) {
  const input = document.querySelector(`input[data-mobile="${CSS.escape(mobile)}"]`);
  return input ? input.dataset.name : undefined;
}

all.addEventListener('change', () => {
  const total = known;
  known = -1;
  sync(total).catch(() => {});
});
