// Fewer units: the amount follows at once; the server counts again when it hands over.
export function count(box, step) {
  const input = box.querySelector('input');
  const most = Number(input.max);
  const units = Math.min(most, Math.max(1, (Number(input.value) || 1) + step));
  if (step) input.value = units;
  const [fewer, more] = box.querySelectorAll('[data-step]');
  fewer.disabled = units <= 1;
  more.disabled = units >= most;
  const line = box.closest('.line') || box.closest('.verdict-body');
  line.querySelector('[data-count]').textContent = units;
  line.querySelector('[data-amount]').textContent = ((units * box.dataset.fen) / 100).toFixed(2);
  const total = document.querySelector('[data-total]');
  if (!total) return;
  const fen = [...document.querySelectorAll('[data-units]')].reduce((sum, b) => sum + b.querySelector('input').value * b.dataset.fen, 0);
  total.textContent = (fen / 100).toFixed(2);
}
