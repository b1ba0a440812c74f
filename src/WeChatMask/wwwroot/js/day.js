// Words such as "today" and "tomorrow" are true for one day of the city's. When it is over the page is loaded anew, unless
// somebody is typing or sending something on it: then a line says so.
import { now } from './clock.js';

const page = document.querySelector('[data-day-ends]');
const line = document.querySelector('[data-day-over]');
let sending = false;
let due = 0;

const isTyped = (field) => {
  if (field.type === 'hidden') return false;
  if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
  if (field.options) return Array.from(field.options).some((o) => o.selected !== o.defaultSelected) && field.selectedIndex > 0;
  return field.defaultValue !== undefined && field.value !== field.defaultValue;
};

// What a form's answer shows cannot be asked for again.
const isHeld = () => sending || page.dataset.dayAnswer === 'true' || Array.from(document.querySelectorAll('input, select, textarea')).some(isTyped);

function check() {
  if (now() < Number(page.dataset.dayEnds)) return;
  if (isHeld()) {
    line.hidden = false;
    due = 0;
    return;
  }
  // Everybody at a time of their own. Nobody looks at a page in the background.
  due = due || Date.now() + Math.random() * 60000;
  if (Date.now() >= due && !document.hidden) location.reload();
}

if (page && line) {
  document.addEventListener('submit', () => { sending = true; }, true);
  setInterval(check, 1000);
}
