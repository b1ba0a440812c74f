// Holds scripts and style sheets to the oldest browsers that the product promises to serve (README, "Phones").
//   node floor.mjs lint ROOT    what is newer than the floor: faults, and uses that say what happens without them
//   node floor.mjs newer        every global and member that is newer, for a browser from which they are taken away
// Both print JSON. What is old enough is said by the browser compatibility data of MDN; what a name means, by TypeScript's types.
import { scriptFaults } from './scripts.mjs';
import { styleFaults } from './styles.mjs';
import { newerMembers } from './newer.mjs';

const [command, root] = process.argv.slice(2);
if (command === 'newer') {
  console.log(JSON.stringify(newerMembers()));
} else if (command === 'lint' && root) {
  const { faults, guarded } = scriptFaults(root);
  console.log(JSON.stringify({ faults: [...faults, ...styleFaults(root)], guarded }));
} else {
  console.error('usage: node floor.mjs lint ROOT | newer');
  process.exitCode = 2;
}
