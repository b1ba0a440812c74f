// WeChat's JS-SDK, for pages that run inside WeChat: scanning, maps. Elsewhere there is none, and pages use what the browser has.
const script = '/lib/jweixin.js';
const patience = 8000;

// The page is shown inside WeChat.
export const inWeChat = () => /MicroMessenger/i.test(navigator.userAgent);

// The package is written for bundlers and hands itself to a module that a plain page does not have.
function load() {
  return new Promise((resolve, reject) => {
    const place = (globalThis.module ??= { exports: {} });
    const element = document.createElement('script');
    element.src = script;
    element.onload = () => resolve(globalThis.wx ?? globalThis.jWeixin ?? place.exports);
    element.onerror = () => reject(new Error(`${script} did not arrive`));
    document.head.append(element);
  });
}

// WeChat checks the signature against the address without its fragment.
async function signature() {
  const address = location.href.split('#')[0];
  const response = await fetch(`/api/wechat/signature?url=${encodeURIComponent(address)}`, { cache: 'no-store', signal: AbortSignal.timeout(patience) });
  if (!response.ok) throw new Error(`signature: ${response.status}`);
  return response.json();
}

function configure(wx, signed, apis) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('WeChat did not answer')), patience);
    wx.ready(() => resolve(wx));
    wx.error((problem) => reject(new Error(problem?.errMsg ?? 'WeChat refused')));
    wx.config({ debug: false, ...signed, jsApiList: apis });
  });
}

let loaded = null;

// The configured `wx` with the named interfaces, or null outside WeChat. Throws when WeChat refuses: the page then
// falls back to what it does elsewhere.
export async function wechat(...apis) {
  if (!inWeChat()) return null;
  const [wx, signed] = await Promise.all([(loaded ??= load()), signature()]);
  return configure(wx, signed, apis);
}
