// The sandbox's page: a phone, the inbox and the clock, all over the same routes that scripts use.

const byId = id => document.getElementById(id);

async function call(path, body) {
  const response = await fetch(path, body === undefined ? { cache: 'no-store' } : {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.title ?? `HTTP ${response.status}`);
  return answer;
}

// The city's own time, whatever zone this browser is in: the text carries its offset.
const wallTime = iso => iso.slice(0, 19).replace('T', ' ');
const offsetOf = iso => /(Z|[+-]\d\d:\d\d)$/.exec(iso)[0];

// --- clock ---------------------------------------------------------------------------------------------------------

let offset = '+08:00';

async function move(order) {
  const status = byId('clock-status');
  const setBusy = busy => byId('clock-section').querySelectorAll('button').forEach(button => { button.disabled = busy; });
  setBusy(true);
  status.textContent = '正在调整，按顺序执行到期的任务……';
  try {
    const { now } = await call('/sandbox/clock', order);
    status.textContent = `已调到 ${wallTime(now)}`;
  } catch (error) {
    status.textContent = error.message;
  }
  setBusy(false);
  await Promise.all([tick(), showMoments(), showInbox()]);
}

async function tick() {
  const { now } = await call('/sandbox/clock');
  offset = offsetOf(now);
  byId('clock').textContent = wallTime(now);
  if (document.activeElement !== byId('clock-to')) byId('clock-to').value = now.slice(0, 19);
}

function minuteBefore(iso) {
  const local = new Date(Date.parse(`${iso.slice(0, 19)}Z`) - 60_000);
  return local.toISOString().slice(0, 19) + offsetOf(iso);
}

async function showMoments() {
  const { round } = await call('/api/board');
  byId('round').textContent = round ? `本期 ${round.date}（${round.phase}），领取日 ${round.pickupDate}` : '今天没有预约期';
  const row = byId('moments');
  row.replaceChildren();
  if (!round) return;
  const moments = [
    ['开放前一分钟', minuteBefore(round.opensAt)],
    ['开放', round.opensAt],
    ['结束', round.closesAt],
    ['次日领取开始', `${round.pickupDate}T09:00:00${offsetOf(round.opensAt)}`],
    ['次日领取结束', `${round.pickupDate}T18:00:00${offsetOf(round.opensAt)}`],
  ];
  for (const [name, now] of moments) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = `${name} ${now.slice(11, 16)}`;
    button.addEventListener('click', () => move({ now }));
    row.append(button);
  }
}

byId('clock-form').addEventListener('submit', event => {
  event.preventDefault();
  move({ now: byId('clock-to').value + offset });
});
for (const button of document.querySelectorAll('[data-advance]')) {
  button.addEventListener('click', () => move({ advance: button.dataset.advance }));
}

// --- phone ---------------------------------------------------------------------------------------------------------

const phone = byId('phone');
const known = document.cookie.split('; ').find(one => one.startsWith('sandbox_openid='))?.split('=')[1];
if (known && ![...phone.options].some(option => option.value === known)) phone.add(new Option(known, known));
if (known) phone.value = known;

// The stand-in for WeChat's log-in page knows this browser by the cookie.
function remember() {
  document.cookie = `sandbox_openid=${phone.value}; path=/; samesite=lax`;
}

phone.addEventListener('change', () => {
  remember();
  byId('chat').replaceChildren();
});
remember();

function bubble(kind, ...content) {
  const one = document.createElement('p');
  one.className = `bubble ${kind}`;
  one.append(...content);
  byId('chat').append(one);
  byId('chat').scrollTop = byId('chat').scrollHeight;
}

function link(address, text) {
  const one = document.createElement('a');
  one.textContent = text;
  if (/^https?:\/\//.test(address ?? '')) one.href = address;
  return one;
}

// An account's text may hold links, and nothing else that WeChat would render.
function withLinks(text) {
  const nodes = new DOMParser().parseFromString(text.replaceAll('\n', '<br>'), 'text/html').body.childNodes;
  return [...nodes].map(node => {
    if (node.nodeName === 'BR') return '\n';
    return node.nodeName === 'A' ? link(node.getAttribute('href'), node.textContent) : node.textContent;
  });
}

async function send(message, words) {
  bubble('mine', words);
  try {
    const { status, reply } = await call(`/sandbox/phones/${phone.value}/messages`, message);
    if (status !== 200) bubble('quiet', `公众号回答了 HTTP ${status}`);
    else if (reply.type === 'text') bubble('', ...withLinks(reply.content));
    else if (reply.type === 'news') reply.articles.forEach(one => bubble('', link(one.url, one.title), `\n${one.description}`));
    else bubble('quiet', '（没有回复）');
  } catch (error) {
    bubble('quiet', error.message);
  }
}

byId('chat-form').addEventListener('submit', event => {
  event.preventDefault();
  const words = byId('words');
  send({ type: 'text', content: words.value }, words.value);
  words.value = '';
});
for (const button of document.querySelectorAll('[data-event]')) {
  const message = { type: 'event', event: button.dataset.event, eventKey: button.dataset.key };
  button.addEventListener('click', () => send(message, `〔${button.textContent}〕`));
}

// --- short messages ------------------------------------------------------------------------------------------------

const MOST_SHOWN = 100;
let messagesShown = -1;

async function showInbox() {
  const messages = await call('/sandbox/sms');
  if (messages.length === messagesShown) return;
  messagesShown = messages.length;
  byId('inbox-empty').hidden = messages.length > 0;
  const inbox = byId('inbox');
  inbox.start = messages.length;
  inbox.replaceChildren(...messages.slice(-MOST_SHOWN).reverse().map(message => {
    const text = document.createElement('p');
    text.textContent = `${message.mobile} · ${wallTime(message.sentAt)}\n${message.text}`;
    const item = document.createElement('li');
    item.append(text);
    return item;
  }));
}

// --- everything keeps itself up to date ----------------------------------------------------------------------------

async function every(milliseconds, work) {
  for (;;) {
    try {
      if (!document.hidden) await work();
    } catch {
      byId('clock').textContent = '沙盒没有应答';
    }
    await new Promise(done => { setTimeout(done, milliseconds); });
  }
}

every(1000, tick);
every(3000, showInbox);
every(15000, showMoments);
