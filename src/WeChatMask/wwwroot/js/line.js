// Counts down calmly to when the page goes on by itself, which its Refresh header does, with or without a script.
const place = document.querySelector('[data-line]');

if (place) {
  const until = Date.now() + Number(place.dataset.line) * 1000;
  const show = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    place.textContent = place.dataset.words.replace('#', String(left));
    if (left > 0) setTimeout(show, 1000);
  };
  show();
}
