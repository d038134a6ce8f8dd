import { readFileSync, writeFileSync } from 'node:fs';

/** Writes figures as a section of the page that `ROOST_REPORT` names; without one they are printed. */
export function report(heading: string, text: string, figures: Readonly<Record<string, number | string>>): void {
  const file = process.env['ROOST_REPORT'];
  const rows = Object.entries(figures).map(([name, value]) => `| ${name} | ${value.toLocaleString('en')} |`);
  const table = ['| | |', '| --- | --- |', ...rows].join('\n');
  if (file === undefined) {
    process.stdout.write(`${table}\n`);
    return;
  }
  const [head = '', ...sections] = readFileSync(file, 'utf8').split(/^(?=## )/m);
  const section = `## ${heading}\n\n${text}\n\n${table}\n`;
  const place = sections.findIndex((other) => other.startsWith(`## ${heading}\n`));
  if (place === -1) sections.push(section);
  else sections[place] = section;
  writeFileSync(file, [head, ...sections].map((part) => part.trimEnd()).join('\n\n') + '\n');
}
