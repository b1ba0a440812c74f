// Wakes the button that prints, and opens for paper what is folded on the screen. Without a script the browser's menu prints.
const button = document.querySelector('[data-print]');
// WeChat's browser has the function, and does nothing.
if (button && typeof window.print === 'function' && !/MicroMessenger/i.test(navigator.userAgent)) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}

let opened = [];
function open() {
  if (opened.length > 0) return;
  opened = Array.from(document.querySelectorAll('details:not([open])'));
  opened.forEach((one) => { one.open = true; });
}

function close() {
  opened.forEach((one) => { one.open = false; });
  opened = [];
}

window.addEventListener('beforeprint', open);
window.addEventListener('afterprint', close);
