// Judges the lines it is given by the module that the phones run, named by its path.
import { readFileSync } from 'node:fs';

const source = readFileSync(process.argv[2], 'utf8');
const { judge } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const { typed, day, used, now } = JSON.parse(line);
  const { verdict, fault } = await judge(typed, day, new Set(used), now);
  console.log(fault ? `${verdict} ${fault}` : verdict);
}
