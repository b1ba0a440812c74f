// The button that prints. Without a script it does nothing, and the browser's own menu prints.
document.querySelector('[data-print]')?.addEventListener('click', () => print());
