// WeChat's JS-SDK, for pages that run inside WeChat: scanning, maps. Elsewhere there is none, and pages use what the browser has.
import { ask, jsonOf } from './ask.js';

const script = '/lib/jweixin.js';
const patience = 8000;
// How long a person stands before a press that does nothing.
const impatience = 3000;
// All that any page calls. WeChat refuses what was not named when the page began.
const interfaces = ['scanQRCode', 'getLocation', 'openLocation'];

// The page is shown inside WeChat.
export const inWeChat = () => /MicroMessenger/i.test(navigator.userAgent);

// The package is written for bundlers and hands itself to a module that a plain page does not have.
function load() {
  return new Promise((resolve, reject) => {
    const place = self.module || { exports: {} };
    self.module = place;
    const element = document.createElement('script');
    element.src = script;
    element.onload = () => resolve(self.wx || self.jWeixin || place.exports);
    element.onerror = () => reject(new Error(`${script} did not arrive`));
    document.head.append(element);
  });
}

// WeChat checks the signature against the address without its fragment.
async function signature() {
  const address = location.href.split('#')[0];
  const { response, body } = await ask(`/api/wechat/signature?url=${encodeURIComponent(address)}`, { cache: 'no-store' }, patience);
  if (!response.ok) throw new Error(`signature: ${response.status}`);
  return jsonOf(body);
}

function configure(wx, signed) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('WeChat did not answer')), patience);
    wx.error((problem) => reject(new Error((problem && problem.errMsg) || 'WeChat refused')));
    wx.ready(() => resolve(wx));
    // A list of its own: the package writes other names into it.
    wx.config({ debug: false, ...signed, jsApiList: [...interfaces] });
  });
}

let configured = null;

// Begins as early as a page likes, so that a press need not wait. A refusal is forgotten: the next press asks anew.
export function prepareWeChat() {
  if (!inWeChat()) return Promise.reject(new Error('not inside WeChat'));
  if (!configured) {
    configured = Promise.all([load(), signature()]).then(([wx, signed]) => configure(wx, signed));
    configured.catch(() => { configured = null; });
  }
  return configured;
}

// Calls an interface and gives what it answers. Rejects, and the page does what it does elsewhere: outside WeChat, when
// WeChat refuses or fails, and with `wait` when it says nothing for so long. `cancelled` is the person's own word.
export async function callWeChat(name, options = {}, wait = 0) {
  if (!interfaces.includes(name)) throw new Error(`${name} is not among the interfaces`);
  const ready = prepareWeChat();
  return new Promise((resolve, reject) => {
    if (wait) setTimeout(() => reject(new Error('WeChat did not answer')), wait);
    ready.then((wx) => wx[name]({
      ...options,
      success: resolve,
      cancel: () => reject(Object.assign(new Error('cancelled'), { cancelled: true })),
      fail: (problem) => reject(new Error((problem && problem.errMsg) || `${name} failed`)),
    })).catch(reject);
  });
}

// WeChat's own map at a place in Chinese coordinates; without it the page's plain link is opened.
export function openMap(link, place) {
  return callWeChat('openLocation', place, impatience).catch((error) => {
    if (!error.cancelled && !document.hidden) location.assign(link.href);
  });
}
