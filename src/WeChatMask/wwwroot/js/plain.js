// The forms as they go without a script: whatever this phone lacks, they are what is left.
let pressed = null;

// Enter in a field presses the form's first button, which is told as a click too.
document.addEventListener('click', (event) => {
  let one = event.target;
  while (one && one.type !== 'submit') one = one.parentNode;
  pressed = one;
}, true);

// The button by which a form is being sent; the event itself says so only on newer phones.
export const pressedIn = (form) => (pressed && pressed.form === form ? pressed : null);

// Sends the form with the pressed button's own value and address, also when it has left the page in the attempt.
export function sendPlain(form, button) {
  if (button && button.name) {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = button.name;
    field.value = button.value;
    form.appendChild(field);
  }
  if (button && button.hasAttribute('formaction')) form.setAttribute('action', button.formAction);
  if (!document.contains(form)) {
    form.hidden = true;
    document.body.appendChild(form);
  }
  HTMLFormElement.prototype.submit.call(form);
}

// Puts nodes in place of all that an element holds.
export function fill(place, ...nodes) {
  place.textContent = '';
  for (const node of nodes) place.appendChild(node);
}
