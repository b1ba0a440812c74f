// The button that prints. Without a script it does nothing, and the browser's own menu prints.
const button = document.querySelector('[data-print]');
if (button) button.addEventListener('click', () => print());
